"""JSON as programs export it: a paragraph a record."""

import json
from typing import Any

import pytest

from rag.documents.common.decode import Unusable
from rag.documents.plain.records import paragraphs, plain, simple, tree

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st


def lines(value: Any) -> list[str]:
    return tree(json.dumps(value).encode()).text.split("\n\n")


GOODS = [{"sku": "A-1", "name": "Trowel", "price": "12.50"}, {"sku": "A-2", "name": "Shears", "price": "24.99"}]
ROWS = ["sku: A-1; name: Trowel; price: 12.50", "sku: A-2; name: Shears; price: 24.99"]


@pytest.mark.parametrize(
    "value", [GOODS, {"posts": GOODS}, {"data": {"items": GOODS}}, [{"item": row} for row in GOODS]]
)
def test_a_record_is_a_paragraph_whatever_wraps_it(value: Any) -> None:
    assert lines(value) == ROWS


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            {"clubs": [{"club": "Owls", "players": [{"n": "Bo", "goals": 3}]}]},
            ["club: Owls", "club: Owls; n: Bo; goals: 3"],
        ),
        ({"users": {"U1": {"name": "Mo"}, "U2": {"name": "Bo"}}}, ["users: U1; name: Mo", "users: U2; name: Bo"]),
        ({"a": {"b": {"c": 1}}, "d": [1, 2]}, ["a.b.c: 1; d: 1, 2"]),
        ([["year", "sold"], [2024, 12]], ["year: 2024; sold: 12"]),
        ({"columns": ["year", "sold"], "data": [[2024, 12]]}, ["columns: year, sold", "year: 2024; sold: 12"]),
        (["The mill has 4 floors.", "It burnt."], ["The mill has 4 floors.", "It burnt."]),
        ({"title": "Budget", "lines": [{"what": "roads"}]}, ["title: Budget", "title: Budget; what: roads"]),
        ({"x": [{"a": 1}], "y": [{"a": 2}]}, ["x.a: 1", "y.a: 2"]),
    ],
)
def test_what_is_within_a_record(value: Any, told: list[str]) -> None:
    assert lines(value) == told


def test_prose_follows_its_record() -> None:
    found = tree(json.dumps({"headline": "Port", "date": "2026-02-03", "body": "<p>One.</p><p>Two.</p>"}).encode())
    assert found.text == "headline: Port; date: 2026-02-03\n\nOne.\n\nTwo."
    assert found.meta == {"title": "Port", "published": "2026-02-03"}
    assert lines([{"id": 1, "remark": "word " * 100}])[1].startswith("remark: word word")


WORDPRESS = {
    "id": 7,
    "date": "2026-02-03T10:00:00",
    "guid": {"rendered": "https://x.org/?p=7"},
    "title": {"rendered": "Port &#8220;expansion&#8221;"},
    "content": {"rendered": "<p>It costs <strong>18&nbsp;million</strong> euros.</p>\n<p>Two.</p>", "protected": False},
    "ping_status": "open",
}
SLACK = {
    "client_msg_id": "5f",
    "type": "message",
    "user": "mira",
    "text": "<@U2> the vendor wants 40k &amp; <https://x.org/a|an answer>",
    "ts": "1767605400.000200",
    "blocks": [{"type": "rich_text"}],
}
TWEET = {"full_text": "We open at 9 &amp; close at 5", "id_str": "12", "id": 12, "entities": {"hashtags": []}}
NOTION = {
    "object": "page",
    "id": "x",
    "last_edited_time": "2026-01-01",
    "properties": {
        "Name": {"id": "t", "type": "title", "title": [{"plain_text": "Repair "}, {"plain_text": "the pump"}]},
        "Status": {"id": "a", "type": "select", "select": {"id": "b", "name": "Done", "color": "green"}},
        "Cost": {"id": "c", "type": "number", "number": 310},
        "Tags": {"id": "d", "type": "multi_select", "multi_select": [{"id": "1", "name": "water", "color": "blue"}]},
        "Due": {"id": "e", "type": "date", "date": {"start": "2026-02-01", "end": None}},
    },
}
WHEN = "date: 2026-02-03T10:00:00"
PROPERTIES = "Name: Repair the pump; Status: Done; Cost: 310; Tags: water; Due: 2026-02-01"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([WORDPRESS], [f"id: 7; {WHEN}; title: Port “expansion”", "It costs 18 million euros.", "Two."]),
        ([SLACK], ["type: message; user: mira; text: @U2 the vendor wants 40k & an answer; ts: 2026-01-05 09:30 UTC"]),
        ([{"tweet": TWEET}], ["full_text: We open at 9 & close at 5; id_str: 12"]),
        ({"results": [NOTION]}, [f"id: x; last_edited_time: 2026-01-01; {PROPERTIES}"]),
    ],
)
def test_exports(value: Any, told: list[str]) -> None:
    assert [line.replace("\xa0", " ") for line in lines(value)] == told
    assert "left out" in " ".join(tree(json.dumps(value).encode()).notes) or value == [{"tweet": TWEET}]


def test_files_that_are_nearly_json() -> None:
    archive = f"window.YTD.tweets.part0 = {json.dumps([{'tweet': TWEET}])};"
    assert tree(archive.encode()).text == "full_text: We open at 9 & close at 5; id_str: 12"
    dump = b'{"_id": {"$oid": "5f"}, "n": 1.10}\n{"_id": {"$oid": "60"}, "n": 2}\n'
    assert tree(dump).text == "_id: 5f; n: 1.10\n\n_id: 60; n: 2"
    assert tree('{"a": "é"}'.encode("utf-16-le")).text == "a: é"
    for bad in (b'{"a": ', b"", b"[" * 100_000, b"hello"):
        with pytest.raises(Unusable, match="not JSON that can be read"):
            tree(bad)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b && c > d", "a < b && c > d"),
        ("use the <b> tag", "use the <b> tag"),
        ("Ana <ana@example.org>", "Ana <ana@example.org>"),
        ("R&amp;D", "R&D"),
        ("&lt;p&gt;It is.&lt;/p&gt;", "It is."),
        ("&amp;lt; is a sign", "&lt; is a sign"),
        ("<p>a</p><script>b</script>", "a"),
        ("one<br>two", "one two"),
    ],
)
def test_html_in_a_value(text: str, shown: str) -> None:
    assert " ".join(plain(text).split()) == shown


VALUES = st.recursive(
    st.none() | st.booleans() | st.text("abc ") | st.sampled_from(["12", "1.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", min_size=1), inner, max_size=3),
    max_leaves=20,
)


@given(VALUES)
def test_no_value_is_lost(value: Any) -> None:
    def leaves(inner: Any) -> list[str]:
        if isinstance(inner, dict | list):
            return [leaf for one in (inner.values() if isinstance(inner, dict) else inner) for leaf in leaves(one)]
        return [] if inner is None else [" ".join(str(inner).split()).lower()]

    text = " ".join(" ".join(paragraphs(simple(value, set()))).split()).lower()
    assert all(leaf in text for leaf in leaves(value))


def test_a_text_in_pieces_is_one_text() -> None:
    value = [{"from": "Ana", "text": ["The lamp costs ", {"type": "bold", "text": "40 euros"}, "."]}]
    assert lines(value) == ["from: Ana; text: The lamp costs 40 euros."]
