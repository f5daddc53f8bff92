import pytest

from rag.reading.selection import Selected
from rag.reading.topic import on_topic, speaks_of
from rag.schema import Evidence, Passage, Sentence


def evidence(text: str, quote: str, title: str = "") -> Evidence:
    """Return a sentence of a passage that starts at 100 in its document."""
    starts = [0, *(n + 2 for n, char in enumerate(text[:-1]) if char == ".")]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    sentences = tuple(Sentence(100 + start, 100 + end) for start, end in zip(starts, ends, strict=True))
    passage = Passage("a.txt", 100, 100 + len(text), text, sentences, title)
    return Evidence(passage, next(one for one in sentences if passage.quote(one) == quote), 0.9)


STORY = "The Tarn ferry is old. Blue Lines runs the ferry. It is in debt. The Morn ferry is new. Rates are low."


@pytest.mark.parametrize(
    ("quote", "thing", "expected"),
    [
        ("The Morn ferry is new.", "the Morn ferry", True),
        ("Blue Lines runs the ferry.", "the Morn ferry", False),
        ("Blue Lines runs the ferry.", "the Tarn ferry", True),
        ("It is in debt.", "Blue Lines", True),
        ("It is in debt.", "trains", False),
        ("Rates are low.", "the rates", True),
    ],
)
def test_a_quote_speaks_of_a_thing(quote: str, thing: str, expected: bool) -> None:
    item = evidence(STORY, quote)
    assert speaks_of(item, thing) is expected
    found = Selected(0.9, (item,))
    assert on_topic(found, thing) == (found if expected else Selected(0.0, closest=(item,)))


def test_a_title_names_what_its_story_is_about() -> None:
    assert speaks_of(evidence("All went well.", "All went well.", "Morn ferry starts"), "the Morn ferry")
