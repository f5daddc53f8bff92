"""Pages of the web about something, as a SearXNG finds them: a list from which a person chooses what becomes a source.

Nothing is asked but of the SearXNG that the setting ``searxng`` names, and only when a person asks. What it says is no
source: it is shown, and an address of it that is chosen is fetched as any other (:mod:`rag.fetching.add`).
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from rag.config import Config
from rag.errors import FetchError, UsageError, first_line
from rag.fetching.fetch import cut_off, parsed
from rag.text.dates import iso_date

MOST_FOUND = 10
MOST_BYTES = 1_000_000
"""Of what the service sends."""
CONNECT_SECONDS = 5
SECONDS = 15
"""Longest wait for the whole list."""
MOST_CHARS = 300
"""Of a title, and of what is told of a page."""
EXAMPLE = 'searxng = "http://127.0.0.1:8888" in rag.toml'


@dataclass(frozen=True, slots=True)
class Found:
    """A page that was found."""

    address: str
    title: str
    about: str
    """What the service tells of it; empty if nothing."""
    published: str | None
    """ISO 8601 date."""


def find(query: str, config: Config) -> list[Found]:
    """Return at most ``MOST_FOUND`` pages, in the order of the service.

    Raises:
        UsageError: no service is set, or nothing is asked for.
        FetchError: the service failed.
    """
    if not config.searxng:
        raise UsageError(f"no search service is set: run a SearXNG, and name it with {EXAMPLE}")
    query = " ".join(query.split())[:MOST_CHARS]
    if not query:
        raise UsageError("nothing to look for: name it in a few words")
    told = _asked(str(parsed(config.searxng)).rstrip("/"), query)
    rows = told.get("results") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise FetchError(f"{config.searxng} sent no list of results: is it a SearXNG?")
    found: dict[str, Found] = {}
    for row in rows:
        if isinstance(row, dict) and (one := _found(row)):
            found.setdefault(one.address, one)
    return list(found.values())[:MOST_FOUND]


def _found(row: dict[str, Any]) -> Found | None:
    """Return a result whose address can be fetched."""
    try:
        address = str(parsed(str(row.get("url", ""))))
    except UsageError:
        return None
    day = iso_date(_line(row.get("publishedDate")))
    return Found(address, _line(row.get("title")) or address, _line(row.get("content")), day)


def _line(text: object) -> str:
    """Return a text of others as one line without characters that nobody sees."""
    shown = "".join(char if char.isprintable() else " " for char in str(text or "")[: 4 * MOST_CHARS])
    return " ".join(shown.split())[:MOST_CHARS]


def _asked(base: str, query: str) -> Any:
    """Return the service's JSON."""
    import httpx

    until = time.monotonic() + SECONDS
    late = FetchError(f"{base} was not done in {SECONDS} s: try again")
    data = bytearray()
    try:
        with (
            httpx.Client(trust_env=False, timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)) as client,
            cut_off(SECONDS) as opened,
            client.stream(
                "GET", f"{base}/search", params={"q": query, "format": "json"}, extensions={"trace": opened}
            ) as answer,
        ):
            if answer.status_code == 403:
                raise FetchError(
                    f"{base} refuses JSON (403): let its settings.yml say formats: [html, json] under search"
                )
            if answer.status_code != 200:
                raise FetchError(f"{base} sent status {answer.status_code}: see its log")
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    raise FetchError(f"{base} sent more than {MOST_BYTES // 1_000_000} MB: is it a SearXNG?")
    except httpx.TimeoutException as error:
        raise FetchError(f"{base} did not answer in time: try again") from error
    except httpx.HTTPError as error:
        if time.monotonic() >= until:
            raise late from error
        raise FetchError(f"{base} cannot be asked ({first_line(error)}): is the SearXNG running?") from error
    if time.monotonic() >= until:  # what was cut off then looks as if it had ended
        raise late
    try:
        return json.loads(data)
    except ValueError as error:
        raise FetchError(f"{base} sent no JSON: is it a SearXNG?") from error
