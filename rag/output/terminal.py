"""An answer, a refusal and the hits of a search as text for a terminal.

Only the program writes at the start of a line: what comes from a source stands behind a bar, a label or an indent, so
that a "[2]" in it cannot pass for a citation. No control character of a source, a question or an LLM gets through: the
colours and links are the program's own.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote, urlsplit

from rag.config import variable
from rag.output.render import DISAGREE, NOT_READ, also_in, conflict_lines, marks, unshown
from rag.schema import (
    REASONS,
    Answer,
    Certainty,
    Check,
    CheckedClaim,
    Citation,
    Closest,
    Conflicts,
    Contradiction,
    Hit,
    Retrieved,
)
from rag.text.described import credited

if TYPE_CHECKING:
    from rag.claims.judging import Judgement
    from rag.index.store import Store

MOST_WIDTH = 100
"""Cells; longer lines are hard to read."""
LEAST_WIDTH = 30
NEAREST = 2
"""Passages that a refusal shows unless all are asked for."""
SNIPPET_CHARS = 300
SURE: dict[Certainty, str] = {
    "confident": "Confident",
    "likely": "Likely, not certain",
    "unsure": "Unsure: read the quote",
}
"""The confidence in words."""

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
_SURE_COLOUR: dict[Certainty, str] = {"confident": GREEN, "likely": YELLOW, "unsure": RED}
_BAR = "│ "
_LINKED = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "mintty")
_LINKED_TERM = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a text is, and whether it has colours and links."""

    width: int = 80
    """Cells, 30 to 100."""
    colour: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    """Where each source opens; those that are not in it are no links."""

    def paint(self, text: str, *codes: str) -> str:
        """Return a text in a colour or weight."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.colour and text else text

    def link(self, text: str, source: str) -> str:
        """Return a text that opens a source (OSC 8)."""
        uri = self.links.get(source)
        return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\" if uri else text


def look_of(stream: TextIO, links: Mapping[str, str] | None = None) -> Look:
    """Return what a stream takes.

    ``NO_COLOR`` turns colours off and ``FORCE_COLOR`` on; ``FORCE_HYPERLINK`` does so for links, and 0 turns those off.
    """
    width = max(LEAST_WIDTH, min(shutil.get_terminal_size().columns, MOST_WIDTH))
    live = stream.isatty() and variable("TERM") != "dumb"
    colour = not variable("NO_COLOR") and (live or variable("FORCE_COLOR") not in ("", "0"))
    return Look(width, colour, (links or {}) if takes_links(stream) else {})


def takes_links(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that is known to take links; others may show them as rubbish."""
    if forced := variable("FORCE_HYPERLINK"):
        return forced != "0"
    vte = variable("VTE_VERSION")
    return (
        stream.isatty()
        and variable("TERM") != "dumb"
        and (
            variable("TERM_PROGRAM") in _LINKED
            or variable("TERM").startswith(_LINKED_TERM)
            or any(map(variable, ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "KITTY_WINDOW_ID")))
            or (vte.isdecimal() and int(vte) >= 5000)
        )
    )


def links_of(store: "Store", folder: str | Path, sources: Iterable[str]) -> dict[str, str]:
    """Return where each source opens: its file in the sources folder, otherwise the address that it gives."""
    found = {source: _file(Path(folder), source) or _address(store, source) for source in sources}
    return {source: uri for source, uri in found.items() if uri}


def _file(folder: Path, source: str) -> str | None:
    try:
        path = (folder / source).resolve()
        return path.as_uri() if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def _address(store: "Store", source: str) -> str | None:
    document = store.find(source)
    try:
        parts = urlsplit(document.url or "" if document else "")
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return quote(parts.geturl(), safe="%/:?#[]!$&'()*+,;=~") if usable else None


def answer_text(answer: Answer, look: Look | None = None, *, verbose: bool = False) -> str:
    """Return an answer: what it says in short, then each quote with where it stands, and how sure it is.

    No sentence is there twice: a line of an answer that is its own quote is shown as the quote.

    Args:
        answer: what to show.
        look: how; by default 80 cells wide, without colours and links.
        verbose: show all the passages that are nearest to a refused question, whole, and the confidence as a number.
    """
    look = look or Look()
    if answer.message:
        return "\n".join([*_message_lines(answer.message, look), *_suggested(answer.suggestions, look)])
    lines: list[str] = []
    if answer.standalone != " ".join(answer.question.split()):
        lines = [*_wrapped(f"Asked as: {answer.standalone}", look, rest="    ", style=(DIM,)), ""]
    said = _refused if answer.outcome == "refused" else _answered
    return "\n".join([*lines, *said(answer, look, verbose=verbose)])


def _answered(answer: Answer, look: Look, *, verbose: bool) -> Iterator[str]:
    if answer.short_answer:
        unsure = " (unsure)" if answer.certainty == "unsure" else ""
        first, *more = _wrapped(f"Short answer{unsure}: {answer.short_answer}", look, rest="    ")
        label, _, short = first.partition(": ")
        yield f"{label}: {look.paint(short, BOLD)}"
        yield from (look.paint(line, BOLD) for line in more)
        yield ""
    if told := conflict_lines(answer):
        if answer.disputed:
            yield look.paint(f"{DISAGREE}:", YELLOW)
        for line in told:
            yield from _wrapped(line, look, "  ", "    ")
        yield ""
    quotes = {citation.number: _flat(citation.quote) for citation in answer.citations}
    said = [_flat(claim.text) for claim in answer.claims]
    if not set(said) <= set(quotes.values()):  # an LLM worded it: its lines first, then what they stand on
        for claim in answer.claims:
            yield from _wrapped(f"{marks(claim.citations)} {claim.text}", look, rest="    ")
        yield ""
        quotes = {number: "" if text in said else text for number, text in quotes.items()}
    indent = len(f"[{len(answer.citations)}] ")
    for citation in answer.citations:
        yield from _quoted(citation, quotes[citation.number], answer.short_answer or "", indent, look)
        yield ""
    number = f" ({answer.confidence:.2f})" if verbose else ""
    yield look.paint(f"{SURE[answer.certainty]}{number}.", _SURE_COLOUR[answer.certainty])


def _quoted(citation: Citation, text: str, short: str, indent: int, look: Look) -> Iterator[str]:
    """Yield a citation: its number and quote, then its document and place. A text that was said already is empty."""
    label = look.paint(f"[{citation.number}]", BOLD, CYAN) + " " * (indent - len(f"[{citation.number}]"))
    below = " " * indent
    for line in _emphasised(text, short, look.width - indent - len(_BAR), look) if text else ():
        yield f"{label}{look.paint(_BAR, DIM)}{line}"
        label = below
    for line in _about(citation, text, look, indent):
        yield f"{label}{line}"
        label = below


def _about(citation: Citation, text: str, look: Look, indent: int) -> Iterator[str]:
    """Yield a citation's document in a line, its place, and who else says the same."""
    width = look.width - indent
    title, credit = credited(_flat(citation.title))
    if text.startswith(title.removesuffix("…").rstrip()):  # a title that was made from the text says nothing new
        title = ""
    rest = [_flat(str(part)) for part in (credit, citation.publisher, citation.published) if part]
    room = width - sum(_cells(part) + 3 for part in rest)
    if about := " · ".join([*([_cut(title, max(room, 20))] if title else []), *rest]):
        yield look.paint(_cut(about, width), DIM)
    yield from _place(citation, width, look)
    if citation.also:
        yield from (look.paint(line, DIM) for line in _filled(f"also in {also_in(citation)}", width))


def _emphasised(text: str, short: str, width: int, look: Look) -> Iterator[str]:
    """Yield the lines of a text in which the short answer stands out."""
    found = re.search(rf"(?<!\w){re.escape(_flat(short))}(?!\w)", text) if short and look.colour else None
    left, right = found.span() if found else (0, 0)
    for start, end in _spans(text, width):
        a, b = (min(max(place, start), end) for place in (left, right))
        yield text[start:a] + look.paint(text[a:b], BOLD, YELLOW) + text[b:end]


def _refused(answer: Answer, look: Look, *, verbose: bool) -> Iterator[str]:
    why = REASONS[answer.reason or ""]
    yield look.paint(unshown(answer), BOLD, YELLOW)
    number = f" ({answer.reason}; confidence {answer.confidence:.2f})" if verbose else ""
    yield from _wrapped(f"{why[0].upper()}{why[1:]}{number}.", look)
    if answer.missing:
        yield f"{NOT_READ}:"
        for item in answer.missing:
            yield from _wrapped(f"- {item}", look, "  ", "    ")
    if answer.closest and verbose:
        yield "Nearest passages:"
        for closest in answer.closest:
            yield from (f"  {line}" for line in _place(closest, look.width - 2, look))
            for line in _filled(_near(closest), look.width - 4):
                yield f"  {look.paint(_BAR, DIM)}{line}"
    elif answer.closest:
        yield "Nearest passages (-v shows all of them, whole):"
        yield from (_nearest(closest, look) for closest in answer.closest[:NEAREST])
    yield from _suggested(answer.suggestions, look)


def _nearest(closest: Closest, look: Look) -> str:
    """Return a passage in a line: how it begins, and where it stands."""
    width = look.width - len("  " + _BAR + "  ")
    where = _cut(_safe(place(closest)), width // 2, tail=True)
    text = _cut(_near(closest), width - _cells(where))
    return f"  {look.paint(_BAR, DIM)}{text}  {look.link(look.paint(where, DIM), closest.source)}"


def _near(closest: Closest) -> str:
    """Return the text of a passage in a line; before a model's words, that they are."""
    _, credit = credited(closest.title)
    return _flat(f"({credit}) {closest.quote}" if credit else closest.quote)


def suggestions_text(suggestions: Sequence[str], look: Look | None = None) -> str:
    """Return what may be asked next, below an empty line; nothing if there is nothing."""
    return "\n".join(_suggested(suggestions, look or Look()))


def _suggested(suggestions: Sequence[str], look: Look) -> list[str]:
    lines = [line for item in suggestions for line in _wrapped(f"- {item}", look, "  ", "    ")]
    return ["", "You can ask:", *lines] if lines else []


def _message_lines(message: str, look: Look) -> list[str]:
    """Return a message's lines; those behind the first hold titles of sources, and are indented."""
    head, *rest = message.split("\n")
    return [*_wrapped(head, look), *(line for item in rest for line in _wrapped(item, look, "  ", "    "))]


def search_text(retrieved: Retrieved, look: Look | None = None) -> str:
    """Return the hits of a search, each with its place, its score and how it begins."""
    look = look or Look()
    if not retrieved.hits:
        return "nothing found"
    return "\n\n".join("\n".join(_hit(n, hit, look)) for n, hit in enumerate(retrieved.hits, start=1))


def _hit(number: int, hit: Hit, look: Look) -> Iterator[str]:
    passage = hit.passage
    ranks = ", ".join(f"{leg} {rank}" for leg, rank in hit.ranks.items())
    score = f"score {hit.score:.3f} ({ranks})"
    indent = " " * len(f"{number}. ")
    *where, last = _filled(f"{passage.source}:{passage.start}-{passage.end}", look.width - len(indent))
    beside = _cells(last) + 2 + len(score) <= look.width - len(indent)
    lines = [look.link(line, passage.source) for line in (*where, last)]
    lines = [*lines[:-1], f"{lines[-1]}  {look.paint(score, DIM)}"] if beside else [*lines, look.paint(score, DIM)]
    for n, line in enumerate(lines):
        yield (indent if n else f"{look.paint(f'{number}.', BOLD, CYAN)} ") + line
    text = _flat(passage.text)
    if len(text) > SNIPPET_CHARS:
        text = text[:SNIPPET_CHARS].rsplit(" ", 1)[0] + " …"
    yield from _wrapped(text, look, "   ", "   ")


VERDICTS = {"supported": "supported", "contradicted": "contradicted", "not_found": "not found"}
_VERDICT_COLOUR = {"supported": GREEN, "contradicted": RED, "not_found": YELLOW}


def check_text(checked: Check, look: Look | None = None) -> str:
    """Return a checked text: its claims, what is to be said of each, then the quotes."""
    look = look or Look()
    lines: list[str] = []
    indent = " " * 13
    for claim in checked.claims:
        head = look.paint(f"{VERDICTS[claim.verdict]:<13}", _VERDICT_COLOUR[claim.verdict])
        first, *rest = _wrapped(" ".join(filter(None, (marks(claim.citations), claim.text))), look, indent, indent)
        lines += [head + first.removeprefix(indent), *rest]
        for note in notes(claim):
            lines += _wrapped(note, look, indent, f"{indent}  ", style=(DIM,))
    width = len(f"[{len(checked.citations)}] ")
    for citation in checked.citations:
        lines += ["", *_quoted(citation, _flat(citation.quote), "", width, look)]
    return "\n".join([*lines, "", counted(checked)])


def counted(checked: Check) -> str:
    """Return how many claims of a text are what: ``3 claims: 1 supported, 2 not found``."""
    counts = [(name, sum(claim.verdict == verdict for claim in checked.claims)) for verdict, name in VERDICTS.items()]
    told = ", ".join(f"{count} {name}" for name, count in counts if count)
    number = len(checked.claims)
    return f"{number} claim{'' if number == 1 else 's'}: {told}"


def notes(claim: CheckedClaim) -> Iterator[str]:
    """Yield what is to be said of a claim of a text besides its verdict, a line each."""
    if claim.read:
        yield f"Read as: {claim.read}"
    if claim.reason:
        yield f"Why: {claim.reason}"
    if claim.against:
        yield f"But {marks(claim.against)} contradicts it."
    if claim.elsewhere:
        yield f"The text cites {', '.join(claim.cites)} for it, where it was not found."
    for quotation in claim.quotations:
        stands = f"stands in {marks(quotation.citations)}" if quotation.verbatim else "is in no source"
        yield f"“{quotation.text}” {stands}, word for word."
    if claim.closest:
        yield f"Closest: {place(claim.closest)} “{_flat(claim.closest.quote)}”"


_KINDS = {
    "number": "different numbers",
    "date": "different dates",
    "name": "different names",
    "denial": "one denies it",
    "meaning": "different in meaning",
}


def conflicts_text(found: Conflicts, look: Look | None = None) -> str:
    """Return what contradicts what in an index: in what, then the two quotes, the older one first."""
    look = look or Look()
    lines: list[str] = []
    width = len(f"[{len(found.citations)}] ")
    for one in found.contradictions:
        said = " / ".join(filter(None, one.values)) or _KINDS[one.kind]
        lines += _wrapped(f"{said} ({_told(one)})", look, rest="    ", style=(BOLD, YELLOW))
        for number in one.citations:
            citation = found.citations[number - 1]
            lines += _quoted(citation, _flat(citation.quote), "", width, look)
        lines.append("")
    number = len(found.contradictions)
    counted = f"{number or 'No'} contradiction{'' if number == 1 else 's'}"
    left = found.passages - found.looked_at
    bound = f"; the time was over before the other {left} (--seconds)" if left else ""
    return "\n".join([*lines, f"{counted} in {found.looked_at} of {found.passages} passages{bound}"])


def _told(one: Contradiction) -> str:
    """Return how sure a contradiction is, and of what kind."""
    by = "" if "values" in one.found_by else "; found by the judge alone"
    newer = "; the second is a newer version" if one.superseded else ""
    kind = f"{_KINDS[one.kind]}; " if one.values[0] else ""
    return f"{kind}confidence {one.confidence:.2f}{by}{newer}"


def judgement_text(judgement: "Judgement", passage: str, look: Look | None = None) -> str:
    """Return what a passage says to a claim, with the sentence that decides."""
    look = look or Look()
    start, end = judgement.sentence
    lines = [f"{judgement.verdict} (probability that it supports: {judgement.score:.2f})"]
    lines += _wrapped(f"Why: {judgement.reason}", look, rest="  ") if judgement.reason else []
    lines.append(look.paint(f"{start}-{end}", DIM))
    lines += [f"{look.paint(_BAR, DIM)}{line}" for line in _filled(passage[start:end], look.width - len(_BAR))]
    return "\n".join(lines)


def place(pointer: Citation | Closest) -> str:
    """Return where a quote stands: ``report.pdf:120-180, page 3``, or ``talk.mp3:120-180, at 12:34``."""
    where = ""
    if isinstance(pointer, Citation) and pointer.page:
        where = f", pages {pointer.page}-{pointer.page_end}" if pointer.page_end else f", page {pointer.page}"
    elif isinstance(pointer, Citation) and pointer.clock:
        where = f", at {pointer.clock}"
    return f"{pointer.source}:{pointer.start}-{pointer.end}{where}"


def _place(pointer: Citation | Closest, width: int, look: Look) -> Iterator[str]:
    text = _safe(place(pointer))  # whose spaces are its own
    for start, end in _spans(text, width):
        yield look.link(look.paint(text[start:end], DIM), pointer.source)


def _wrapped(text: str, look: Look, first: str = "", rest: str = "", style: tuple[str, ...] = ()) -> list[str]:
    lines = _filled(text, look.width - max(len(first), len(rest)))
    return [(rest if n else first) + (look.paint(line, *style) if style else line) for n, line in enumerate(lines)]


def _filled(text: str, width: int) -> list[str]:
    text = _flat(text)
    return [text[start:end] for start, end in _spans(text, width)] or [""]


def _spans(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield where each line of a text starts and ends; a word that is wider than a line is broken.

    A terminal would break it too, and put what follows at the start of a line.
    """
    start = 0
    while start < len(text):
        end, room = start, width
        while end < len(text) and (room := room - _cells(text[end])) >= 0:
            end += 1
        end = max(end, start + 1)
        if end < len(text) and text[end] != " ":
            space, after = text.rfind(" ", start, end), text.find(" ", end)
            if space > start and _cells(text[space + 1 : after if after >= 0 else None]) <= width:
                end = space
        yield start, end
        start = end + (text[end : end + 1] == " ")


def _cut(text: str, width: int, *, tail: bool = False) -> str:
    """Return a text that fits a line, with "…" for what is left out: its end, or its start if ``tail``."""
    if _cells(text) <= width:
        return text
    kept, room = 0, width - 1
    for char in reversed(text) if tail else text:
        room -= _cells(char)
        if room < 0:
            break
        kept += 1
    return f"…{text[len(text) - kept :]}" if tail else f"{text[:kept].rstrip()}…"


def _cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: none for a mark upon a letter, two for a wide one."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _flat(text: str) -> str:
    """Return a text in one line that does nothing to a terminal."""
    return _safe(" ".join(text.split()))


_REORDERING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _safe(text: str) -> str:
    """Replace by a mark what could make a terminal do things, or show a text in another order."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in ("Cc", "Cs") or char in _REORDERING else char
        for char in text
    )
