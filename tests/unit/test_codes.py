"""A code is met exactly or not at all."""

import pytest

from rag.documents.split import passages
from rag.reading.codes import ANOTHER, codes, exact
from rag.schema import Document, Evidence, Reading

SHEETS = (
    "The valve PPR-9087 has a rated pressure of 16 bar. It was tested in May 2024.",
    "The valve PPR-9078 has a rated pressure of 40 bar. It was tested in June 2024.",
    "Contract no. 2024/117-B was signed with Delta GmbH. Contract no. 2024/171-B was signed with Echo Inc.",
)


def quotes(question: str, *texts: str) -> list[str]:
    """Return what is left of the sentences of some documents; nothing for a refusal."""
    items = [
        Evidence(passage, sentence, 0.9, "")
        for number, text in enumerate(texts)
        for passage in passages(Document(f"{number}.txt", text, "title"), 1000)
        for sentence in passage.sentences
    ]
    found = exact(question, Reading(tuple(items), 0.9))
    return [item.quote for item in found.evidence] if found.confidence > ANOTHER else []


def test_only_what_is_about_the_code_is_left() -> None:
    first, second = SHEETS[0].split(". ", 1)
    assert quotes("When was PPR-9087 tested?", *SHEETS) == [f"{first}.", second]
    assert quotes("With whom was contract 2024/171-B signed?", *SHEETS) == [
        "Contract no. 2024/171-B was signed with Echo Inc."
    ]


@pytest.mark.parametrize("written", ["PPR 9078", "ppr9078", "PPR‑9078", "PPR–9078"])
def test_a_code_is_written_in_several_ways(written: str) -> None:
    assert len(quotes(f"What is the rated pressure of {written}?", *SHEETS)) == 2
    assert len(quotes("What is the rated pressure of PPR-9078?", f"The {written} has 40 bar.")) == 1


@pytest.mark.parametrize("code", ["PPR-9099", "PPR-908", "PPR-90870", "QQ-9087", "2024/117-C", "2024/11-B"])
def test_a_near_code_does_not_answer(code: str) -> None:
    assert quotes(f"What is known of {code}?", *SHEETS) == []


def test_a_sentence_is_about_the_last_code_before_it() -> None:
    text = f"{SHEETS[0]} {SHEETS[1]}"
    assert quotes("When was PPR-9078 tested?", text)[-1] == "It was tested in June 2024."
    assert "It was tested in June 2024." not in quotes("When was PPR-9087 tested?", text)


def test_a_code_that_goes_without_saying() -> None:
    assert quotes("Who died of COVID-19?", "The disease killed Ana.") == ["The disease killed Ana."]
    assert quotes("What flew the F-16?", "The F-15 was flown by Ana.") == []


@pytest.mark.parametrize(
    "plain",
    (
        "2024 1,204 16bar 10km 3.5kg 2024-03-04 4.3.2024 10:30 5-7 2019-2021 1990s 3rd 24-hour 18-year-old 50% 2/3 Q4"
        " mid-1990s 21st-century 1,500-strong 5pm"
    ).split(),
)
def test_numbers_dates_and_units_are_no_codes(plain: str) -> None:
    assert codes(f"It was {plain} then.") == []
