from collections.abc import Iterator
from json import dumps
from pathlib import Path

import pytest

from rag.config import Config
from rag.engine import Engine
from tests.conftest import built_over


@pytest.fixture(scope="module")
def twice(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same news from two publishers, a month apart."""
    sources = tmp_path_factory.mktemp("twice")
    one, other = "Oil exports rose again, the ministry reported.", "Again oil exports rose, the ministry reported."
    rows = [
        {"id": "a", "title": "Exports", "text": one, "publisher": "Daily Planet", "published": "2023-09-06"},
        {"id": "b", "title": "Exports", "text": other, "publisher": "Wired", "published": "2023-10-06"},
        {"id": "c", "title": "Weather", "text": "It rained.", "publisher": "Wired", "published": "2023-10-06"},
    ]
    Path(sources, "corpus.jsonl").write_text("\n".join(map(dumps, rows)))
    own = built_over(config, sources, tmp_path_factory.mktemp("twice") / "index")
    with Engine.open(config=own) as engine:
        yield engine


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Did oil exports rise?", "b"),
        ("Did oil exports rise, by the Daily Planet?", "a"),
        ("Did oil exports rise, as Wired wrote?", "b"),
        ("Did oil exports rise in October 2023?", "b"),
        ("Did oil exports rise on 6 September 2023?", "a"),
    ],
)
def test_the_named_one_comes_first_and_nothing_is_lost(twice: Engine, question: str, first: str) -> None:
    hits = twice.search(question).hits
    assert hits[0].passage.source == first
    assert {"a", "b"} <= {hit.passage.source for hit in hits}
    assert all(0 <= hit.score <= 1 for hit in hits)
