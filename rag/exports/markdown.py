"""Answers as Markdown, each quote a footnote."""

import re
from collections.abc import Sequence

from rag.exports.cited import Documents, about, flat, lines, link
from rag.schema import Answer, Citation


def write(answers: Sequence[Answer], documents: Documents) -> str:
    """Return answers as Markdown (CommonMark, with the footnotes that GitHub, Pandoc and Obsidian read).

    What comes from a source, a question or an LLM is escaped: nobody who opens the file fetches what a text names.
    """
    parts: list[str] = []
    notes: list[str] = []
    for answer in answers:
        first = len(notes)  # its citation 1 is the footnote after those of the answers before
        parts.append(f"## {escaped(answer.question)}")
        for line in lines(answer):
            marks = "".join(f"[^{first + number}]" for number in line.citations)
            around = {"aside": "*", "short": "**", "claim": ""}[line.kind]
            parts.append(f"{around}{escaped(line.text)}{around}{marks}")
        for citation in answer.citations:
            url = link(citation, documents[citation.source])
            notes.append(footnote(first + citation.number, citation, url))
    return "\n\n".join([*parts, *notes]) + "\n"


def footnote(number: int, citation: Citation, url: str | None) -> str:
    """Return a quote as a footnote, with what it is from."""
    head = escaped(about(citation)) + (f" · <{url}>" if url else "")
    quoted = "\n".join(f"    > {escaped(line)}".rstrip() for line in citation.quote.splitlines())
    return f"[^{number}]: {head}\n\n{quoted}"


_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&!$^])")
_FIRST = re.compile(r"^([-+=:>]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """Return a text in one line in which no sign means anything to Markdown."""
    line = _SIGNS.sub(r"\\\1", flat(text))
    return _FIRST.sub(lambda found: f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}", line)
