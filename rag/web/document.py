"""The HTML beside the chat: the list of sources, and documents in tabs with their quotes highlighted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.index.store import Listing
from rag.output.render import also_in
from rag.schema import Citation, Closest, Document, time_at
from rag.text.described import describer_at
from rag.web import prose, words
from rag.web.leaves import Leaf
from rag.web.page import day, joined, place_of
from rag.web.pinbutton import button as pin_button
from rag.web.printed import printed, switch
from rag.web.sounds import is_video
from rag.web.template import html

MOST_LISTED = 200
"""Sources that the list beside the chat shows."""
MOST_TABS = 6
"""Documents that are open at once; the one that was opened first gives way."""

Span = Citation | Closest
Seen = Callable[[Document, Sequence[Span]], tuple[Leaf | None, str]]
"""Returns the page on which the first of some quotes stands, if there is one to be drawn, or why there is none."""


@dataclass(frozen=True, slots=True)
class Tab:
    """An open document."""

    source: str
    title: str
    spans: tuple[Span, ...] = ()
    """All quotes of the answer that it was opened from, those of other documents too."""
    selected: int = -1
    """Which of ``spans`` is in view; -1 for none."""
    answer: int = -1
    """The place of that answer in the conversation."""


@dataclass(slots=True)
class Tabs:
    """The open documents of one page."""

    tabs: list[Tab] = field(default_factory=list)
    current: int = -1
    """Which of them is in view; -1 for the list of sources."""

    def open(self, tab: Tab) -> None:
        """Bring a document into view, in the tab that it has already or in a new one."""
        place = next((n for n, other in enumerate(self.tabs) if other.source == tab.source), None)
        if place is None:
            self.tabs = [*self.tabs, tab][-MOST_TABS:]
            self.current = len(self.tabs) - 1
        else:
            self.tabs[place] = tab
            self.current = place

    def show(self, place: int) -> None:
        """Bring the tab at a place into view; -1 is the list of sources."""
        self.current = place if -1 <= place < len(self.tabs) else self.current

    def close(self, place: int) -> None:
        """Close the tab at a place; the one before it comes into view if it was in view."""
        if 0 <= place < len(self.tabs):
            del self.tabs[place]
            self.current -= self.current >= place

    def clear(self) -> None:
        """Close every tab."""
        self.tabs, self.current = [], -1

    def forget_quotes(self, place: int) -> None:
        """Leave documents open without their quotes where the answer, at this place or behind, is no more."""
        self.tabs = [
            replace(tab, spans=(), selected=-1, answer=-1) if tab.answer >= place else tab for tab in self.tabs
        ]


def panel(tabs: Tabs, shown: str) -> str:
    """Return the tabs above what is in view, a document or the list of sources."""
    return html("document", "panel", tabs, shown) if tabs.tabs else shown


def source_list(listings: Sequence[Listing]) -> str:
    """Return the sources of the index, each a button that opens it."""
    rows = [(listing, joined(day(listing.published), listing.source)) for listing in listings[:MOST_LISTED]]
    count = words.CHAT_SOURCES_ONE if len(listings) == 1 else words.CHAT_SOURCES_COUNT.format(count=len(listings))
    left = len(listings) - MOST_LISTED
    return html("document", "source_list", count, rows, words.CHAT_SOURCES_MORE.format(count=left) if left > 0 else "")


@dataclass(frozen=True, slots=True)
class _View:
    """A tab as it is in view."""

    tab: Tab
    place: int
    span: Span | None
    """The quote in view."""
    kind: Literal["number", "closest"] = "closest"
    """What it is called by, and the two beside it."""
    number: int = -1
    before: int = -1
    behind: int = -1
    pin: str = ""
    """The button that pins it."""

    @classmethod
    def of(cls, tab: Tab, place: int) -> "_View":
        """Return what is in view of a tab at a place."""
        if tab.selected < 0:
            return cls(tab, place, None)
        span, count = tab.spans[tab.selected], len(tab.spans)
        kind: Literal["number", "closest"] = "number" if isinstance(span, Citation) else "closest"
        number = span.number if isinstance(span, Citation) else tab.selected
        before, behind = ((tab.selected + move) % count + (kind == "number") for move in (-1, 1))
        # A passage that no answer names cannot be pinned.
        pin = pin_button({"answer": tab.answer, kind: number}, span) if tab.answer >= 0 else ""
        return cls(tab, place, span, kind, number, before, behind, pin)


def document(shown: Document, tab: Tab, place: int, seen: Seen | None = None, sound: str | None = None) -> str:
    """Return a whole document with its quotes highlighted.

    Args:
        shown: the document, as it is now.
        tab: which quotes to mark, those of other documents are passed over, and which of them strongly.
        place: of the tab.
        seen: finds the page, where pages of the document can be drawn.
        sound: its address, where it is what was heard.
    """
    view = _View.of(tab, place)
    selected = view.span
    standing = _standing(shown, tab.spans, selected)
    leaf, why = seen(shown, standing) if seen else (None, "")
    about = joined(
        shown.publisher, shown.author, day(shown.published), shown.source, place_of(selected) if selected else None
    )
    also = also_in(selected) if isinstance(selected, Citation) and selected.also else ""
    below = moved(selected) if selected and selected not in standing else ""
    below += body(shown, standing, selected, leaf, why, sound)
    return html("document", "document", shown, view, about, also, switch() if leaf else "", below)


def _standing(shown: Document, spans: Sequence[Span], selected: Span | None) -> list[Span]:
    """Return those quotes that stand in a document, the selected one first."""
    found = [s for s in spans if s.source == shown.source and shown.text[s.start : s.end] == s.quote]
    return sorted(found, key=lambda span: span is not selected)


def body(
    shown: Document,
    standing: Sequence[Span],
    selected: Span | None,
    leaf: Leaf | None,
    why: str,
    sound: str | None = None,
) -> str:
    """Return the text of a document, and above it its page, if it has one, or why it has none, or its sound.

    Args:
        shown: the document, as it is now.
        standing: the quotes that stand in it, the selected one first.
        selected: the one that is marked strongly, if it is among them.
        leaf: its page.
        why: why it has none, where that is to be told.
        sound: the address of its sound, which a player begins where the selected quote is said.
    """
    chosen = selected.quote if selected and selected in standing else ""
    describer = describer_at(shown.text, selected.start) if selected and chosen else None
    page = printed(leaf, shown.title, chosen, describer) if leaf else ""
    if sound:
        seconds = time_at(shown.times, selected.start) if selected and chosen else 0
        page = html("sounds", "player", sound, is_video(shown.source), f"{seconds or 0:g}", shown.title)
    text = prose.text(shown, standing, selected)
    return html("document", "body", shown, prose.form(shown.source), text, page, why)


def gone(tab: Tab, place: int) -> str:
    """Return what is left of a document that is not among the sources any more: the quote."""
    return html("document", "gone", _View.of(tab, place))


def moved(quote: Span) -> str:
    """Return a warning that a quote is not at its place in its document as it is now."""
    return html("document", "moved", quote.quote)
