"""JSON: a paragraph a value, with its path."""

import json
from collections.abc import Iterator
from typing import Any

from rag.decode import Unusable, decode
from rag.errors import first_line
from rag.parsed import Parsed


def tree(data: bytes) -> Parsed:
    """Write each value of a JSON file as a paragraph, "path: value"; top-level strings named so are metadata."""
    try:
        # Numbers stay as they are written: 1.10 is not 1.1.
        value = json.loads(decode(data), parse_int=str, parse_float=str, parse_constant=str)
        lines = list(_leaves(value, ""))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON that can be read ({first_line(error)})", "check it with a JSON validator") from error
    known = ("title", "publisher", "author", "published", "date", "url", "language")
    meta: dict[str, str | None] = {}
    if isinstance(value, dict):
        meta = {key: value[key] for key in known if isinstance(value.get(key), str)}
        meta["published"] = meta.get("published") or meta.pop("date", None)
    return Parsed("\n\n".join(lines), meta)


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif value is not None and str(value).strip():
        shown = str(value).lower() if isinstance(value, bool) else value
        yield f"{path}: {shown}" if path else str(shown)
