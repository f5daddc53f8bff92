"""The HTML of the button that pins an answer or a quote to the notebook."""

from collections.abc import Mapping
from html import escape

from rag.schema import Answer, Citation, Closest
from rag.web import words
from rag.web.icons import icon
from rag.web.pins import subject


def button(place: Mapping[str, int | str], pinned: Answer | Citation | Closest) -> str:
    """Return the button that pins a whole answer, or one quote; the script shows whether it is pinned.

    Args:
        place: what the button sends, by name: the place of the answer in the conversation, say.
        pinned: what it pins.
    """
    sent = "".join(f' data-{name}="{escape(str(value))}"' for name, value in place.items())
    label = words.NOTE_PIN if isinstance(pinned, Answer) else words.NOTE_PIN_QUOTE
    return (
        f'<button type="button" class="ql-pin" aria-pressed="false" data-subject="{subject(pinned)}"{sent} '
        f'data-pin="{label}" data-pinned="{words.NOTE_PINNED}" title="{words.NOTE_PIN_ABOUT}">{icon("pin")}'
        f'<span class="ql-label">{label}</span></button>'
    )
