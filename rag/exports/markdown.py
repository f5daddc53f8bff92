"""Answers as Markdown, each quote a footnote."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.exports.cited import Part, changed, flat, link, parts, placed
from rag.schema import Answer, Citation, Document

EXPORTED = "From Quoteline: each line of an answer names the quotes that support it."
CLOSEST = "Closest passages:"


def write(answers: Sequence[Answer], documents: Mapping[str, Document], title: str = "") -> str:
    """Return answers as Markdown (CommonMark, with the footnotes that GitHub, Pandoc and Obsidian read).

    What comes from a source, a question or an LLM is escaped: nobody who opens the file fetches what a text names.

    Args:
        answers: oldest first.
        documents: what they cite, by source; of a quote whose document is not there it is told.
        title: of a conversation, say.
    """
    return written(parts(answers), documents, title)


def written(told: Iterable[Part], documents: Mapping[str, Document], title: str = "") -> str:
    """Return a text with footnotes likewise."""
    blocks = [f"# {escaped(title)}", f"*{EXPORTED}*"] if title else []
    notes: list[str] = []
    for part in told:
        first = len(notes)  # its citation 1 is the footnote after those of the parts before
        blocks.append(f"{'#' * part.level} {escaped(part.head)}")
        for line in part.lines:
            marks = "".join(f"[^{first + number}]" for number in line.citations)
            around = {"aside": "*", "short": "**", "claim": ""}[line.kind]
            blocks.append(f"{around}{escaped(line.text)}{around}{marks}")
        if part.closest:
            near = [f"{escaped(placed(one))}\n\n{_quote(one.quote)}" for one in part.closest]
            blocks += [CLOSEST, *near]
        for citation in part.citations:
            document = documents.get(citation.source)
            notes.append(footnote(first + citation.number, citation, document, quoted=part.quoted))
    return "\n\n".join([*blocks, *notes]) + "\n"


def footnote(number: int, citation: Citation, document: Document | None, *, quoted: bool = True) -> str:
    """Return a quote as a footnote, with what it is from, and whether that has changed."""
    url = link(citation, document)
    head = escaped(placed(citation)) + (f" · <{url}>" if url else "")
    told = " ".join(filter(None, (f"[^{number}]: {head}", changed(citation, document))))
    return f"{told}\n\n{_quote(citation.quote, indent=' ' * 4)}" if quoted else told


def _quote(text: str, indent: str = "") -> str:
    return "\n".join(f"{indent}> {escaped(line)}".rstrip() for line in text.splitlines())


_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&!$^])")
_FIRST = re.compile(r"^([-+=:>]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """Return a text in one line in which no sign means anything to Markdown."""
    line = _SIGNS.sub(r"\\\1", flat(text))
    return _FIRST.sub(lambda found: f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}", line)
