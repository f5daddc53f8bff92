"""What a store keeps of passages."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.index.store import Store, write
from rag.indexing.ingestion import ingested
from rag.schema import ALL, Document, Filter


def test_a_passage_keeps_the_column_names_above_it_and_is_indexed_with_them(tmp_path: Path) -> None:
    rows = "\n".join(f"| Place{n} | {n} |" for n in range(40))
    text = f"# Rain\n\n| Town | 2024 |\n|---|---|\n{rows}\n"
    document = Document("a.md", text, "Rain", header="Rain")
    write(tmp_path / "passages.sqlite", ingested([document], {"a.md": ""}, 200))
    store = Store(tmp_path / "passages.sqlite")
    first, *others = store.of("a.md")
    assert (first.context, {passage.context for passage in others}) == ("", {"# Rain\n| Town | 2024 |"})
    assert all(text[passage.start : passage.end] == passage.text for passage in (first, *others)), "no quote has it"
    assert list(store.texts())[-1] == f"# Rain\n| Town | 2024 |\n{others[-1].text}"
    assert list(store.headed_texts())[-1] == f"Rain # Rain\n| Town | 2024 |\n{others[-1].text}"
    store.close()


def test_what_a_document_was_parsed_from_is_known_of_every_file_that_it_is_within(tmp_path: Path) -> None:
    documents = [
        Document("a.txt", "One.", "One"),
        Document("b/mail.eml", "Two.", "Two", origin="1"),
        Document("b/mail.eml/report.docx", "Three.", "Three", origin="1"),
        Document("box.mbox/only.eml", "Four.", "Four", origin="2"),
    ]
    write(tmp_path / "passages.sqlite", ingested(documents, dict.fromkeys((d.source for d in documents), ""), 200))
    store = Store(tmp_path / "passages.sqlite")
    known = store.origins()
    assert {("b/mail.eml", "1"), ("box.mbox", "2")} <= known
    assert not {("box.mbox", "1"), ("a.txt", "1")} & known
    store.close()


def test_what_passes_a_filter_is_every_passage_of_its_documents(tmp_path: Path) -> None:
    documents = [
        Document(f"{n}.txt", "\n\n".join(f"Paragraph {part} of report {n}." for part in range(1 + n % 3)), f"{n}")
        for n in range(9)
    ]
    documents = [replace(one, published=f"2024-01-0{n}" if n else None) for n, one in enumerate(documents)]
    write(tmp_path / "passages.sqlite", ingested(documents, dict.fromkeys((d.source for d in documents), ""), 30))
    store = Store(tmp_path / "passages.sqlite")
    of_each: dict[str, list[int]] = {document.source: [] for document in documents}
    for number, passage in enumerate(store.passages(range(18))):
        of_each[passage.source].append(number)
    assert [len(numbers) for numbers in of_each.values()] == [1, 2, 3] * 3
    for chosen in (Filter(("1.txt", "5.txt")), Filter((), "2024-01-03", "2024-01-07"), Filter(("x",))):
        passing = store.passing(chosen)
        assert passing is not None
        assert passing.dtype == np.int64
        assert passing.tolist() == [number for source in store.sources(chosen) for number in of_each[source]]
    assert store.passing(ALL) is None
    store.close()
