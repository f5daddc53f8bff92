"""The documents that answers cite, as lists of references: CSL-JSON, BibTeX and RIS, which Zotero and others import.

What is known is told and nothing guessed: an author stands as the document names it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from rag.exports.cited import Documents, Reference, date_parts, flat, note, references
from rag.exports.links import page
from rag.schema import Answer, Document

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def csl(answers: Sequence[Answer], documents: Documents) -> str:
    """Return the references as CSL-JSON; the quotes stand in the note of each."""
    return json.dumps([_item(one) for one in references(answers, documents)], ensure_ascii=False, indent=1) + "\n"


def _item(one: Reference) -> dict[str, Any]:
    document = one.document
    url, issued = page(document), date_parts(document)
    known = {
        "title": flat(document.title),
        "author": [{"literal": flat(document.author)}] if document.author else None,
        "publisher": flat(document.publisher) if document.publisher else None,
        "issued": {"date-parts": [issued]} if issued else None,
        "URL": url,
        "language": document.language,
        "note": "\n".join([*(note(citation) for citation in one.citations), *([] if url else [_file(document)])]),
    }
    return {
        "id": one.key,
        "type": "webpage" if url else "document",
        **{name: value for name, value in known.items() if value},
    }


def bibtex(answers: Sequence[Answer], documents: Documents) -> str:
    """Return the references as BibTeX, for LaTeX as it is today: in UTF-8."""
    return "\n".join(_entry(one) for one in references(answers, documents))


def _entry(one: Reference) -> str:
    document = one.document
    parts = date_parts(document)
    fields = {
        "title": f"{{{_tex(document.title)}}}",  # braces keep capital letters
        "author": f"{{{_tex(document.author)}}}" if document.author else "",  # and a name whole
        "publisher": _tex(document.publisher or ""),
        "year": str(parts[0]) if parts else "",
        "date": "-".join(f"{part:02}" for part in parts),  # which biblatex reads
        "url": _safe_url(page(document) or ""),
        "language": document.language or "",
        "note": "" if page(document) else _tex(_file(document)),
        "annote": _tex(" ".join(map(note, one.citations))),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if len(parts) > 1:
        lines.append(f"  month = {_MONTHS[parts[1] - 1]},")
    return "\n".join([f"@misc{{{one.key},", *lines, "}", ""])


def ris(answers: Sequence[Answer], documents: Documents) -> str:
    """Return the references as RIS; each quote is a note."""
    return "".join(f"{line}\r\n" for one in references(answers, documents) for line in (*_tags(one), ""))


def _tags(one: Reference) -> list[str]:
    document = one.document
    url, parts = page(document), date_parts(document)
    told = [
        ("TY", "ELEC" if url else "GEN"),
        ("ID", one.key),
        ("TI", document.title),
        ("AU", document.author),
        ("PB", document.publisher),
        ("PY", str(parts[0]) if parts else None),
        ("DA", "/".join(f"{part:02}" for part in parts)),
        ("UR", url),
        ("LA", document.language),
        *(("N1", note(citation)) for citation in one.citations),
        *([] if url else [("N1", _file(document))]),
    ]
    return [*(f"{tag}  - {flat(value)}" for tag, value in told if value), "ER  - "]


def _file(document: Document) -> str:
    return f"From the file {document.source}"


_TEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",  # "\{" would count where BibTeX counts braces
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


def _tex(text: str) -> str:
    """Return a text in a line in which no sign means anything to TeX."""
    return "".join(_TEX.get(sign, sign) for sign in flat(text))


def _safe_url(url: str) -> str:
    """Return an address without signs that end a field; an address is not TeX."""
    return re.sub(r"[{}\\\s]", lambda sign: f"%{ord(sign[0]):02X}", url)
