import pytest

from rag.conversation.mention import mentions
from rag.english.grammar import tag


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("When will the bridge close?", "close"),
        ("When will it close?", "close"),
        ("The bridge will close in March.", "close"),
        ("Which town will host the race?", "host"),
        ("Did the storm damage Orda?", "damage"),
        ("Why did the new mayor of the town quit?", "quit"),
        ("Does the foreign minister back his president?", "back"),
        ("The bridge cost 40 million euros.", "cost"),
        ("Bluewave Lines runs the ferry.", "runs"),
        ("Is the Kirk dam safe?", "safe"),
    ],
)
def test_a_verb_is_told_by_its_place(text: str, verb: str) -> None:
    assert [word.text for word in tag(text) if word.verb] == [verb]
    assert not any(verb in mention.text for mention in mentions(text))


@pytest.mark.parametrize(
    "text", ["Where is the new hospital?", "Will they?", "The mayor's will is here.", "Is there a second mine?", "did"]
)
def test_what_has_no_verb_in_such_a_place(text: str) -> None:
    assert not any(word.verb for word in tag(text))
