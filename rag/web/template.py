"""HTML from the templates beside: ``templates/NAME.html`` has macros, which are called as functions.

What is put into a template is escaped; only HTML that another function made goes through the filter ``safe``. As in
JSX, a line break and the spaces around it are nothing, but for one space within a tag: a template can be laid out to be
read.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.web import words
from rag.web.icons import classed
from rag.web.language import said, spoken

if TYPE_CHECKING:
    from jinja2 import Environment

_TAG = re.compile(r"<[a-z](?:\{\{.*?\}\}|\{%.*?%\}|[^<>])*>", re.DOTALL)
"""A tag; what is computed in it may have other signs."""


def html(template: str, macro: str, *values: Any, **named: Any) -> str:
    """Return what a macro of ``templates/TEMPLATE.html`` makes of values.

    Every template knows ``words``, ``translated`` and ``spoken`` (:mod:`rag.web.language`), and ``classed`` of icons.

    Raises:
        jinja2.UndefinedError: it wants a value that it is not given.
    """
    return str(getattr(_environment().get_template(f"{template}.html").module, macro)(*values, **named))


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from jinja2.ext import Extension

    class Lines(Extension):
        """Takes the line breaks out of a template."""

        def preprocess(self, source: str, *_: str | None, **__: str | None) -> str:
            tags = _TAG.sub(lambda tag: re.sub(r"\s*\n\s*", " ", tag[0]), source)
            return re.sub(r"\s*\n\s*", "", tags)

    made = Environment(loader=PackageLoader("rag.web"), autoescape=True, undefined=StrictUndefined, extensions=[Lines])
    made.globals |= {"words": words, "translated": said, "spoken": spoken, "classed": classed}
    return made
