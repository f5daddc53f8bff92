"""E-mail, alone or in a mailbox: the text that its reader sees, and its attachments, by the standard library."""

import binascii
import re
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from rag.documents.common.decode import Unusable, decode, decode_labelled
from rag.documents.common.parsed import Parsed, free_name
from rag.documents.html.page import whole
from rag.documents.plain.quoting import requoted, unwrapped
from rag.text.dates import iso_date

_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SHOWN = (".txt", ".text", ".md", ".markdown", ".log", "")
"""Suffixes of attached texts that are read as a part of the mail."""
_SUFFIXES = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/xml": ".xml",
}
_NO_KIND = ("", ".bin", ".dat", ".tmp", ".att")
"""What an attachment is whose name does not say it, and the suffixes of such names."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}")
_ENCODED = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} \S.*\n(?:.{1,90}\n)*?(?:end|====)$"
    r"|^-----BEGIN PGP (?P<kind>MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----\n(?:.*\n)*?-----END PGP (?P=kind)-----$"
    r"|(?:^[> ]*[A-Za-z0-9+/]{57,}\n){2,}^[> ]*[A-Za-z0-9+/]+={0,2}$",
    re.MULTILINE,
)
"""Data between the lines of a text: uuencoded, by PGP, or in lines of base64."""
_BETWEEN = re.compile(r"^--(\S{1,70})\s*\nContent-", re.MULTILINE | re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:\w+:.*\n)*\n?", re.MULTILINE)
_ADDRESS = re.compile(r"<?\b(?:https?|mailto):\S+|\[(?:image|cid):[^\]]*\]")

_ENVELOPE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From \S[^\r\n]*\d\d:\d\d[^\r\n]*\d{4}[^\r\n]*\r?\n(?=[\w-]+:)")
"""The line before each message of a mailbox file."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_DELETED = 8
"""The bit of X-Mozilla-Status that marks a message which is no longer shown."""


@dataclass(slots=True)
class _Found:
    """What the parts of a message gave."""

    blocks: list[str] = field(default_factory=list)
    enclosed: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def enclose(self, other: "_Found") -> None:
        """Take over what another one has beside its text."""
        for name, data in other.enclosed.items():
            if self.enclosed.get(name) != data:
                self.enclosed[free_name(name, self.enclosed)] = data
        self.notes += other.notes
        self.unread += other.unread


def eml(data: bytes) -> Parsed:
    """Take the text of a message: every shown part in its order, of alternatives the one that lacks less of the other.

    A forwarded message stands in it, below its sender and date; so do attached texts. Other attachments are enclosed.
    """
    return _parsed(message_from_bytes(data.removeprefix(b"\xef\xbb\xbf")))


def mbox(data: bytes) -> Parsed:
    """Take each message of a mailbox file as a document of its own, named by its subject."""
    starts = list(_ENVELOPE.finditer(data))
    if not starts:
        raise Unusable("no messages in it", "export the mailbox again as mbox")
    ends = [*(start.start() for start in starts[1:]), len(data)]
    found = Parsed("")
    lost = deleted = 0
    for start, end in zip(starts, ends, strict=True):
        message = message_from_bytes(_QUOTED_FROM.sub(rb"\1", data[start.end() : end]))
        if int(re.match("[0-9a-fA-F]{1,8}|", str(message["x-mozilla-status"] or "0"))[0] or "0", 16) & _DELETED:  # type: ignore[index]
            deleted += 1
            continue
        try:
            part = _parsed(message)
        except Unusable:
            lost += 1
            continue
        found.attachments[free_name(part.meta["title"] or "message", found.attachments)] = part
    if deleted:
        found.notes.append(f"{deleted} of {len(starts)} messages are marked as deleted and left out")
    if lost:
        found.unread.append(f"{lost} of {len(starts)} messages have no text that can be read: export them as .eml")
    if not found.attachments:
        raise Unusable("no message text in it", "export the mailbox again as mbox")
    if len(found.attachments) == 1:
        (only,) = found.attachments.values()
        only.notes += found.notes
        only.unread += found.unread
        return only
    return found


def _parsed(message: Message) -> Parsed:
    found = _Found()
    try:
        _walk(message, found)
    except RecursionError as error:
        raise Unusable("messages within messages, too deep", "save the innermost by itself") from error
    text = "\n\n".join(found.blocks)
    if not message.keys() or not (text or found.enclosed):
        if any("encrypted" in line for line in found.unread):
            raise Unusable("the message is encrypted", "open it in the mail program and save it decrypted")
        raise Unusable("no message text in it", "save the message again as .eml")
    meta = {"title": _header(message, "subject"), "author": _header(message, "from"), "published": _date(message)}
    return Parsed(text, meta, notes=found.notes, unread=found.unread, enclosed=found.enclosed)


def _date(message: Message) -> str | None:
    try:
        return parsedate_to_datetime(str(message["date"])).date().isoformat() if message["date"] else None
    except (ValueError, OverflowError):
        return iso_date(str(message["date"]))  # as some programs write it, against the rule


def _walk(part: Message, found: _Found) -> None:
    """Add what a part of a message shows, or encloses."""
    kind, inner = part.get_content_type(), _inner(part)
    if kind in _ENCRYPTED and "signed" not in str(part.get_param("smime-type")):
        found.unread.append("a part of the message is encrypted: open it in the mail program and save it decrypted")
    elif kind == "message/rfc822":
        _forwarded(part, found)
    elif kind == "multipart/alternative" and inner:
        _alternative(inner, found)
    elif kind.startswith("multipart/") and inner:
        for child in inner:
            _walk(child, found)
    elif (kind in ("text/plain", "text/html") and not _is_attached(part)) or kind.startswith("multipart/"):
        _add(_text(part, found), found)
    elif kind not in _SIGNATURES:
        _attachment(part, kind, found)


def _inner(part: Message) -> list[Message]:
    """Return the parts of a part, or the message within it; also where the line between its parts is not as it says."""
    inner = part.get_payload()
    if isinstance(inner, str) and part.get_content_maintype() == "multipart" and (line := _BETWEEN.search(inner)):
        part.set_param("boundary", line[1])
        inner = message_from_bytes(part.as_bytes()).get_payload()
    return [child for child in inner if isinstance(child, Message)] if isinstance(inner, list) else []


def _is_attached(part: Message) -> bool:
    """Tell whether a text is attached; one with a name that the mail shows in its place is not."""
    return part.get_content_disposition() == "attachment"


def _add(text: str, found: _Found) -> None:
    if text.strip():
        found.blocks.append(text.strip())


def _alternative(parts: list[Message], found: _Found) -> None:
    """Add the text of several alternatives that lacks least of what the others have, the first of equals."""
    tried = []
    for part in parts:
        if part.get_content_type() in ("text/plain", "text/html") or part.is_multipart():
            one = _Found()
            _walk(part, one)
            found.enclose(one)
            text = "\n\n".join(one.blocks)
            tried.append((text, Counter(re.findall(r"\w+", _ADDRESS.sub(" ", text).casefold()))))
    if tried:
        every: Counter[str] = Counter()
        for _, words in tried:
            every |= words
        _add(min(tried, key=lambda one: (every - one[1]).total())[0], found)


def _forwarded(part: Message, found: _Found) -> None:
    """Add a message within the message, as a block of its own below its sender and date."""
    (message,) = _inner(part)[:1] or [message_from_bytes(_content(part))]
    how = str(part.get("content-transfer-encoding", "")).strip().lower()
    if how == "base64" and not message.keys():
        message = message_from_bytes(_content(message))
    elif how == "quoted-printable" and "content-transfer-encoding" not in message:
        message["Content-Transfer-Encoding"] = how
    within = _Found()
    _walk(message, within)
    found.enclose(within)
    if within.blocks:
        heads = ((name, _header(message, name.lower())) for name in ("From", "Date", "Subject"))
        lines = [f"{name}: {value}" for name, value in heads if value]
        found.blocks += ["\n".join(["Forwarded message", *lines]), *within.blocks]


def _attachment(part: Message, kind: str, found: _Found) -> None:
    """Add an attached text, enclose another file, or tell what is left out."""
    name = re.split(r"[/\\]", _decoded(part.get_filename() or ""))[-1]
    suffix = Path(name).suffix.lower()
    if kind.startswith("text/") and kind not in _SUFFIXES and suffix in _SHOWN:
        text = _text(part, found)
        if text.strip():
            found.blocks += [f'Attachment "{name}"' if name else "Attachment", text.strip()]
    elif kind.startswith(("image/", "audio/", "video/")):
        if part["content-id"] is None or _is_attached(part):  # or it is a picture of the text, such as a logo
            if kind.startswith("image/"):
                told = f'the attachment "{name}" is a picture and not read: run a text recognition (OCR) over it'
            else:
                told = f'the attachment "{name}" is not read ({kind}): ask for its words as a text'
            found.unread.append(told)
    elif kind.startswith("message/") or kind in ("text/calendar", "text/rfc822-headers", "text/x-amp-html"):
        found.notes.append(f"a part of the mail is left out ({kind})")
    else:
        name = (name or "attachment") + (_SUFFIXES.get(kind, "") if suffix in _NO_KIND else "")
        found.enclosed[free_name(name, found.enclosed)] = _content(part)


def _text(part: Message, found: _Found) -> str:
    """Return a part's text, in its encoding and without data that stands between its lines."""
    try:
        text = decode_labelled(_content(part), part.get_content_charset())
    except Unusable as error:
        found.unread.append(f"a part of the message is not read ({error.reason}): ask for it in UTF-8")
        return ""
    if part.get_content_type() == "text/html":
        try:
            page = whole(text)
        except Unusable:  # there is nothing in it
            return ""
        found.notes += page.notes
        return page.text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_param("format") == "flowed":
        text = unwrapped(text, joined=part.get_param("delsp") == "yes")
    text = requoted(_SIGNED.sub("", text))
    if any(data["kind"] != "SIGNATURE" for data in _ENCODED.finditer(text)):
        found.unread.append("data between the lines of the message is left out: ask for it as an attachment")
    return _ENCODED.sub("", text)


def _content(part: Message) -> bytes:
    """Return a part's bytes, decoded; base64 also where it does not say so itself."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return b""
    lines = data.split()
    if lines and all(map(_BASE64.fullmatch, lines[:-1] or lines)):
        try:
            found = b64decode(b"".join(lines) + b"==")
            is_text = part.get_content_maintype() == "text"
            return data if is_text and not _SPACE.sub("", decode(found)).isprintable() else found
        except (binascii.Error, Unusable):
            return data
    return data


def _header(message: Message, name: str) -> str | None:
    """Return a header's text, in one line; None if it is not there."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name), None)
    return None if raw is None else " ".join(_decoded(str(raw)).split())


def _decoded(raw: str) -> str:
    """Return a header's text, its encoded words and bare bytes in the encoding that they are in."""
    try:
        raw = decode(raw.encode("utf-8", "surrogateescape"))
        parts = decode_header(raw)
    except (Unusable, HeaderParseError, ValueError):
        return raw.encode("utf-8", "replace").decode()
    words = []
    for part, label in parts:
        if isinstance(part, str):
            words.append(part)
        elif label is None:
            words.append(part.decode("raw-unicode-escape"))
        else:
            try:
                words.append(decode_labelled(part, label))
            except Unusable:
                words.append(part.decode("ascii", "replace"))
    return "".join(words)
