from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.claims import judging
from rag.claims.judging import CLAIM_TOKENS, WINDOW_TOKENS, Fitted, Judge, Judgement, JudgeNetwork, Logits, Pair, judge
from rag.errors import ReaderError
from rag.reading import network
from rag.reading.network import JUDGE, WEIGHTS, Window
from tests import overlap

PASSAGE = "Ana Silva opened the harbour. Oil prices rose in May. In the raid 32 Cubans died."
TOKENIZER = network.tokenizer(WEIGHTS)
FITTED = Fitted(slope=1.0, bias=0.0, threshold=0.5, contradicts=0.6, refused=0.2)


class Scripted:
    """Says of each window what a function does, and keeps what it read."""

    name = "scripted"
    tokenizer = TOKENIZER

    def __init__(self, says: Callable[[Window], tuple[float, float, float]], best: int = 0) -> None:
        self.says, self.best = says, best
        self.windows: list[Window] = []

    def read(self, windows: Sequence[Window]) -> list[Logits]:
        self.windows += windows
        return [
            Logits(*self.says(window), np.array([n == self.best for n in range(len(window.sentences))], np.float32))
            for window in windows
        ]


def judged(claim: str, passage: str, *logits: float, best: int = 0) -> Judgement:
    return Judge(Scripted(lambda _: (logits[0], logits[1], logits[2]), best), FITTED).judge([(claim, passage)])[0]


def test_the_score_is_the_fitted_probability_of_supports_against_the_rest() -> None:
    found = judged("Oil rose.", PASSAGE, 2.0, 0.0, 0.0, best=1)
    assert found.verdict == "supports"
    assert found.score == pytest.approx(1 / (1 + np.exp(-(2 - np.log(2)))))
    assert PASSAGE[slice(*found.sentence)] == "Oil prices rose in May."


@pytest.mark.parametrize(
    ("logits", "verdict"),
    [
        ((0.0, 0.0, 0.0), "undecided"),
        ((0.0, 3.0, 0.0), "contradicts"),
        ((0.0, 0.0, 3.0), "undecided"),
        ((0.0, 0.5, 0.0), "undecided"),  # not sure enough
        ((-9.0, 2.0, 2.1), "undecided"),
        ((5.0, 4.0, 0.0), "supports"),
    ],
)
def test_the_three_verdicts(logits: tuple[float, ...], verdict: str) -> None:
    assert judged("Oil rose.", PASSAGE, *logits).verdict == verdict


def test_a_guard_refuses_and_never_admits() -> None:
    refused = judged("33 Cubans died.", PASSAGE, 9.0, 0.0, 0.0, best=2)
    assert (refused.verdict, refused.reason) == ("undecided", "the number 33 is not in the passage")
    assert refused.score < FITTED.threshold
    assert judged("33 Cubans died.", PASSAGE, 0.0, 9.0, 0.0).verdict == "contradicts"
    assert judged("32 Cubans died.", PASSAGE, 0.0, 0.0, 9.0).verdict == "undecided"
    free = Judge(Scripted(lambda _: (9.0, 0.0, 0.0)), FITTED, guards=())
    assert free.judge([("33 Cubans died.", PASSAGE)])[0].verdict == "supports"


LONG = " ".join(f"Sentence number {number} says nothing of note to anybody at all." for number in range(120))


def test_of_a_long_passage_the_window_that_supports_most_counts() -> None:
    passage = f"{LONG} Oil prices rose. {LONG}"
    scripted = Scripted(lambda window: (5.0, 0.0, 0.0) if "Oil prices" in window.text else (0.0, 1.5, 0.0))
    (found,) = Judge(scripted, FITTED).judge([("Oil rose.", passage)])
    assert found.verdict == "supports"
    reached = {word for window in scripted.windows for word in window.text.split()}
    assert reached == set(passage.split())
    assert sum("Oil prices" in window.text for window in scripted.windows) > 1
    for window in scripted.windows:
        assert len(TOKENIZER.encode(window.text, add_special_tokens=False).ids) <= WINDOW_TOKENS
        for start, end in window.sentences:
            assert window.text[start:end].strip() == window.text[start:end] != ""


def test_where_none_supports_the_strongest_contradiction_counts() -> None:
    passage = f"{LONG} Oil prices fell. {LONG}"
    scripted = Scripted(lambda window: (0.0, 5.0 if "Oil prices" in window.text else 1.5, 0.0))
    (found,) = Judge(scripted, FITTED).judge([("Oil rose.", passage)])
    assert found.verdict == "contradicts"
    assert found.contradiction > 0.9


def test_a_long_claim_needs_every_part() -> None:
    claim = " ".join(["Oil prices rose in May and that was the news of the day."] * 12 + ["Ana came."])
    scripted = Scripted(lambda window: (5.0, 0.0, 0.0) if "Ana" not in window.question else (0.0, 0.0, 5.0))
    (found,) = Judge(scripted, FITTED, guards=()).judge([(claim, PASSAGE)])
    assert len({window.question for window in scripted.windows}) > 1
    assert all(
        len(TOKENIZER.encode(window.question, add_special_tokens=False).ids) <= CLAIM_TOKENS
        for window in scripted.windows
    )
    assert (found.verdict, found.score < 0.1) == ("undecided", True)


def test_title_and_date_are_read_and_may_hold_a_claims_number() -> None:
    scripted = Scripted(lambda _: (5.0, 0.0, 0.0))
    pair = Pair("Oil rose in 2021.", "Oil prices rose.", "The Gazette", "2021-03-04")
    (found,) = Judge(scripted, FITTED).judge([pair])
    assert scripted.windows[0].head == "The Gazette | 2021-03-04 | "
    assert found.verdict == "supports"


@pytest.mark.parametrize(("claim", "passage"), [("", PASSAGE), ("Oil rose.", ""), ("Oil rose.", " \n"), (" ", " ")])
def test_nothing_decides_nothing(claim: str, passage: str) -> None:
    assert judged(claim, passage, 9.0, 0.0, 0.0) == Judgement("undecided", 0.0, (0, 0))


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=200), st.text(max_size=1500))
def test_a_sentence_is_always_of_the_passage(claim: str, passage: str) -> None:
    (found,) = Judge(Scripted(lambda _: (1.0, 0.0, 0.0)), FITTED).judge([(claim, passage)])
    start, end = found.sentence
    assert 0 <= start <= end <= len(passage)
    assert 0 <= found.score <= 1


def test_many_pairs_are_as_each_alone(tmp_path: Path) -> None:
    judge = overlap.judge(tmp_path)
    claims = ["Oil prices rose in May.", "In the raid 33 Cubans died.", "Oil prices never rose.", "Ben flew home."]
    together = judge.judge([(claim, PASSAGE) for claim in claims])
    assert [one.verdict for one in together] == ["supports", "undecided", "contradicts", "undecided"]
    assert together == [judge.judge([(claim, PASSAGE)])[0] for claim in claims]
    assert PASSAGE[slice(*together[0].sentence)] == "Oil prices rose in May."


def test_python_takes_one_claim_or_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag import judge as offered

    assert offered is judge
    packaged = overlap.judge(tmp_path)
    monkeypatch.setattr(judging, "packaged", lambda threads: packaged)
    one = judge("Oil prices rose in May.", PASSAGE)
    assert one.verdict == "supports"
    assert judge([("Oil prices rose in May.", PASSAGE)]) == [one]
    with pytest.raises(TypeError, match="a claim and a passage"):
        judge("Oil rose.")  # type: ignore[arg-type]


def test_weights_that_are_missing_or_other_are_an_error(tmp_path: Path) -> None:
    overlap.write(tmp_path)
    path = tmp_path / JUDGE
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ReaderError, match="does not hold the published judge"):
        JudgeNetwork.of(tmp_path, threads=1)
    path.unlink()
    with pytest.raises(ReaderError, match=r"judge\.onnx is missing: reinstall quoteline"):
        JudgeNetwork.of(tmp_path, threads=1)
