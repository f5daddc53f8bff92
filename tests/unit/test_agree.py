import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.agree import agree, stands_in, value


def held(question: str, one: str, other: str, published: str | None = None) -> bool | None:
    """Whether two sentences, whose short answers stand between bars, agree."""
    values = [value(question, text.split("|")[1], text.replace("|", ""), published) for text in (one, other)]
    assert values[0] is not None
    return agree(values[0], values[1]) if values[1] else None


@pytest.mark.parametrize(
    ("question", "one", "other", "same"),
    [
        ("What is the fee?", "It is |45 euros|.", "It is |62 euros|.", False),
        ("What is the fee?", "It is |45| euros.", "It is |€62|.", False),
        ("What is the fee?", "It is |forty-five euros|.", "It is |45| euros.", True),
        ("What is the fee?", "It is |$2.8 billion|.", "It is |$2,812,000,000|.", True),
        ("Within how many days?", "Within |14| days.", "Within |30 days|.", False),
        ("How long is it?", "It is |98 km| long.", "It is |61 miles| long.", True),
        ("How long is it?", "It is |98 km| long.", "It is |89 km| long.", False),
        ("How long did it take?", "It took |24 hours|.", "It took |a day|.", None),
        ("How long did it take?", "It took |24 hours|.", "It took |1 day|.", True),
        ("What is the population?", "It was |428|.", "Elevation |604 ft|.", None),
        ("How many died?", "It killed |more than 30| men.", "It killed |32|.", True),
        ("How many died?", "It killed more than |30| men.", "It killed |29|.", False),
        ("How many died?", "It killed |about 30| men.", "It killed |32|.", True),
        ("How many died in 2020?", "|32| died in 2020.", "In 2020 |47| died.", False),
        ("What will it cost?", "Between |40 and 50 million| euros.", "It costs |45 million euros|.", True),
        ("What will it cost?", "Between |40 and 50 million| euros.", "It costs |55 million euros|.", False),
        ("What will it cost?", "It costs |40 to 50 euros|.", "It costs |45–60 euros|.", True),
        ("How many live there?", "|Between 2,000 and 3,000| do.", "Some |2,400| live there.", True),
        ("How many died?", "|40 and 50| died in two raids.", "|45| died.", False),
        ("How many days need it?", "More than |5 days| do.", "More than |7 days| do.", False),
        ("How many days need it?", "More than |5 days| do.", "More than |five days| do.", True),
        ("What is the rate?", "It is |3.5%|.", "It is |3.5 percent|.", True),
        ("When was he born?", "Born |June 19, 1910|.", "Born in |1910|.", True),
        ("When was he born?", "Born |June 19, 1910|.", "Born |19 June 1911|.", False),
        ("When was he born?", "Born |June 19, 1910 – June 5, 1988|.", "Born |1900 – June 5, 1988|.", False),
        ("When was he born?", "Born |June 19, 1910 – June 5, 1988|.", "Born |1910|.", True),
        ("When was it built?", "In the |1990s|.", "In |1994|.", True),
        ("At what time does it open?", "It opens at |8|.", "It opens at |9|.", False),
        ("Who directed it?", "By |Mahesh Bhatt|.", "By |Raj Kapoor|.", False),
        ("Who directed it?", "By |J. Smith|.", "By director |John Smith|.", True),
        ("Who directed it?", "By |Smith|.", "By |John Smith|.", True),
        ("Who directed it?", "By |John Smith|.", "By |Jane Smith|.", False),
        ("Who spoke?", "|Díaz-Canel| spoke.", "|Diaz Canel| spoke.", True),
        ("Who warned?", "The |WHO| warned.", "The |World Health Organization| warned.", True),
        ("Where was he born?", "In |Salzburg, Austria|.", "In |Salzburg|.", True),
        ("Where is it?", "|On the north coast of Kell Bay in Miami, Florida|.", "In |Barrie, Ontario|.", False),
        ("What sport is it?", "It is |golf|.", "It is |American football|.", False),
        ("What sport is it?", "It is |Rugby|.", "It is |rugby union|.", True),
        ("What is the fee?", "It is |45 euros|.", "It is |due in March|.", None),
        ("Did it sink?", "|yes|", "|no|", False),
    ],
)
def test_two_answers(question: str, one: str, other: str, same: bool | None) -> None:
    assert held(question, one, other) is same
    if same is not None:
        assert held(question, other, one) is same


def test_days_are_held_against_dates() -> None:
    one, other = "It sank |yesterday|.", "It sank on |14 January|."
    assert held("When did it sink?", one, other, "2026-01-15") is True
    assert held("When did it sink?", one, other, "2026-01-20") is False


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did it sink?", "|It leaked|."),
        ("Who sank it?", "|they| did"),
        ("How many sank?", "|boats| sank"),
        ("What is it?", "|a boat of the old kind that fishers in the north made of oak and of tar|"),
    ],
)
def test_what_is_no_value(question: str, text: str) -> None:
    assert value(question, text.split("|")[1], text.replace("|", "")) is None


def test_a_sentence_may_have_both() -> None:
    found = value("How many died?", "32", "Officials said 32 men died.")
    assert found is not None
    assert stands_in(found, "Officials said 32, rescuers 47.")
    assert not stands_in(found, "Rescuers said 47.")


@given(st.integers(1, 10**9), st.sampled_from(["euros", "km", "days", "men", "%"]))
def test_a_number_is_itself_and_no_other(number: int, unit: str) -> None:
    def of(count: int) -> str:
        return f"It is |{count:,} {unit}|."

    assert held("How much is it?", of(number), f"It is |{number} {unit}|.") is True
    if number % 100_000:  # told exactly
        assert held("How much is it?", of(number), of(number * 2)) is False
