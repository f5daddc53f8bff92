"""The language of the page: that which a browser chose, otherwise the first of those it asks for that there is.

``rag.web.words`` is English; whoever reads a word there while a browser is answered gets it in that browser's language
(:class:`Spoken`). What is quoted is never translated, and an error says what it says on the command line, in English.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import ModuleType
from typing import Any

from rag.web import spanish

ENGLISH = "en"
OTHERS: Mapping[str, ModuleType] = {"es": spanish}
"""The words of each other language, by its code."""
NAMES = {ENGLISH: "English", "es": "Español"}
"""Of every language, as those who speak it write it."""
COOKIE = "ql_language"
"""Set by the page's own script, which nothing else reads."""

_SPOKEN: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


class Spoken(ModuleType):
    """The words of the page: those of the language that is spoken now, English where it lacks one."""

    def __getattribute__(self, name: str) -> Any:
        """Return a word, or anything else that the module has."""
        if name.isupper() and (other := OTHERS.get(spoken())) and name in vars(other):
            return vars(other)[name]
        return super().__getattribute__(name)


def spoken() -> str:
    """Return the code of the language of the browser that is answered; outside of any request, English."""
    gradio = sys.modules.get("gradio.context")  # an event is not handled in the context of its request
    request = gradio.LocalContext.request.get(None) if gradio else None
    web = getattr(request, "request", None) or request
    return wanted(web.cookies.get(COOKIE, ""), web.headers.get("accept-language", "")) if web else _SPOKEN.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language inside."""
    token = _SPOKEN.set(code)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def wanted(chosen: str, accepted: str) -> str:
    """Return the language for a browser.

    >>> wanted("", "de, es-MX;q=0.8, en;q=0.7"), wanted("en", "es"), wanted("", "fr"), wanted("../x", "es;q=0")
    ('es', 'en', 'en', 'en')

    Args:
        chosen: the value of its cookie; empty if it has none.
        accepted: its ``Accept-Language``.
    """
    if chosen in NAMES:
        return chosen
    asked: list[tuple[float, str]] = []
    for part in accepted[:1000].split(","):
        found = re.fullmatch(r"\s*([a-zA-Z]+)(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d*)?))?\s*", part)
        if found and found[1].lower() in NAMES and (weight := float(found[2] or 1)):
            asked.append((-weight, found[1].lower()))
    return min(asked, key=lambda one: one[0])[1] if asked else ENGLISH


def said(text: str) -> str:
    """Return a phrase of the engine's own ("The sources do not say.") in the language of the page.

    What is none of its phrases, such as a quote or the message of an error, is returned as it is.
    """
    other = OTHERS.get(spoken())
    for english, translated in other.PHRASES.items() if other else ():
        if found := _pattern(english).fullmatch(text):
            return str(translated).format(**found.groupdict())
    return text


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what a phrase with ``{names}`` in it matches.

    >>> _pattern("There are {count} documents.").fullmatch("There are 3 documents.")["count"]
    '3'
    """
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^\\n]+?)", re.escape(phrase)))
