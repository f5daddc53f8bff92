"""Running heads, feet, page numbers and stamps: what stands in one place on several pages and is no part of the text.

Lines count as the same if they differ in nothing but numbers that grow as the pages do.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rag.documents.pdf.glyphs import Page
from rag.documents.pdf.grid import aligned
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import Line, line_of, rows, segments

_EDGE = 0.17
"""Share of a page's height, from above and from below, in which heads and feet stand."""
_MOST_LINES = 5
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(?i)(?:(?<=\W)|^)(?=[ivxl])x{0,3}(?:ix|iv|v?i{0,3})(?=\W|$)")
_PAGE_NUMBER = re.compile(
    r"(?i)[\W_]*(?:page|pages|seite|p\.|pg\.?|página|pagina|sida|side|strona)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,6})"
    r"(?:\s*(?:/|of|von|de|di|sur|av|z)\s*\d{1,4})?[\W_]*"
)
_BROWSER = re.compile(r"(?:https?|file)://\S+ \d+/\d+|\d{1,2}[/.]\d{1,2}[/.]\d{2,4},? \d{1,2}:\d\d(?:\s?[AP]M)?\b.*")
"""What browsers print around a page."""
_NUMBERED = re.compile(
    r"(?i)[|·•,–—-]?\s*\b(?:page|seite|página|pagina)\s*\d+(?:\s*(?:/|of|von|de|di|sur)\s*\d+)?\s*[|·•,–—-]?"
)


@dataclass(slots=True)
class _Row:
    page: int
    upper: bool
    place: float
    """Distance from the page's edge."""
    words: list[Word]
    text: str
    is_outermost: bool
    is_apart: bool = False
    """Whether more space parts it from the text than there is between lines."""


def without_furniture(pages: Sequence[Page]) -> list[str]:
    """Take running heads and feet out of the pages' words; return each that says something, once."""
    candidates = [row for number, page in enumerate(pages) for row in _outer(number, page)]
    groups: dict[tuple[bool, str], list[_Row]] = {}
    for row in candidates:
        key = row.upper, _NUMBER.sub("#", _ROMAN.sub("#", row.text) if len(row.text) < 12 else row.text)
        groups.setdefault(key, []).append(row)
    dropped: dict[int, set[int]] = {}
    kept: dict[str, None] = {}
    for (_, shape), group in groups.items():
        bare = bool(_PAGE_NUMBER.fullmatch(group[0].text))
        same = _in_one_place(group)
        if _BROWSER.fullmatch(group[0].text):
            wanted = group
        elif bare:
            wanted = same if len(same) > 1 and _grows(same) else []
            wanted = wanted + [row for row in group if row not in wanted and _is_own_number(row, pages, wanted)]
        else:
            wanted = [row for part in _alike(same, len(pages)) if _runs(part, len(pages)) for row in part]
        wanted = [row for row in wanted if bare or not _heads_a_table(row, pages[row.page])]
        for row in wanted:
            dropped.setdefault(row.page, set()).update(map(id, row.words))
        if wanted and not bare and re.search(r"[^\W\d_]{2}", shape):
            said = " ".join(_NUMBERED.sub(" ", wanted[0].text).split())
            kept.setdefault(said, None)
    for number, gone in dropped.items():
        pages[number].words = [word for word in pages[number].words if id(word) not in gone]
    return [*kept, *_stamps(pages)]


def _outer(number: int, page: Page) -> Iterator[_Row]:
    """Yield the rows at a page's upper and lower edge that stand apart from the text, and the outermost anyway."""
    height = page.bottom - page.top
    found = rows(page.words)
    main = [max(row, key=lambda word: word.size) for row in found]
    pitches = sorted(other.base - one.base for one, other in itertools.pairwise(main))
    pitch = pitches[len(pitches) // 3] if len(pitches) > 2 else 0
    for upper in (True, False):
        order = list(range(len(found))) if upper else list(range(len(found)))[::-1]
        outer: list[_Row] = []
        apart = 0
        for place, n in enumerate(order[:_MOST_LINES]):
            distance = main[n].base - page.top if upper else page.bottom - main[n].base
            if distance > _EDGE * height:
                break
            text = " ".join(line.text for line in segments(found[n]))
            outer.append(_Row(number, upper, distance, found[n], text, not place))
            inner = main[order[place + 1]] if place + 1 < len(order) else None
            if inner is None or abs(inner.base - main[n].base) > 1.35 * pitch or abs(inner.size - main[n].size) > 0.5:
                apart = len(outer)
        for row in outer[:apart]:
            row.is_apart = True
        yield from (row for row in outer if row.is_apart or row.is_outermost)


def _runs(part: list[_Row], pages: int) -> bool:
    """Tell whether rows that are alike are a running head: on several pages apart from the text, or on most pages."""
    count = len({row.page for row in part})
    return count > 1 and (sum(row.is_apart for row in part) > 0.5 * len(part) or count >= max(3, 0.6 * pages))


def _in_one_place(group: list[_Row]) -> list[_Row]:
    """Return the rows that stand where most do; a head of odd pages may stand a little off that of even ones."""
    middle = median(row.place for row in group)
    near = [row for row in group if abs(row.place - middle) <= 8]
    return near if len(near) > 1 else group if max(r.place for r in group) - min(r.place for r in group) <= 8 else []


def _alike(group: list[_Row], pages: int) -> list[list[_Row]]:
    """Return rows that are the same but for a page's number; where other numbers differ, those of the same text."""
    small = all(int(n[:9]) <= pages + 30 for row in group for n in _NUMBER.findall(row.text)) if group else False
    if group and (small or len({row.text for row in group}) == 1 or _number_apart(group)) and _grows(group):
        return [group]
    texts: dict[str, list[_Row]] = {}
    for row in group:
        texts.setdefault(row.text, []).append(row)
    return list(texts.values())


def _number_apart(group: list[_Row]) -> bool:
    """Tell whether the last or the first thing in each row is a number by itself, as in "Journal     1001"."""
    lines = [segments(row.words) for row in group]
    return all(len(each) > 1 and (each[0].text.isdigit() or each[-1].text.isdigit()) for each in lines)


def _grows(group: list[_Row]) -> bool:
    """Tell whether the numbers in rows are the same, or grow from page to page as the pages do."""
    numbers = [(row.page, [int(n[:9]) for n in _NUMBER.findall(row.text)]) for row in group]
    width = len(numbers[0][1])
    if any(len(each) != width for _, each in numbers):
        return True  # of Roman numerals some are digits here and some are not
    wrong = 0
    for (page, one), (later, other) in itertools.pairwise(numbers):
        wrong += any(b != a and b - a != later - page for a, b in zip(one, other, strict=True))
    return wrong <= 0.2 * (len(numbers) - 1)


def _is_own_number(row: _Row, pages: Sequence[Page], others: Sequence[_Row]) -> bool:
    """Tell whether a number is that of its page, and all that the page has to say or as others are."""
    numbers = _NUMBER.findall(row.text)
    alone = len(row.words) == len(pages[row.page].words)
    return numbers[:1] == [str(row.page + 1)] and (alone or bool(others and row.is_outermost))


def _heads_a_table(row: _Row, page: Page) -> bool:
    """Tell whether the cells of a row have others below them."""
    if not row.upper:
        return False
    lines: list[list[Line]] = [segments(each) for each in rows(page.words)]
    here = next((n for n, each in enumerate(lines) if each[0].words[0] is row.words[0]), None)
    if here is None or len(lines[here]) < 2:
        return False
    below = lines[here : here + 4]
    if len(below) < 3 or any(len(each) < 2 for each in below[:3]) or aligned(below[:3], ()) is None:
        return False
    return below[1][0].base - below[0][0].base < 1.8 * (below[2][0].base - below[1][0].base)


def _stamps(pages: Sequence[Page]) -> list[str]:
    """Take out what stands at another angle on several pages: stamps, marks in the margin."""
    texts = [[" ".join(line_of(row).text for row in rows(words)) for words in page.turned] for page in pages]
    times: dict[str, int] = {}
    for each in texts:
        for text in set(each):
            times[text] = times.get(text, 0) + 1
    for page, said in zip(pages, texts, strict=True):
        page.turned = [words for words, text in zip(page.turned, said, strict=True) if times[text] == 1]
    return [text for text, count in times.items() if count > 1]
