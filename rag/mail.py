"""E-mail: the text of a message, by the standard library."""

from contextlib import suppress
from typing import Any

from rag.decode import Unusable, decode, decode_as
from rag.parsed import Parsed
from rag.webpage import whole


def eml(data: bytes) -> Parsed:
    """Take an e-mail's text, or the text of its HTML where there is none; attachments are left out."""
    from email import message_from_bytes, policy
    from email.utils import parsedate_to_datetime

    message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.is_attachment()]
    plain = [_mail_text(part) for part in parts if part.get_content_subtype() == "plain"]
    rich = [whole(_mail_text(part)).text for part in parts if part.get_content_subtype() == "html"]
    text = "\n\n".join(part for part in plain if part.strip()) or "\n\n".join(rich)
    if not message.keys() or not text.strip():
        raise Unusable("no message text in it", "save the message again as .eml")
    try:
        published = parsedate_to_datetime(message["date"]).date().isoformat() if message["date"] else None
    except (ValueError, OverflowError):
        published = None
    return Parsed(text, {"title": message["subject"], "author": message["from"], "published": published})


def _mail_text(part: Any) -> str:
    content = part.get_payload(decode=True) or b""
    with suppress(LookupError, Unusable):
        if part.get_content_charset():
            return decode_as(content, part.get_content_charset()).replace("\r\n", "\n")
    return decode(content).replace("\r\n", "\n")
