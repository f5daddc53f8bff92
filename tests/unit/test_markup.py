"""What a page hides or strikes out."""

import pytest

from rag.documents.html.markup import drop_unseen, parsed_page


def left(body: str, head: str = "") -> str:
    page = parsed_page(f"<html><head>{head}</head><body>{body}</body></html>")
    drop_unseen(page)
    return " ".join(page.text_content().split())


@pytest.mark.parametrize(
    ("attribute", "shown"),
    [
        ("style='DISPLAY:\tNONE !important'", False),
        ("style='color:red;visibility:hidden'", False),
        ("style='font-size:0'", False),
        ("hidden", False),
        ("hidden='until-found'", True),
        ("class='visually-hidden'", False),
        ("style='backface-visibility:hidden'", True),
        ("style='font-size:0.9em'", True),
        ("aria-hidden='true'", True),
    ],
)
def test_what_a_browser_would_not_show_is_dropped(attribute: str, shown: bool) -> None:
    assert ("Second" in left(f"<p>First</p><p {attribute}>Second</p>")) is shown


@pytest.mark.parametrize(
    "body", ["<template>x</template>", "<dialog>x</dialog>", "<noscript>x</noscript>", "<svg><text>x"]
)
def test_elements_that_are_not_shown(body: str) -> None:
    assert left(f"<p>First</p>{body}") == "First"


def test_what_opens_is_shown() -> None:
    assert left("<details><summary>More</summary>inside</details> <dialog open>said</dialog>") == "Moreinside said"


@pytest.mark.parametrize("tag", ["body", "html"])
def test_a_page_that_waits_for_its_script_is_shown(tag: str) -> None:
    assert left("<p>First</p>", f"<style>{tag} {{ visibility: hidden }}</style>") == "First"


@pytest.mark.parametrize(
    "body",
    [
        "<del>old</del>",
        "<s>old</s>",
        "<strike>old</strike>",
        "<span style='text-decoration: underline line-through'>old</span>",
        "<span style='text-decoration-line:line-through'>old</span>",
        "<span class='line-through'>old</span>",
        "<span class='c7'>old</span>",
        "<del><p>old</p></del>",
        "<s><del>old</del></s>",
    ],
)
def test_what_is_struck_out_is_dropped_and_counted(body: str) -> None:
    head = "<style>/* x */ .c0, span.c7 { color: red; text-decoration: line-through }</style>"
    page = parsed_page(f"<html><head>{head}</head><body><p>It was {body} <ins>new</ins>.</p></body></html>")
    assert drop_unseen(page).struck == 1
    assert " ".join(page.text_content().split()) == "It was new."


def test_a_style_for_paper_or_for_a_part_is_no_style_of_the_page() -> None:
    rules = "@import 'x.css'; @media print { p { display: none } } .menu p { display: none } p:hover { display: none }"
    assert left("<p>First</p>", f"<style>{rules} .gone {{ display: none }}</style>") == "First"
    assert (
        left("<p>First</p><p class='a gone'>Second</p>", f"<style>{rules} .gone {{ display: none }}</style>") == "First"
    )
