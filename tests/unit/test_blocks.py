"""The blocks of a page: what is apart, what is raised, and which marks are of notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents.html.blocks import blocks, joined
from rag.documents.html.markup import drop_unseen, parsed_page


def shown(body: str, head: str = "") -> list[str]:
    page = parsed_page(f"<html><head>{head}</head><body>{body}</body></html>")
    drop_unseen(page)
    return joined(blocks(page)).split("\n\n") if blocks(page) else []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<h3>Plan</h3><p>It is made.</p><p>Ann Lee<br>Orda</p>", ["Plan", "It is made.", "Ann Lee\nOrda"]),
        ("Bare text<p>One</p>and a tail<div>Two</div>", ["Bare text", "One", "and a tail", "Two"]),
        ("<p>Lost:</p><ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>", ["Lost:", "one", "two", "deep"]),
        ("<p>First.<br><br>Second.</p>", ["First.", "Second."]),
        ("<p><b>Quarry plan</b><br>The plan is bad.<br>Ann Lee</p>", ["Quarry plan", "The plan is bad.\nAnn Lee"]),
        ("<p>All is well.<br><strong>Ann Lee</strong><br>Orda</p>", ["All is well.", "Ann Lee", "Orda"]),
        ("<p>It <b>is</b> bold<br>here.</p>", ["It is bold\nhere."]),
        ("<p>Monday: 9 to 5<br>Friday: closed</p>", ["Monday: 9 to 5", "Friday: closed"]),
        ("<figure><img alt='x'><figcaption>The wall</figcaption></figure>Text", ["The wall", "Text"]),
        (
            "<figure><img alt='A map of the four new stops'><figcaption>The line</figcaption></figure>",
            ["Picture: A map of the four new stops", "The line"],
        ),
        (
            "<figure><img alt='All the new stops.'><figcaption>All the new stops</figcaption></figure>",
            ["All the new stops"],
        ),
        ("A line<img alt='a smile that is wide'>.", ["A line."]),
        ("<details><summary>Fee</summary>It is 9.</details>", ["Fee", "It is 9."]),
        ("<dl><dt>Fee</dt><dd>12 euros</dd><dt>Why?</dt><dd>So.</dd></dl>", ["Fee: 12 euros", "Why?", "So."]),
        ("<p><span>Ann Lee</span><span>3 May 2024</span><a>News</a></p>", ["Ann Lee 3 May 2024 News"]),
        ("<p><span>T</span>he i<b>Phone</b> of <i>un</i>true</p>", ["The iPhone of untrue"]),
        ("<ul><li><span style='display:block; float:left'>\uf0b7</span>one</li></ul>", ["one"]),
        ("<ol><li><span style='float:left'>1.</span>one</li></ul>", ["1. one"]),
        ("<pre>a   b\n  c  d</pre>", ["a   b\n  c  d"]),
        ("<p>She said <q>no <q>way</q></q>.</p>", ["She said “no “way””."]),
        ("<p><ruby>東京<rt>とうきょう</rt></ruby></p>", ["東京(とうきょう)"]),
        (
            "<h2><button aria-expanded='false'>Price</button></h2><button>Share</button><p>It is 9.</p>",
            ["Price", "It is 9."],
        ),
    ],
)
def test_what_is_shown_apart_is_apart(body: str, found: list[str]) -> None:
    assert shown(body) == found


def test_a_style_sets_a_block_apart() -> None:
    style = "<style>.h { display: block } .cap { display:block; float:left }</style>"
    assert shown("<span class=h>Plan</span><span>It is made.</span>", style) == ["Plan", "It is made."]
    assert shown("<p><span class=cap>O</span>nce.</p>", style) == ["Once."]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("10<sup>6</sup> tonnes", "10⁶ tonnes"),
        ("10<sup>−3</sup> m<sup>2</sup>, 5 km<sup>2</sup>", "10⁻³ m², 5 km²"),
        ("E = mc<sup>2</sup>; x<sup>n</sup>; 2<sup>8</sup>", "E = mc²; xⁿ; 2⁸"),
        ("the 1<sup>st</sup> of May", "the 1st of May"),
        ("CO<sub>2</sub> and H<sub>2</sub>O", "CO₂ and H₂O"),
        ("1<sup>1</sup>/<sub>2</sub> cups, <sup>5</sup>/<sub>16</sub>", "1½ cups, 5/16"),
        ("10<span style='vertical-align: super'>6</span> or 10<span class='superscript'>6</span>", "10⁶ or 10⁶"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup><mo>+</mo><mfrac><mn>1</mn><mn>4</mn></mfrac></math>", "10⁶ + 1/4"),
        (
            "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>",
            "(a + b)/2",
        ),
        ("in 2024.<sup>4</sup> It fell", "in 2024. It fell"),
        ("in 2024<sup>4</sup> it fell", "in 2024 it fell"),
        ("12,500<sup>2</sup> people<sup>1,2</sup>", "12,500 people"),
        ("the dogs<sup>3</sup> and Lee<sup>a</sup>", "the dogs and Lee"),
        ("rose<sup><a href='#fn1'>1</a></sup> and <a href='#fn2'><sup>2</sup></a>fell", "rose and fell"),
        ("rose <a href='#_ftn1'>[1]</a>, fell<sup class='reference'>[2]</sup>", "rose , fell"),
        ("rose*<sup>*</sup> by 5<sup>†</sup>", "rose* by 5"),
        ("a <a href='#top'>2</a> b", "a 2 b"),
    ],
)
def test_raised_and_lowered(body: str, text: str) -> None:
    assert shown(f"<p>{body}</p>") == [text]


def test_a_raised_figure_is_a_note_where_the_page_has_that_note() -> None:
    body = "<p>It rose by 45<sup>3</sup> to 10<sup>3</sup>.</p>"
    assert shown(body) == ["It rose by 45³ to 10³."]
    assert shown(f"{body}<p><sup>3</sup> By the ministry.</p>") == ["It rose by 45 to 10³.", "By the ministry."]


@given(st.integers(min_value=1, max_value=999), st.integers(min_value=2, max_value=99))
def test_a_raised_figure_never_joins_a_number(base: int, power: int) -> None:
    (text,) = shown(f"<p>It is {base}<sup>{power}</sup> in all.</p>")
    assert f"{base}{power}" not in text
    assert text.startswith(f"It is {base}")


words = st.text("abcXYZ 19.,é漢", max_size=12)
inline = st.sampled_from(["b", "i", "span", "a", "sup", "sub", "q"])
block = st.sampled_from(["p", "div", "li", "h2", "td", "blockquote", "pre"])


@given(st.lists(st.tuples(block, inline, words, words), max_size=6))
def test_blocks_never_run_together(parts: list[tuple[str, str, str, str]]) -> None:
    body = "".join(f"<{outer}>{one}<{inner}>{two}</{inner}></{outer}>" for outer, inner, one, two in parts)
    for text in shown(body):
        assert text.strip()
        assert not text.startswith("\n")
        assert not text.endswith("\n")
    for outer, _, one, _ in parts:
        if outer not in ("td",) and one.strip():
            assert any(" ".join(one.split()) in " ".join(text.split()) for text in shown(body))
