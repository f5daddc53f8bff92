import pytest

from rag.conflicts.clash import Side, clash, related, without_source
from rag.documents import split
from rag.schema import Passage


def side(text: str, title: str = "The bridge of Porto", published: str = "2026-03-02", before: str = "") -> Side:
    whole = f"{before}{text}"
    sentences = tuple(split.sentences(whole))
    passage = Passage("a.md", 0, len(whole), whole, sentences, title, published)
    return Side(passage, sentences[-1], without_source(text))


CLASHES = """
Twelve people died in the fire. | The fire killed 14 people. | number | Twelve people; 14 people
Twelve people died in the fire, the police said. | The fire killed 14 people. | number | Twelve people; 14 people
The bridge is 300 metres long. | The length of the bridge is 310 metres. | number | 300 metres; 310 metres
Revenue was 4.2 million dollars in 2023. | In 2023 it had a revenue of $5bn. | number | 4.2 million dollars; $5bn
The bridge in Porto opened in 1962. | The Porto bridge was opened in 1964. | date | 1962; 1964
The bridge opened on 3 May 1962. | The bridge was opened on May 4, 1962. | date | 3 May 1962; May 4, 1962
The Porto bridge was designed by Ana Silva. | Ben Costa designed the Porto bridge. | name | Ana Silva; Ben Costa
The mayor of Porto is Ana Silva. | The mayor of Porto is Ben Costa. | name | Ana Silva; Ben Costa
The mayor approved the plan for the bridge. | The mayor rejected the plan for the bridge. | denial | ;
The ferry to Porto runs on Sundays. | The ferry to Porto does not run on Sundays. | denial | ;
Nobody was hurt in the accident on the bridge. | Three workers were hurt in the accident on the bridge. | denial | ;
"""


@pytest.mark.parametrize("case", CLASHES.strip().splitlines())
def test_what_two_statements_give_differently(case: str) -> None:
    one, other, kind, values = (part.strip() for part in case.split("|"))
    first, second = side(one), side(other)
    found = clash(first, second)
    assert found
    assert (found.kind, "; ".join(found.values).strip()) == (kind, values)
    turned = clash(second, first)
    assert turned
    assert turned.values == found.values[::-1]


BOTH_RIGHT = """
Twelve people died in the fire. | The fire killed 12 people.
Twelve people died in the fire. | At least twelve people died in the fire.
Twelve people died in the fire. | Twenty people were injured in the fire.
The bridge is 300 metres long. | The bridge is 20 metres wide.
The bridge is 12 km long. | The bridge is 7.5 miles long.
The bridge cost 30 million euros. | The repair of the bridge cost 4 million euros.
Revenue was 4.2 million dollars in 2023. | Revenue was 4.8 million dollars in 2022.
Inflation was 3 percent in May. | Inflation was 2.5 percent in June.
Profits rose 3 percent in the first quarter. | Profits rose 5 percent in the second quarter.
Shares of Faro Water fell 5 percent. | Shares of Faro Bank fell 7 percent.
The museum has 200 paintings. | The museum has 90 sculptures.
Adults pay 9 euros for the bridge. | Children pay 4 euros for the bridge.
Prices of food fell 5 percent. | Prices of food rose 5 euros.
The bridge was closed in 1999. | The bridge opened in 1962.
The ferry ran on 3 May 2026. | The ferry ran on 4 May 2026.
Ana Silva visited the bridge in Porto. | Ben Costa visited the bridge in Porto.
The bridge may be closed by the mayor. | The bridge was not closed by the mayor.
The mayor opened the bridge before the war. | The mayor opened the bridge after the war.
"""


@pytest.mark.parametrize("case", BOTH_RIGHT.strip().splitlines())
def test_what_may_both_be_right(case: str) -> None:
    one, other = (side(part.strip()) for part in case.split("|"))
    assert clash(one, other) is None


def test_the_other_value_takes_the_place_of_its_own() -> None:
    found = clash(side("Twelve people died in the fire."), side("The fire killed 14 people."))
    assert found
    assert found.exchanged == ("14 people died in the fire.", "The fire killed Twelve people.")


def test_a_document_that_knows_both_numbers_contradicts_neither() -> None:
    other = side("The fire killed 14 people.", before="First the police told of 12 people. ")
    assert clash(side("Twelve people died in the fire."), other) is None


def test_titles_tell_things_apart_that_sentences_do_not_name() -> None:
    text, other = "A ticket for adults costs 9 euros.", "A ticket for adults costs 12 euros."
    assert clash(side(text, "Lisbon Museum: prices"), side(other, "Lisbon Zoo: prices")) is None
    assert clash(side(text, "Lisbon Museum: prices"), side(other, "Prices of Lisbon Museum"))


def test_a_judge_is_asked_alone_only_where_one_denies() -> None:
    assert related(side("The ferry runs on Sundays."), side("The ferry never runs on Sundays."))
    assert not related(side("The ferry runs on Sundays."), side("The ferry comes on Sundays."))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Two men died, the police said on Monday.", "Two men died."),
        ("According to the mayor, two men died.", "two men died."),
        ("The mayor said two men died.", "The mayor said two men died."),
        ("He said, she said nothing, then left.", "He said, she said nothing, then left."),
    ],
)
def test_who_said_so_is_no_part_of_a_statement(text: str, bare: str) -> None:
    assert without_source(text) == bare
