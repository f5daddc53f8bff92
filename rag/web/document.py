"""The HTML beside the chat: the list of sources, and documents in tabs with their quotes highlighted.

Every text from a source passes through :func:`html.escape`; nothing else is ever inserted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape

from rag.index.store import Listing
from rag.output.render import also_in
from rag.schema import Citation, Closest, Document
from rag.web import prose, words
from rag.web.icons import icon
from rag.web.leaves import Leaf
from rag.web.page import joined, page_of
from rag.web.pinbutton import button as pin_button
from rag.web.printed import printed, switch

MOST_LISTED = 200
"""Sources that the list beside the chat shows."""
MOST_TABS = 6
"""Documents that are open at once; the one that was opened first gives way."""

Span = Citation | Closest


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
    if not tabs.tabs:
        return shown
    heads = _head(-1, words.CHAT_ALL_SOURCES, tabs.current) + "".join(
        _head(place, tab.title, tabs.current) for place, tab in enumerate(tabs.tabs)
    )
    return (
        f'<div class="ql-tabs" role="tablist" aria-label="{words.CHAT_OPEN_SOURCES}">{heads}</div>'
        f'<div role="tabpanel" id="ql-open" aria-labelledby="ql-tab-{tabs.current + 1}">{shown}</div>'
    )


def _head(place: int, title: str, current: int) -> str:
    chosen = place == current
    cross = f'<span class="ql-cross" data-close="{place}" aria-hidden="true">{icon("x")}</span>' if place >= 0 else ""
    return (
        f'<button type="button" role="tab" class="ql-tab" id="ql-tab-{place + 1}" data-tab="{place}" '
        f'aria-selected="{"true" if chosen else "false"}" aria-controls="ql-open" tabindex="{0 if chosen else -1}" '
        f'title="{escape(title)}"><span class="ql-tab-title" dir="auto">{escape(title)}</span>{cross}</button>'
    )


def source_list(listings: Sequence[Listing]) -> str:
    """Return the sources of the index, each a button that opens it."""
    rows = "".join(
        f'<li><button type="button" class="ql-source" data-source="{escape(listing.source)}" dir="auto">'
        f"{escape(listing.title)}"
        f'<span class="ql-meta">{joined(listing.published, listing.source)}</span></button></li>'
        for listing in listings[:MOST_LISTED]
    )
    count = words.CHAT_SOURCES_ONE if len(listings) == 1 else words.CHAT_SOURCES_COUNT.format(count=len(listings))
    left = len(listings) - MOST_LISTED
    more = f'<p class="ql-meta">{words.CHAT_SOURCES_MORE.format(count=left)}</p>' if left > 0 else ""
    return f'<nav class="ql-sources" aria-label="{words.CHAT_SOURCES}"><h2>{count}</h2><ul>{rows}</ul>{more}</nav>'


def document(shown: Document, tab: Tab, place: int, leaf: Leaf | None = None, why: str = "") -> str:
    """Return a whole document with its quotes highlighted.

    Args:
        shown: the document, as it is now.
        tab: which quotes to mark, those of other documents are passed over, and which of them strongly.
        place: of the tab.
        leaf: its page with what :func:`standing` returns, where it has pages that can be drawn.
        why: why it has none, where that is to be told.
    """
    selected = tab.spans[tab.selected] if tab.selected >= 0 else None
    about = joined(
        shown.publisher, shown.author, shown.published, shown.source, page_of(selected) if selected else None
    )
    copies = ""
    if isinstance(selected, Citation) and selected.also:
        copies = f'<p class="ql-meta">{words.CHAT_ALSO_IN.format(others=escape(also_in(selected)))}</p>'
    return (
        f'{_article(tab)}<h2 dir="auto">{escape(shown.title)}</h2><p class="ql-meta ql-about">{about}</p>{copies}'
        f'<div class="ql-bench">{_steps(tab)}{_pin(tab)}{switch() if leaf else ""}{_close(shown.title, place)}</div>'
        f"{moved(shown, selected)}{body(shown, tab.spans, selected, leaf, why)}{_front_matter(shown)}</article>"
    )


def standing(shown: Document, spans: Sequence[Span], selected: Span | None) -> list[Span]:
    """Return those quotes that stand in a document, the selected one first."""
    found = [s for s in spans if s.source == shown.source and shown.text[s.start : s.end] == s.quote]
    return sorted(found, key=lambda span: span is not selected)


def body(shown: Document, spans: Sequence[Span], selected: Span | None, leaf: Leaf | None, why: str) -> str:
    """Return the text of a document, and above it its page, if it has one, or why it has none."""
    label = words.CHAT_TEXT_OF.format(title=escape(shown.title))
    chosen = standing(shown, spans, selected)[:1]
    quote = selected.quote if selected and chosen == [selected] else ""
    page = printed(leaf, shown.title, quote) if leaf else ""
    told = f'<p class="ql-warning" role="status">{escape(why)}</p>' if why else ""
    return (
        f'{told}{page}<div class="ql-text" data-form="{prose.form(shown.source)}" dir="auto" tabindex="0" '
        f'role="region" aria-label="{label}">{prose.text(shown, spans, selected)}</div>'
    )


def _front_matter(shown: Document) -> str:
    """Return what a file says of itself before its text, folded; nothing if there is none."""
    if not shown.body:
        return ""
    head = f"<summary>{words.CHAT_FRONT_MATTER}</summary>"
    return f'<details class="ql-front">{head}<pre dir="auto">{escape(shown.text[: shown.body].strip())}</pre></details>'


def gone(tab: Tab, place: int) -> str:
    """Return what is left of a document that is not among the sources any more: the quote."""
    quote = f'<blockquote dir="auto">{escape(tab.spans[tab.selected].quote)}</blockquote>' if tab.selected >= 0 else ""
    return (
        f'{_article(tab)}<h2 dir="auto">{escape(tab.title)}</h2><div class="ql-bench">{_steps(tab)}{_pin(tab)}'
        f"{_close(tab.title, place)}</div>"
        f'<p class="ql-warning" role="status">{words.CHAT_GONE.format(source=escape(tab.source))}</p>{quote}</article>'
    )


def _article(tab: Tab) -> str:
    """Return the start of what is in view, with what it shows: the script compares it with what is pressed."""
    if tab.selected < 0:
        return f'<article class="ql-document" data-source="{escape(tab.source)}">'
    selected = tab.spans[tab.selected]
    place = selected.number if isinstance(selected, Citation) else tab.selected
    return f'<article class="ql-document" data-answer="{tab.answer}" data-place="{place}">'


def _close(title: str, place: int) -> str:
    about = words.CHAT_CLOSE_ABOUT.format(title=escape(title))
    return (
        f'<button type="button" class="ql-close" data-close="{place}" title="{about}">{icon("x")}'
        f'<span class="ql-label">{words.CHAT_CLOSE}</span></button>'
    )


def _pin(tab: Tab) -> str:
    """Return the button that pins the quote in view; nothing where none is."""
    if tab.selected < 0 or tab.answer < 0:  # a passage that no answer names
        return ""
    quote = tab.spans[tab.selected]
    number = quote.number if isinstance(quote, Citation) else tab.selected
    name = "number" if isinstance(quote, Citation) else "closest"
    return pin_button({"answer": tab.answer, name: number}, quote)


def _steps(tab: Tab) -> str:
    """Return buttons for the quotes before and behind the one in view, in whichever document they are."""
    if tab.selected < 0:
        return ""
    count = len(tab.spans)
    pattern, kind, first = words.CHAT_PASSAGE_OF, "closest", 0
    if isinstance(tab.spans[tab.selected], Citation):
        pattern, kind, first = words.CHAT_QUOTE_OF, "number", 1
    buttons = [
        f'<button type="button" class="ql-step" data-step="{step}" data-answer="{tab.answer}" '
        f'data-{kind}="{(tab.selected + move) % count + first}" title="{label}"{" disabled" if count < 2 else ""}>'
        f'{icon(drawn)}<span class="ql-label">{label}</span></button>'
        for step, move, label, drawn in (
            ("previous", -1, words.CHAT_PREVIOUS, "chevron-left"),
            ("next", 1, words.CHAT_NEXT, "chevron-right"),
        )
    ]
    place = pattern.format(number=tab.selected + 1, count=count)
    return f'<div class="ql-steps">{buttons[0]}<span class="ql-place">{place}</span>{buttons[1]}</div>'


def moved(shown: Document, selected: Span | None) -> str:
    """Return a warning where a quote is not at its place in the document as it is now."""
    if selected is None or shown.text[selected.start : selected.end] == selected.quote:
        return ""
    quote = f'<blockquote dir="auto">{escape(selected.quote)}</blockquote>'
    return f'<p class="ql-warning" role="status">{words.CHAT_CHANGED}</p>{quote}'
