"""PDF: its text as it is read, by PDFium: columns in order, tables as rows, sentences whole across pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.left import listed
from rag.documents.common.parsed import Parsed
from rag.documents.pdf.blocks import Block, blocks
from rag.documents.pdf.figures import figures
from rag.documents.pdf.flow import flowing, merged, tabulated
from rag.documents.pdf.furniture import without_furniture
from rag.documents.pdf.glyphs import Page, PageReader
from rag.documents.pdf.hyphens import Hyphens
from rag.documents.pdf.letters import Word
from rag.documents.pdf.lines import line_of, rows, segments
from rag.documents.pdf.ocr import REMEDY, Recogniser
from rag.documents.pdf.order import Box, regions
from rag.documents.pdf.ruled import lined, ruled

_NO_TITLE = re.compile(
    r"(?i)\s*(?:untitled.*|\(?anonymous\)?|python-docx|microsoft (?:word|powerpoint|excel)\b.*|print\b.*|slide \d+"
    r"|document\d*|about:blank|\S*\.(?:docx?|odt|rtf|pptx?|xlsx?|indd|tex|dvi|pdf|html?))?\s*"
)
"""What programs put where an author or a title belongs."""
_DAY = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
_MOST_LOST = 0.3
"""A page of whose letters more are unknown is not read."""


def pdf(data: bytes, ocr: Recogniser | None = None, gallery: Gallery | None = None) -> Parsed:
    """Read each page; one that is a picture has no text, and is told, unless it is recognised.

    Args:
        data: the whole file.
        ocr: reads pages without text.
        gallery: takes the pictures on the pages; what is said of them stands at the end of their page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unusable("encrypted", "save it without a password") from error
        raise Unusable(f"not a whole PDF ({error})", "save it again from where it came") from error
    try:
        pages = _pages(document)
        about = document.get_metadata_dict()
        running = without_furniture(pages)
        pictured = _pictured(document, pages, gallery) if gallery else {}
        seen = _recognised(document, pages, [*_unread(pages), *_unreadable(pages)], ocr) if ocr else _Recognised()
    except pypdfium2.PdfiumError as error:
        raise Unusable(f"not a whole PDF ({error})", "save it again from where it came") from error
    finally:
        document.close()
    if seen.read:
        running += without_furniture(pages)
    unread, unreadable = _unread(pages), _unreadable(pages)
    found: list[Block] = []
    for number, page in enumerate(pages):
        if number + 1 not in unreadable:
            found += _blocks(page, number)
        found += (Block([mark], [number], is_prose=False) for mark in pictured.get(number, ()))
    if not found:
        if seen.late:
            raise Unusable(f"no page was recognised within ocr_seconds = {seen.seconds}", "raise ocr_seconds")
        if ocr:
            raise Unusable("no text in it, and none was recognised", "look at it: it may be pictures, or a faint scan")
        raise Unusable("no text in it: it may be a scan", REMEDY)
    author = about.get("Author", "")
    title = _title(about.get("Title", ""), found)
    plain = sorted({block.pages[0] + 1 for block in found if block.grid and block.grid.lines is not None})
    found = merged(list(tabulated(found)))
    found += [Block([line], [len(pages) - 1], is_prose=False) for line in running]
    hyphens = Hyphens(line for block in found if block.is_prose for line in [*block.lines, ""])
    flow = flowing(found, len(pages), hyphens.between)
    blank = [number for number in unread if number not in (*seen.late, *seen.read)]
    told = [
        *_told(blank, len(pages), "no text", "none was recognised, look at it" if ocr else REMEDY),
        *_told(unreadable, len(pages), "text in a font of unknown letters", REMEDY),
        *_told(seen.late, len(pages), f"taken more than ocr_seconds = {seen.seconds}", "raise it, and index again"),
        *_told(sorted(seen.faint), len(pages), "lines too faint to recognise", "look at it"),
    ]
    meta = {
        "title": title,
        "author": None if _NO_TITLE.fullmatch(author) else author,
        "created": _created(about),
    }
    notes = [
        *_checked(seen.read),
        *_unrowed(plain),
        *_counted(sum(page.struck for page in pages), "struck-out passage", "left out"),
        *_counted(sum(page.comments for page in pages), "comment", "left out"),
    ]
    filled = sum(page.fields for page in pages)
    told += _counted(filled, "filled form field", "not read: print the form to a PDF file, which makes them text")
    return Parsed(flow.text, meta, flow.pages, notes=notes, unread=told)


def _counted(count: int, what: str, how: str) -> list[str]:
    """Return what is told of things of a kind, if there are any.

    >>> _counted(2, "comment", "left out")
    ['2 comments are left out']
    """
    return [f"{count} {what} is {how}" if count == 1 else f"{count} {what}s are {how}"] if count else []


def _pages(document: "object") -> list[Page]:
    import pypdfium2

    reader, found = PageReader(), []
    for place in range(len(document)):  # type: ignore[arg-type]
        try:
            page = document[place]  # type: ignore[index]
        except pypdfium2.PdfiumError:
            found.append(Page(pictures=1))  # a page that cannot be opened has no text, and is told
            continue
        found.append(reader.page(page))
        page.close()
    if not found:
        raise Unusable("no pages in it", "save it again from where it came")
    return found


def _pictured(document: "object", pages: Sequence[Page], gallery: Gallery) -> dict[int, list[str]]:
    """Return for each page, by its number from 0, the paragraphs that keep the places of its pictures."""
    import pypdfium2

    found = {}
    for number, page in enumerate(pages):
        if page.pictures or page.shapes:
            try:
                drawn = document[number]  # type: ignore[index]
            except pypdfium2.PdfiumError:
                continue
            found[number] = figures(drawn, gallery, has_text=bool(page.words or page.turned))
            drawn.close()
    return found


def _blocks(page: Page, number: int) -> list[Block]:
    words = without_drop_caps(page.words)
    grids, rest = ruled(words, page.edges)
    banded, rest = lined(rest, page.edges)
    grids += banded
    boxes: list[Box] = [*grids, *(line for row in rows(rest) for line in segments(row))]
    found: list[Block] = []
    for region in regions(boxes):
        part = list(blocks(region, page.edges, number))
        if part:
            part[0].is_first = True
        found += part
    for turned in page.turned:
        lines: list[Box] = [line for row in rows(turned) for line in segments(row)]
        found += [block for region in regions(lines) for block in blocks(region, (), number)]
    return found


def without_drop_caps(words: list[Word]) -> list[Word]:
    """Put a large first letter that stands over several lines before the rest of its word."""
    if not words:
        return words
    body = line_of(words).size
    for cap in [word for word in words if len(word.text) == 1 and word.size > 1.8 * body and word.text.isupper()]:
        beside = [
            word
            for word in words
            if abs(word.size - body) < 0.2 * body
            and -0.5 * body < word.x0 - cap.x1 < 1.5 * body
            and cap.base - 0.95 * cap.size < word.base - 0.3 * body < cap.base
        ]
        first = min(beside, key=lambda word: word.base, default=None)
        if first is not None and len(beside) > 1:
            first.text, first.x0 = cap.text + first.text, cap.x0
            words = [word for word in words if word is not cap]
    return words


def _unread(pages: Sequence[Page]) -> list[int]:
    """Return the numbers of the pages that show something but hold no text."""
    return [
        n
        for n, page in enumerate(pages, start=1)
        if not page.words and not page.turned and (page.pictures or page.shapes)
    ]


def _unreadable(pages: Sequence[Page]) -> list[int]:
    return [
        n
        for n, page in enumerate(pages, start=1)
        if page.words and page.lost > _MOST_LOST * sum(len(word.text) for word in page.words)
    ]


@dataclass(slots=True)
class _Recognised:
    """What became of the pages whose text was to be recognised, by their numbers from 1."""

    read: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    faint: list[int] = field(default_factory=list)
    """Those read of which some lines are too faint."""
    seconds: int = 0


def _recognised(document: "object", pages: Sequence[Page], numbers: Iterable[int], ocr: Recogniser) -> _Recognised:
    """Give pages the words that are recognised in their pictures."""
    import pypdfium2

    found = _Recognised(seconds=ocr.seconds)
    for number in sorted(numbers):
        try:
            drawn = document[number - 1]  # type: ignore[index]
        except pypdfium2.PdfiumError:
            continue
        try:
            seen = ocr.see(drawn)
        except TimeoutError:
            found.late.append(number)
            continue
        finally:
            drawn.close()
        if seen.words:
            page = pages[number - 1]
            page.words, page.turned, page.edges, page.lost = seen.words, [], [], 0
            page.top, page.bottom = 0, seen.height
            found.read.append(number)
            if seen.faint:
                found.faint.append(number)
    return found


def _checked(numbers: Sequence[int]) -> list[str]:
    """Return what is told of pages that were recognised, if there are any.

    >>> _checked([2, 3, 4])
    ['pages 2-4 were read by text recognition (OCR): check the quotes']
    """
    if not numbers:
        return []
    pages = f"page {numbers[0]} was" if len(numbers) == 1 else f"pages {listed(numbers)} were"
    return [f"{pages} read by text recognition (OCR): check the quotes"]


def _unrowed(numbers: Sequence[int]) -> list[str]:
    """Return what is told of tables whose rows cannot be told, by their pages, if there are any.

    >>> _unrowed([2])
    ['a table on page 2 is read line by line: it does not show where its rows part']
    """
    return [f"a table on page {n} is read line by line: it does not show where its rows part" for n in numbers]


def _told(numbers: Sequence[int], count: int, what: str, remedy: str) -> list[str]:
    """Return what is told of pages that were not read, if there are any.

    >>> _told([2, 3, 5], 6, "no text", "look at it")
    ['3 of 6 pages have no text (pages 2-3, 5): look at it']
    """
    if not numbers:
        return []
    have, pages = ("has", "page") if len(numbers) == 1 else ("have", "pages")
    said = f"{len(numbers)} of {count} {'page' if count == 1 else 'pages'} {have} {what} ({pages} {listed(numbers)})"
    return [f"{said}: {remedy}"]


def _created(about: dict[str, str]) -> str | None:
    """Return the day on which a PDF was made, as far as it says so.

    >>> _created({"CreationDate": "D:20240503101500+02'00'"})
    '2024-05-03'
    """
    found = _DAY.match(about.get("CreationDate") or about.get("ModDate") or "")
    return "-".join(found.groups()) if found else None


def _title(named: str, found: Sequence[Block]) -> str | None:
    """Return the title that the file gives, unless a program made it up; otherwise the largest heading of page 1."""
    if not _NO_TITLE.fullmatch(named):
        return named
    first = [block for block in found if block.pages[0] == 0 and block.is_prose]
    letters = [
        block.size for block in found if block.is_prose for line in block.lines for _ in range(len(line) // 20 + 1)
    ]
    large = max(first, key=lambda block: block.size, default=None)
    if large is None or len(found) < 3 or large.size < 1.25 * median(letters) or sum(map(len, large.lines)) > 200:
        return None
    return " ".join(large.lines)
