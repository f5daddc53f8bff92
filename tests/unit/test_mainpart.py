"""Which blocks of a page are its own."""

import pytest

from rag.documents.html.blocks import blocks, joined
from rag.documents.html.main_part import is_kept
from rag.documents.html.markup import drop_unseen, parsed_page

PROSE = "".join(
    f"<p>Paragraph {n} tells at some length what the officials in Orda said of the wall.</p>" for n in range(4)
)
NOTICE = "We keep things for your good, and you may say here that you do not want them kept at all."
LINKS = "<ul><li><a href='/1'>Our first story</a></li><li><a href='/2'>Our second story</a></li></ul>"


def kept(body: str) -> str:
    page = parsed_page(f"<html><body>{body}</body></html>")
    drop_unseen(page)
    found = blocks(page)
    return joined([block for block, keep in zip(found, is_kept(found), strict=True) if keep])


@pytest.mark.parametrize(
    "around",
    [
        "<nav>Here you are</nav>",
        "<div role='navigation'>Here you are</div>",
        "<header><p>The Daily of Orda</p></header>",
        "<footer>All rights reserved</footer>",
        "<div class='site-footer'>All rights reserved</div>",
        f"<div id='cookie-banner'><p>{NOTICE}</p></div>",
        f"<section class='relatedStories'><p>{NOTICE}</p></section>",
        f"<div id='commentsList'><p>{NOTICE}</p></div>",
        LINKS,
        f"<h3>More from us</h3>{LINKS}",
        "<div class='title'>More from us</div><p><a href='/1'>Our first story</a></p>",
    ],
)
def test_what_stands_around_a_text_is_left_out(around: str) -> None:
    own = kept(PROSE)
    assert own.count("\n\n") == 3
    assert kept(PROSE + around) == own
    assert kept(f"<article>{PROSE}</article>{around}") == own
    assert kept(f"{around}<main>{PROSE}</main>") == own


@pytest.mark.parametrize(
    "part",
    [
        "<ul><li>that 14 files were missing</li></ul>",
        "<table><tr><td><ul><li>that 14 files were missing</li></ul></td></tr></table>",
        "<h2>What was found: that 14 files were missing</h2>",
        "<figure><figcaption>that 14 files were missing</figcaption></figure>",
        "<aside><p>that 14 files were missing</p></aside>",
        "<div class='sidebar'><h3>Facts</h3><ul><li>that 14 files were missing</li></ul></div>",
        "<p>Sources:</p><ul><li><a href='/1'>that 14 files were missing</a></li></ul>",
        "<p class='byline'><a href='/1'>that 14 files were missing</a></p>",
        "<p>Lea Sand, that 14 files were missing</p>",
    ],
)
def test_no_part_of_a_text_is_lost(part: str) -> None:
    for body in (
        f"{PROSE}{part}{PROSE}",
        f"<article>{PROSE}{part}</article>",
        f"<main><div>{PROSE}</div>{part}</main>",
    ):
        assert "that 14 files were missing" in kept(body)


def test_links_in_a_text_are_part_of_it() -> None:
    assert "Our first story" in kept(f"{PROSE}{LINKS}{PROSE}")
    assert kept(f"<article>{PROSE}</article><div>{LINKS}</div>") == kept(PROSE)


@pytest.mark.parametrize("name", ["sidebar", "has-sidebar", "widget-content", "post social", "ad-free", "comments"])
def test_what_holds_most_of_a_page_is_no_side_part(name: str) -> None:
    assert kept(f"<div class='{name}'>{PROSE}</div><p>End.</p>").startswith("Paragraph 0")


def test_a_page_of_little_text_is_kept_whole() -> None:
    assert kept("<h1>Opening hours</h1><ul><li>Monday: 9 to 5</li></ul>") == "Opening hours\n\nMonday: 9 to 5"


def test_where_words_are_not_spaced() -> None:
    chinese = "香港行政长官梁振英在各方压力下到立法会接受质询就其大宅的违章建筑问题道歉。" * 3
    assert chinese in kept(f"<nav><a href='/'>主页</a></nav><div class='widget'><p>{chinese}</p></div>")
