"""What a record says of itself, by the names that programs give to its fields."""

import re
from datetime import UTC, datetime
from typing import Any

from rag.text.dates import iso_date

NAMES = {
    "id": "id _id id_str uuid guid post_id tweet_id message_id slug",
    "text": "text body content full_text content_html content_text body_html body_text html article message maintext"
    " selftext transcript description summary abstract caption",
    "title": "title headline name subject heading",
    "published": "published date created_at published_at publishedat datepublished date_published pubdate publish_date"
    " publication_date pub_date created createdat created_time date_gmt timestamp time ts created_utc",
    "author": "author byline by creator user username screen_name from writer",
    "publisher": "publisher source site site_name outlet provider newspaper",
    "url": "url link permalink href canonical_url external_url",
    "language": "language lang locale",
}
"""Of each thing that a document has, the names in lower case that it goes by, the first that holds something counts."""
_BETWEEN = {"author": ", ", "text": "\n\n"}
"""What stands between several, of which there may be some."""


def described(record: dict[str, Any]) -> dict[str, str]:
    """Return what a record says, by our names, as far as it says it; ``published`` is ISO 8601 if it can be.

    >>> described({"_id": 7, "Headline": "Fire", "pubDate": "Tue, 3 Feb 2026 10:00 +0000", "author": {"name": "Bo"}})
    {'id': '7', 'title': 'Fire', 'published': '2026-02-03', 'author': 'Bo'}
    """
    lower = {key.lower(): value for key, value in reversed(record.items()) if isinstance(key, str)}
    found = {}
    for ours, theirs in NAMES.items():
        texts = (_text(lower.get(name), _BETWEEN.get(ours)) for name in theirs.split())
        if text := next((text for text in texts if text.strip()), ""):
            found[ours] = text
    if published := found.get("published"):
        found["published"] = iso_day(published, found.get("language")) or published
    return found


def iso_day(text: str, language: str | None = None) -> str | None:
    """Return the calendar date of a moment in ISO 8601: as people and mails write it, as X does, seconds since 1970.

    >>> iso_day("1767605400.0002"), iso_day("Wed Oct 10 20:19:24 +0000 2018"), iso_day("soon")
    ('2026-01-05', '2018-10-10', None)
    """
    if re.fullmatch(r"\d{10}(?:\d{3})?(?:\.\d+)?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    if found := re.fullmatch(r"\w{3} (\w{3} \d\d?) \d\d:\d\d:\d\d [+-]\d{4} (\d{4})", text):
        text = f"{found[1]}, {found[2]}"
    return iso_date(text, language)


def _text(value: Any, between: str | None = None) -> str:
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("text"))
    if isinstance(value, list):
        return "" if between is None else between.join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, bool) else str(value)
