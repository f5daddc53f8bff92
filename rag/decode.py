"""Bytes become text, and no character is lost in silence."""


class Unusable(ValueError):
    """A file that cannot be read, why, and what would help."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def decode(data: bytes) -> str:
    """Return text from bytes: by byte order mark, as UTF-8, or as a detector is sure of; never with a character lost.

    Raises:
        Unusable: none of these.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return decode_as(data, name)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return decode_as(data, _detected(data, error.start))


def _detected(data: bytes, start: int) -> str:
    import charset_normalizer

    found = charset_normalizer.from_bytes(data).best()
    if found is None or found.chaos > 0.05 or found.coherence < 0.2:
        raise Unusable(f"not UTF-8 (byte {start}), and no other encoding is certain", "save it as UTF-8")
    return str(found.encoding)


def decode_as(data: bytes, encoding: str) -> str:
    """Return text in a named encoding.

    Raises:
        Unusable: it is not in that encoding.
        LookupError: there is no such encoding.
    """
    # Browsers read these two as windows-1252, and so do those who write them.
    encoding = "cp1252" if encoding.lower() in ("iso-8859-1", "latin-1", "us-ascii") else encoding
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise Unusable(f"not the {encoding} that it says", "save it as UTF-8") from error
