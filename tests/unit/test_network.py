import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReaderError
from rag.reading import network
from rag.reading.network import ANSWER_TOKENS, CONTEXT_TOKENS, QUESTION_TOKENS, WEIGHTS, WINDOW_TOKENS, Network, Window

TEXT = "Marie Curie was born in Warsaw. She moved to Paris in 1891. There she met Pierre, whom she married."
SENTENCES = ((0, 31), (32, 59), (60, 99))
TOKENIZER = network.tokenizer(WEIGHTS)


def window(question: str, text: str = TEXT, sentences: tuple[tuple[int, int], ...] = SENTENCES) -> Window:
    return Window(question, "Marie Curie", "2020-01-31", text, sentences)


def test_a_sentence_is_where_its_tokens_say() -> None:
    (tokens,) = network.tokenized(TOKENIZER, [window("Where was she born?")])
    for (start, end), span in zip(SENTENCES, tokens.sentences, strict=True):
        assert span
        own = tokens.offsets[span[0] - tokens.first : span[1] - tokens.first]
        assert (own[0, 0], own[-1, 1]) == (start, end)
    decoded = TOKENIZER.decode([int(n) for n in tokens.ids], skip_special_tokens=False)
    assert decoded.startswith("[CLS] where was she born? [SEP] marie curie | 2020 - 01 - 31 | marie curie was born")
    assert decoded.endswith("[SEP]")


def test_question_and_context_are_cut_and_what_is_beyond_is_none() -> None:
    text = f"{'word ' * 300}end. Next one."
    spans = ((0, text.index("Next") - 1), (text.index("Next"), len(text)))
    (tokens,) = network.tokenized(TOKENIZER, [window("why " * 100, text, spans)])
    assert len(tokens.ids) == 1 + QUESTION_TOKENS + 1 + CONTEXT_TOKENS + 1
    assert tokens.sentences[0]
    assert tokens.sentences[1] is None
    weights = tokens.inputs()["sentence_weights"]
    assert weights[0].sum(axis=1).tolist() == pytest.approx([1, 0], abs=1e-5)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 150), min_size=1, max_size=12))
def test_windows_hold_each_sentence_once_and_are_short(sizes: list[int]) -> None:
    parts = ["w " * size for size in sizes]
    ends = np.cumsum([len(part) for part in parts])
    spans = [(int(end) - len(part), int(end) - 1) for part, end in zip(parts, ends, strict=True)]
    (windows,) = network.packed(TOKENIZER, ["".join(parts)], [spans])
    assert [number for part in windows for number in part] == list(range(len(sizes)))
    for here, after in zip(windows, [*windows[1:], None], strict=True):
        total = sum(sizes[number] for number in here)
        assert total <= WINDOW_TOKENS or len(here) == 1
        assert after is None or total + sizes[after.start] > WINDOW_TOKENS  # none is shorter than need be


@settings(max_examples=50)
@given(st.lists(st.integers(1, 150), min_size=1, max_size=12))
def test_windows_that_overlap_reach_every_sentence_from_two_sides(sizes: list[int]) -> None:
    parts = ["w " * size for size in sizes]
    ends = np.cumsum([len(part) for part in parts])
    spans = [(int(end) - len(part), int(end) - 1) for part, end in zip(parts, ends, strict=True)]
    (windows,) = network.packed(TOKENIZER, ["".join(parts)], [spans], 200, overlap=True)
    assert {number for part in windows for number in part} == set(range(len(sizes)))
    for here, after in pairwise(windows):
        assert here.start < after.start <= here.stop < after.stop  # each says something new
        behind = sum(sizes[number] for number in range(here.start, after.start))
        whole = sum(sizes[number] for number in here)
        assert after.start in (here.start + 1, here.stop) or behind >= whole / 2
        assert sum(sizes[number] for number in after) <= 200 or len(after) == 1


def logits(tokens: network.Tokens, **peaks: int) -> dict[str, np.ndarray]:
    found = {name: np.zeros(len(tokens.ids), dtype=np.float32) for name in ("start", "end")}
    for name, place in peaks.items():
        found[name][place] = 5
    return found


def test_the_short_answer_lies_inside_one_sentence() -> None:
    (tokens,) = network.tokenized(TOKENIZER, [window("Where?")])
    first, second, third = (span for span in tokens.sentences if span)
    crossing = logits(tokens, start=first[1] - 2, end=second[0])
    read = network.decoded(tokens, crossing["start"], crossing["end"], np.zeros(3, dtype=np.float32), 0.0)
    for span, (start, end) in zip(read.spans, SENTENCES, strict=True):
        assert start <= span[0] < span[1] <= end
    assert TEXT[slice(*read.spans[0])].startswith("Warsaw")
    assert read.span_logits.tolist() == pytest.approx([0, 0, -5])

    backwards = logits(tokens, start=third[1] - 1, end=third[0])
    read = network.decoded(tokens, backwards["start"], backwards["end"], np.zeros(3, dtype=np.float32), 0.0)
    assert read.spans[2][0] < read.spans[2][1]


def test_a_short_answer_is_short() -> None:
    text = "word " * 100
    (tokens,) = network.tokenized(TOKENIZER, [window("Which?", text, ((0, len(text) - 1),))])
    assert tokens.sentences[0]
    left, right = tokens.sentences[0]
    far = logits(tokens, start=left, end=right - 1)
    read = network.decoded(tokens, far["start"], far["end"], np.zeros(1, dtype=np.float32), 0.0)
    assert len(text[slice(*read.spans[0])].split()) <= ANSWER_TOKENS


def test_the_best_sentence_is_told_by_both_heads() -> None:
    (tokens,) = network.tokenized(TOKENIZER, [window("Where?")])
    span = tokens.sentences[1]
    assert span
    marked = logits(tokens, start=span[0], end=span[0])
    read = network.decoded(tokens, marked["start"], marked["end"], np.array([1, 0, 0], dtype=np.float32), 0.0)
    assert read.best == 1


@pytest.mark.parametrize("name", [*network.FILES, network.SUMS])
def test_weights_that_are_missing_or_other_are_an_error(tmp_path: Path, name: str) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    path = tmp_path / "weights" / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ReaderError, match="does not hold the published reader"):
        Network(tmp_path / "weights", threads=1)
    path.unlink()
    with pytest.raises(ReaderError, match=rf"{name} is missing: reinstall quoteline"):
        Network(tmp_path / "weights", threads=1)
