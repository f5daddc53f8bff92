import random

import pytest

from rag.index.near_duplicates import statement, stories
from tests.growth import in_proportion

STORY = (
    "Oil prices fell four percent on Monday after Mexico said that it would send more crude to the Caribbean. "
    "Traders in London had expected the opposite. The ministry in Mexico City named no dates. "
    "A tanker with 300,000 barrels left Veracruz on Sunday night, according to port officials. "
    "Refineries on the island have been idle since early January."
)
OTHER = "The museum of natural history opens a new wing for whales. It has cost nine million euros and took six years."


def test_near_copies_are_one_story() -> None:
    texts = [OTHER, STORY, f"LONDON, Oct 3 (Reuters) - {STORY}", STORY.replace("four", "six"), "Short.", "Short."]
    assert stories(texts) == [None, 1, 1, 1, 4, 4]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Officials denied that Anna Berg resigned.", "Anna Berg resigned."),
        ("The economy grew by 0.3%.", "The economy grew by -0.3%."),
        ("It cost $5 million.", "It cost €5 million."),
        ("It rose 1,5 percent.", "It rose 15 percent."),
        ("It rose by .5 percent.", "It rose by 5 percent."),
        (
            "Berg — the minister — resigned after a long debate on Monday.",
            "the minister — resigned after a long debate.",
        ),
        ("SMITH (Labour) - 12,000 votes", "JONES (Labour) - 12,000 votes"),
        ("USA — 12 points in the first of four rounds so far", "CUBA — 12 points in the first of four rounds so far"),
    ],
)
def test_what_says_something_else_is_another_statement(one: str, other: str) -> None:
    assert statement(one) != statement(other)


@pytest.mark.parametrize(
    "written",
    ["MEXICO CITY (Wire) - {}", "LONDON, Oct 3 (Reuters) – {}", "Havana, January 12, 2026 — {}", "“{}”"],
)
def test_a_dateline_or_quotation_marks_make_no_other_statement(written: str) -> None:
    said = "Oil fell 1.5% on Monday, said the ministry."
    assert statement(written.format(said)) == statement(said)


def test_bulletins_of_one_template_take_no_longer_than_their_number() -> None:
    dice = random.Random(6)
    template = [f"fixed{n}" for n in range(125)]

    def work(size: int) -> None:
        bulletins = [" ".join(template + [f"own{dice.randrange(5000)}" for _ in range(75)]) for _ in range(size)]
        assert stories(bulletins) == [None] * size

    assert in_proportion(work, 100)
