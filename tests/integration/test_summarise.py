from pathlib import Path

import numpy as np
import pytest

from rag.config import Config
from rag.engine import Engine
from rag.reading import summary as module
from rag.reading.summary import _apart, _stands_alone, summarise
from rag.schema import ALL, Filter
from tests.conftest import built_over

MOON = "The Moon orbits Earth at an average distance of 384,400 km. It is not made of cheese at all, they say."
DOCUMENTS = {
    "a/moon.txt": MOON,
    "a/moon-copy.txt": MOON,
    "a/rail.md": "---\ndate: 2024-05-01\n---\n# Rail\n\nThe railway from Lima crosses the Andes at 4,800 metres.",
    "b/bread.txt": "Bakers in Paris sold more than nine billion loaves of bread during the last year. He said so.",
    "b/tiny.txt": "Rain.",
}


@pytest.fixture(scope="module")
def several(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("several")
    for name, text in DOCUMENTS.items():
        path = folder / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Engine.open(config=built_over(config, folder / "sources", folder / "index"))


def test_one_document_in_its_order(engine: Engine, article: str) -> None:
    found = summarise(engine.index, ALL, 4)
    assert len(found) == 4
    starts = [item.sentence.start for item in found]
    assert starts == sorted(starts)
    for item in found:
        assert item.quote == article[item.sentence.start : item.sentence.end]
        assert _stands_alone(item.quote)
        assert 0 <= item.score <= 1


def test_the_lead_is_quoted_without_its_dateline(engine: Engine) -> None:
    (lead,) = summarise(engine.index, ALL, 1)
    assert lead.quote.startswith("Cuban President Miguel Díaz-Canel firmly rejected")


def test_the_same_each_time(engine: Engine) -> None:
    assert summarise(engine.index, ALL, 4) == summarise(engine.index, ALL, 4)


def test_several_documents_give_a_sentence_each_and_copies_one(several: Engine) -> None:
    found = summarise(several.index, ALL, 4)
    sources = [item.passage.source for item in found]
    assert len(set(sources)) == len(sources)
    assert sum("moon" in source for source in sources) == 1
    assert {"a/rail.md", "b/bread.txt"} <= set(sources)
    assert all(not item.quote.startswith(("#", "---", "He said")) for item in found)
    assert len(summarise(several.index, ALL, 2)) == 2


def test_a_filter_is_respected(several: Engine) -> None:
    assert [item.passage.source for item in summarise(several.index, Filter(("b/bread*",)), 4)] == ["b/bread.txt"]
    assert [item.passage.source for item in summarise(several.index, Filter(after="2024-01-01"), 4)] == ["a/rail.md"]
    assert summarise(several.index, Filter(("nothing*",)), 4) == ()


def test_a_document_of_which_no_sentence_stands_alone_is_quoted_as_it_is(several: Engine) -> None:
    assert [item.quote for item in summarise(several.index, Filter(("b/tiny.txt",)), 4)] == ["Rain."]


@pytest.mark.parametrize(
    "quote",
    [
        "He said that the deal was signed in Havana on Monday.",
        "However, the government of Cuba rejected the deal on Monday.",
        "Was the deal signed by the government of Cuba on Monday?",
        "# The deal of the governments of Cuba and Mexico",
        "The deal was signed, he said in Havana on Monday.",
        "“We will not sign the deal of the United States,” the minister told us.",
        "Short one here.",
        "word " * 80 + ".",
    ],
)
def test_what_does_not_stand_alone(quote: str) -> None:
    assert not _stands_alone(quote)


def test_what_is_chosen_is_unlike_what_was_chosen_before() -> None:
    vectors = np.array([[1, 0], [0.99, 0.14], [0, 1]], dtype=np.float32)
    scores = np.array([1.0, 0.95, 0.5], dtype=np.float32)
    assert _apart(vectors, scores, 2) == [0, 2]
    assert _apart(vectors, scores, 9) == [0, 2, 1]


def test_a_long_document_costs_no_more(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources").mkdir()
    lines = [f"The town of number {n} has built a bridge over the river for its people." for n in range(400)]
    (tmp_path / "sources" / "long.txt").write_text("\n\n".join(lines), encoding="utf-8")
    with Engine.open(config=built_over(config, tmp_path / "sources", tmp_path / "index")) as engine:
        counts = []
        encode = engine.index.encoder.encode
        monkeypatch.setattr(
            engine.index.encoder, "encode", lambda texts, p="": counts.append(len(texts)) or encode(texts, p)
        )
        assert len(summarise(engine.index, ALL, 4)) == 4
        assert sum(counts) <= module.MOST_SENTENCES
