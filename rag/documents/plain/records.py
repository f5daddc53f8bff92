"""JSON, and other data in records: a paragraph a record, with the names of its fields."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

from rag.documents.common.decode import Unusable, decode
from rag.documents.common.fields import described
from rag.documents.common.parsed import Parsed
from rag.documents.common.table import row_text
from rag.documents.html.page import whole
from rag.errors import first_line

_LONG = 300
"""Characters; a longer value, or one of several paragraphs, is prose and follows its record."""
_PROSE = frozenset("text body content full_text message article description summary html".split())
"""Fields whose prose needs no name before it."""
_LABELS = re.compile(r"(?:.*_)?(?:name|title|label|headline|subject)|.*(?:Name|Title)", re.IGNORECASE)
"""Names of the fields that a record is known by."""
_TAG = re.compile(
    r"(?:</|<(?=(?:p|br|hr|img)\b))(?:p|br|div|span|a|b|i|u|em|strong|small|sup|sub|s|del|ins|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|"
    r"img|figure|figcaption|blockquote|q|pre|code|hr|section|article|header|footer|iframe|script|style|font|center|html|"
    r"body|video|audio)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);")
_SLACK_LINK = re.compile(r"<(?:https?|mailto):([^<>|\s]+)(?:\|([^<>]*))?>")
_SLACK_NAME = re.compile(r"<[@#!]([^<>|]+)(?:\|([^<>]*))?>")
_SCRIPT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$\[\]\"']+\s*=\s*(?=[\[{])")
"""What stands before the data in an archive that a page was to load, as X gives it out."""
_SECONDS = re.compile(r"\d{10}\.\d{1,6}")
_TECHNICAL = {
    "client_msg_id": "client_msg_id blocks team source_team user_team edited upload",
    "ping_status": "ping_status comment_status template format meta class_list _links guid sticky featured_media "
    "date_gmt modified_gmt yoast_head yoast_head_json",
    "avatar_hash": "avatar_hash image_72 first_name team is_restricted is_ultra_restricted",
    "full_text": "entities extended_entities display_text_range edit_info id truncated favorited retweeted source "
    "possibly_sensitive",
    "last_edited_time": "object parent archived in_trash icon cover color has_children last_edited_by created_by "
    "request_id public_url is_toggleable",
}
"""By a field that shows which program a record is from: what means something to Slack, WordPress, X or Notion alone."""
_CONTAINERS = frozenset("properties attributes fields".split())
"""Names that say nothing of the fields within."""
_COLUMNS = ("columns", "headers", "header", "fields")


def tree(data: bytes) -> Parsed:
    """Write each record of a JSON file as a paragraph, "field: value; field: value", its prose after it."""
    try:
        value = _loaded(decode(data))
        left_out: set[str] = set()
        value = simple(value, left_out)
        lines = list(paragraphs(value))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON that can be read ({first_line(error)})", "check it with a JSON validator") from error
    meta: dict[str, str | None] = {}
    if isinstance(value, dict):
        meta = {name: text for name, text in described(value).items() if name not in ("id", "text")}
    notes = [f"fields that mean something to a program alone are left out: {', '.join(sorted(left_out))}"]
    return Parsed("\n\n".join(lines), meta, notes=notes if left_out else [])


def _loaded(text: str) -> Any:
    """Return the value of a JSON text, numbers as they are written: 1.10 is not 1.1. Several values make a list."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    start = found.end() if (found := _SCRIPT.match(text)) else 0
    values: list[Any] = []
    space = re.compile(r"[\s;]*")
    at = space.match(text, start).end()  # type: ignore[union-attr]
    while at < len(text) or not values:
        value, at = decoder.raw_decode(text, at)
        values.append(value)
        at = space.match(text, at).end()  # type: ignore[union-attr]
    return values[0] if len(values) == 1 else values


def plain(text: str) -> str:
    """Return a value's text as it would be shown: HTML read, entities decoded, the links of a chat by their words.

    >>> plain("<b>40 km</b> &amp; more, see <https://x.org|here>"), plain("a < b &c")
    ('40 km & more, see here', 'a < b &c')
    """
    text = _SLACK_LINK.sub(lambda link: link[2] or link[0][1:-1].removeprefix("mailto:"), text)
    text = _SLACK_NAME.sub(lambda name: f"@{name[2] or name[1]}", text)
    if not _TAG.search(text):
        text = unescape(text) if _ENTITY.search(text) else text
        if not (text.lstrip().startswith("<") and _TAG.search(text)):  # or it was escaped as a whole
            return text
    try:
        return whole(text if "</p>" in text.lower() or "\n\n" not in text else text.replace("\n\n", "<p>")).text
    except Unusable:  # tags alone
        return ""


def simple(value: Any, left_out: set[str]) -> Any:
    """Return a value of JSON without what its program wraps it in: text, lists, and fields with names.

    Args:
        value: of JSON; it is not changed.
        left_out: takes the names of fields that were dropped.
    """
    if isinstance(value, list):
        if value and all(isinstance(item, dict) and isinstance(item.get("plain_text"), str) for item in value):
            return "".join(item["plain_text"] for item in value)
        if {type(item) for item in value} == {str, dict} and all(map(_is_piece, value)):  # a text of Telegram
            return plain("".join(item if isinstance(item, str) else item["text"] for item in value))
        return [simple(_unwrapped(item), left_out) for item in value]
    if isinstance(value, dict):
        return _simple_fields(value, left_out)
    return plain(value) if isinstance(value, str) else value


def _is_piece(item: Any) -> bool:
    """Tell whether a value is a piece of a text: a string, or one of a style."""
    return isinstance(item, str) or (
        isinstance(item, dict) and isinstance(item.get("text"), str) and isinstance(item.get("type"), str)
    )


def _unwrapped(item: Any) -> Any:
    """Return the record of ``{"tweet": {…}}``."""
    if isinstance(item, dict) and len(item) == 1 and isinstance(inner := next(iter(item.values())), dict):
        return inner
    return item


def _simple_fields(value: dict[str, Any], left_out: set[str]) -> Any:
    keys = set(value)
    if "rendered" in keys <= {"rendered", "raw", "protected", "block_version"}:
        return simple(value["rendered"], left_out)
    if len(keys) == 1 and (key := next(iter(keys))).startswith("$"):  # an id or a date of MongoDB
        return simple(value[key], left_out)
    if isinstance(kind := value.get("type"), str) and kind in keys and keys & {"id", "object"}:  # of Notion
        return simple(value[kind], left_out)
    if "rich_text" in keys and keys & {"color", "is_toggleable"}:
        return simple(value["rich_text"], left_out)
    if {"name", "color"} <= keys <= {"id", "name", "color", "description"}:
        return value["name"]
    if "start" in keys <= {"start", "end", "time_zone"}:
        return " – ".join(str(value[key]) for key in ("start", "end") if value.get(key))
    dropped = {name for mark, names in _TECHNICAL.items() if mark in keys for name in names.split()}
    if "full_text" in keys and "id_str" not in keys:
        dropped.discard("id")
    left_out |= {name for name in dropped & keys if value[name] not in (None, "", [], {})}
    found = {key: simple(inner, left_out) for key, inner in value.items() if key not in dropped}
    for key in ("ts", "thread_ts"):
        if isinstance(found.get(key), str) and _SECONDS.fullmatch(found[key]):
            found[key] = datetime.fromtimestamp(int(found[key][:10]), UTC).strftime("%Y-%m-%d %H:%M UTC")
    return found


def paragraphs(value: Any, label: tuple[str, str] | None = None, path: str = "", *, top: bool = True) -> Iterator[str]:
    """Write a value in paragraphs: one for each record, which carries the names of its fields, then its prose.

    Args:
        value: of JSON, as :func:`simple` returns it.
        label: name and value of a field that each record is to carry, of the record that they are within.
        path: what stands before the names of its fields.
        top: whether the value is the whole file.
    """
    if isinstance(value, dict):
        if _holds_records(value):
            for key, inner in value.items():
                yield from paragraphs(inner, (path or "key", str(key)), top=False)
        else:
            yield from _record(value, label, path, top=top)
    elif isinstance(value, list) and (rows := _table(value)):
        header, *body = rows
        yield from (row_text([*_names([label]), *header], [*_values([label]), *row]) for row in body)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for item in value:
            yield from paragraphs(item, label, path, top=False)
    elif isinstance(value, list) and top:
        yield from filter(None, map(_scalar, value))
    elif value := _scalar(value):
        yield row_text([*_names([label]), path], [*_values([label]), value])


def _record(value: dict[str, Any], label: tuple[str, str] | None, path: str, *, top: bool) -> Iterator[str]:
    fields, within = _flat(value, path)
    short = [(name, " ".join(text.split())) for name, text in fields if not _is_prose(text)]
    pairs = [label, *short] if label else short
    if line := row_text(_names(pairs), _values(pairs)):
        yield line
    for name, text in fields:
        if _is_prose(text):
            bare = name.rpartition(".")[2].lower() in _PROSE
            yield text if bare else f"{name}: {text}"
    if columns := next((value[key] for key in _COLUMNS if isinstance(value.get(key), list)), None):
        within = [(name, [columns, *inner] if _table([columns, *inner]) else inner) for name, inner in within]
    direct = sorted(short, key=lambda pair: pair[0].count("."))
    own = next((pair for pair in direct if _LABELS.fullmatch(pair[0].rpartition(".")[2])), None)
    if not top and (own is None or "." in own[0]):
        own = next(iter(direct), None)
    for name, inner in within:
        alone = len(within) == 1 and isinstance(inner, list)
        yield from paragraphs(inner, own or label, "" if alone else name, top=False)


def _flat(value: dict[str, Any], path: str) -> tuple[list[tuple[str, str]], list[tuple[str, Any]]]:
    """Return the fields of a record, those of records of one within it by their path, and what is written after it."""
    fields: list[tuple[str, str]] = []
    within: list[tuple[str, Any]] = []
    for key, inner in value.items():
        name = f"{path}.{key}" if path and key else path or str(key)
        if isinstance(inner, dict) and str(key) in _CONTAINERS:
            name = path
        if isinstance(inner, dict) and not _holds_records(inner):
            more, deeper = _flat(inner, name)
            fields += more
            within += deeper
        elif isinstance(inner, dict) or (isinstance(inner, list) and any(isinstance(i, dict | list) for i in inner)):
            within.append((name, inner))
        elif text := _scalar(inner):
            fields.append((name, text))
    return fields, within


def _holds_records(value: dict[str, Any]) -> bool:
    """Tell whether the names of fields are keys of records of one kind: ``{"U1": {"name": …}, "U2": {"name": …}}``."""
    inner = list(value.values())
    return (
        len(inner) > 1
        and all(isinstance(item, dict) and item for item in inner)
        and all(set(item) & set(inner[0]) for item in inner)
        and sum(len(set(item) & set(inner[0])) for item in inner) * 2 > sum(map(len, inner))
    )


def _table(value: list[Any]) -> list[list[str]]:
    """Return the rows of a list of lists below one of names; none if it is no such list."""
    if len(value) < 2 or not all(isinstance(row, list) and row for row in value):
        return []
    if any(isinstance(cell, dict | list) for row in value for cell in row):
        return []
    rows = [[_scalar(cell) for cell in row] for row in value]
    is_header = len(set(rows[0])) == len(rows[0]) == len(rows[1]) and not any(re.match(r"-?\d", c) for c in rows[0])
    return rows if is_header and all(rows[0]) else []


def _scalar(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_scalar, value)))
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _is_prose(text: str) -> bool:
    return len(text) > _LONG or "\n\n" in text


def _names(pairs: list[Any]) -> list[str]:
    return [pair[0] for pair in pairs if pair]


def _values(pairs: list[Any]) -> list[str]:
    return [pair[1] for pair in pairs if pair]
