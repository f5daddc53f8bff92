"""A file becomes text and what it says of itself: one parser a format, in one table.

Each is a well-kept library's work. They run in :mod:`rag.worker`, a process of their own, for a file may be made to
hurt its reader.
"""

import io
import re
import zipfile
from collections.abc import Callable

from rag.book import epub
from rag.decode import Unusable
from rag.delimited import delimited
from rag.mail import eml
from rag.parsed import Parsed
from rag.pdf import pdf
from rag.records import tree
from rag.webpage import html
from rag.word import docx

PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".html": html,
    ".htm": html,
    ".pdf": pdf,
    ".docx": docx,
    ".epub": epub,
    ".eml": eml,
    ".csv": delimited,
    ".tsv": delimited,
    ".tab": delimited,
    ".json": tree,
}
"""Suffix to parser. A new format is a function and a line here."""


ARCHIVES = (".docx", ".epub")


def parse(suffix: str, data: bytes, unpacked_mb: int) -> Parsed:
    """Parse a file's bytes by its suffix.

    Args:
        suffix: in lower case, a key of ``PARSERS``.
        data: the whole file.
        unpacked_mb: most that an archive may unpack to.

    Raises:
        Unusable: it cannot be read.
    """
    if suffix in ARCHIVES:
        _check_archive(data, unpacked_mb)
    return PARSERS[suffix](data)


def _check_archive(data: bytes, unpacked_mb: int) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise Unusable(f"not a whole file ({error})", "get the file again") from error
    if sum(member.file_size for member in members) > unpacked_mb << 20:
        raise Unusable(f"unpacks to more than {unpacked_mb} MB", "raise max_unpacked_mb, if you trust it")
    if any(member.filename.startswith("/") or ".." in re.split(r"[/\\]", member.filename) for member in members):
        raise Unusable("holds a name that leads out of it", "do not open it: it was made to overwrite files")
