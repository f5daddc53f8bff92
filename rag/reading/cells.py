"""A question about a table is answered from the row that bears the names it asks for, by the cell it asks for.

The network reads a row as it reads prose, and takes a figure of the next row or column as readily. But what the parts
of a row are is known. So of what was read:

- a row answers only if it bears the names, numbers and dates of the question, in its cells, its column names or above
  its table. Where none does, the rows do not answer: another row's figure is worse than none,
- of the rows that do, those that bear most of the question's words answer,
- the short answer is the cell whose column the question names, or which alone is of the kind that it asks for,
- where one row has all that the question says, and the column is clear, that is an answer, however sure the network is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.documents.common.header import kind
from rag.documents.rows import Cell, bare_cells, cells, header_of, is_header, is_row
from rag.english.tokens import Token, is_date, meets, tokens
from rag.reading.codes import exact
from rag.reading.columns import QuestionWords, alike, column, empty, light
from rag.schema import Evidence, Passage, Reading, Sentence
from rag.text.dates import MONTH_NAMES

NOT_BORNE = 0.1
"""Most confidence where no row bears the names that are asked for."""
EXPLAINED = 0.9
"""Least confidence where a row has all that the question says."""
MOST_NAME_WORDS = 6
"""A cell of more is no name that a question may shorten."""
LEAST_CELLS = 3
"""Of a row without column names; of two, it is hardly told from a sentence with a semicolon."""
MOST_LEAD_CHARS = 200
"""A longer sentence above a row is prose, not the heading of its table."""

_TITLES = frozenset("mr mrs ms miss dr prof sir".split())
_ISO = re.compile(r"\b\d{4}-(\d\d)(?:-\d\d)?\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table that was read."""

    item: Evidence
    cells: tuple[Cell, ...]
    keys: frozenset[int]
    """Numbers of the cells that the question names."""
    covered: frozenset[int]
    """Numbers of the question's words that its cells have."""
    full: frozenset[int]
    """Those of them that are all that a cell says: "Harfield" is, in "Old Harfield" it is not."""
    missing: frozenset[int]
    """Numbers of the names and numbers of the question that neither it nor what stands above it has."""
    explained: frozenset[int]
    """Numbers of the question's words that it, its columns or what stands above it has."""
    whole: bool
    """Whether a cell of words is named in full."""

    @property
    def table(self) -> tuple[str, tuple[str, ...]]:
        """What the rows of one table share."""
        return self.item.passage.source, tuple(cell.name for cell in self.cells)


def settle_rows(question: str, reading: Reading, threshold: float) -> Reading:
    """Return a reading in which no row answers for another, and no code for another.

    Args:
        question: standalone.
        reading: of any reader, best evidence first.
        threshold: least confidence for an answer.
    """
    asked, reading = QuestionWords.of(question), exact(question, reading)
    rows = {n: row for n, item in enumerate(reading.evidence) if (row := _row(asked, item))}
    if not rows:
        return reading
    bearing = _bearing(asked, list(rows.values()))
    bearing = [row for row in bearing if not any(row.explained < other.explained for other in bearing)]
    found = [(row, *column(asked, row.cells, row.keys, _span(row))) for row in bearing]
    found.sort(key=lambda one: -one[2])  # the parts of a wide row bear the same names
    best = _undecided([(replace(row.item, short_answer=answer), row, clear) for row, answer, clear in found])
    prose = [item for n, item in enumerate(reading.evidence) if n not in rows and not is_header(item.quote)]
    sure = _is_sure(asked, best)
    may = 0 not in rows and not is_header(reading.evidence[0].quote) and (reading.confidence >= threshold or not sure)
    if may and _stands(asked, reading.evidence[0]):
        return replace(reading, evidence=(*prose, *(item for item, _, _ in best)))
    if best:
        confidence = max(reading.confidence, EXPLAINED) if sure else reading.confidence
        if _needs_more(asked, best):
            confidence = min(confidence, NOT_BORNE)
        return Reading((*(item for item, _, _ in best), *prose), confidence)
    told = [item for item in prose if _bears(asked, item)]
    if told:
        rest = [item for item in prose if item not in told]
        return Reading((*told, *rest), min(reading.confidence, told[0].score))
    return replace(reading, confidence=min(reading.confidence, NOT_BORNE))


def _row(asked: QuestionWords, item: Evidence) -> Row | None:
    passage, text = item.passage, item.quote
    place = passage.sentences.index(item.sentence) if item.sentence in passage.sentences else -1
    found = cells(text, header_of(passage, place)) if place >= 0 else ()
    found = found or _bare(passage, item.sentence)
    if len(found) < 2:
        return None
    sheet = any(word.text == "sheet" for word in asked.words)
    keys, covered, every, whole = set[int](), set[int](), set[int](), False
    for n, cell in enumerate(found):
        if cell.name == "Sheet" and not sheet:
            keys.add(n)
        said = _tokens(cell.value)
        full = _run(asked.words, said)
        part = {p for p in asked.strong if _in(asked.words[p], said)}
        # "2021" and "Ana" name no date and no address that has them, nor a cell of prose
        if full or (part and len(said) <= MOST_NAME_WORDS and kind(cell.value) != "date" and "@" not in cell.value):
            keys.add(n)
            whole = whole or (bool(full) and kind(cell.value) == "text")
        covered |= full | part
        every |= full
    names = [token for cell in found for token in _tokens(cell.name)]
    values = [token for cell in found for token in _tokens(cell.value)]
    above = _tokens(_above(passage, place))
    explained = {n for n, word in enumerate(asked.words) if n in covered or alike(word, names) or alike(word, above)}
    weak = {n for n, word in enumerate(asked.words) if _in(word, values) and not _in(word, names)}
    missing = {n for n in asked.strong if n not in explained}
    return Row(
        *(item, found, frozenset(keys), frozenset(covered | weak), frozenset(every)),
        *(frozenset(missing), frozenset(explained | weak), whole),
    )


def _bare(passage: Passage, sentence: Sentence) -> tuple[Cell, ...]:
    """Return the cells of a row without column names: it has as many as another one beside it."""
    found = bare_cells(passage.quote(sentence))
    if len(found) < LEAST_CELLS or passage.quote(sentence).endswith((".", "!", "?", "”", '"')):
        return ()
    others = (bare_cells(passage.quote(other)) for other in passage.sentences if other != sentence)
    return found if any(len(other) == len(found) for other in others) else ()


def _above(passage: Passage, place: int) -> str:
    """Return what is said of a table's rows above them, in the document's title and in its name."""
    lead = [passage.quote(sentence) for sentence in passage.sentences[:place]]
    lead = [text for text in lead if len(text) <= MOST_LEAD_CHARS and not cells(text) and "|" not in text]
    name = re.sub(r"[\W_]+", " ", passage.source.rsplit(".", 1)[0])
    return " . ".join([passage.title, name, passage.published or "", passage.publisher or "", passage.context, *lead])


def _bearing(asked: QuestionWords, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that bear what the question names; all of them if it names nothing that a row has."""
    if not asked.strong and not any(row.covered for row in rows):
        return list(rows)
    most: dict[tuple[str, tuple[str, ...]], tuple[int, ...]] = {}
    for row in rows:
        most[row.table] = max(most.get(row.table, ()), _weight(asked, row))
    elsewhere = {n for row in rows for n in row.covered & asked.strong}
    return [
        row
        for row in rows
        if row.covered and _weight(asked, row) == most[row.table] and _answers(asked, row, elsewhere)
    ]


def _weight(asked: QuestionWords, row: Row) -> tuple[int, ...]:
    return len(row.covered & asked.strong) - len(row.missing), len(row.full), len(row.covered)


def _answers(asked: QuestionWords, row: Row, elsewhere: set[int]) -> bool:
    """Tell whether a row has all names that are asked for, or one in full and lacks only what no row has.

    A number that it lacks, or a part of the same name ("Dan" of "Dan Lindt"), makes it another row.
    """
    missing = {n for n in row.missing if asked.words[n].text not in _TITLES}
    if not missing:
        return True
    beside = {n + step for n in row.covered & asked.strong for step in (-1, 1)}
    other = any(
        re.search(r"\d", asked.words[n].text) or is_date(asked.words[n]) or (n in beside and asked.joined(n))
        for n in missing
    )
    return row.whole and not other and not missing & elsewhere


def _is_sure(asked: QuestionWords, best: Sequence[tuple[Evidence, Row, int]]) -> bool:
    """Tell whether the first row has all that the question says, its column is clear, and none says otherwise."""
    if not best or not best[0][2] or not best[0][0].short_answer or not best[0][1].covered:
        return False
    item, row, _ = best[0]
    other = {one.short_answer for one, _, clear in best[1:] if clear and one.short_answer}
    left = [word for n, word in enumerate(asked.words) if n not in row.explained and not light(word)]
    return not left and not row.missing and other <= {item.short_answer}


def _undecided(best: list[tuple[Evidence, Row, int]]) -> list[tuple[Evidence, Row, int]]:
    """Let the rows of one table that answer as well stand side by side, none of them as the short answer.

    "How many goals did the Rovers score?" asks for one of two rows if the table has two years.
    """
    if not best or not best[0][2]:
        return best
    first, row, clear = best[0]
    alike = [one for one in best if one[1].table == row.table and one[2] == clear]
    if len({item.short_answer for item, _, _ in alike}) < 2:
        return best
    level = [(replace(one[0], short_answer="", score=max(first.score, one[0].score)), *one[1:]) for one in alike]
    return [*level, *(one for one in best if one not in alike)]


def _needs_more(asked: QuestionWords, best: Sequence[tuple[Evidence, Row, int]]) -> bool:
    """Tell whether one row cannot answer: all are to be compared or counted, or it has nothing of what is asked for."""
    item, row, clear = best[0]
    if asked.compares - row.explained and (len(best) > 1 or not row.covered):
        return True
    named = [n for n in asked.thing if not empty(asked.words[n])]
    if named and not clear and (asked.kind == "number" or not row.explained.intersection(named)):
        return True
    level = [one for one in best if one[1].table == row.table]
    return not item.short_answer and asked.kind in ("number", "when") and (not clear or len(level) < 2)


def _bears(asked: QuestionWords, item: Evidence) -> bool:
    """Tell whether prose has the names and numbers that are asked for."""
    said = tokens(f"{item.passage.title} . {item.passage.text}")
    return all(_in(asked.words[n], said) for n in asked.strong)


def _stands(asked: QuestionWords, item: Evidence) -> bool:
    """Tell whether prose may answer before rows: beside a table it must have the names, or it is but its heading."""
    every = map(item.passage.quote, item.passage.sentences)
    if not any(is_row(text) or is_header(text) for text in every):
        return True
    place = item.passage.sentences.index(item.sentence) if item.sentence in item.passage.sentences else 0
    near = [item.passage.quote(sentence) for sentence in item.passage.sentences[max(place - 1, 0) : place]]
    near = [text for text in near if "|" not in text and not cells(text)]
    said = tokens(" . ".join([item.passage.title, *near, item.quote]))
    return all(_in(asked.words[n], said) for n in asked.strong)


def _span(row: Row) -> tuple[int, int]:
    """Return where in its row the reader's short answer is; nowhere if it is not one piece of it."""
    start = row.item.quote.find(row.item.short_answer) if row.item.short_answer else -1
    return (start, start + len(row.item.short_answer)) if start >= 0 else (-1, -1)


def _tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a cell or a column name: "salaryEur" is two, and "2024-05-03" is in May."""
    months = [MONTH_NAMES[int(month) - 1] for month in _ISO.findall(text) if 0 < int(month) <= len(MONTH_NAMES)]
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return tuple(token for token in tokens(" . ".join([plain, *map(str.title, months)])) if token.content)


def _in(word: Token, said: Sequence[Token]) -> bool:
    return any(meets(word, token) for token in said)


def _run(asked: Sequence[Token], said: Sequence[Token]) -> set[int]:
    """Return which words of a question are a cell's own, all of them and in order; none if they are not there."""
    if not said or len(said) > len(asked):
        return set()
    for start in range(len(asked) - len(said) + 1):
        if all(meets(asked[start + n], token) for n, token in enumerate(said)):
            return set(range(start, start + len(said)))
    return set()
