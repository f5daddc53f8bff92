from collections.abc import Callable

import pytest

from rag.documents.split import passages
from rag.reading.selection import CONTRADICTED, MOST_QUOTES, Selected, choose, shortened
from rag.schema import Document, Evidence, Passage, Reading

TEXT = (
    "The mayor refused the offer of the bank. The fire broke out on March 3, 2021. The school reopened on March 24, "
    "2021. Ana Silva designed the bridge. It was built in Porto. Iron and stone were used. Glass was used too."
)


def passage(text: str = TEXT, published: str | None = None) -> Passage:
    (found,) = passages(Document("a.txt", text, "Title", published=published), 2000)
    return found


def reading(confidence: float, scores: dict[int, float], short: str = "", of: Passage | None = None) -> Reading:
    """What is read in TEXT: the sentences by number, with their scores."""
    of = of or passage()
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    return Reading(tuple(Evidence(of, of.sentences[n], score, short) for n, score in ranked), confidence)


def always(found: Reading) -> Callable[[str], Reading]:
    return lambda question: found


def quotes(chosen: Selected) -> list[str]:
    return [item.quote for item in chosen.quotes]


def test_one_sentence_where_one_suffices() -> None:
    chosen = choose("Who designed the bridge?", always(reading(0.9, {3: 0.9, 4: 0.5}, "Ana Silva")), 0.5)
    assert quotes(chosen) == ["Ana Silva designed the bridge."]
    assert (chosen.short_answer, chosen.confidence, chosen.closest) == ("Ana Silva", 0.9, ())


def test_a_list_takes_more_and_at_most_four_in_the_order_of_the_text() -> None:
    scores = {6: 0.9, 5: 0.5, 0: 0.3}
    assert quotes(choose("What was used?", always(reading(0.9, scores)), 0.5)) == ["Glass was used too."]
    listed = choose("Which materials were used?", always(reading(0.9, scores, "Glass")), 0.5)
    assert quotes(listed) == ["Glass was used too.", "Iron and stone were used."]
    assert listed.short_answer is None, "one of several things is not the answer"
    many = choose("Which materials were used?", always(reading(0.9, dict.fromkeys(range(7), 0.9))), 0.5)
    assert len(many.quotes) == MOST_QUOTES


def test_a_shorter_answer_leaves_out_what_it_is_not_made_of() -> None:
    listed = choose("Which materials were used?", always(reading(0.9, {6: 0.9, 5: 0.8, 4: 0.7})), 0.5)
    assert [len(shortened(listed, length).quotes) for length in ("sentence", "short", "all")] == [1, 2, 3]
    assert quotes(shortened(listed, "sentence")) == quotes(listed)[:1]
    refused = choose("Which materials were used?", always(reading(0.1, {6: 0.9, 5: 0.8})), 0.5)
    assert shortened(refused, "sentence") == refused
    days = {"fire": reading(0.9, {1: 0.9}, "March 3, 2021"), "reopened": reading(0.8, {2: 0.9}, "March 24, 2021")}
    between = "How many days lay between the day that the fire broke out and the day that the school reopened?"
    counted = choose(between, lambda asked: days["fire" if "fire" in asked else "reopened"], 0.5)
    assert len(counted.quotes) == 2
    assert shortened(counted, "sentence") == counted, "without both dates there is no answer"


def test_below_the_threshold_what_contradicts_comes_closest() -> None:
    found = reading(0.4, {3: 0.5, 4: 0.4, 0: 0.3, 5: 0.2, 6: 0.1})
    chosen = choose("Why did the mayor accept the offer of the bank?", always(found), 0.5)
    assert chosen.quotes == ()
    assert chosen.short_answer is None
    assert [item.quote for item in chosen.closest] == [
        "The mayor refused the offer of the bank.",
        "Ana Silva designed the bridge.",
        "It was built in Porto.",
        "Iron and stone were used.",
    ]
    assert choose("Who designed the bridge?", always(found), 0.4).quotes, "at the threshold it answers"


def test_what_a_near_sentence_contradicts_is_not_answered() -> None:
    sure = reading(0.9, {3: 0.9, 4: 0.8, 5: 0.7, 0: 0.3})
    chosen = choose("Why did the mayor accept the offer of the bank?", always(sure), 0.5)
    assert (chosen.quotes, chosen.confidence) == ((), CONTRADICTED)
    assert chosen.closest[0].quote == "The mayor refused the offer of the bank."
    assert choose("Why did the mayor refuse the offer of the bank?", always(sure), 0.5).quotes


DENIED_TEXT = "The union, which met in Faro, did not accept the offer. Ana Silva leads the union. The firm is old."


def test_what_is_said_otherwise_is_refused_as_contradicted() -> None:
    sure = reading(0.9, {1: 0.9, 0: 0.5, 2: 0.3}, of=passage(DENIED_TEXT))
    chosen = choose("Why did the union accept the offer?", always(sure), 0.5)
    assert (chosen.quotes, chosen.contradicted, chosen.confidence) == ((), True, CONTRADICTED)
    assert chosen.closest[0].quote == "The union, which met in Faro, did not accept the offer."
    assert not choose("Who leads the union?", always(sure), 0.5).contradicted


def test_what_another_document_denied_may_have_changed() -> None:
    (older,) = passages(Document("old.txt", "The terminal has not reopened. It is large.", "Old"), 2000)
    (newer,) = passages(Document("new.txt", "Passengers came to the terminal again on 3 May.", "New"), 2000)
    items = (Evidence(newer, newer.sentences[0], 0.9, "3 May"), Evidence(older, older.sentences[0], 0.5, ""))
    assert not choose("When did the terminal reopen?", always(Reading(items, 0.9)), 0.5).contradicted
    assert choose("When did the terminal reopen?", always(Reading(items[::-1], 0.9)), 0.5).contradicted


def test_a_judge_and_a_guard_say_no_together() -> None:
    asked: list[tuple[str, str]] = []

    def judge(question: str, sentence: str) -> float:
        asked.append((question, sentence))
        return 0.9

    found = reading(
        0.9,
        {0: 0.9, 1: 0.5},
        of=passage("Ana Silva, who is ill, never travelled by ship or by train to Porto. The firm is old."),
    )
    question = "Did Ana Silva travel to Porto?"
    assert choose(question, always(found), 0.5).short_answer is None, "no rule decides"
    assert choose(question, always(found), 0.5, contradicts=judge).short_answer == "no"
    assert asked == [(question, "Ana Silva never travelled by ship or by train to Porto.")]
    assert choose(question, always(found), 0.5, contradicts=lambda *_: 0.5).short_answer is None, "not sure enough"
    said = reading(0.9, {0: 0.9}, of=passage("Ana Silva travelled by ship or by train to Porto."))
    assert choose(question, always(said), 0.5, contradicts=judge).short_answer != "no", "no guard objects to a yes"
    unsure = reading(
        0.9, {0: 0.9}, of=passage("Ben Costa said Ana Silva never travelled by ship or by train to Porto.")
    )
    assert choose(question, always(unsure), 0.5, contradicts=judge).short_answer is None, "it is another's word"
    premise = choose("Why did Ana Silva travel to Porto?", always(found), 0.5, contradicts=judge)
    assert (premise.contradicted, premise.quotes) == (True, ())


def test_that_another_did_not_do_it_contradicts_nothing() -> None:
    told = passage("The senator did not vote for the bill. The governor voted for the bill.")
    chosen = choose("Who voted for the bill?", always(reading(0.9, {1: 0.9, 0: 0.3}, "The governor", told)), 0.5)
    assert (quotes(chosen), chosen.short_answer) == (["The governor voted for the bill."], "The governor")
    denied = choose("Who voted for the bill?", always(reading(0.9, {0: 0.9, 1: 0.3}, "The senator", told)), 0.5)
    assert denied.quotes == (), "the best one denies it"


def test_no_reason_is_short() -> None:
    assert choose("Why was glass used?", always(reading(0.9, {6: 0.9}, "too")), 0.5).short_answer is None


@pytest.mark.parametrize("question", ["Compare what Ana and Ben said.", "Give me a summary of the plan"])
def test_what_is_compared_or_summed_up_has_no_short_answer(question: str) -> None:
    chosen = choose(question, always(reading(0.9, {0: 0.9, 1: 0.8}, "Ana")), 0.5)
    assert chosen.quotes
    assert chosen.short_answer is None


def test_nothing_read_is_nothing_chosen() -> None:
    assert choose("Who?", always(Reading((), 0.0)), 0.0) == Selected(0.0)


def test_each_part_of_a_question_is_read() -> None:
    asked = {
        "Who designed the bridge?": reading(0.9, {3: 0.9}, "Ana Silva"),
        "When was the bridge designed?": reading(0.7, {4: 0.8}, "1990"),
    }
    whole = reading(0.95, {3: 0.9})
    question = "Who designed the bridge and when?"
    chosen = choose(question, lambda part: asked.get(part, whole), 0.5)
    assert quotes(chosen) == ["Ana Silva designed the bridge.", "It was built in Porto."]
    assert (chosen.confidence, chosen.short_answer) == (0.7, "Ana Silva; 1990")
    one = choose(question, lambda part: asked.get(part, whole), 0.8)
    assert quotes(one) == ["Ana Silva designed the bridge."], "the part that the sources tell"
    assert one.short_answer is None
    assert quotes(choose(question, lambda part: asked.get(part, whole), 0.92)) == ["Ana Silva designed the bridge."]
    assert choose(question, lambda part: asked.get(part, whole), 0.96).quotes == ()


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("who designed  the bridge", 1),
        ("Who designed the bridge?", 1),
        ("Who leads the bank now?", 2),
        ("What did it cost in 2021?", 2),
    ],
)
def test_a_question_is_read_again_only_in_other_words(question: str, times: int) -> None:
    asked: list[str] = []

    def read(question: str) -> Reading:
        asked.append(question)
        return reading(0.4, {3: 0.9})

    choose(question, read, 0.5)
    assert len(asked) == times


def test_yes_and_no_only_where_a_sentence_decides() -> None:
    found = reading(0.6, {3: 0.9, 0: 0.8})
    accepted = choose("Did the mayor accept the offer of the bank?", always(found), 0.5)
    assert (quotes(accepted), accepted.short_answer) == (["The mayor refused the offer of the bank."], "no")
    assert accepted.confidence == 0.6, "the reader tells how sure it is, whoever decides"
    assert choose("Did the mayor refuse the offer of the bank?", always(found), 0.5).short_answer == "yes"
    assert choose("Did the mayor refuse the offer of the bank?", always(found), 0.7).quotes == ()
    open_question = choose("Did the mayor like the bank?", always(found), 0.7)
    assert (open_question.quotes, open_question.short_answer) == ((), None)
    quoted = choose("Did the mayor like the bank?", always(found), 0.5)
    assert quotes(quoted)
    assert quoted.short_answer is None, "what is quoted does not decide it"


def test_a_guard_leaves_the_quote_and_takes_the_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever decides, a guard has the last word."""
    monkeypatch.setattr("rag.english.verdict.decide", lambda *_: "yes")
    told = passage("The bank paid 5 billion dollars. It paid in May.")
    found = reading(0.9, {0: 0.9}, of=told)
    asked = {"Did the bank pay 5 billion dollars?": "yes", "Did only the bank pay 5 billion dollars?": None}
    for question, verdict in asked.items():
        chosen = choose(question, always(found), 0.5)
        assert (quotes(chosen), chosen.short_answer) == (["The bank paid 5 billion dollars."], verdict)


def test_sentences_that_contradict_one_another_decide_nothing() -> None:
    both = passage("The mayor refused the offer. The mayor accepted the offer.")
    found = reading(0.9, {0: 0.9, 1: 0.9}, of=both)
    assert choose("Did the mayor accept the offer?", always(found), 0.5).short_answer is None


EVENTS = {"When was the fire?": reading(0.8, {1: 0.9}), "When did the school reopen?": reading(0.9, {2: 0.9})}


@pytest.mark.parametrize(
    ("question", "time"),
    [
        ("How many days after the fire did the school reopen?", "21 days"),
        ("How many weeks after the fire did the school reopen?", "3 weeks"),
    ],
)
def test_the_time_between_two_quoted_dates(question: str, time: str) -> None:
    chosen = choose(question, EVENTS.__getitem__, 0.5)
    assert quotes(chosen) == ["The fire broke out on March 3, 2021.", "The school reopened on March 24, 2021."]
    assert (chosen.short_answer, chosen.confidence) == (time, 0.8)


def test_no_time_is_counted_where_a_date_is_not_sure_or_the_order_is_another() -> None:
    whole = reading(0.1, {3: 0.5})
    for question, threshold in (
        ("How many days after the fire did the school reopen?", 0.85),
        ("How many months after the fire did the school reopen?", 0.5),
    ):
        assert choose(question, lambda asked: EVENTS.get(asked, whole), threshold).short_answer is None
    backwards = {"When was the fire?": reading(0.9, {2: 0.9}), "When did the school reopen?": reading(0.9, {1: 0.9})}
    assert (
        choose(
            "How many days after the fire did the school reopen?", lambda asked: backwards.get(asked, whole), 0.5
        ).short_answer
        is None
    )
