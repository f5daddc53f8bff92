"""The pictures of one file, for whoever says what they show; where each stands, a mark in the text keeps its place.

The marks cannot be foreseen, so that no file can forge one. They are gone before anybody sees the text
(:meth:`rag.documents.common.parsed.Parsed.settle`).
"""

import io
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from secrets import token_hex
from typing import Any

from rag.documents.common.parsed import PLACE

MOST = 100
"""Pictures of a file."""
MOST_MB = 24
"""Of all of them together, as they are sent."""
SECONDS = 5
"""Processor time for one, beside that for the file."""
_LEAST_SIDE = 100
"""Pixels: a smaller picture is an icon, a bullet, a button."""
_LONGEST = 12
"""So many times longer than wide a picture is a rule or a border."""
_MOST_SIDE = 1568
"""Pixels: models that see look at no more."""
_MOST_PIXELS = 50_000_000
_FLAT = 8
"""Steps of brightness: a picture that has no more is a ground of one colour."""
_QUALITY = 88


class Gallery:
    """Takes pictures while a file is parsed.

    Args:
        before: is called before each.
    """

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before
        self._key = token_hex(8)
        self._size = self._count = 0
        self._hung: dict[str, bytes] = {}
        self._seen: set[bytes] = set()
        self._left_out = 0

    def hang(self, data: bytes | None) -> list[str]:
        """Take the picture of a file within the file; return the paragraph that keeps its place.

        Returns:
            Nothing for what is no picture that can be read, too small to show anything, or there already.
        """
        from PIL import Image

        if not data:
            return []
        self.start()
        try:
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"]) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return []
                if image.format == "JPEG":
                    image.draft("RGB", (_MOST_SIDE, _MOST_SIDE))  # a large one is decoded small
                return self.hang_image(image)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return []

    def start(self) -> None:
        """Say that a picture is about to be drawn, which may take its time."""
        if self._count < MOST:
            self._before()

    def hang_image(self, image: Any) -> list[str]:
        """Take a picture of Pillow's, likewise."""
        from PIL import Image, ImageOps

        short, long = sorted(image.size)
        if short < _LEAST_SIDE or long > _LONGEST * short:
            return []
        image = ImageOps.exif_transpose(image)
        image.thumbnail((_MOST_SIDE, _MOST_SIDE))
        clear = image.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
        range_: Any = shown.convert("L").getextrema()
        if range_[1] - range_[0] <= _FLAT:
            return []
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=_QUALITY)
        data = out.getvalue()
        if (known := sha256(data).digest()) in self._seen:
            return []
        if self._count >= MOST or self._size + len(data) > MOST_MB << 20:
            self._left_out += 1
            return []
        self._seen.add(known)
        self._size += len(data)
        self._count += 1
        mark = PLACE.format(key=self._key, number=self._count)
        self._hung[mark] = data
        return [mark]

    def told(self) -> list[str]:
        """Return what is told of pictures that were too many, if there were any."""
        most = f"more than {MOST} pictures, or {MOST_MB} MB of them, are in it: split the file"
        return [f"{self._left_out} of the pictures are not described, as {most}"] if self._left_out else []

    def taken(self) -> dict[str, str]:
        """Return what was hung since this was last asked, by mark, in Base64; the next file may have the same again."""
        hung, self._hung, self._seen = self._hung, {}, set()
        return {mark: b64encode(data).decode() for mark, data in hung.items()}
