from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.capitals import in_full, read, spelled_out
from rag.reading.network import Read, Window

PIECES = st.sampled_from(["WHO", "the W.H.O.", "IT", "it", "who", "Ann", "ate", "—", "fever.", "The", "é"])


class Network:
    """Answers with one span of what it is given."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.windows: list[Window] = []

    def read(self, windows: Sequence[Window]) -> list[Read]:
        self.windows = list(windows)
        one = np.zeros(1, dtype=np.float32)
        spans = [(start := window.text.index(self.answer), start + len(self.answer)) for window in windows]
        return [Read(0.0, one, (span,), one, 0.0) for span in spans]


@given(st.lists(PIECES, max_size=12), st.data())
def test_what_is_spelled_out_maps_back_to_the_original(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    given_ = spelled_out(text)
    assert given_.back((0, len(given_.text))) == (0, len(text))
    for start, end, old_start, old_end in given_.pieces:
        assert text[old_start:old_end].replace(".", "") in ("WHO", "IT")
        assert given_.text[start:end] in ("World Health Organization", "information technology")
        assert (given_.forth(old_start), given_.forth(old_end)) == (start, end)
    start, end = sorted(data.draw(st.tuples(*(st.integers(0, len(given_.text)),) * 2)))
    left, right = given_.back((start, end))
    assert 0 <= left <= right <= len(text)
    if start < end and not any(piece[0] < end and start < piece[1] for piece in given_.pieces):
        assert text[left:right] == given_.text[start:end]
        assert (given_.forth(left), given_.forth(right)) == (start, end)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What did Bill open?", "Bill Smith opened the gallery.", "What did Bill Smith open?"),
        ("What did Mark's team win?", "Coach Mark Vance won.", "What did Coach Mark Vance's team win?"),
        ("When did May say so?", "In March, Theresa May said so.", "When did Theresa May say so?"),
        ("Did Will resign?", "In Will Smith's words, no.", "Did Will Smith resign?"),
        # As typed: a month, a word, a name that is given in full, that two people have, or that nobody has in full.
        ("Who won in May?", "Theresa May won.", "Who won in May?"),
        ("Will it open?", "Will Smith opened it.", "Will it open?"),
        ("What did Bill Gates open?", "Bill Smith opened it.", "What did Bill Gates open?"),
        ("What did Bill open?", "Bill Smith came. Bill Jones opened it.", "What did Bill open?"),
        ("What did Bill open?", "Bill opened it.", "What did Bill open?"),
        ("WHAT DID BILL OPEN?", "Bill Smith opened it.", "WHAT DID BILL OPEN?"),
        ("What did Obama open?", "Barack Obama opened it.", "What did Obama open?"),
    ],
)
def test_a_name_that_is_a_word_is_given_in_full(question: str, text: str, expected: str) -> None:
    assert in_full(question, text) == expected


def test_answers_are_of_the_windows_own_text() -> None:
    text = "The WHO recommended rest. IT failed."
    window = Window("What did the WHO recommend?", "WHO news", "", text, ((0, 25), (26, 36)))
    network = Network("World Health Organization")
    (found,) = read(network, [window])
    assert text[slice(*found.spans[0])] == "WHO"
    (told,) = network.windows
    assert told.question == "What did the World Health Organization recommend?"
    assert told.title == "World Health Organization news"
    assert [told.text[start:end] for start, end in told.sentences] == [
        "The World Health Organization recommended rest.",
        "information technology failed.",
    ]
    (found,) = read(Network("failed"), [window])
    assert text[slice(*found.spans[0])] == "failed"
