from dataclasses import replace

from rag.index.store import Listing
from rag.schema import Citation, Closest, Document
from rag.web import document
from rag.web.document import MOST_LISTED, MOST_TABS, Tab, Tabs

HOSTILE = "<img src=x onerror=alert(1)>\"'&</mark>"


def cited(source: str = "a", start: int = 0, quote: str = "Rain", number: int = 1) -> Citation:
    return Citation(number, source, source.upper(), None, start, start + len(quote), quote, 0.9)


def test_where_it_stands_is_told_with_the_way_to_the_other_quotes() -> None:
    spans = (cited(), replace(cited("b", number=2), page=7), cited("a", 5, "fell", 3))
    shown = Document("a", "Rain fell.", "Wet", publisher="The Gazette", published="2024-05-03")
    html = document.document(shown, Tab("a", "Wet", spans, 2, 4), 0)
    assert "The Gazette · 3 May 2024 · a</p>" in html
    assert "Quote 3 of 3" in html
    assert 'data-step="previous" data-answer="4" data-number="2"' in html
    assert 'data-step="next" data-answer="4" data-number="1"' in html
    assert html.count("<mark") == 2
    other = Document("b", "Rain", "B", pages=(0,))
    assert " · page 7</p>" in document.document(other, Tab("b", "B", spans, 1, 4), 0)
    assert "page" not in document.document(other, Tab("b", "B", spans, -1, 4), 0).split("ql-close")[0]
    closest = (Closest("a", "A", 0, 4, "Rain", 0.1), Closest("a", "A", 5, 9, "fell", 0.1))
    html = document.document(shown, Tab("a", "Wet", closest, 0, 0), 0)
    assert "Passage 1 of 2" in html
    assert 'data-step="next" data-answer="0" data-closest="1"' in html


def test_a_quote_that_is_no_longer_at_its_place_is_told_and_not_marked() -> None:
    tab = Tab("a", "Wet", (cited(quote="Snow"),), 0, 0)
    html = document.document(Document("a", "Rain fell.", "Wet"), tab, 0)
    assert "<mark" not in html
    assert "has changed since it was quoted" in html
    assert '<blockquote dir="auto">Snow</blockquote>' in html
    html = document.gone(tab, 0)
    assert "a is no longer among the sources" in html
    assert '<blockquote dir="auto">Snow</blockquote>' in html


def test_a_document_is_opened_once_and_the_first_gives_way() -> None:
    tabs = Tabs()
    for name in "abcdefgh":
        tabs.open(Tab(name, name))
    assert [tab.source for tab in tabs.tabs] == list("abcdefgh")[-MOST_TABS:]
    tabs.open(Tab("c", "c", (cited(),), 0, 2))
    assert len(tabs.tabs) == MOST_TABS
    assert (tabs.current, tabs.tabs[tabs.current].selected) == (0, 0)


def test_closing_a_tab_shows_the_one_before_it() -> None:
    tabs = Tabs()
    for name in "abc":
        tabs.open(Tab(name, name))
    tabs.close(0)
    assert tabs.tabs[tabs.current].source == "c"
    tabs.close(1)
    assert tabs.tabs[tabs.current].source == "b"
    tabs.close(7)
    tabs.show(7)
    tabs.show(-2)
    assert tabs.current == 0
    tabs.close(0)
    assert (tabs.tabs, tabs.current) == ([], -1)


def test_the_quotes_of_an_answer_that_is_no_more_are_forgotten() -> None:
    tabs = Tabs()
    tabs.open(Tab("a", "a", (cited(),), 0, 0))
    tabs.open(Tab("b", "b", (cited("b"),), 0, 1))
    tabs.forget_quotes(1)
    assert [(tab.selected, len(tab.spans)) for tab in tabs.tabs] == [(0, 1), (-1, 0)]


def test_the_tabs_name_what_is_in_view() -> None:
    tabs = Tabs()
    assert document.panel(tabs, "<p>") == "<p>"
    tabs.open(Tab("a", HOSTILE))
    html = document.panel(tabs, "<p>")
    assert html.count('role="tab"') == 2
    assert html.count('aria-selected="true"') == 1
    assert 'aria-labelledby="ql-tab-1"' in html
    assert "<img" not in html


def test_a_long_list_of_sources_is_cut_and_says_so() -> None:
    listings = [Listing(f"{n}.txt", HOSTILE, None, 3) for n in range(MOST_LISTED + 5)]
    html = document.source_list(listings)
    assert html.count("ql-source") == MOST_LISTED + 1
    assert f"<h2>{MOST_LISTED + 5} sources</h2>" in html
    assert "and 5 more" in html
    assert "<img" not in html
    assert "<h2>1 source</h2>" in document.source_list(listings[:1])


def test_text_from_a_source_is_escaped() -> None:
    shown = Document(HOSTILE, HOSTILE, HOSTILE, publisher=HOSTILE, author=HOSTILE)
    tab = Tab(HOSTILE, HOSTILE, (cited(HOSTILE, 0, "gone"), cited(HOSTILE, 0, HOSTILE)), 1)
    for html in (document.document(shown, tab, 0), document.gone(tab, 0)):
        assert "<img" not in html
        assert "alert(1)" in html


def test_what_a_file_says_of_itself_is_folded_below_its_text() -> None:
    head = "---\ntitle: Wet\npublisher: <b>The Gazette</b>\n---\n"
    shown = Document("a.md", f"{head}Rain fell.", "Wet", body=len(head))
    html = document.document(shown, Tab("a.md", "Wet", (cited("a.md", len(head)),), 0, 0), 0)
    text, front = html.split('<details class="ql-front">')
    assert "publisher" not in text
    assert ">Rain</mark> fell.</p></div>" in text
    assert "publisher: &lt;b&gt;The Gazette&lt;/b&gt;" in front
