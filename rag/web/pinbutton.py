"""The HTML of the button that pins an answer or a quote to the notebook."""

from collections.abc import Mapping

from rag.schema import Answer, Citation, Closest
from rag.web import words
from rag.web.pins import subject
from rag.web.template import html


def button(place: Mapping[str, int | str], pinned: Answer | Citation | Closest) -> str:
    """Return the button that pins a whole answer, or one quote; the script shows whether it is pinned.

    Args:
        place: what the button sends, by name: the place of the answer in the conversation, say.
        pinned: what it pins.
    """
    label = words.NOTE_PIN if isinstance(pinned, Answer) else words.NOTE_PIN_QUOTE
    return html("pinbutton", "button", subject(pinned), place.items(), label)
