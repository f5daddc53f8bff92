import re
from dataclasses import replace
from html import unescape

from rag.engine import Engine
from rag.schema import Copy
from rag.web import document
from rag.web.document import Tab
from tests.conftest import ARTICLE


def test_the_whole_document_is_shown_with_its_quotes_marked(engine: Engine, article: str) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    tab = Tab(ARTICLE, "x", answer.citations, 0, 0)
    html = document.document(engine.index.store.document(ARTICLE), tab, 0)
    (text,) = re.findall(r'<div class="ql-text"[^>]*>(.*)</div>', html, re.DOTALL)
    plain = re.sub(r"<[^>]+>", "", text)
    assert unescape(plain) == article
    assert html.count("ql-selected") == 1
    assert html.count("<mark") == len(answer.citations)


def test_the_others_that_have_the_sentence_are_named(engine: Engine) -> None:
    answer = engine.ask("Who is Cuba's foreign minister?")
    copies = tuple(Copy(f"{n}.txt", "<b>Post</b>" if n else None, None, 0, 9) for n in range(5))
    selected = replace(answer.citations[0], also=copies)
    shown = engine.index.store.document(ARTICLE)
    named = "0.txt, &lt;b&gt;Post&lt;/b&gt; (1.txt), &lt;b&gt;Post&lt;/b&gt; (2.txt) and 2 more"
    assert f"The same sentence is also in {named}</p>" in document.document(shown, Tab("x", "x", (selected,), 0), 0)
    assert "also in" not in document.document(shown, Tab("x", "x", answer.citations, 0), 0)
