"""A page's main text, what is told of what it lacks, and a story that stands in its metadata alone."""

import json
from pathlib import Path

import pytest

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.html.page import html, whole
from rag.schema import Document

HTML = """<html lang="en"><head><title>Resigned - The Daily</title>
<meta property="og:title" content="Mayor resigns"><meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2024-05-03T10:00:00Z"><meta name="author" content="Ann Lee">
<link rel="canonical" href="https://example.org/mayor"></head><body>
<nav><a href="/">Home</a> <a href="/a">About</a></nav>
<article><h1>Mayor resigns</h1><p>The mayor of Springfield resigned on Friday after a long inquiry into spending.</p>
<p style="display: none">The hidden mayor stayed.</p><p hidden>Another hidden line of text.</p>
<p>“It was time,” she said &amp; left the caf\u00e9.</p><script>alert("run")</script></article></body></html>"""
STORY = " ".join(f"Sentence {n} of the story says what happened at the old tannery on day {n}." for n in range(12))


def document(tmp_path: Path, content: bytes) -> Document:
    (tmp_path / "a.html").write_bytes(content)
    (only,) = load.read_folder(Config(sources=str(tmp_path))).documents
    return only


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html lang='en'><head><title>T</title>{head}</head><body>{body}</body></html>".encode()


def with_story(body: str, **node: object) -> bytes:
    told = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", **node})
    return page(body, f'<script type="application/ld+json">{told}</script>')


def test_html(tmp_path: Path) -> None:
    found = document(tmp_path, HTML.encode())
    assert (found.title, found.publisher, found.author) == ("Mayor resigns", "The Daily", "Ann Lee")
    assert (found.published, found.url, found.language) == ("2024-05-03", "https://example.org/mayor", "en")
    assert "“It was time,” she said & left the café." in found.text
    for unwanted in ("hidden", "Home", "alert", "<"):
        assert unwanted not in found.text


def test_html_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    named = HTML.replace("<head>", '<head><meta charset="windows-1252">').replace("“", "«").replace("”", "»")
    assert "the café." in document(tmp_path, named.encode("cp1252")).text


def test_nothing_of_a_page_is_lost_in_silence() -> None:
    deep = f"<p>Before it.</p>{'<div>' * 300}<p>Within it.</p>{'</div>' * 300}<p>After it.</p>"
    image = f"<p>Before it.</p><img src='data:image/png;base64,{'A' * 11_000_000}'><p>Within it.</p><p>After it.</p>"
    for body in (deep, image):
        assert html(page(body)).text == "Before it.\n\nWithin it.\n\nAfter it."


def test_a_page_that_is_nested_too_deep_is_not_cut_in_silence() -> None:
    with pytest.raises(Unusable, match="nested too deep"):
        html(page(f"<p>Before it.</p>{'<div>' * 3000}<p>Within it.</p>"))


def test_a_story_that_stands_in_the_metadata_alone() -> None:
    caption = "<figure><figcaption>The old tannery on the river bank. Photo: desk</figcaption></figure>"
    found = html(with_story(f"<nav><a href='/'>Home</a></nav>{caption}", articleBody=STORY))
    assert found.text == STORY
    (note,) = found.notes
    assert "JSON-LD" in note
    assert "9 words" in note


@pytest.mark.parametrize(
    "node",
    [
        {"@graph": [{"@type": "WebPage"}, {"@type": ["Article", "NewsArticle"], "articleBody": STORY}]},
        {"@type": "WebPage", "mainEntity": {"@type": "Article", "articleBody": STORY}},
        {"articleBody": f"<p>{STORY[:300]}</p><p>{STORY[300:]}</p>"},
        {"articleBody": f"&lt;p&gt;{STORY}&lt;/p&gt;"},
        {"articleBody": STORY.replace(". ", ".\n", 3)},
    ],
)
def test_the_forms_of_a_story_in_the_metadata(node: dict[str, object]) -> None:
    found = html(with_story("<p>Loading</p>", **node))
    assert " ".join(found.text.split())[:280] == STORY[:280]
    assert "<" not in found.text


def test_json_ld_with_line_ends_and_comments_in_it() -> None:
    told = f'<!-- {{"@type": "Article", "articleBody": "First line.\n{STORY}"}}; -->'
    found = html(page("<p>Loading</p>", f'<script type="application/ld+json">{told}</script>'))
    assert found.text == f"First line.\n\n{STORY}"
    broken = page(f"<p>{STORY}</p>", '<script type="application/ld+json">{"articleBody": "cut</script>')
    assert html(broken).text == STORY


def test_the_page_s_own_text_is_taken_where_it_has_the_story() -> None:
    table = "<table><tr><th>Day</th><th>Men</th></tr><tr><td>1</td><td>9</td></tr></table>"
    body = f"<article><h1>Tannery</h1><p>{STORY}</p>{table}</article>"
    found = html(with_story(body, articleBody=f"{STORY} It ends."))
    assert found.text == f"Tannery\n\n{STORY}\n\nDay: 1; Men: 9"
    assert not found.notes


def test_another_story_in_the_metadata_is_not_the_page_s() -> None:
    own = " ".join(f"Word{n} is said here and nowhere else." for n in range(30))
    found = html(with_story(f"<p>{own}</p>", articleBody=STORY * 3))
    assert found.text == own
    assert "in the page's metadata (JSON-LD) is left out" in found.notes[0]


def test_large_losses_are_told() -> None:
    comments = "".join(f"<p>{STORY}</p>" for _ in range(3))
    found = html(page(f"<article><p>{STORY} {STORY}</p></article><div id='comments'>{comments}</div>"))
    assert found.text == f"{STORY} {STORY}"
    assert found.notes == ["kept 360 of 900 words of the page: the rest looks like menus, comments or other stories"]
    assert not html(page(f"<p>{STORY}</p><nav>{'<a href=x>Menu item</a>' * 500}</nav>")).notes


def test_a_page_that_a_script_would_make_is_told() -> None:
    found = html(page("<div id='app'><p>Please wait</p></div><script src='app.js'></script>"))
    assert "no main text was found" in found.notes[0]
    assert not html(page("<p>The keys are with the caretaker.</p>")).notes


def test_what_is_struck_out_is_told() -> None:
    found = html(page("<p>It cost <del>12</del> 21 euros, <s>not</s> by <s>@</s>ann.</p>"))
    assert found.text == "It cost 21 euros, by @ann."
    assert found.notes == ["2 struck-out passages are left out"]


def test_much_that_is_hidden_is_told() -> None:
    found = html(page(f"<p>Short.</p><div style='display:none'>{STORY}</div>"))
    assert found.text == "Short."
    assert found.notes[0].startswith("180 words that the page hides")


def test_all_of_a_message_or_chapter_is_its_text() -> None:
    found = whole("<p>Dear Ann,</p><p><a href='x'>The link</a></p><div class='footer'>Bo <s>Lee</s></div>")
    assert found.text == "Dear Ann,\n\nThe link\n\nBo"
    assert found.notes == ["1 struck-out passage is left out"]


def test_no_date_is_guessed_from_the_prose(tmp_path: Path) -> None:
    bare = HTML.replace('<meta property="article:published_time" content="2024-05-03T10:00:00Z">', "")
    bare = bare.replace("resigned on Friday", "resigned on 4 May 1999")
    assert document(tmp_path, bare.encode()).published is None
