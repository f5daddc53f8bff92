import ast
import re
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.context import LocalContext

from rag.conversation.smalltalk import MESSAGES, message
from rag.output.render import DISAGREE, EARLIER, NO_SENTENCE, NOT_READ, OTHERWISE, REFUSED
from rag.schema import REASONS
from rag.web import spanish, words
from rag.web.language import COOKIE, NAMES, OTHERS, said, speaking, spoken
from tests.conftest import ROOT

WEB = ROOT / "rag" / "web"


def named(module: str) -> list[str]:
    """The names of a file of words, as they are written."""
    tree = ast.parse((WEB / f"{module}.py").read_text(encoding="utf-8"))
    found = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return [name for name in found if not name.startswith("_")]


def shape(word: Any) -> Any:
    """What a translation must keep of a word: its parts, their keys, and what is filled in, however it is formatted."""
    if isinstance(word, str):
        return sorted({f"{name}:{form}" for _, name, form, _ in Formatter().parse(word) if name is not None})
    if isinstance(word, dict):
        return {key: shape(value) for key, value in word.items()}
    return [shape(value) for value in word]


def test_every_word_has_its_spanish() -> None:
    english, other = set(named("words")), set(named("spanish")) - {"PHRASES"}
    missing = [f'{name} = "{getattr(words, name)}"' for name in named("words") if name not in other]
    assert not missing, (
        "write the Spanish of these into rag/web/spanish.py, and leave {names} as they are:\n" + "\n".join(missing)
    )
    assert other <= english, f"of these no English is left: take them out of rag/web/spanish.py: {other - english}"
    assert len(english) > 300


def test_the_spanish_of_a_word_fills_in_the_same() -> None:
    other_form = {
        name: f"{one!r} is {other!r}"
        for name in named("words")
        for one, other in [(getattr(words, name), getattr(spanish, name, None))]
        if other is not None and (shape(one) != shape(other) or type(one) is not type(other))
    }
    assert not other_form, "rag/web/spanish.py has other parts for these than rag/web/words.py"


def test_words_are_in_the_language_that_is_spoken() -> None:
    assert words.CHAT_ASK == "Ask"
    with speaking("es"):
        assert words.CHAT_ASK == "Preguntar"
        assert words.__name__ == "rag.web.words"
        with speaking("en"):
            assert words.CHAT_ASK == "Ask"
    assert words.CHAT_ASK == "Ask"
    assert list(NAMES) == ["en", *OTHERS]


def test_a_word_without_its_spanish_is_shown_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(spanish, "CHAT_ASK")
    with speaking("es"):
        assert words.CHAT_ASK == "Ask"


def test_no_module_binds_a_word_when_it_is_imported() -> None:
    for path in WEB.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bound = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        for node in bound:
            inside = [
                one for one in ast.walk(node) if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
            ]
            later = {
                id(one) for deferred in ast.walk(node) if isinstance(deferred, ast.Lambda) for one in ast.walk(deferred)
            }
            found = [one.attr for one in inside if one.value.id == "words" and id(one) not in later]  # type: ignore[attr-defined]
            assert not found, f"{path.name}: {found} would be English for all; read them where they are shown"
        imports = [
            node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "rag.web.words"
        ]
        assert not imports, f"{path.name}: import words, and read words.NAME where it is shown"


def test_an_event_is_answered_in_the_language_of_its_browser() -> None:
    request = SimpleNamespace(request=SimpleNamespace(cookies={COOKIE: "es"}, headers={"accept-language": "en"}))
    with speaking("en"):
        token = LocalContext.request.set(request)  # type: ignore[arg-type]
        try:
            assert spoken() == "es"
            request.request.cookies.clear()
            assert spoken() == "en"
        finally:
            LocalContext.request.reset(token)
    assert spoken() == "en"


@pytest.mark.parametrize("titles", [[], ["One"], ["One", "Two"], [f"Title {n}" for n in range(14)]])
def test_every_phrase_of_the_engine_is_translated_and_no_title(titles: list[str]) -> None:
    phrases = [REFUSED, NO_SENTENCE, OTHERWISE, NOT_READ, DISAGREE, EARLIER, f"{EARLIER}, 2023", *REASONS.values()]
    phrases += ["confident", "likely", "unsure"]
    lines = [line for kind in MESSAGES for line in message(kind, titles).split("\n")]
    listed = [line for line in lines if re.match(r"- (?:One|Two|Title)", line)]
    with speaking("es"):
        for phrase in {*phrases, *lines} - set(listed):
            assert said(phrase) != phrase, phrase
            assert "{" not in said(phrase)
        for untouched in (*listed, "A quote says: The sources do not say. So it stays.", "{count}", "a{b}c"):
            assert said(untouched) == untouched
    assert said(REFUSED) == REFUSED
