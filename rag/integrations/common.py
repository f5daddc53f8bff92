"""What every framework is told of a passage or a quote, and its filters as ours."""

from collections.abc import Iterable
from glob import escape
from typing import Any

from rag.errors import UsageError
from rag.schema import Citation, Filter, Hit

KEYS = ("source", "title", "publisher", "published", "start", "end", "page", "time")


def described(found: Hit | Citation) -> dict[str, Any]:
    """Return the metadata of a passage or a quote: ``text_of(source)[start:end]`` is its text."""
    if isinstance(found, Citation):
        return {key: getattr(found, key) for key in KEYS}
    passage = found.passage
    first = passage.sentences[0] if passage.sentences else None
    where = {"page": first and passage.page(first), "time": first and passage.time(first)}
    return {**where, **{key: getattr(passage, key) for key in KEYS if key not in where}}


def name(found: Hit | Citation) -> str:
    """Return an id of a passage or a quote: its place."""
    place = found if isinstance(found, Citation) else found.passage
    return f"{place.source}:{place.start}-{place.end}"


def filter_of(conditions: Iterable[tuple[str, str, Any]]) -> Filter:
    """Return the filter of conditions that must all hold, each a field, an operator and a value.

    Raises:
        UsageError: a condition that :class:`~rag.schema.Filter` cannot express.
    """
    sources: tuple[str, ...] | None = None
    after = before = None
    for field, operator, value in conditions:
        if field == "source" and operator in ("==", "in"):
            named = (value,) if isinstance(value, str) else tuple(value)
            sources = named if sources is None else tuple(one for one in sources if one in named)
        elif field == "published" and operator == ">=":
            after = max(after or value, value)
        elif field == "published" and operator == "<=":
            before = min(before or value, value)
        else:
            raise UsageError(
                f"the filter {field} {operator} {value!r} cannot be used: source takes == and in, published >= and <="
            )
    if sources == ():
        raise UsageError("the filters name no source that all of them admit: leave some out")
    return Filter(tuple(map(escape, sources or ())), after, before)
