"""What a store keeps of passages."""

from pathlib import Path

from rag.index.store import Store, write
from rag.indexing.ingestion import ingested
from rag.schema import Document


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
