"""A file becomes text and what it says of itself: one parser a format, in one table.

Each is a well-kept library's work. They run in :mod:`rag.documents.worker`, a process of their own, for a file may be
made to hurt its reader.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import Gallery
from rag.documents.common.parsed import Parsed
from rag.documents.html.page import html
from rag.documents.office.slides import pptx
from rag.documents.office.spreadsheet import OLE, xls, xlsx
from rag.documents.office.word import docx
from rag.documents.opendocument.package import odf
from rag.documents.opendocument.sheets import ods
from rag.documents.pdf.image import PICTURES, picture
from rag.documents.pdf.ocr import Recogniser
from rag.documents.pdf.pages import pdf
from rag.documents.plain.book import epub
from rag.documents.plain.delimited import delimited
from rag.documents.plain.feed import xml
from rag.documents.plain.mail import eml, mbox
from rag.documents.plain.records import tree
from rag.documents.plain.rst import rst
from rag.documents.plain.subtitles import subtitles
from rag.documents.rtf.document import rtf

PARSERS_VERSION = 3
"""Raised whenever a parser makes another text, or other notes, of the same file, so that it is parsed anew."""
PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".html": html,
    ".htm": html,
    ".xhtml": html,
    ".pdf": pdf,
    **dict.fromkeys(PICTURES, picture),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), docx),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".potx"), pptx),
    **dict.fromkeys((".odt", ".ott", ".odp", ".otp"), odf),
    ".rtf": rtf,
    ".epub": epub,
    ".eml": eml,
    ".mbox": mbox,
    ".csv": delimited,
    ".tsv": delimited,
    ".tab": delimited,
    ".xlsx": xlsx,
    ".xlsm": xlsx,
    ".xls": xls,
    ".ods": ods,
    ".json": tree,
    **dict.fromkeys((".xml", ".rss", ".atom"), xml),
    ".rst": rst,
    **dict.fromkeys((".srt", ".vtt"), subtitles),
}
"""Suffix to parser. A new format is a function and a line here."""


PICTURED = (html, docx, pptx, odf, epub)
"""Parsers that also take the pictures in a document; those of a PDF, and of pictures by themselves, do too."""
ARCHIVES = (".epub", *(suffix for suffix, parser in PARSERS.items() if parser in (docx, pptx, odf, xlsx, ods)))


def parse(
    suffix: str, data: bytes, unpacked_mb: int, ocr: Recogniser | None = None, gallery: Gallery | None = None
) -> Parsed:
    """Parse a file's bytes by its suffix.

    Args:
        suffix: in lower case, a key of ``PARSERS``.
        data: the whole file.
        unpacked_mb: most that an archive may unpack to.
        ocr: reads pages without text, and pictures; none leaves them unread.
        gallery: takes the pictures, which what is returned then has; none leaves them where they are.

    Raises:
        Unusable: it cannot be read.
    """
    if suffix in ARCHIVES and not data.startswith(OLE):  # an encrypted or old file of Microsoft Office is no archive
        _check_archive(data, unpacked_mb)
    parser = PARSERS[suffix]
    if gallery:
        gallery.taken()  # of a file that could not be read
    if parser in (pdf, picture):
        found = parser(data, ocr, gallery)
    elif parser in PICTURED:
        found = parser(data, gallery)
    else:
        found = parser(data)
    if gallery:
        found.pictures = gallery.taken()
    _open(found, unpacked_mb, ocr, gallery)
    return found


def _open(found: Parsed, unpacked_mb: int, ocr: Recogniser | None, gallery: Gallery | None) -> None:
    """Read the files within a file, and those within them; what cannot be read is told and keeps nothing else back."""
    parts = list(found.attachments.items())
    found.attachments = {}
    for name, data in found.enclosed.items():
        suffix = Path(name).suffix.lower()
        try:
            if suffix not in PARSERS:
                raise Unusable(
                    f"no loader for {suffix or 'a file without a suffix'}", "save it by itself in another format"
                )
            parts.append((name, parse(suffix, data, unpacked_mb, ocr, gallery)))
        except Unusable as error:
            found.unread.append(f'the attachment "{name}" is not read ({error.reason}): {error.remedy}')
        except Exception as error:  # a parser's own bug, or want of memory
            why = f"its parser failed, {type(error).__name__}"
            found.unread.append(f'the attachment "{name}" is not read ({why}): save it by itself')
    for name, part in parts:
        _open(part, unpacked_mb, ocr, gallery)
        if part.text.strip() or not part.attachments:
            found.attachments[name] = part
        else:
            found.notes += part.notes
            found.unread += part.unread
        found.attachments |= {f"{name}/{inner}": each for inner, each in part.attachments.items()}
        part.attachments = {}
    found.enclosed = {}


def _check_archive(data: bytes, unpacked_mb: int) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise Unusable(f"not a whole file ({error})", "get the file again") from error
    if any(member.flag_bits & 1 for member in members):
        raise Unusable("encrypted with a password", "save it without a password")
    if sum(member.file_size for member in members) > unpacked_mb << 20:
        raise Unusable(f"unpacks to more than {unpacked_mb} MB", "raise max_unpacked_mb, if you trust it")
    if any(member.filename.startswith("/") or ".." in re.split(r"[/\\]", member.filename) for member in members):
        raise Unusable("holds a name that leads out of it", "do not open it: it was made to overwrite files")
