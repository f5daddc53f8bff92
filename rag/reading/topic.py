"""Whether a quote speaks of the thing that "What about the Morn ferry?" names.

The question that it is completed to ("Who runs the Morn ferry?") may be answered by a sentence about another one.
"""

import re

from rag.reading.selection import Selected
from rag.schema import Evidence
from rag.text.terms import terms


def on_topic(found: Selected, thing: str) -> Selected:
    """Return what was chosen if a quote speaks of a thing; otherwise a refusal, nearest to it what was chosen."""
    if any(speaks_of(item, thing) for item in found.quotes):
        return found
    return Selected(0.0, closest=found.quotes or found.closest)


def speaks_of(item: Evidence, thing: str) -> bool:
    """Tell whether a quote is about a thing: it, the sentence before or the title names it, or "the ferry" is this one.

    Args:
        item: what is to be quoted.
        thing: "the Morn ferry"; of a name its names count, of anything else its last word.
    """
    names = [word for word in re.findall(r"[^\W_][\w-]*", thing) if word[0].isupper()]
    wanted = set(terms(" ".join(names) if names else thing.split()[-1])) or set(terms(thing))
    passage = item.passage
    place = next((n for n, one in enumerate(passage.sentences) if one.start >= item.sentence.start), 0)
    near = " ".join(passage.quote(one) for one in (*passage.sentences[max(place - 1, 0) : place], item.sentence))
    if wanted & set(terms(near)) or wanted <= set(terms(passage.title)):
        return True
    head = thing.split()[-1]
    if not names or head in names or not set(terms(head)) & set(terms(item.quote)):
        return False
    before = passage.text[: item.sentence.end - passage.start]
    called = re.findall(rf"\b([A-Z][\w-]*) {re.escape(head)}\b", before)
    return bool(called) and called[-1] in names
