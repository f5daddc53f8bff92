"""DOCX: paragraphs and tables as a word processor shows them, by python-docx."""

import io
from typing import Any

from rag.decode import Unusable
from rag.parsed import Parsed


def docx(data: bytes) -> Parsed:
    """Take paragraphs, and tables row by row, in their order; text boxes too, but not headers, footers and notes."""
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
    except Exception as error:  # python-docx lets through whatever zipfile, lxml and itself raise
        raise Unusable("not a whole DOCX", "open it in a word processor and save it again") from error
    blocks = []
    for block in document.element.body.xpath(".//w:p[not(ancestor::w:tr)] | .//w:tr[not(ancestor::w:tr)]"):
        cells = [
            " ".join(map(_word_text, cell.xpath(".//w:p"))).strip()
            for cell in block.xpath(".//w:tc[not(ancestor::w:tc)]")
        ]
        text = f"| {' | '.join(cells)} |" if cells else _word_text(block)
        if text.strip():
            blocks.append(text)
    about = document.core_properties
    return Parsed("\n\n".join(blocks), {"title": about.title, "author": about.author, "language": about.language})


def _word_text(paragraph: Any) -> str:
    """Return a paragraph's own text: not that of a text box in it, nor what was deleted, nor what stands in twice."""
    signs = {"tab": "\t", "br": "\n", "cr": "\n"}
    parts = []
    for run in paragraph.xpath(".//w:t | .//w:tab[ancestor::w:r] | .//w:br | .//w:cr"):
        if run.xpath("ancestor::w:p[1]")[0] is not paragraph:
            continue
        if not run.xpath("ancestor::w:del or ancestor::w:moveFrom or ancestor::*[local-name()='Fallback']"):
            parts.append(signs.get(run.tag.rpartition("}")[2]) or run.text or "")
    return "".join(parts)
