import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import docx
from markdown_it import MarkdownIt

from rag.exports.cited import Documents
from rag.exports.notebook import FORMS, Entry, grouped, parts
from rag.web.pins import alone
from tests.exported import ANSWER, DIED, DOCUMENTS, NEWS

WHEN = "2026-01-31T12:00:00+00:00"
QUOTE = Entry(alone(ANSWER, ANSWER.citations[0]), False, "Deaths <b>", "Check *this*\n[1] again", WHEN)
WHOLE = Entry(ANSWER, True, "", "", WHEN)
ENTRIES = [QUOTE, WHOLE]


def made(form: str, entries: Sequence[Entry] = ENTRIES, documents: Documents = DOCUMENTS) -> bytes:
    return FORMS[form][1](entries, documents)


def test_what_is_in_no_group_stands_first() -> None:
    assert [(group, len(own)) for group, own in grouped([QUOTE, WHOLE, QUOTE])] == [("", 1), ("Deaths <b>", 2)]
    assert [part.head for part in parts(ENTRIES)] == [ANSWER.question, "Deaths <b>", ANSWER.question]


def test_markdown_has_groups_comments_and_footnotes() -> None:
    text = made("md").decode()
    assert text.startswith("# Notebook\n")
    assert "\n## Deaths \\<b\\>\n\n### How many died?\n\n“Officials said 32 people" in text
    assert "*Comment: Check \\*this\\**\n\n*Comment: \\[1\\] again*\n\n*Pinned on 2026-01-31*" in text
    assert text.count(DIED[:30]) == 2, "once in the answer's footnote, once as the quote itself: it is not repeated"
    html = MarkdownIt().render(text.replace("[^", "(").replace("]:", ")"))
    assert "<b>" not in html


def test_word_has_the_same() -> None:
    data = made("docx")
    told = [(p.style.name, p.text) for p in docx.Document(io.BytesIO(data)).paragraphs if p.style]
    assert told[0] == ("Title", "Notebook")
    assert ("Heading 1", "Deaths <b>") in told
    assert ("Heading 2", "How many died?") in told
    assert ("Normal", "Comment: Check *this*") in told
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        notes = package.read("word/footnotes.xml").decode()
    start = NEWS.text.index(DIED)
    assert f"characters {start}-{start + len(DIED)}" in notes


def test_annotations_have_the_comment_and_the_group() -> None:
    first, *rest = json.loads(made("jsonld"))["items"]
    assert {"type": "TextualBody", "purpose": "tagging", "format": "text/plain", "value": "Deaths <b>"} in first["body"]
    assert any(body["value"] == QUOTE.comment and body["purpose"] == "commenting" for body in first["body"])
    assert len(rest) == 3
    assert all(body["purpose"] != "tagging" for item in rest for body in item["body"])


def test_references_name_each_document_once() -> None:
    listed = json.loads(made("csl.json"))
    assert len(listed) == len({item["id"] for item in listed}) == 3
    assert DIED in listed[0]["note"]


def test_a_quote_that_does_not_stand_any_more_is_told() -> None:
    changed = {**DOCUMENTS, NEWS.source: replace(NEWS, text="Other words.")}
    told = "The source has changed since, or is not there any more."
    for form in ("md", "docx"):
        data = made(form, [QUOTE], changed)
        text = data.decode() if form == "md" else zipfile.ZipFile(io.BytesIO(data)).read("word/footnotes.xml").decode()
        assert told in text
        assert "#:~:text" not in text
    assert not isinstance(json.loads(made("jsonld", [QUOTE], changed))["items"][0]["target"]["selector"], list)


def test_an_empty_notebook_is_a_file_all_the_same() -> None:
    empty: list[Entry] = []
    for _, write in FORMS.values():
        assert write(empty, {})
