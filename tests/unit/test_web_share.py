import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from rag.errors import ConversationError
from rag.exports import markdown
from rag.schema import Answer, Claim, Closest, Copy, Document, Stated
from rag.web import export, share
from tests.unit.test_web_conversations import ANA, DOCUMENT, RAID, REFUSED, TEXT

DOCUMENTS = {"a.txt": replace(DOCUMENT, publisher="Post", published="2026-01-12", url="https://example.org/a")}
CLOSEST = replace(REFUSED, reason="not_supported", closest=(Closest("a.txt", "A raid", 0, 19, TEXT[:19], 0.2),))
HELLO = replace(REFUSED, question="hello", standalone="hello", reason="no_question", message="Hello.\n- A raid")
TALK = [RAID, ANA, CLOSEST, HELLO]
WRITTEN = replace(
    RAID, claims=(Claim("In the raid 32 men died.", "supported", (1,)),), citations=(
        replace(RAID.citations[0], start=0, end=38, quote=TEXT[:38]),), model={"llm": "openai:m"},
)  # fmt: skip
HOSTILE = (
    "![x](http://192.0.2.1/a.png) <img src=http://192.0.2.1/b.png> [a](javascript:alert(1)) `</style><script>alert(2)"
    "</script>` <!-- \n# head\n> quote\n- list\n1. list\n    code\n\"' &amp; </blockquote></div>"
)


def test_a_share_file_comes_back_as_it_was() -> None:
    copied = replace(RAID, citations=(replace(RAID.citations[0], also=(Copy("b.txt", "Herald", None, 0, 9),)),))
    shared = share.opened(share.bundle("A talk", [copied, *TALK, WRITTEN], DOCUMENTS).encode())
    assert shared.title == "A talk"
    assert list(shared.answers) == [RAID, *TALK, WRITTEN], "but for where else a sentence stands"
    assert shared.documents == DOCUMENTS


def test_a_line_that_a_judge_let_pass_elsewhere_becomes_its_quote() -> None:
    asked = replace(WRITTEN, question="How many soldiers died?", standalone="How many soldiers died?")
    judged = replace(asked, claims=(Claim("In the raid 32 soldiers died.", "supported", (1,)),))
    (found,) = share.opened(share.bundle("t", [judged], DOCUMENTS).encode()).answers
    assert [claim.text for claim in found.claims] == [TEXT[:38]]
    other = replace(judged, question="How many died?", standalone="How many died?")
    with pytest.raises(ConversationError, match='its quotes do not support .*"soldiers" is not in the quote'):
        share.opened(share.bundle("t", [other], DOCUMENTS).encode())


def test_only_what_is_cited_is_shared() -> None:
    others = {**DOCUMENTS, "secret.txt": Document("secret.txt", "A secret.", "S")}
    assert "secret" not in share.bundle("t", TALK, others)


def test_what_was_quoted_from_a_source_that_changed_is_not_shared() -> None:
    for documents in ({}, {"a.txt": replace(DOCUMENT, text="X" + TEXT)}):
        with pytest.raises(ConversationError, match=r"a\.txt has changed or was removed since it answered 'How many"):
            share.bundle("t", [RAID], documents)
        for shown in (markdown.write([RAID], documents, "t"), export.page("t", [RAID], documents)):
            assert "The source has changed since, or is not there any more." in shown
            assert "In it 32 men died." in shown


def test_a_share_file_without_answers_is_refused() -> None:
    with pytest.raises(ConversationError, match="the share file is refused: it has no answers"):
        share.opened(share.bundle("t", [], DOCUMENTS).encode())


def test_front_matter_is_told_apart_in_a_share_file_and_left_out_of_a_page() -> None:
    head = "---\ntitle: A raid\nkeep: secret\n---\n"
    moved = replace(RAID.citations[0], source="a.md", start=len(head) + RAID.citations[0].start,
                    end=len(head) + RAID.citations[0].end)  # fmt: skip
    told = replace(RAID, citations=(moved,))
    documents = {"a.md": replace(DOCUMENT, source="a.md", text=head + TEXT, body=len(head))}
    shared = share.opened(share.bundle("t", [told], documents).encode())
    assert shared.documents["a.md"].body == len(head)
    assert "secret" not in export.page("t", [told], documents)


def change(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def changed(form: Any) -> None:
        for step in path[:-1]:
            form = form[step]
        form[path[-1]] = to

    return changed


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (change("quoteline_conversation", to=2), "not a share file of Quoteline: quoteline_conversation"),
        (change("title", to=3), "not a share file of Quoteline: title: Input should be a valid string"),
        (change("title", to="x" * 201), "too long"),
        (change("answers", to="x"), "not a share file of Quoteline: answers"),
        (change("documents", 0, "text", to=TEXT.replace("32", "99")), "answer 1: a quote is not at a.txt:20-38"),
        (change("documents", to=[]), "a quote is not at a.txt:20-38"),
        (change("answers", 0, "citations", 0, "source", to="../b"), "a quote is not at ../b:20-38"),
        (change("answers", 0, "citations", 0, "start", to=21), "answer 1: an answer that contradicts itself"),
        (change("answers", 0, "citations", 0, "end", to=10**30), "answer 1: an answer that contradicts itself"),
        (change("answers", 0, "citations", to=[]), "a claim has no citation"),
        (change("answers", 0, "claims", 0, "text", to="In it 99 men died."), "is not its quote: 'In it 99 men died.'"),
        (change("answers", 4, "claims", 0, "text", to="In the raid 99 men died."), "the number 99 is not in the quote"),
        (change("answers", 2, "closest", 0, "quote", to="The raid was SHORT."), "a quote is not at a.txt:0-19"),
        (change("answers", 0, "schema", to=7), "an answer of schema 7"),
        (change("answers", 0, "confidence", to="high"), "confidence: Input should be a valid number"),
    ],
)  # fmt: skip
def test_a_file_that_was_changed_is_refused_with_the_reason(
    changed: Callable[[dict[str, Any]], None], told: str
) -> None:
    form = json.loads(share.bundle("A talk", [*TALK, WRITTEN], DOCUMENTS))
    changed(form)
    with pytest.raises(ConversationError, match=re.escape(told)):
        share.opened(json.dumps(form).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"null", b"[]", b"\xff\xfe", b"PK\x03\x04", b"[" * 100_000, b'{"a":' * 100_000,
        b'{"quoteline_conversation": 1}',
        b'{"quoteline_conversation": 1, "title": "\\ud800", "answers": [], "documents": []}',
        b'{"quoteline_conversation": 1, "title": "", "answers": [{"schema": 1, "score": NaN}], "documents": []}',
    ],
)  # fmt: skip
def test_what_is_no_share_file_is_refused(data: bytes) -> None:
    with pytest.raises(ConversationError, match=r"^(not a share file of Quoteline|the share file is refused): "):
        share.opened(data)


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    form = json.loads(share.bundle("t", [RAID], DOCUMENTS))
    twice = {**form, "documents": form["documents"] * 2}
    many = {**form, "answers": form["answers"] * 201}
    for changed in (twice, many):
        with pytest.raises(ConversationError, match="too long, or it has a document twice"):
            share.opened(json.dumps(changed).encode())
    with pytest.raises(ConversationError, match="too long to be shared"):
        share.bundle("t", [RAID] * 201, DOCUMENTS)
    monkeypatch.setattr(share, "MOST_MB", 0)
    with pytest.raises(ConversationError, match="over 0 MB"):
        share.opened(json.dumps(form).encode())


def test_a_short_answer_that_its_quotes_do_not_show_is_left_out() -> None:
    for short, kept in (("32", True), ("32; It", False), ("In it; 32", True), ("yes", True), ("3 days", True),
                        ("guilty", False), ("32 or more", False)):  # fmt: skip
        shared = share.opened(share.bundle("t", [replace(RAID, short_answer=short)], DOCUMENTS).encode())
        assert shared.answers[0].short_answer == (short if kept else None)


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile() -> tuple[list[Answer], dict[str, Document]]:
    text = f"{HOSTILE} {HOSTILE}"
    citation = replace(RAID.citations[0], start=0, end=len(HOSTILE), quote=HOSTILE, title=HOSTILE, publisher=HOSTILE)
    answers = [
        replace(RAID, question=HOSTILE, standalone=HOSTILE, claims=(Claim(HOSTILE, "supported", (1,)),),
                citations=(citation,), short_answer=HOSTILE, model={"llm": HOSTILE}),
        replace(HELLO, message=HOSTILE),
    ]  # fmt: skip
    document = Document("a.txt", text, HOSTILE, publisher=HOSTILE, author=HOSTILE, url="javascript:alert(1)")
    return answers, {"a.txt": document}


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    for answers, documents in ((TALK, DOCUMENTS), hostile()):
        html = export.page(HOSTILE, answers, documents)
        seen = Seen()
        seen.feed(html)
        tags = [tag for tag, _ in seen.tags]
        assert not {"script", "img", "iframe", "link", "form", "object", "svg", "base"} & set(tags)
        assert all(not name.startswith("on") for _, attributes in seen.tags for name in attributes)
        links = [attributes["href"] or "" for tag, attributes in seen.tags if tag == "a"]
        assert all(link.startswith("#") or link == "https://example.org/a" for link in links)
        ids = {attributes["id"] for _, attributes in seen.tags if "id" in attributes}
        assert {link[1:] for link in links if link.startswith("#")} <= ids
        policy = next(
            attributes["content"] or "" for tag, attributes in seen.tags if tag == "meta" and "content" in attributes
        )
        style = html.split("<style>")[1].split("</style>")[0]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert b64encode(sha256(style.encode()).digest()).decode() in policy
        assert "unsafe" not in policy


def test_the_page_has_the_whole_documents_with_the_quotes_marked() -> None:
    again = replace(RAID, citations=(replace(RAID.citations[0], start=0, end=38, quote=TEXT[:38]),))
    html = export.page("A talk", [*TALK, again], DOCUMENTS)
    (text,) = re.findall(r'<div class="text" dir="auto">(.*?)</div>', html, re.DOTALL)
    assert re.sub("<[^>]+>", "", text) == TEXT
    marks = re.findall(r'<mark id="(.*?)">(.*?)</mark>', text)
    assert marks == [("d1-0", TEXT[:38]), ("d1-39", "Ana Gómez left in May.")], "those that overlap are one"
    assert html.count('href="#d1-0"') == 3


def test_markdown_shows_every_sign_as_it_stands() -> None:
    text = markdown.write(*hostile(), HOSTILE)
    for line in text.splitlines():
        bare = re.sub(r"\\.", "", line.removeprefix("    > "))
        assert "](" not in bare
        assert "<" not in bare
        assert "`" not in bare
        assert "![" not in bare
        assert not re.match(r"\s{4}|\d+[.)] |[-+] (?!.*a\.txt)|=", bare), line
        assert not bare.startswith("#") or re.match(r"## |# !", line.replace("\\", "")), line
    plain = re.sub(r"\\([^\w\s])", r"\1", text)
    assert " ".join(HOSTILE.split()) in " ".join(plain.split())


def test_markdown_reads_well() -> None:
    text = markdown.write(TALK, DOCUMENTS, "A talk")
    assert text.startswith("# A talk\n\n*From Quoteline")
    assert "## How many died?\n\n**32**\n\nIn it 32 men died.[^1]\n\n*Verbatim from the sources" in text
    assert "[^1]: A raid · 2026-01-12 · a.txt · characters 20-38" in text
    assert "\n\n    > In it 32 men died." in text
    assert "*The sources do not say. (the closest passages do not answer the question)*\n\nClosest passages:" in text
    assert "Hello.\n\n\\- A raid" in text


def test_a_conflict_and_a_counted_date_are_kept_only_if_their_quotes_show_them() -> None:
    def opened(**fields: Any) -> Answer:
        (found,) = share.opened(share.bundle("t", [replace(RAID, **fields)], DOCUMENTS).encode()).answers
        return found

    shown = (Stated("32 men", (1,)), Stated("died", (1,)))
    kept = opened(conflict=shown, short_answer="32 men or died")
    assert (kept.conflict, kept.short_answer) == (shown, "32 men or died")
    for made in (markdown.write([kept], DOCUMENTS, "t"), export.page("t", [kept], DOCUMENTS)):
        assert "Sources disagree:" in made
    forged = opened(conflict=(*shown, Stated("99 men", (1,))), short_answer="32 men or 99 men")
    assert (forged.conflict, forged.short_answer) == ((), None)
    text = "It sank yesterday."
    documents = {"b.txt": Document("b.txt", text, "B", published="2026-01-15")}
    quote = replace(RAID.citations[0], source="b.txt", start=0, end=len(text), quote=text, published="2026-01-15")
    sank = replace(
        RAID, standalone="When did it sink?", claims=(Claim(text, "supported", (1,)),), citations=(quote,)
    )  # fmt: skip
    for short, right in (("14 January 2026 (“yesterday”)", True), ("13 January 2026 (“yesterday”)", False)):
        (found,) = share.opened(share.bundle("t", [replace(sank, short_answer=short)], documents).encode()).answers
        assert found.short_answer == (short if right else None)
