"""PDF: the text of its pages, by pypdf."""

import io

from rag.decode import Unusable
from rag.parsed import Parsed


def pdf(data: bytes) -> Parsed:
    """Take the text of each page, one after the other; a scan without a text layer has none."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unusable("encrypted", "save it without a password")
        parts = [page.extract_text().strip() for page in reader.pages]
        about = reader.metadata
    except pypdf.errors.PyPdfError as error:
        raise Unusable(f"not a whole PDF ({error})", "save it again from where it came") from error
    pages, length = [], 0
    for part in parts:
        pages.append(length)
        length += len(part) + 2
    if not any(parts):
        raise Unusable("no text in it: it may be a scan", "run a text recognition (OCR) over it")
    meta = {"title": about.title, "author": about.author} if about else {}
    return Parsed("\n\n".join(parts), meta, pages, unread=_unread([bool(part) for part in parts]))


def _unread(read: list[bool]) -> list[str]:
    """Return what is told of pages without text, if there are any."""
    bare = [number for number, has_text in enumerate(read, start=1) if not has_text]
    if not bare:
        return []
    runs: list[list[int]] = []
    for number in bare:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    named = ", ".join("-".join(map(str, run)) for run in runs)
    have, pages = ("has", "page") if len(bare) == 1 else ("have", "pages")
    said = f"{len(bare)} of {len(read)} pages {have} no text ({pages} {named})"
    return [f"{said}: run a text recognition (OCR) over it"]
