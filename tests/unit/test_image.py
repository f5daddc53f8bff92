"""Pictures by themselves: what is written into them, and the page that they are read and shown as."""

import io
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from rag.documents.common.decode import Unusable
from rag.documents.parse import parse
from rag.documents.pdf import image, ocr
from rag.documents.pdf.image import as_pdf, picture


def saved(form: str, size: tuple[int, int] = (600, 300), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    paper = Image.new(mode, size, "white")
    ImageDraw.Draw(paper).rectangle((0, 0, 99, 99), fill="red")
    paper.save(out, form, **more)
    return out.getvalue()


def exif(**tags: str | int) -> Image.Exif:
    found = Image.Exif()
    for name, value in tags.items():
        found[int(name[1:])] = value
    return found


def iptc(*fields: tuple[int, bytes]) -> bytes:
    """Return a JPEG with IPTC fields, as a newsroom's programs write them."""
    data = b"".join(b"\x1c\x02" + bytes([tag]) + len(value).to_bytes(2, "big") + value for tag, value in fields)
    block = b"8BIM\x04\x04\0\0" + len(data).to_bytes(4, "big") + data + b"\0" * (len(data) % 2)
    body = b"Photoshop 3.0\0" + block
    jpeg = saved("JPEG")
    return jpeg[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


def test_a_newsrooms_caption_is_its_text() -> None:
    found = picture(
        iptc(
            (105, b"Bridge opened"),
            (120, "The mayor of Östersund opens the bridge.".encode()),
            (80, b"Ana Pike"),
            (55, b"20240503"),
        )
    )
    assert found.text == "Bridge opened\n\nThe mayor of Östersund opens the bridge."
    assert found.meta == {"title": "Bridge opened", "author": "Ana Pike", "created": "2024-05-03"}
    assert found.pages == [0]
    assert found.unread == [f"the words in the picture are not read: {ocr.REMEDY}"]


def test_what_a_camera_or_a_program_wrote_is_read_too() -> None:
    taken = saved("JPEG", exif=exif(_270="A lease.", _315="Bo Lind", _306="2023:01:09 10:00:00"))
    found = parse(".jpg", taken, 64)
    assert (found.text, found.meta["author"], found.meta["created"]) == ("A lease.", "Bo Lind", "2023-01-09")
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "The lease")
    info.add_text("Description", "The lease")
    assert parse(".png", saved("PNG", pnginfo=info), 64).text == "The lease", "none is said twice"
    assert picture(iptc((120, "Café".encode("latin-1")))).text == "Café"


def test_a_picture_without_words_is_told_with_what_helps() -> None:
    with pytest.raises(Unusable, match="a picture without a caption") as told:
        picture(saved("WEBP"))
    assert told.value.remedy == ocr.REMEDY
    for data in (b"", b"text", saved("PNG")[:200], saved("JPEG", exif=exif(_270="A lease."))[:300]):
        with pytest.raises(Unusable, match=r"not a (whole )?picture"):
            as_pdf(data)
    with pytest.raises(Unusable, match="not a picture"):
        as_pdf(saved("GIF"))


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved("PNG", (3000, 2000))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    with pytest.raises(Unusable, match="too many pixels"):
        as_pdf(data)


def test_a_picture_is_a_page_upright_and_on_white(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved("JPEG", exif=exif(_274=6))  # its head lies at the right
    assert as_pdf(data) == as_pdf(data)
    (page,) = pypdfium2.PdfDocument(as_pdf(data))
    assert page.get_size() == (300 * 72 / 200, 600 * 72 / 200)
    shown = page.render(scale=200 / 72).to_pil().convert("RGB")
    red, green, _ = shown.getpixel((250, 50))
    assert red > 200 > 60 > green
    clear = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(clear, "PNG")
    (page,) = pypdfium2.PdfDocument(as_pdf(clear.getvalue()))
    assert page.render().to_pil().convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    monkeypatch.setattr(image, "_MOST_SIDE", 100)
    (page,) = pypdfium2.PdfDocument(as_pdf(saved("PNG")))
    assert page.get_size() == pytest.approx((36, 18), abs=0.5)


def test_each_page_of_a_tiff_is_a_page() -> None:
    others = [Image.new("L", (400, 400), 255), Image.new("1", (100, 100), 1)]
    pages = pypdfium2.PdfDocument(as_pdf(saved("TIFF", save_all=True, append_images=others)))
    assert [page.get_size()[0] for page in pages] == [216, 144, 36]
