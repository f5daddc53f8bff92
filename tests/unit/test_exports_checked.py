import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from rag.exports.checked import AROUND, markdown, page
from rag.schema import Check, CheckedClaim, Closest, Quotation
from tests.exported import DIED, DOCUMENTS, FORMULA, NEWS, PAPER, citation

EVIL = "</mark><script>alert(1)</script>"
TEXT = f"# A draft\n\n32 people died [1]. {EVIL} It cost <b>nothing</b>.\n\n“A raid” it was."


def claim(text: str, verdict: str, **more: object) -> CheckedClaim:
    start = TEXT.index(text)
    return CheckedClaim(text, start, start + len(text), verdict, 0.5, **more)  # type: ignore[arg-type]


FOUND = Check(
    (
        claim("32 people died [1].", "supported", citations=(1,), against=(2,)),
        claim(
            "It cost <b>nothing</b>.", "not_found", reason="a <i>reason</i>", closest=Closest("a", "b", 0, 1, "c", 0)
        ),
        claim("“A raid” it was.", "contradicted", citations=(2,), quotations=(Quotation("A raid", True, None, (1,)),)),
    ),
    (citation(1, NEWS, DIED), citation(2, PAPER, FORMULA, 2)),
    "abc",
)
HTML = page(FOUND, TEXT, DOCUMENTS)


class _Read(HTMLParser):
    """What a page shows, and the tags and links that it is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.within: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.marked: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for value in (given.get("href"), given.get("src")) if value]
        if tag == "mark":
            self.marked.append("")
        if tag not in ("meta", "br"):
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.within:
            self.marked[-1] += data


READ = _Read(HTML)


def test_both_sides_are_marked() -> None:
    claims = [TEXT[one.start : one.end] for one in FOUND.claims]
    assert READ.marked == [*claims, DIED, FORMULA, FORMULA, DIED]
    for one in ("supported", "not found", "contradicted"):
        assert one in READ.text
    left = HTML.split('<div class="text">')[1].split("</div>")[0]
    shown = re.sub(r' <a class="mark".*?</a>', "", left)
    assert _Read(shown).text == TEXT, "the text stands there whole"


def test_each_claim_leads_to_its_quotes_and_back() -> None:
    assert len(set(READ.ids)) == len(READ.ids) == 2 * len(FOUND.claims)
    inner = {link[1:] for link in READ.links if link.startswith("#")}
    assert inner == set(READ.ids)


def test_what_stands_around_a_quote_is_shown_and_cut() -> None:
    assert f"It was a raid. <mark>{DIED.replace('&', '&amp;')}</mark> It was a raid, again." in HTML
    long = NEWS.text.replace("It was a raid. ", "It was a raid. " + "word " * 200, 1)
    moved = replace(NEWS, text=long)
    found = Check(FOUND.claims[:1], (citation(1, moved, DIED), FOUND.citations[1]), "abc")
    around = page(found, TEXT, {**DOCUMENTS, NEWS.source: moved}).split("<blockquote>")[1].split("<mark>")[0]
    assert around.startswith("… word ")
    assert len(around) <= AROUND + 2


def test_a_source_that_has_changed_shows_the_quote_alone() -> None:
    gone = {**DOCUMENTS, NEWS.source: replace(NEWS, text="")}
    assert f"<blockquote><mark>{DIED.replace('&', '&amp;')}</mark></blockquote>" in page(FOUND, TEXT, gone)


def test_it_loads_nothing_and_nothing_in_it_is_markup_of_a_text() -> None:
    assert not {"script", "link", "img", "iframe", "b", "i"} & set(READ.tags)
    assert all(link.startswith(("#", "https://news.example/")) for link in READ.links)
    assert EVIL in READ.text
    (style,) = re.findall(r"<style>(.*?)</style>", HTML, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in HTML
    assert "url(" not in style
    assert "default-src 'none'" in HTML


def test_markdown_has_each_claim_with_its_footnotes() -> None:
    text = markdown(FOUND, TEXT, DOCUMENTS)
    assert text.startswith("# 3 claims: 1 supported, 1 contradicted, 1 not found\n")
    assert re.findall(r"^- \*\*(.*?)\*\*.*?((?:\[\^\d\])*)$", text, re.MULTILINE) == [
        ("supported", "[^1][^2]"),
        ("not found", ""),
        ("contradicted", "[^2][^1]"),
    ]
    assert re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE) == ["1", "2"]
    html = MarkdownIt().render(text.replace("[^", "(").replace("]:", ")"))
    assert "<b>" not in html
    assert "<em>Why: a &lt;i&gt;reason&lt;/i&gt;</em>" in html
    assert "<li>" in html
