from collections.abc import Callable

import numpy as np

from rag.conversation.suggest import KEPT, MOST_TRIED, Suggester, Suggestion, same
from rag.index.near_duplicates import statement
from rag.schema import ALL, Evidence, Filter, Passage, Sentence

TEXTS = (
    "Cuban President Ana Diaz announced a plan.",
    "The raid left 32 soldiers killed.",
    "Mexican Foreign Minister Luis Gil rejected the plan.",
    "Binance launched in June 2017.",
)


class FakeIndex:
    """Passages of one sentence each, of a source each."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.store, self.encoder = self, self
        self.found = [
            Passage(f"{n}.txt", 0, len(text), text, (Sentence(0, len(text)),)) for n, text in enumerate(texts)
        ]

    def __len__(self) -> int:
        return len(self.found)

    def passing(self, chosen: Filter) -> "np.ndarray | None":
        return np.array([n for n in range(len(self)) if f"{n}.txt" in chosen.sources]) if chosen.sources else None

    def passages(self, numbers: list[int]) -> list[Passage]:
        return [self.found[n] for n in numbers]

    def encode(self, texts: list[str]) -> np.ndarray:
        """One dimension a letter, as near as texts that share letters."""
        counts = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], dtype=np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def suggester(texts: tuple[str, ...], answers: Callable[[str], str | None]) -> tuple[Suggester, list[str]]:
    asked: list[str] = []

    def ask(question: str, chosen: Filter) -> Evidence | None:
        asked.append(question)
        quote = answers(question)
        return Evidence(Passage("x", 0, len(quote), quote, ()), Sentence(0, len(quote)), 0.9) if quote else None

    return Suggester(FakeIndex(texts), ask), asked  # type: ignore[arg-type]


def right(question: str) -> str | None:
    words = {"Ana": 0, "Cuba": 0, "soldiers": 1, "Luis": 2, "Mexico": 2, "Binance": 3}
    return next((TEXTS[n] for word, n in words.items() if word in question), None)


def texts_of(found: tuple[Suggestion, ...]) -> tuple[str, ...]:
    return tuple(item.question for item in found)


def test_what_was_said_is_not_asked_for_in_other_words() -> None:
    suggest, _ = suggester(TEXTS, right)
    passages, said = FakeIndex(TEXTS).found, [statement(f"It was night. {TEXTS[1]}")]
    found = texts_of(suggest.near(passages, ["How many soldiers died?"], ALL, 9, said))
    assert found
    assert "How many soldiers were killed?" not in found


def test_questions_of_all_kinds_in_turn_and_one_a_sentence() -> None:
    suggest, _ = suggester(TEXTS, right)
    found = texts_of(suggest.at_large(ALL))
    assert found[:2] == ("How many soldiers were killed?", "What did Ana Diaz announce?")
    assert len(found) == 4


def test_what_is_not_answered_by_its_own_sentence_is_not_shown() -> None:
    assert suggester(TEXTS, lambda _: None)[0].at_large(ALL) == ()
    assert suggester(TEXTS, lambda _: "Another sentence.")[0].at_large(ALL) == ()
    found = suggester(TEXTS, lambda question: right(question) if "soldiers" in question else TEXTS[0])[0].at_large(ALL)
    assert texts_of(found) == ("How many soldiers were killed?", "What did Ana Diaz announce?")


def test_no_more_are_tried_than_it_may_cost_and_none_twice() -> None:
    texts = tuple(
        f"Judge Ana {name} rejected it." for name in "Abel Bode Cole Dean Eden Ford Gage Hall Ives Judd".split()
    )
    suggest, asked = suggester(texts, lambda _: None)
    assert suggest.at_large(ALL) == suggest.at_large(ALL) == ()
    assert len(asked) == MOST_TRIED
    suggest.near(FakeIndex(texts).found[:1], ["Who is Ana Abel?"], ALL, 3)
    assert len(asked) <= MOST_TRIED + 2
    suggest, asked = suggester(texts, lambda question: next(t for t in texts if t.split()[2] in question))
    assert len(suggest.at_large(ALL)) == KEPT == len(asked)


def test_only_documents_that_may_answer() -> None:
    suggest, _ = suggester(TEXTS, right)
    assert texts_of(suggest.at_large(Filter(("1.txt",)))) == ("How many soldiers were killed?",)
    assert suggest.at_large(Filter(("none",))) == ()


def test_near_a_question_comes_first_what_is_like_it() -> None:
    suggest, _ = suggester(TEXTS, right)
    passages = FakeIndex(TEXTS).found
    found = suggest.near(passages, ["How many soldiers were wounded?"], ALL, 1)
    assert texts_of(found) == ("How many soldiers were killed?",)
    again = texts_of(suggest.near(passages, ["When did Binance launch?", "How many soldiers were killed?"], ALL, 9))
    assert again
    assert not {"How many soldiers were killed?", "When did Binance launch?"} & set(again)
    assert suggest.near([], ["Why?"], ALL, 3) == ()


def test_the_same_question_in_another_order() -> None:
    assert same("Who is Cuba's president?", ["who's the president of Cuba"])
    assert not same("Who is Cuba's president?", ["Who is Mexico's president?"])
