from dataclasses import replace

import pytest

from rag.engine import Engine
from rag.schema import Answer, Citation, Claim, Dropped, Progress, Stated
from rag.web import page
from rag.web.conversations import Rating
from tests.conftest import ARTICLE

HOSTILE = "<img src=x onerror=alert(1)>\"'&</mark>"


@pytest.fixture(scope="module")
def answered(engine: Engine) -> Answer:
    return engine.ask("Who is Cuba's foreign minister?")


@pytest.fixture(scope="module")
def refused(engine: Engine) -> Answer:
    return engine.ask("What is the population of Havana?")


def cited(*quotes: str) -> tuple[Citation, ...]:
    return tuple(
        Citation(n, "x.pdf", "Title", "2024-05-03", 0, 5, quote, 0.9, page=3, publisher="The Gazette")
        for n, quote in enumerate(quotes, start=1)
    )


def test_an_answer_has_a_button_and_a_quote_for_each_citation(answered: Answer) -> None:
    html = page.answer(answered, 4)
    assert html.count('class="ql-cite" data-answer="4"') == len(answered.citations)
    for number in range(1, len(answered.citations) + 1):
        assert f'aria-describedby="ql-quote-4-{number}"' in html
        assert f'role="tooltip" id="ql-quote-4-{number}"' in html
    assert 'data-outcome="answered"' in html
    assert '<p class="ql-short-answer" dir="auto">Bruno Rodríguez</p>' in html
    assert "ql-short-answer" not in page.answer(replace(answered, short_answer=None), 4)


def test_a_quote_says_where_it_stands(answered: Answer) -> None:
    html = page.answer(replace(answered, citations=cited("Rain fell.")), 0)
    assert '“Rain fell.”</span><span dir="auto">Title · The Gazette · 3 May 2024 · page 3 · x.pdf</span>' in html


def test_a_chip_names_the_number_the_source_and_the_day(answered: Answer) -> None:
    html = page.answer(replace(answered, citations=cited("Rain fell.")), 0)
    assert '<b>1</b><span class="ql-who">The Gazette</span><span class="ql-when">· 3 May 2024</span></button>' in html
    assert 'aria-label="Show quote 1 in its source: 1 The Gazette · 3 May 2024"' in html
    bare = replace(cited("Rain fell.")[0], publisher=None, published=None)
    assert '<b>1</b><span class="ql-who">Title</span></button>' in page.answer(replace(answered, citations=(bare,)), 0)


@pytest.mark.parametrize(
    ("published", "read"),
    [("2024-02-08", "8 Feb 2024"), ("2024-12", "Dec 2024"), ("1963", "1963"), ("2024-13-01", "2024-13-01"),
     ("2024-02-08T10:00", "8 Feb 2024"), ("spring", "spring"), ("x-y", "x-y"), (None, None), ("", None)],
)  # fmt: skip
def test_a_day_is_told_as_it_is_read(published: str | None, read: str | None) -> None:
    assert page.day(published) == read


def test_each_claim_says_whether_it_is_a_quote_or_was_written(answered: Answer) -> None:
    claims = (Claim("Rain  fell.".replace("  ", " "), "supported", (1,)), Claim("It rained.", "supported", (1, 2)))
    mixed = replace(answered, claims=claims, citations=cited("Rain\nfell.", "It poured."))
    alone = page.answer(mixed, 0)
    assert "data-status" not in alone
    assert "Verbatim from the sources" in alone, "without an LLM all there is are quotes, which is said once"
    html = page.answer(replace(mixed, model={"llm": HOSTILE}), 0)
    assert html.index('data-status="quoted"') < html.index('data-status="supported"')
    assert "<img" not in html


def test_an_answer_says_who_wrote_it_and_what_went_wrong(answered: Answer) -> None:
    assert "Verbatim from the sources" in page.answer(answered, 0)
    html = page.answer(replace(answered, model={**answered.model, "llm": HOSTILE}, warnings=(HOSTILE,)), 0)
    assert "Verbatim" not in html
    assert "each line checked against its quotes" in html
    assert "<img" not in html + page.writing(Progress((replace(answered.claims[0], text=HOSTILE),), ()))


@pytest.mark.parametrize(
    ("odds", "words"),
    [(1, "Confident"), (0.8, "Confident"), (0.799, "Likely"), (0.5, "Likely"), (0.49, "Unsure: read the quote")],
)
def test_confidence_is_told_in_words_with_the_number_at_hand(answered: Answer, odds: float, words: str) -> None:
    html = page.answer(replace(answered, confidence=odds), 0)
    assert f'data-sure="{words.split(":")[0].lower()}"' in html
    assert f"</span>{words}</span>" in html
    assert html.index("ql-sure-0") < html.index("ql-claim"), "above the answer"
    assert f"Confidence {odds:.0%}:" in html


def test_what_failed_is_folded_away_with_its_reason(answered: Answer) -> None:
    assert "ql-dropped" not in page.answer(answered, 0)
    html = page.answer(replace(answered, dropped=(Dropped(HOSTILE, "why & how"),)), 0)
    assert '<details class="ql-dropped"><summary>1 line of the LLM is not shown' in html
    assert "why &amp; how" in html
    assert "<img" not in html
    assert "2 lines" in page.answer(replace(answered, dropped=(Dropped("a", "b"),) * 2), 0)


def test_a_follow_up_shows_what_it_asks(engine: Engine) -> None:
    answer = engine.ask("Who is  Cuba's foreign minister?")
    assert "ql-asked" not in page.answer(answer, 0)
    html = page.answer(replace(answer, standalone=HOSTILE), 0)
    assert html.startswith('<p class="ql-note ql-asked" dir="auto">Asked as: &lt;img')


def test_a_refusal_shows_what_was_looked_for_and_what_came_closest(refused: Answer) -> None:
    html = page.answer(refused, 0)
    assert 'data-outcome="refused"' in html
    assert html.count('class="ql-closest') == len(refused.closest)
    assert 'Looked for: <q dir="auto">What is the population of Havana?</q>' in html
    assert "Key terms: population, Havana; not in the closest passages: <em>population</em>" in html
    assert "ql-cite" not in html
    assert "not in the closest" not in page.answer(replace(refused, closest=()), 0)


def test_key_terms_are_the_words_that_are_searched_for() -> None:
    assert page.key_terms("How many Cubans died in “the raid”, and which Cubans?") == ["Cubans", "died", "raid"]
    assert page.key_terms("Who is it?") == []


def test_a_turn_can_be_copied_asked_again_edited_and_rated(answered: Answer) -> None:
    html = page.turn(answered, 3, None, None)
    for act in ("copy", "retry", "edit", "good", "bad"):
        assert f'data-act="{act}" data-answer="3"' in html
    assert 'aria-pressed="true"' not in html
    assert "ql-comment" not in html
    html = page.turn(answered, 3, Rating(False, HOSTILE), None)
    assert html.count('aria-pressed="true"') == 1
    assert 'data-answer="3" data-liked="false"' in html
    assert "<img" not in html
    only_read = page.turn(answered, 3, Rating(False, "x"), None, read_only=True)
    assert 'data-act="copy"' in only_read
    assert not any(act in only_read for act in ("retry", "edit", "good", "ql-comment"))


def test_a_copy_holds_the_quotes_with_their_sources(answered: Answer, refused: Answer) -> None:
    claims = (Claim("It rained.", "supported", (1, 2)),)
    text = page.text(replace(answered, claims=claims, citations=cited("Rain fell.", "It <b>poured</b>.")))
    assert text == (
        "Who is Cuba's foreign minister?\n\nIt rained. [1][2]\n\n"
        "[1] “Rain fell.” — Title, The Gazette, 2024-05-03, page 3, x.pdf\n"
        "[2] “It <b>poured</b>.” — Title, The Gazette, 2024-05-03, page 3, x.pdf"
    )
    assert page.text(refused) == "What is the population of Havana?\n\nI found no sentence I can stand behind."
    assert ARTICLE in page.text(answered)


def test_text_from_outside_is_escaped(answered: Answer, refused: Answer) -> None:
    claim = replace(answered.claims[0], text=HOSTILE)
    citation = replace(answered.citations[0], title=HOSTILE, source=HOSTILE, quote=HOSTILE, publisher=HOSTILE)
    closest = replace(refused.closest[0], quote=HOSTILE, title=HOSTILE, source=HOSTILE)
    for html in (
        page.turn(replace(answered, question=HOSTILE, claims=(claim,), citations=(citation,)), 0, None, None),
        page.turn(replace(answered, short_answer=HOSTILE, model={HOSTILE: HOSTILE}, index=HOSTILE), 0, None, None),
        page.turn(replace(refused, closest=(closest,), standalone=HOSTILE), 0, None, None),
        page.turn(replace(refused, message=f"{HOSTILE}\n- {HOSTILE}", suggestions=(HOSTILE,)), 0, None, None),
        page.made(HOSTILE, page.failed(HOSTILE)),
        page.offered("You can ask", [HOSTILE]),
        page.plain(HOSTILE),
    ):
        assert "<img" not in html
        assert "alert(1)" in html


def test_sources_that_disagree_are_marked_with_what_each_says(answered: Answer) -> None:
    two = replace(answered, citations=cited("It is 62.", "It is 45."), claims=answered.claims[:1])
    sides = (Stated("62", (1,), "2024-05-03"), Stated(HOSTILE, (2,), "2023-01-10"))
    html = page.answer(replace(two, conflict=sides), 3)
    assert '<p class="ql-disagree">Sources disagree</p>' in html
    assert html.count('data-superseded="false"') == 2
    assert html.count("The Gazette</span>") >= 2
    assert 'Sources disagree."' in html, "said aloud"
    assert "<img" not in html
    assert "Sources disagree:\n" in page.text(replace(two, conflict=sides))
    older = replace(two, conflict=(sides[0], replace(sides[1], value="45", superseded=True)))
    html = page.answer(older, 3)
    assert "isagree" not in html
    assert '<li data-superseded="true"><b>45</b>' in html
    assert "earlier, 2023</span>" in html
    assert "earlier, 2023: 45 [2]" in page.text(older)
    assert "ql-conflict" not in page.answer(two, 3)


def test_only_what_is_likely_has_a_headline(answered: Answer) -> None:
    assert "ql-short-answer" in page.answer(replace(answered, confidence=0.5), 0)
    assert "ql-short-answer" not in page.answer(replace(answered, confidence=0.49), 0)


def test_a_refusal_shows_the_nearest_as_a_card(refused: Answer) -> None:
    html = page.answer(refused, 2)
    assert "<strong>I found no sentence I can stand behind.</strong> These come closest:</p>" in html
    assert "do not say" not in html
    assert html.count("ql-card") == 1
    assert html.index("ql-card") < html.index('data-closest="0"') < html.index('data-closest="1"')
    otherwise = page.answer(replace(refused, reason="contradicted"), 2)
    assert (
        "<strong>A source says otherwise.</strong> It says otherwise than the question takes for granted.</p>"
        in otherwise
    )
    alone = page.answer(replace(refused, closest=(), reason="nothing_found"), 2)
    assert "<strong>The sources do not say.</strong> No passage has anything to do with the question.</p>" in alone
    warned = page.answer(replace(refused, closest=(), warnings=(f"it is {HOSTILE}",)), 2)
    assert "stand behind.</strong> It is &lt;img" in warned
    assert "<img" not in warned


def test_each_text_runs_from_its_own_side(answered: Answer, refused: Answer) -> None:
    html = page.turn(answered, 0, Rating(True, "x"), None) + page.turn(refused, 1, None, None)
    assert 'class="ql-question" dir="auto"' in html
    assert 'class="ql-claim" dir="auto"' in html
    assert 'class="ql-quote" dir="auto"' in html


def test_a_chip_says_that_another_source_disagrees_or_that_a_newer_one_does(answered: Answer) -> None:
    both = replace(
        answered,
        citations=cited("It cost 12.", "It cost 14."),
        claims=(Claim("It cost 12.", "supported", (1,)), Claim("It cost 14.", "supported", (2,))),
        conflict=(Stated("12", (1,), "2024-05-03"), Stated("14", (2,), "2024-05-04")),
    )
    assert [page.tags(both, number) for number in (1, 2)] == [("disputed",), ("disputed", "newer")]
    html = page.answer(both, 0)
    assert 'aria-label="Show quote 2 in its source: 2 The Gazette · 3 May 2024 · disagrees · newer"' in html
    assert html.count('data-tag="disputed"') == 4, "in the conflict and in the claim"
    older = replace(
        both, conflict=(Stated("14", (2,), "2024-05-04"), Stated("12", (1,), "2024-05-03", superseded=True))
    )
    assert [page.tags(older, number) for number in (1, 2)] == [("superseded",), ("newer",)]
    same_day = replace(both, conflict=(Stated("12", (1,), "2024-05-03"), Stated("14", (2,), "2024-05-03")))
    assert [page.tags(same_day, number) for number in (1, 2)] == [("disputed",), ("disputed",)]
    assert page.tags(replace(both, conflict=()), 1) == ()


def test_a_quote_knows_its_place_so_that_its_neighbours_can_be_asked_for(answered: Answer) -> None:
    html = page.answer(replace(answered, citations=cited("Rain fell.")), 0)
    assert 'id="ql-quote-0-1" popover="manual" data-source="x.pdf" data-start="0" data-end="5"' in html
