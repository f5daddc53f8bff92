"""Several collections as one index: what is found follows from those that are asked, and from no other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import UnknownSource, UsageError
from rag.index import manifest
from rag.index.joined import Joined, JoinedStore
from rag.index.opened import Index
from rag.index.store import Store
from rag.retrieval.hybrid import retrieve
from rag.schema import ALL, Document, Filter
from rag.text.terms import terms
from tests.generation import make, vector

QUESTION = "Which harbour opened with boats?"


def told(name: str, numbers: range, word: str = "harbour") -> list[Document]:
    """Documents of the same length, so that an average of lengths is the same wherever it is taken."""
    return [
        Document(
            f"{name}/{n:03}.txt",
            f"The {word} number{n} opened with boats in {name} that day.\n",
            f"About {n}",
            publisher="Gazette" if n % 2 else None,
            published=f"2024-01-{1 + n % 28:02}" if n % 3 else None,
        )
        for n in numbers
    ]


def opened(folder: Path, documents: list[Document]) -> Index:
    folder.mkdir(parents=True)
    identity = make(folder / "made", documents)
    (folder / "made").rename(folder / identity)
    (folder / manifest.CURRENT).write_text(identity)
    return Index.open(folder)


def joined(parts: dict[str, Index]) -> Joined:
    return Joined(parts, "there", lambda: "id")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[dict[str, Index]]:
    found = {
        name: opened(tmp_path / name, told(name, range(start, start + 20)))
        for name, start in (("desk", 0), ("arch", 20))
    }
    yield found
    for index in found.values():
        index.close()


def found(index: Index, question: str = QUESTION, chosen: Filter = ALL) -> list[tuple[str, int, float]]:
    hits = retrieve(index, question, vector(question)[None], 8, chosen)
    return [(hit.passage.source, hit.passage.start, hit.score) for hit in hits]


def test_both_together_are_as_one_index_of_all(parts: dict[str, Index], tmp_path: Path) -> None:
    both = joined(parts)
    every = told("arch", range(20, 40)) + told("desk", range(20))
    one = opened(tmp_path / "one", every)
    asked = terms("harbour number7 number33 boats boats desk nowhere")
    assert np.allclose(both.lexical.scores(asked), one.lexical.scores(asked), rtol=1e-5)
    assert [*map(both.lexical.frequency, asked)] == [*map(one.lexical.frequency, asked)]
    ids = np.array([25, 3, 3, 39, 0])
    assert both.vectors.rows(ids).tobytes() == one.vectors.rows(ids).tobytes()
    for among in (None, np.array([1, 19, 20, 33])):
        left, right = (index.vectors.nearest(vector("x"), 6, among) for index in (both, one))
        assert [part.tobytes() for part in left] == [part.tobytes() for part in right]
        assert both.vectors.cosines(vector("x"), left[0]).tobytes() == left[1].tobytes()
    assert [source.partition("/")[2] for source, _, _ in found(both)] == [source for source, _, _ in found(one)]
    assert (len(both), both.manifest.counts.documents) == (len(one), 40)
    assert (both.store.publishers, both.store.newest) == (one.store.publishers, one.store.newest)
    assert both.store.published([0, 21]) == one.store.published([0, 21])
    one.close()


def test_a_source_is_called_after_its_collection(parts: dict[str, Index]) -> None:
    store = joined(parts).store
    listed = [one.source for one in store.documents()]
    assert listed == sorted(listed)
    assert listed[0] == "arch/arch/020.txt"
    document = store.document("desk/desk/003.txt")
    passage = store.of("desk/desk/003.txt")[0]
    assert document.source == passage.source == "desk/desk/003.txt"
    assert document.text[passage.start : passage.end] == passage.text
    assert store.passages([23])[0] == passage
    assert [one.source for one in store.of_file("desk/desk")] == listed[20:]
    assert store.headers([listed[30], listed[1]]) == ["", ""]
    assert [*store.digests()] == listed
    assert store.passing(ALL) is None
    for chosen, numbers in ((Filter(("desk/*",)), range(20, 40)), (Filter(("*/02?.txt",)), range(10))):
        passing = store.passing(chosen)
        assert passing is not None
        assert passing.tolist() == store.firsts(chosen) == [*numbers]
    with pytest.raises(UnknownSource, match=r"did you mean 'desk/desk/003\.txt'"):
        store.document("desk/dask/003.txt")
    assert store.find("desk/003.txt") is store.find("other/003.txt") is None


def test_what_is_not_asked_moves_nothing(parts: dict[str, Index], tmp_path: Path) -> None:
    before = found(joined({"desk": parts["desk"]}))
    secret = opened(tmp_path / "secret", told("secret", range(300), "harbour opened boats harbour"))
    everything = joined({**parts, "secret": secret})
    desk = everything.some(["desk"])
    assert found(desk) == before
    assert desk.collections == ("desk",)
    assert {source.partition("/")[0] for source, _, _ in before} == {"desk"}
    assert found(everything) != before
    assert found(everything.some(["desk", "arch"])) == found(joined(parts))
    assert found(desk, chosen=Filter(("secret/*",))) == []
    assert desk.store.find("secret/secret/001.txt") is None
    everything.close()


def test_what_is_named_is_named_with_its_collection(parts: dict[str, Index]) -> None:
    both = joined(parts).store
    every = [("arch/arch/020.txt", "About 20", None), ("desk/desk/000.txt", "About 0", None)]
    assert list(both.named(Filter(("*/020.txt", "*/000.txt")))) == every
    assert both.sources(Filter(("desk/*",))) == [f"desk/desk/{n:03}.txt" for n in range(20)]
    assert both.titles(Filter(("*/020.txt",))) == ["About 20"]


def test_whatever_reads_a_store_reads_several() -> None:
    """What a build alone asks of the store that it writes is left out, and what is made of what several are asked."""
    made = {"sources", "titles", "document", "prefix", "origins"}
    public = {name for name in vars(Store) if not name.startswith("_")}
    assert public - vars(JoinedStore).keys() == made


def test_only_vectors_of_one_encoder_are_compared(parts: dict[str, Index]) -> None:
    about = parts["arch"].manifest
    parts["arch"].manifest = replace(about, encoder=replace(about.encoder, name="another"))
    with pytest.raises(UsageError, match="different encoders"):
        joined(parts)
    with pytest.raises(UsageError, match="not of the collections other"):
        parts["desk"].some(["other"])


def test_near_copies_of_two_collections_are_told_apart(tmp_path: Path) -> None:
    text = "The ferry to Leith sank in the night of the storm, and nobody was hurt at all. " * 3
    copies = [Document(f"{n}.txt", text + "\n", f"{n}") for n in range(2)]
    indexes = {name: opened(tmp_path / name, copies) for name in ("a", "b")}
    store = joined(indexes).store
    stories = [store.of(f"{name}/0.txt")[0].story for name in ("a", "b")]
    assert None not in stories
    assert len(set(stories)) == 2
    for name, story in zip(("a", "b"), stories, strict=True):
        assert story is not None
        assert {one.source for one in store.story(story, ALL)} == {f"{name}/0.txt", f"{name}/1.txt"}
        assert {one.story for one in store.story(story, ALL)} == {story}
    for index in indexes.values():
        index.close()
