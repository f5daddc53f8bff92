"""Wire copy counts once: a sentence is cited where it was published first, and the others that have it are named."""

from dataclasses import replace

from rag.english.preference import Preference
from rag.index.near_duplicates import statement
from rag.index.store import Store
from rag.schema import Copy, Evidence, Filter, Passage, Sentence


def cite_first(store: Store, evidence: Evidence, chosen: Filter, preferred: Preference) -> Evidence:
    """Return the same evidence from the first document of its story that says it, with the others in ``also``.

    The first is the earliest, but of those from where and when the question says, if it does, the earliest of these;
    and the newest, if what holds now is asked for.

    Args:
        store: where the copies stand.
        evidence: a sentence; one whose document has no copies is returned as it is.
        chosen: which documents may be cited.
        preferred: what the question says.
    """
    if evidence.passage.story is None:
        return evidence
    wanted = statement(evidence.quote)
    places: dict[str, tuple[Passage, Sentence]] = {evidence.passage.source: (evidence.passage, evidence.sentence)}
    for passage in store.story(evidence.passage.story, chosen):
        for sentence in passage.sentences:
            if passage.source not in places and statement(passage.quote(sentence)) == wanted:
                places[passage.source] = (passage, sentence)

    def order(place: tuple[Passage, Sentence]) -> tuple[float, str, str]:
        passage = place[0]
        return -preferred.bonus(passage.publisher, passage.published), passage.published or "9", passage.source

    ranked = sorted(places.values(), key=order)
    if preferred.now:
        ranked.sort(key=lambda place: place[0].published or "", reverse=True)
    (passage, sentence), *others = ranked
    also = tuple(Copy(p.source, p.publisher, p.published, s.start, s.end) for p, s in others)
    return replace(evidence, passage=passage, sentence=sentence, also=also)
