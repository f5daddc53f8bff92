import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag
from rag.claims import judging
from rag.claims.check import MOST_QUOTATIONS, SKIPPED, _stands, statements
from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.output import render
from rag.output.terminal import notes
from rag.schema import Check, CheckedClaim, Citation, Closest, Filter
from rag.text.untrusted import uncited
from tests import overlap
from tests.conftest import built_over

HARBOUR = """---
title: Harbour opens
publisher: The Gazette
date: 2021-03-04
---
The harbour was opened by Ana Silva on Monday. “We know that we will win this race,” she told The Gazette.

Oil prices rose 5 percent in spring. Ben Costa bought two ships in Porto. He sold both of them in June.

“All will be well in spring,” said Ben Costa.
"""
FERRY = """---
title: No ferry
publisher: The Echo
date: 2022-03-04
---
The ferry to Faro did not run. Nobody was hurt in the storm. Oil prices never rose 5 percent in spring.
"""


@pytest.fixture(scope="module")
def own(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("checked")
    (folder / "sources").mkdir()
    (folder / "sources" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (folder / "sources" / "ferry.md").write_text(FERRY, encoding="utf-8")
    return built_over(config, folder / "sources", folder / "index")


@pytest.fixture(autouse=True)
def _judge(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = overlap.judge(tmp_path_factory.mktemp("weights"))
    monkeypatch.setattr(judging, "packaged", lambda threads: judge)


@pytest.fixture
def opened(own: Config) -> Iterator[Engine]:
    with Engine.open(config=own) as engine:
        yield engine


def only(checked: Check) -> CheckedClaim:
    (claim,) = checked.claims
    return claim


def test_a_claim_that_a_source_has_is_supported_with_its_quote(opened: Engine) -> None:
    text = "As you know:\n\n- The **harbour** was opened by Ana Silva on Monday [7]."
    checked = opened.check(text)
    claim = only(checked)
    assert (claim.text, claim.verdict) == ("The harbour was opened by Ana Silva on Monday.", "supported")
    assert text[claim.start : claim.end].endswith("Monday [7].")
    (citation,) = checked.citations
    assert (claim.citations, citation.number) == ((1,), 1)
    assert (citation.source, citation.publisher, citation.published) == ("harbour.md", "The Gazette", "2021-03-04")
    assert citation.quote == "The harbour was opened by Ana Silva on Monday."
    assert checked.supported


def test_whoever_does_not_wait_any_longer_ends_it(opened: Engine) -> None:
    stop = Event()
    stop.set()
    assert opened.check("Ben Costa bought two ships in Porto.", stop=stop).claims == ()


def test_every_pointer_leads_to_its_quote(opened: Engine) -> None:
    checked = opened.check(
        "Ben Costa bought two ships in Porto. She said “we know that we will win”. Ferries to Faro never ran. The moon."
    )
    pointers: list[Citation | Closest] = [
        *checked.citations,
        *(claim.closest for claim in checked.claims if claim.closest),
    ]
    assert len(pointers) >= 3
    for pointer in pointers:
        assert opened.index.store.document(pointer.source).text[pointer.start : pointer.end] == pointer.quote
    numbers = {number for claim in checked.claims for number in (*claim.citations, *claim.against)}
    assert numbers <= {citation.number for citation in checked.citations}


def test_a_claim_that_a_source_contradicts(opened: Engine) -> None:
    checked = opened.check("The ferry to Faro never did run.")
    assert only(checked).verdict == "contradicted"
    assert checked.citations[only(checked).citations[0] - 1].quote == "The ferry to Faro did not run."


def test_a_claim_that_no_source_has(opened: Engine) -> None:
    checked = opened.check("Cheese is made on the moon by Martians.")
    assert (only(checked).verdict, only(checked).citations, checked.citations) == ("not_found", (), ())
    assert not checked.supported


def test_another_number_is_told_as_the_reason(opened: Engine) -> None:
    claim = only(opened.check("The price of oil: oil prices rose 6 percent in spring."))
    assert claim.verdict == "not_found"
    claim = only(opened.check("Oil prices rose 6 percent in spring, percent in spring."))
    assert (claim.verdict, claim.reason) == ("not_found", "the number 6% is not in the passage")


@pytest.mark.parametrize(
    ("text", "verbatim", "attributed", "verdict"),
    [
        ("She told The Gazette: “We know that we will win this race”.", True, True, "supported"),
        ("She told The Gazette: “We know ... this race”.", True, True, "supported"),
        ("Then she told Hugo Blanco: “We know that we will win this race”.", True, False, "not_found"),
        ("She told The Gazette: “We know that we may win this race”.", False, None, "not_found"),
        ("Ana Silva told The Gazette: “We know that we will win this race”.", True, True, "supported"),
        ("“All will be well in spring”, Ana Silva said.", True, False, "not_found"),
        ("“All will be well in spring”, Ben Costa said.", True, True, "supported"),
        ("Silva said “all will be well in spring”.", True, False, "not_found"),
        ("Costa said “all will be well in spring”.", True, True, "supported"),
        ("Blanco said “we know that we will win this race”.", True, False, "not_found"),
    ],
)
def test_quotations(opened: Engine, text: str, verbatim: bool, attributed: bool | None, verdict: str) -> None:
    checked = opened.check(text)
    claim = only(checked)
    (quotation,) = claim.quotations
    assert (quotation.verbatim, quotation.attributed, claim.verdict) == (verbatim, attributed, verdict)
    assert bool(quotation.citations) == verbatim
    assert (claim.reason is None) == (verdict == "supported")
    for number in quotation.citations:
        assert quotation.text.split()[-1] in checked.citations[number - 1].quote


def test_who_is_named_as_the_source_must_be_it(opened: Engine) -> None:
    right, wrong = opened.check(
        "According to The Gazette, Ben Costa bought two ships in Porto."
        " According to The Echo, Ben Costa bought two ships in Porto."
    ).claims
    assert (right.verdict, wrong.verdict) == ("supported", "not_found")
    assert wrong.reason == "The Echo is not who says so: harbour.md does"


def test_a_pronoun_is_read_as_what_it_stands_for(opened: Engine) -> None:
    _, claim = opened.check("Ben Costa bought two ships in Porto. He bought two ships in Porto.").claims
    assert claim.read == "Ben Costa bought two ships in Porto."
    assert claim.verdict == "supported"


def test_a_filter_keeps_documents_out(opened: Engine) -> None:
    text = "Ben Costa bought two ships in Porto."
    assert only(opened.check(text, Filter(("ferry.md",)))).verdict == "not_found"
    assert only(opened.check(text, Filter(after="2022-01-01"))).verdict == "not_found"


@pytest.mark.parametrize("text", ["", "Why?", "# Report\n\nWhat now?", "the and of"])
def test_a_text_that_claims_nothing_is_a_usage_error(opened: Engine, text: str) -> None:
    with pytest.raises(UsageError, match="claims nothing"):
        opened.check(text)


def test_where_a_text_cites_it_is_looked_first(opened: Engine) -> None:
    text = "Ben Costa bought two ships in Porto [1]. Nobody was hurt in the storm.[2]\n\n[1]: harbour.md\n[2]: No ferry"
    first, second = opened.check(text).claims
    assert (first.verdict, first.cites, first.elsewhere) == ("supported", ("harbour.md",), False)
    assert (second.verdict, second.cites, second.elsewhere) == ("supported", ("ferry.md",), False)
    assert not [*notes(first), *notes(second)]


def test_what_another_source_supports_than_the_one_that_is_cited(opened: Engine) -> None:
    checked = opened.check("Ben Costa bought two ships in Porto (ferry.md).")
    claim = only(checked)
    assert (claim.verdict, claim.cites, claim.elsewhere) == ("supported", ("ferry.md",), True)
    assert checked.citations[0].source == "harbour.md"
    assert list(notes(claim)) == ["The text cites ferry.md for it, where it was not found."]
    (told,) = render.check_object(checked)["claims"]
    assert (told["cites"], told["elsewhere"]) == (("ferry.md",), True)


def test_a_hint_finds_what_the_search_of_all_does_not(opened: Engine) -> None:
    brief = Engine(opened.index, replace(opened.config, k=1))
    text = "Oil prices rose 5 percent in spring"
    assert [only(brief.check(one)).verdict for one in (f"{text}.", f"{text} (harbour.md).")] == [
        "not_found",
        "supported",
    ]


def test_a_hint_does_not_pass_a_filter(opened: Engine) -> None:
    claim = only(opened.check("Ben Costa bought two ships in Porto (harbour.md).", Filter(("ferry.md",))))
    assert (claim.verdict, claim.cites) == ("not_found", ())


@pytest.mark.parametrize(
    ("pieces", "place"),
    [
        (["We know"], "We know"),
        (["Then", "We", "win"], "Then: “We know that we will win"),
        (["We", "win"], "we will win"),
        (["know", "we", "win"], "know that we will win"),
        (["win", "know"], None),
        (["e know"], None),
        (["We", "wi"], None),
        ([], None),
    ],
)
def test_pieces_of_a_quotation_stand_in_their_order(pieces: list[str], place: str | None) -> None:
    text = "Then: “We know that we will win.”"
    span = _stands(text, [piece.split() for piece in pieces])
    assert (span and text[slice(*span)]) == place


def test_a_claim_of_too_many_quotations_is_not_supported(opened: Engine) -> None:
    said = "“We know that we will win this race”"
    assert only(opened.check(f"She told The Gazette: {', '.join([said] * MOST_QUOTATIONS)}.")).reason is None
    claim = only(opened.check(f"She told The Gazette: {', '.join([said] * (MOST_QUOTATIONS + 1))}."))
    assert (claim.verdict, len(claim.quotations)) == ("not_found", MOST_QUOTATIONS)
    assert claim.reason == "it has more than 12 quotations: cut it in two"


def test_what_an_ellipsis_skips_has_an_end() -> None:
    assert _stands(f"one {'x' * (SKIPPED - 2)} two", [["one"], ["two"]])
    assert not _stands(f"one {'x' * (SKIPPED - 1)} two", [["one"], ["two"]])


def test_a_quotation_of_many_ellipses_is_soon_looked_for() -> None:
    began = time.process_time()
    assert _stands("a b " * 2_000, [*[["a"], ["b"]] * 50, ["c"]]) is None
    assert time.process_time() - began < 10


def test_the_json_form(opened: Engine) -> None:
    checked = opened.check("Ben Costa bought two ships in Porto. Cheese comes from the moon.")
    found = json.loads(render.dumps(render.check_object(checked)))
    assert (found["schema"], found["outcome"]) == (1, "not_supported")
    good, bad = found["claims"]
    assert set(good) == {"text", "start", "end", "verdict", "score", "citations"}
    assert bad["citations"] == []


def test_the_command(own: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("Ben Costa bought two ships in Porto.", encoding="utf-8")
    assert cli.main(["check", str(draft), "--index", own.index]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("supported    [1] Ben Costa bought two ships in Porto.")
    assert "[1] │ Ben Costa bought two ships in Porto." in shown.out
    assert shown.out.endswith("1 claim: 1 supported\n")
    assert "checked against index" in shown.err
    assert cli.main(["check", "Cheese comes from the moon.", "--index", own.index, "--json", "--quiet"]) == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out)["claims"][0]["verdict"] == "not_found"
    assert shown.err == ""
    assert cli.main(["check", "no-such-draft.md", "--index", own.index]) == 1
    assert "no such file" in capsys.readouterr().err


def test_the_command_writes_a_file(own: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Ben Costa bought two ships in Porto. Cheese comes from the moon."
    for ending, has in (
        (".html", "<mark>Ben Costa bought two ships in Porto.</mark> He sold"),
        (".md", "- **supported** Ben Costa bought two ships in Porto.[^1]"),
        (".json", '"outcome": "not_supported"'),
    ):
        path = tmp_path / f"checked{ending}"
        assert cli.main(["check", text, "--index", own.index, "--out", str(path)]) == 3
        shown = capsys.readouterr()
        assert shown.out == ""
        assert f"wrote {path}: 2 claims: 1 supported, 1 not found" in shown.err
        assert has in path.read_text(encoding="utf-8")
    for wrong in (["--out", "checked.docx"], ["--out", "checked.json", "--json"]):
        assert cli.main(["check", text, "--index", own.index, *wrong]) == 2
    assert "the ending of --out says the format" in capsys.readouterr().err


def test_the_command_that_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passage = tmp_path / "passage.txt"
    passage.write_text("Ana left. Oil prices rose in May.", encoding="utf-8")
    assert cli.main(["judge", "Oil prices rose.", "--passage", str(passage)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("supports (probability that it supports: ")
    assert out.endswith("\n10-33\n│ Oil prices rose in May.\n")
    assert cli.main(["judge", "Cheese is made there.", "--passage", str(passage), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["verdict"] == "undecided"
    lines = tmp_path / "claims.jsonl"
    lines.write_text('{"id": 1, "claim": "Oil prices rose.", "passage": "Oil prices rose."}\nnonsense\n')
    assert cli.main(["judge", "--batch", str(lines)]) == 1
    shown = capsys.readouterr()
    good, bad = map(json.loads, shown.out.splitlines())
    assert (good["id"], good["verdict"], good["sentence"]) == (1, "supports", [0, 16])
    assert "batch line 2 is not JSON" in bad["error"]["message"]
    assert "batch line 2 is not JSON" in shown.err
    for wrong in (
        ["judge"],
        ["judge", "Oil rose."],
        ["judge", "c", "--batch", str(lines)],
        ["judge", "--passage", "p"],
    ):
        assert cli.main(wrong) == 2


def test_python_checks_in_one_call(own: Config) -> None:
    assert rag.check("Ben Costa bought two ships in Porto.", own.index).supported


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("Oil rose [1, 2], [3] and【4†source】fell (see [5]).", "Oil rose, and fell."),
        ("* Oil rose.[^1]", "Oil rose."),
        ("3. The area is 5 m² (source 2, p. 7).", "The area is 5 m²."),
        ("It has 3 sources of income (1990) [sic].", "It has 3 sources of income (1990) [sic]."),
        ("The 4 passages of chapter 2 were _long_.", "The 4 passages of chapter 2 were long."),
    ],
)
def test_marks_that_cite_are_no_part_of_a_claim(line: str, plain: str) -> None:
    assert uncited(line) == plain


def test_what_claims_something() -> None:
    text = "# Report\n\nKey findings:\n\n- Ben bought two ships\n- Conclusion\n\nWho sold them? Ana did it well."
    assert [one.text for one in statements(text)] == ["Ben bought two ships", "Ana did it well."]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_a_statement_is_where_it_says(text: str) -> None:
    before = 0
    for one in statements(text):
        assert before <= one.start < one.end <= len(text)
        before = one.end
