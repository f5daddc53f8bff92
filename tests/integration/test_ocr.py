import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.config import Config
from rag.documents import load
from rag.documents.pdf import ocr
from rag.documents.pdf.ocr import Recogniser
from rag.documents.pdf.pages import pdf

LEASE = ["The mill at Ystad is let to Anna Berg for", "1,250 crowns a month, payable on Mondays."]


def scanned(*pages: Sequence[str], turned: int = 0) -> bytes:
    """Return a PDF of pages that are pictures of lines of text."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in pages:
        paper = Image.new("L", (1240, 1754), 255)
        for number, line in enumerate(page):
            ImageDraw.Draw(paper).text((350, 830 + 44 * number), line, font=ImageFont.load_default(28), fill=20)
        canvas.drawImage(ImageReader(paper.rotate(turned)), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def letters(*lines: str) -> str:
    """Return texts without spaces: where they are narrow, some are missed."""
    return "".join("".join(lines).split())


installed = pytest.mark.skipif(not ocr.versions(), reason=f"text recognition is not installed: {ocr.INSTALL}")


@installed
def test_a_scan_becomes_text(tmp_path: Path) -> None:
    (tmp_path / "lease.pdf").write_bytes(scanned(LEASE))
    (tmp_path / "mail.eml").write_bytes(b"Subject: Lease\n\nSee the scan.")
    found = load.read_folder(Config(sources=str(tmp_path), ocr=True))
    assert not found.skipped
    (lease,) = [document for document in found.documents if document.source == "lease.pdf"]
    assert letters(lease.text) == letters(*LEASE)
    assert lease.notes == ("page 1 was read by text recognition (OCR): check the quotes",)
    assert lease.unread == ()
    again = load.read_folder(Config(sources=str(tmp_path), ocr=True))
    assert again.documents == found.documents
    assert len(load.read_folder(Config(sources=str(tmp_path))).skipped) == 1


@installed
@pytest.mark.parametrize("turned", [90, 180, 2])
def test_a_scan_that_lies_askew(turned: int) -> None:
    assert letters(pdf(scanned(LEASE, turned=turned), Recogniser(120)).text) == letters(*LEASE)
