import pytest

from rag.conversation.mention import Mention, is_person, mentions, named_in


def of_kind(text: str, kind: str) -> list[str]:
    return [mention.text for mention in mentions(text) if mention.kind == kind]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Energy Minister Carla Ruiz met Queen Beatrix.", ["Carla Ruiz", "Queen Beatrix"]),
        ("Secretary of State John Hay spoke.", ["John Hay"]),
        ("his wife, Zora Quill, left", ["Zora Quill"]),
        ("James May's Toy Stories", ["James May"]),
        ("Did Tom Ray paint Oslo?", ["Tom Ray"]),
        ("In May the Harvard School and the Peace Prize were there.", []),
        ("HOW OLD IS RUDOLF", []),
    ],
)
def test_people(text: str, people: list[str]) -> None:
    assert of_kind(text, "person") == people


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("from January 3, 2026 to 5 May 2027", ["January 3, 2026", "5 May 2027"]),
        ("on Sunday, January 11, in the 1999-2000 season, in 1961", ["Sunday, January 11", "1999-2000 season", "1961"]),
        ("2,000 men, $1999 and 1850% more", []),
    ],
)
def test_times(text: str, times: list[str]) -> None:
    assert of_kind(text, "time") == times


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("When did the nurses start the strike?", ["the nurses", "the strike"]),
        ("the capture of the old president of Chile began", ["the capture of the old president"]),
        ("How many Cubans died?", ["Cubans"]),
        ("Did Cuban officials resign?", ["Cuban officials"]),
        ("50 million barrels of oil", ["50 million barrels of oil"]),
        ("The raid caused a fire.", ["The raid", "a fire"]),
    ],
)
def test_things(text: str, things: list[str]) -> None:
    assert of_kind(text, "thing") == things


def test_places_are_told_by_what_stands_before_them_and_by_a_few_names() -> None:
    assert of_kind("She left Brazil for the United States and lived in Oakham.", "place") == [
        "Brazil",
        "the United States",
        "Oakham",
    ]
    assert of_kind("Oakham won.", "name") == ["Oakham"]


def test_gender_and_number() -> None:
    assert [
        (m.text, m.gender, m.plural) for m in mentions("The sisters and his uncle met Mrs Quill and Bruno Tal.")
    ] == [
        ("The sisters", "", True),
        ("his uncle", "m", False),
        ("Mrs Quill", "f", False),
        ("Bruno Tal", "m", False),
    ]


def test_offsets_are_exact() -> None:
    text = "Díaz-Canel’s “stance”, the U.S. said, cost $3.5bn — O'Brien\u0301s plan"
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions(text))


def test_the_president_is_a_person_and_the_presidency_is_none() -> None:
    assert is_person(Mention("the president of Chile", "thing", 0, 1))
    assert not is_person(Mention("the presidency", "thing", 0, 1))
    assert named_in("Where is Oslo?")
    assert not named_in("Which is better?")
