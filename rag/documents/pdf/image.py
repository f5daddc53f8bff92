"""Pictures by themselves: a photograph, a screenshot, a scan. Each is read and shown as a PDF whose pages are pictures.

Their words are recognised as those of a scanned page are. What whoever made a picture wrote into it, such as a
newsroom's headline and caption, stands before them.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed
from rag.documents.pdf.ocr import REMEDY, Recogniser
from rag.documents.pdf.pages import pdf

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
_MOST_SIDE = 4000
"""Pixels: a larger picture is made smaller, as no more are looked at."""
_MOST_PAGES = 1000
_DPI = 200
"""Pixels to an inch of the page: as many as a page is drawn with when its words are recognised."""
_HEADLINE, _OBJECT, _CAPTION, _BYLINE, _DATE = (2, 105), (2, 5), (2, 120), (2, 80), (2, 55)
"""Of IPTC."""
_DESCRIPTION, _ARTIST, _TAKEN, _SAVED, _EXIF = 270, 315, 36867, 306, 0x8769
"""Of EXIF."""


def picture(data: bytes, ocr: Recogniser | None = None, gallery: Gallery | None = None) -> Parsed:
    """Read a picture: its caption, the words that are recognised in it, and its place for what is said of it.

    Raises:
        Unusable: it is no picture, or there are no words with it or in it that can be read.
    """
    with _opened(data) as image:
        meta, caption = _said(image)
    found = Parsed("", meta)
    try:
        if ocr or gallery:
            found = pdf(as_pdf(data), ocr, gallery)
    except Unusable as error:
        if ocr and not caption:
            raise
        if ocr:
            return Parsed(caption, meta, [0], notes=[f"its caption alone is read: {error.reason}"])
    if not ocr:
        if not caption and not found.text:
            raise Unusable("a picture without a caption, whose words are not read", REMEDY)
        found.unread = [f"the words in the picture are not read: {REMEDY}"]
    found.meta = {name: meta[name] or found.meta.get(name) for name in meta}
    if caption:
        before = f"{caption}\n\n" if found.text else caption
        found.pages = [start + (len(before) if start else 0) for start in found.pages] or [0]
        found.text = before + found.text
    return found


def as_pdf(data: bytes) -> bytes:
    """Return a picture as a PDF, each of its pages a page; the same bytes for the same picture.

    Raises:
        Unusable: it is no picture.
    """
    with _opened(data) as image:
        pages = [_plain(frame) for frame in _frames(image)]
        out = io.BytesIO()
        first, *others = pages
        undated = {"creationDate": None, "modDate": None}
        first.save(out, "PDF", save_all=True, append_images=others, resolution=_DPI, quality=95, **undated)
        return out.getvalue()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    from PIL import Image, UnidentifiedImageError

    again = "save it again as PNG or JPEG"
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP", "TIFF"]) as image:
            yield image
    except UnidentifiedImageError as error:
        raise Unusable("not a picture that can be read", again) from error
    except Image.DecompressionBombError as error:
        raise Unusable("too many pixels", "make it smaller") from error
    except (OSError, SyntaxError, ValueError) as error:  # as Pillow says that a file is cut off or damaged
        raise Unusable(f"not a whole picture ({error})", again) from error


def _frames(image: Any) -> Iterator[Any]:
    """Yield the pages of a TIFF; of any other picture what it shows first."""
    for number in range(min(getattr(image, "n_frames", 1), _MOST_PAGES) if image.format == "TIFF" else 1):
        image.seek(number)
        yield image


def _plain(image: Any) -> Any:
    """Return what a picture shows, upright, on white."""
    from PIL import Image, ImageOps

    if image.format == "JPEG":
        image.draft("RGB", (_MOST_SIDE, _MOST_SIDE))  # a large one is decoded small
    image = ImageOps.exif_transpose(image)
    image.thumbnail((_MOST_SIDE, _MOST_SIDE))
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _said(image: Any) -> tuple[dict[str, str | None], str]:
    """Return what is written into a picture of itself: title, author and date; and its headline and caption as text."""
    from PIL.IptcImagePlugin import getiptcinfo

    iptc = getiptcinfo(image) or {}
    exif = image.getexif()
    inner = exif.get_ifd(_EXIF)
    headline = _text(iptc, _HEADLINE) or _text(iptc, _OBJECT) or _text(image.info, "Title")
    caption = _text(iptc, _CAPTION) or _text(exif, _DESCRIPTION) or _text(image.info, "Description")
    when = _text(iptc, _DATE) or _text(inner, _TAKEN) or _text(exif, _SAVED) or ""
    digits = "".join(filter(str.isdigit, when))[:8]
    meta = {
        "title": headline or None,
        "author": _text(iptc, _BYLINE) or _text(exif, _ARTIST) or None,
        "created": f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == len("20260112") else None,
    }
    told = [headline, caption] if headline != caption else [caption]
    return meta, "\n\n".join(filter(None, told))


def _text(values: Mapping[Any, Any], key: Any) -> str:
    """Return a value as one text, "" if there is none."""
    found: Any = values.get(key)
    found = found[0] if isinstance(found, list) and found else found
    if isinstance(found, bytes):
        try:
            told = found.decode()
        except UnicodeDecodeError:
            told = found.decode("latin-1")
    else:
        told = found if isinstance(found, str) else ""
    return told.replace("\0", "").strip()
