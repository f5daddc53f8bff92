"""A first gold file for somebody's own folder: drafts over the names, numbers and dates of an index, or by an LLM.

Templates know no language, and an LLM's word is only kept where the text bears it out: what they write is a start for a
person, and is marked so.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rag.evaluation.evidence import places_of
from rag.evaluation.text import contains
from rag.index.opened import Index
from rag.llm.client import LanguageModel
from rag.schema import Passage
from rag.text.dates import DATE, MONTH
from rag.text.terms import STOP, fold

MOST_MEMBERS = 5
"""Places of a name or date that count as its evidence."""
_WORD = r"[^\W\d_][\w-]*"
_NAME = re.compile(rf"{_WORD}(?: {_WORD})+")
_COUNT = re.compile(rf"(?<![\w.,$€£])(\d{{1,3}}(?:,\d{{3}})+|\d+)( (?:[mb]illion|thousand))?((?: {_WORD}){{1,4}})")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_DAY = re.compile(rf"{DATE}|{MONTH} \d{{1,2}}\b")
_ABSENT = (
    ("Where was {} born?", r"\bborn\b"),
    ("How old is {}?", r"\bage[d]?\b|\byears old\b"),
    ("What did {} study?", r"\bstud(?:y|ied)\b|\bdegree\b"),
)
"""What texts seldom say of somebody they name, and the words in which they would."""
_PROMPT = """\
Write one question that the text answers, in other words than the text's own.
Give one JSON object: {"question": "...", "answer": "a few words of the quote", "quote": "the sentence that answers"}
Copy the quote exactly.
"""


@dataclass(frozen=True, slots=True)
class _Said:
    source: str
    sentence: str


def draft(index: Index, most: int, llm: LanguageModel | None = None) -> list[dict[str, Any]]:
    """Return at most ``most`` drafted questions in the gold form, each with ``reviewed`` false.

    As far as there are any, a quarter each asks for names, numbers and dates; the rest are unanswerable: they ask of a
    name what no sentence about it says. With an LLM the three quarters are its own.

    Args:
        index: of the documents.
        most: at least 1.
        llm: writes them, if there is one.

    Raises:
        LLMError: the LLM does not answer.
    """
    said = list(_sentences(index))
    named = _by_name(said)
    absent = _absent(named)
    if llm:
        written = _written(index, llm)
        kinds = [written, written, written, absent]
    else:
        kinds = [_names(named), _numbers(said), _dates(said), absent]
    rows: dict[str, dict[str, Any]] = {}
    for together in zip_longest(*kinds):
        for row in filter(None, together):
            rows.setdefault(row["question"], row)
        if len(rows) >= most:
            break
    return [{"id": f"draft-{n:03d}", **row} for n, row in enumerate(list(rows.values())[:most], start=1)]


def lines(rows: list[dict[str, Any]]) -> str:
    """Return drafts as the lines of a gold file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _sentences(index: Index) -> Iterator[_Said]:
    """Yield the sentences of the index, the first passage of every document before the second of any."""
    for passage in _passages(index):
        for sentence in passage.sentences:
            yield _Said(passage.source, passage.quote(sentence))


def _passages(index: Index) -> Iterator[Passage]:
    documents = [index.store.of(listing.source) for listing in index.store.documents()]
    for together in zip_longest(*documents):
        yield from filter(None, together)


def _written(index: Index, llm: LanguageModel) -> Iterator[dict[str, Any]]:
    """Yield the questions that an LLM asks of each passage, if the passage has the quote and the quote the answer."""
    for passage in _passages(index):
        found = re.search(r"\{.*\}", "".join(llm.stream(_PROMPT, passage.text)), re.DOTALL)
        with suppress(ValueError, TypeError, KeyError):
            row = json.loads(found[0] if found else "")
            question, answer, quote = (str(row[name]) for name in ("question", "answer", "quote"))
            if question.strip() and places_of(quote, passage.text) and contains(quote, answer):
                yield _row("draft", question, [[answer]], [_Said(passage.source, quote)])


def _names(named: dict[str, list[_Said]]) -> Iterator[dict[str, Any]]:
    for name, places in named.items():
        yield _row("who", f"Who or what is {name}?", [], places)


def _numbers(said: list[_Said]) -> Iterator[dict[str, Any]]:
    for place in said:
        for match in _COUNT.finditer(place.sentence):
            kept: list[str] = []
            for word in match[3].split():
                if fold(word) in STOP:
                    break
                kept.append(word)
            if kept and not re.fullmatch(MONTH, kept[0]) and not _YEAR.fullmatch(match[1]):
                count = match[1] + (match[2] or "")
                yield _row("number", f"How many {' '.join(kept)} does the text speak of?", [[count]], [place])


def _dates(said: list[_Said]) -> Iterator[dict[str, Any]]:
    on: dict[str, list[_Said]] = defaultdict(list)
    for place in said:
        for match in _DAY.finditer(place.sentence):
            on[match[0]].append(place)
    for date, places in on.items():
        yield _row("what", f"What happened on {date}?", [], places)


def _absent(named: dict[str, list[_Said]]) -> Iterator[dict[str, Any]]:
    for n, (name, places) in enumerate(named.items()):
        question, words = _ABSENT[n % len(_ABSENT)]
        if not any(re.search(words, place.sentence, re.IGNORECASE) for place in places):
            yield {**_row("absent", question.format(name), [], []), "answerable": False}


def _by_name(said: list[_Said]) -> dict[str, list[_Said]]:
    """Return where each name of several capitalised words stands, in the order of the text."""
    found: dict[str, list[_Said]] = defaultdict(list)
    for place in said:
        for match in _NAME.finditer(place.sentence):
            run: list[str] = []
            for word in [*match[0].split(), ""]:
                if word[:1].isupper() and not word[1:].isupper() and fold(word) not in STOP:
                    run.append(word)
                    continue
                if len(run) > 1:
                    found[" ".join(run)].append(place)
                run = []
    return found


def _row(type_: str, question: str, answers: list[list[str]], places: list[_Said]) -> dict[str, Any]:
    members = [{"source": place.source, "quote": place.sentence} for place in dict.fromkeys(places)]
    return {
        "type": type_,
        "question": question,
        "history": [],
        "answerable": True,
        "answers": answers,
        "evidence": [members[:MOST_MEMBERS]] if members else [],
        "must_not_contain": [],
        "reviewed": False,
    }
