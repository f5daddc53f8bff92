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
from rag.documents.places import Wanted
from rag.documents.sandbox import Sandbox

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


@installed
def test_a_picture_becomes_text_below_its_caption(tmp_path: Path) -> None:
    paper = Image.new("RGB", (900, 400), "white")
    for number, line in enumerate(LEASE):
        ImageDraw.Draw(paper).text((60, 60 + 50 * number), line, font=ImageFont.load_default(28), fill=20)
    told = Image.Exif()
    told[270] = "A lease that hung in the mill until 1931."
    paper.save(tmp_path / "lease.jpg", exif=told)
    paper.rotate(-2, Image.Resampling.BICUBIC, fillcolor="white").save(tmp_path / "askew.png")
    found = load.read_folder(Config(sources=str(tmp_path), ocr=True))
    assert not found.skipped
    askew, lease = found.documents
    caption, words = lease.text.split("\n\n", 1)
    assert caption == told[270]
    assert letters(words) == letters(askew.text) == letters(*LEASE)
    assert (lease.pages, lease.notes) == ((0,), ("page 1 was read by text recognition (OCR): check the quotes",))
    with Sandbox(seconds=60, memory_mb=1024, text_mb=8, unpacked_mb=8, ocr_seconds=120) as sandbox:
        for name, slope in (("lease.jpg", 0), ("askew.png", 12)):
            page, _ = sandbox.look(tmp_path / name, 1, [Wanted(LEASE[1]), Wanted(caption)])
            (box,), nowhere = page.rectangles
            left, top, right, bottom = box
            assert nowhere == (), "what is written into a picture stands nowhere on it"
            assert left == pytest.approx(60 * 72 / 200, abs=slope + 4)
            assert top == pytest.approx(112 * 72 / 200, abs=slope + 6)
            assert right > 2 * page.width / 3 - 100
            assert bottom - top < 16 + 2 * slope
        drawn, _ = sandbox.draw(tmp_path / "lease.jpg", 1, 450)
    assert Image.open(io.BytesIO(drawn)).size == (450, 200)
