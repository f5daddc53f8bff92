import re
from dataclasses import replace

from rag.engine import Engine
from rag.schema import Copy, Document, Progress
from rag.store import Listing
from rag.web import page
from tests.conftest import ARTICLE

HOSTILE = "<img src=x onerror=alert(1)>\"'&</mark>"


def test_an_answer_has_a_button_for_each_citation(engine: Engine) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    html = page.answer(answer, 4)
    assert html.count('class="ql-cite" data-answer="4"') == len(answer.citations)
    assert 'data-outcome="answered"' in html
    assert '<p class="ql-short-answer">Bruno Rodríguez</p>' in html
    assert "ql-short-answer" not in page.answer(replace(answer, short_answer=None), 4)


def test_an_answer_says_who_wrote_it_and_what_went_wrong(engine: Engine) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    assert "Verbatim from the sources" in page.answer(answer, 0)
    html = page.answer(replace(answer, model={**answer.model, "llm": HOSTILE}, warnings=(HOSTILE,)), 0)
    assert "Verbatim" not in html
    assert "each line checked against its quotes" in html
    assert html.count("&lt;img") == 2
    assert "<img" not in html + page.writing(Progress((replace(answer.claims[0], text=HOSTILE),), ()))


def test_a_follow_up_shows_what_it_asks(engine: Engine) -> None:
    answer = engine.ask("Who is  Cuba's foreign minister?")
    assert "ql-asked" not in page.answer(answer, 0)
    html = page.answer(replace(answer, standalone=HOSTILE), 0)
    assert html.startswith('<p class="ql-note ql-asked">Asked as: &lt;img')


def test_a_refusal_lists_the_closest_passages(engine: Engine) -> None:
    answer = engine.ask("What is the population of Havana?")
    html = page.answer(answer, 0)
    assert 'data-outcome="refused"' in html
    assert html.count('class="ql-closest"') == len(answer.closest)
    assert "ql-cite" not in html


def test_the_whole_document_is_shown_with_its_quotes_marked(engine: Engine, article: str) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    html = page.document(engine.index.store.document(ARTICLE), answer.citations, answer.citations[0])
    (text,) = re.findall(r'<div class="ql-text"[^>]*>(.*)</div>', html, re.DOTALL)
    plain = re.sub(r"<[^>]+>", "", text)
    assert plain.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&") == article
    assert html.count("ql-selected") == 1
    assert html.count("<mark") == len(answer.citations)


def test_text_from_outside_is_escaped(engine: Engine) -> None:
    answered = engine.ask("Who is Cuba's foreign minister?")
    claim = replace(answered.claims[0], text=HOSTILE)
    citation = replace(answered.citations[0], start=0, end=5, title=HOSTILE, source="x", quote=HOSTILE)
    refused = engine.ask("What is the population of Havana?")
    closest = replace(refused.closest[0], quote=HOSTILE, title=HOSTILE)
    document = Document("x", HOSTILE, HOSTILE, publisher=HOSTILE)
    for html in (
        page.answer(replace(answered, claims=(claim,)), 0),
        page.answer(replace(answered, short_answer=HOSTILE), 0),
        page.answer(replace(refused, closest=(closest,)), 0),
        page.document(document, [citation], citation),
        page.source_list([Listing(HOSTILE, HOSTILE, None, 3)]),
        page.failed(HOSTILE),
        page.question(HOSTILE),
    ):
        assert "<img" not in html
        assert "alert(1)" in html


def test_the_others_that_have_the_sentence_are_named(engine: Engine, article: str) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    copies = tuple(Copy(f"{n}.txt", "<b>Post</b>" if n else None, None, 0, 9) for n in range(5))
    selected = replace(answer.citations[0], also=copies)
    html = page.document(engine.index.store.document(ARTICLE), (selected,), selected)
    named = "0.txt, &lt;b&gt;Post&lt;/b&gt; (1.txt), &lt;b&gt;Post&lt;/b&gt; (2.txt) and 2 more"
    assert f"The same sentence is also in {named}</p>" in html
    assert "also in" not in page.document(engine.index.store.document(ARTICLE), answer.citations, answer.citations[0])


def test_quotes_of_another_document_are_not_marked(engine: Engine) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    assert "<mark" not in page.document(Document("other", "text", "t"), answer.citations)
