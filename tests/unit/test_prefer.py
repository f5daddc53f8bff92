import pytest

from rag.english.preference import WEIGHT, Preference, dates_named, publishers_named, unattributed

PUBLISHERS = ["The Verge", "TechCrunch", "Cnbc | World Business", "FOX News - Health", "FOX News - Travel", "Time"]
PUBLISHERS += ["The New York Times", "talkSPORT", "C++ Weekly", ": odd"]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did 'The Verge' and TechCrunch's report say?", {"The Verge", "TechCrunch"}),
        ("Does the Verge article agree with CNBC?", {"The Verge", "Cnbc | World Business"}),
        ("Is the FOX News - Health article right?", {"FOX News - Health"}),
        ("What did FOX News say?", {"FOX News - Health", "FOX News - Travel"}),
        ("Was it in a New York Times report?", {"The New York Times"}),
        ("What did TalkSport and C++ Weekly say?", {"talkSPORT", "C++ Weekly"}),
        ("At what time is it on the verge of Timeliness?", set()),
        ("", set()),
    ],
)
def test_a_publisher_is_named_in_its_capitals(question: str, named: set[str]) -> None:
    assert publishers_named(question, PUBLISHERS) == named


@pytest.mark.parametrize(
    ("question", "spans"),
    [
        ("on October 6, 2023?", [("2023-10-06", "2023-10-06")]),
        ("on 6th October 2023 or 2024-02-03", [("2023-10-06", "2023-10-06"), ("2024-02-03", "2024-02-03")]),
        ("in Feb. 2024", [("2024-02-01", "2024-02-29")]),
        ("It may 2023 times; on February 31, 2023; in 2023", []),
    ],
)
def test_days_and_months_are_dates_but_years_are_not(question: str, spans: list[tuple[str, str]]) -> None:
    assert dates_named(question) == spans


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("By how much did oil fall, according to The Echo?", "By how much did oil fall?"),
        ("According to the Echo, by how much did oil fall?", "by how much did oil fall?"),
        ("What fell as reported by Time in May?", "What fell in May?"),
        ("What did The Echo say?", "What did The Echo say?"),
        ("Who fell, according to the minister?", "Who fell, according to the minister?"),
        ("Who fell, according to The Echoes?", "Who fell, according to The Echoes?"),
    ],
)
def test_where_it_was_published_is_not_asked_of_the_text(question: str, bare: str) -> None:
    assert unattributed(question, ["The Echo", "Time"]) == bare


def test_each_kind_counts_once() -> None:
    wanted = Preference(frozenset({"A", "B"}), (("2023-10-01", "2023-10-31"), ("2023-10-06", "2023-10-06")))
    assert wanted.bonus("A", "2023-10-06") == wanted.most == 2 * WEIGHT
    assert wanted.bonus("C", "2023-10-07") == WEIGHT
    assert wanted.bonus(None, None) == 0
    assert not Preference()
