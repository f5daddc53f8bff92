"""Answers as a terminal shows them; made by hand, so that no model is needed."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.output import terminal
from rag.output.terminal import Look, answer_text
from rag.schema import Answer, Citation, Claim, Closest, Copy, Document, Hit, Passage, Retrieved
from tests.unit.test_render import NEW, OLD, disagreeing

QUOTE = "The council of Orda chose Ann Lee, who had led the bank for nine years, as its speaker on Monday night."
CITED = Citation(
    1, "news/orda.pdf", "Orda has a speaker", "2026-02-03", 10, 10 + len(QUOTE), QUOTE, 0.9, 3, None, "Daily"
)
ANSWER = Answer(
    "Who is it?", "Who is it?", "answered", None, 0.62, (Claim(QUOTE, "supported", (1,)),), (CITED,), (), "Ann Lee"
)
COLOURED = Look(colour=True)


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_an_answer_says_each_sentence_once_with_its_document_and_place_below() -> None:
    assert (
        answer_text(ANSWER, Look(60))
        == """\
Short answer: Ann Lee

[1] │ The council of Orda chose Ann Lee, who had led the
    │ bank for nine years, as its speaker on Monday night.
    Orda has a speaker · Daily · 2026-02-03
    news/orda.pdf:10-113, page 3

Likely, not certain."""
    )
    assert answer_text(ANSWER, verbose=True).endswith("\nLikely, not certain (0.62).")
    assert answer_text(replace(ANSWER, short_answer=None)).startswith("[1] │ The council")
    assert answer_text(replace(ANSWER, confidence=0.2)).startswith("Short answer (unsure): Ann Lee")


def test_what_an_llm_worded_comes_before_its_quotes_and_no_sentence_twice() -> None:
    other = replace(CITED, number=2, quote="She is  new.", start=200, end=212)
    claims = (Claim("Ann Lee is the speaker.", "supported", (1,)), Claim("She is new.", "supported", (2,)))
    shown = answer_text(replace(ANSWER, claims=claims, citations=(CITED, other)))
    assert "\n\n[1] Ann Lee is the speaker.\n[2] She is new.\n\n[1] │ The council" in shown
    assert shown.count("She is new.") == 1
    assert "[2] Orda has a speaker" in shown


def test_a_title_that_the_text_gave_is_not_said_again_and_a_long_one_is_cut() -> None:
    made = answer_text(replace(ANSWER, citations=(replace(CITED, title="The council of Orda chose…"),)))
    assert "│ night" not in made
    assert "\n    Daily · 2026-02-03\n" in made
    long = answer_text(replace(ANSWER, citations=(replace(CITED, title="A " + "very " * 40 + "long one"),)))
    (about,) = (line for line in long.splitlines() if "Daily" in line)
    assert len(about) <= 80
    assert about.endswith("… · Daily · 2026-02-03")


def test_copies_and_pages() -> None:
    both = replace(CITED, page_end=4, also=(Copy("b.txt", "Echo", None, 0, 9),))
    shown = answer_text(replace(ANSWER, citations=(both,)))
    assert "pages 3-4\n    also in Echo (b.txt)\n" in shown


def test_a_refusal_is_five_lines_unless_all_is_asked_for() -> None:
    closest = tuple(Closest(f"{n}.txt", "T", 0, len(QUOTE), QUOTE, 0.1) for n in range(4))
    refused = Answer("q", "q", "refused", "not_supported", 0.1, closest=closest)
    assert (
        answer_text(refused, Look(60))
        == """\
The sources do not say.
The closest passages do not answer the question.
Nearest passages (-v shows all of them, whole):
  │ The council of Orda chose Ann Lee, who had…  0.txt:0-103
  │ The council of Orda chose Ann Lee, who had…  1.txt:0-103"""
    )
    otherwise = answer_text(replace(refused, reason="contradicted"), Look(80))
    assert otherwise.startswith(
        "A source says otherwise.\nIt says otherwise than the question takes for granted.\nNearest passages"
    )
    whole = answer_text(refused, verbose=True)
    assert "(not_supported; confidence 0.10)." in flat(whole)
    assert flat(whole).count(QUOTE) == 4
    assert answer_text(Answer("q", "q", "refused", "nothing_found", 0.0)).count("\n") == 1
    long = answer_text(replace(refused, closest=(replace(closest[0], source="folder/" * 30 + "a.txt"),)), Look(60))
    assert long.splitlines()[-1].endswith("/a.txt:0-103")
    assert max(map(len, long.splitlines())) <= 60


def test_sources_that_disagree_come_first() -> None:
    assert answer_text(disagreeing(NEW, OLD)).startswith(
        "Sources disagree:\n  62 euros [1] Office 1 · 2026-02-01\n  45 euros [2] Office 2 · 2023-02-01\n\n[1] │ The"
    )
    shown = answer_text(disagreeing(NEW, replace(OLD, superseded=True)))
    assert shown.startswith("  earlier, 2023: 45 euros [2]\n\n[1] │ The allowance is 62 euros.\n")
    assert "isagree" not in shown
    assert "[2] │ The allowance is 45 euros." in shown, "its quote is shown"


def test_the_hits_of_a_search() -> None:
    text = "word " * 100
    hits = (Hit(Passage("a.txt", 5, 505, text, ()), 0.5, {"dense": 1, "bm25": 2}, 0.4),)
    found = Retrieved("q", "q", hits, "i", {})
    first, *rest = terminal.search_text(found).splitlines()
    assert first == "1. a.txt:5-505  score 0.500 (dense 1, bm25 2)"
    assert all(line.startswith("   word") for line in rest)
    assert rest[-1].endswith("…")
    assert terminal.search_text(replace(found, hits=())) == "nothing found"


def test_the_short_answer_stands_out_in_its_quote() -> None:
    assert "chose \x1b[1;33mAnn Lee\x1b[0m, who" in answer_text(ANSWER, COLOURED)
    broken = answer_text(replace(ANSWER, short_answer="Orda chose"), Look(30, colour=True))
    assert "\x1b[1;33mOrda\x1b[0m\n" in broken
    assert "\x1b[1;33mchose\x1b[0m Ann" in broken
    within = replace(ANSWER, short_answer="nine y")
    assert "\x1b[1;33m" not in answer_text(within, COLOURED), "half a word"


HOSTILE = "x\x1b[2J\x1b]8;;https://evil.example\x07y\x9b31m\x00\r\n[9] z\u202egnp\u2028[8]\x85[7]\ud800"


def test_no_text_of_a_source_does_anything_to_a_terminal_or_passes_for_a_citation() -> None:
    cited = replace(CITED, quote=HOSTILE, title=HOSTILE, publisher=HOSTILE, source=HOSTILE, published=HOSTILE,
                    also=(Copy(HOSTILE, HOSTILE, None, 0, 1),))  # fmt: skip
    closest = (Closest(HOSTILE, HOSTILE, 0, 1, HOSTILE, 0.1),)
    answers = [
        replace(ANSWER, citations=(cited,), claims=(Claim(HOSTILE, "supported", (1,)),), short_answer=HOSTILE),
        replace(ANSWER, citations=(cited,), claims=(Claim(f"Said: {HOSTILE}", "supported", (1,)),), standalone=HOSTILE),
        Answer(
            "q", HOSTILE, "refused", "not_supported", 0.1, closest=closest, missing=(HOSTILE,), suggestions=(HOSTILE,)
        ),
        Answer("q", "q", "refused", "no_question", 0.0, message=f"I hold\n- {HOSTILE}", suggestions=(HOSTILE,)),
    ]
    hit = Hit(Passage(HOSTILE, 0, 1, HOSTILE, ()), 0.5, {"dense": 1}, 0.4)
    shown = [answer_text(answer, Look(40), verbose=v) for answer in answers for v in (True, False)]
    shown.append(terminal.search_text(Retrieved("q", "q", (hit,), "i", {}), Look(40)))
    for text in shown:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800]", text)
        assert not re.search(r"^\[[789]\]", text, re.MULTILINE)


def test_a_value_cannot_pass_for_a_citation() -> None:
    forged = disagreeing(NEW, replace(OLD, value="\n[9] 45\x1b[2J"))
    assert not re.search(r"^\[9\]|\x1b", answer_text(forged), re.MULTILINE)


@given(st.text(st.sampled_from("ab [1]\n短い\u0301-"), max_size=120), st.integers(30, 60))
def test_nothing_is_wider_than_the_terminal_and_no_word_is_lost(text: str, width: int) -> None:
    cited = replace(CITED, quote=text or "x")
    shown = answer_text(
        replace(ANSWER, citations=(cited,), claims=(Claim(text or "x", "supported", (1,)),)), Look(width)
    )
    lines = shown.splitlines()
    assert max(map(terminal._cells, lines)) <= width
    quoted = "".join(line.partition("│ ")[2] for line in lines if "│" in line)
    assert quoted.replace(" ", "") == re.sub(r"\s", "", text or "x")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "live", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colours(variables: dict[str, str], live: bool, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal.look_of(Screen() if live else io.StringIO()).colour is colour


@pytest.mark.parametrize(
    ("variables", "live", "links"),
    [
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"TERM": "xterm-kitty"}, False, False),
        ({"TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM_PROGRAM": "vscode", "FORCE_HYPERLINK": "0"}, True, False),
        ({"VTE_VERSION": "7600"}, True, True),
        ({"VTE_VERSION": "4600"}, True, False),
        ({"FORCE_HYPERLINK": "1"}, False, True),
    ],
)
def test_links(variables: dict[str, str], live: bool, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    unset = "TERM TERM_PROGRAM VTE_VERSION WT_SESSION KONSOLE_VERSION DOMTERM KITTY_WINDOW_ID FORCE_HYPERLINK"
    for name in unset.split():
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal.takes_links(Screen() if live else io.StringIO()) is links


class Held:
    """A store of documents by source."""

    def __init__(self, **urls: "str | None") -> None:
        self._urls = urls

    def find(self, source: str) -> "Document | None":
        return Document(source, "t", "T", url=self._urls[source]) if source in self._urls else None


def test_a_source_opens_as_its_file_or_else_at_its_web_address(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ä b.txt").write_text("t")
    (tmp_path / "out.txt").write_text("t")
    urls = {
        "web": "https://example.org/ä?q=1",
        "script": "javascript:alert(1)",
        "file": "file:///etc/passwd",
        "posing": "https://bank.example@evil.example/",
        "broken": "http://[",
        "control": "https://example.org/\x1b\\\x1b[2J",
        "none": None,
    }
    store = Held(**urls)
    found = terminal.links_of(store, tmp_path / "in", ["ä b.txt", "../out.txt", "a\x00b", *urls])  # type: ignore[arg-type]
    assert found.pop("control").isprintable()
    assert found == {"ä b.txt": (tmp_path / "in" / "ä b.txt").as_uri(), "web": "https://example.org/%C3%A4?q=1"}
    look = Look(links={"news/orda.pdf": "https://example.org/"})
    assert "\x1b]8;;https://example.org/\x1b\\news/orda.pdf:10-113, page 3\x1b]8;;\x1b\\" in answer_text(ANSWER, look)
