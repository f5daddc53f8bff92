import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index import manifest
from rag.index.manifest import Counts, Manifest, StoredFile, StoredTable, VectorSearch
from rag.models.encode import EncoderCard
from rag.schema import Skipped

ID = "0123456789abcdef"
ABOUT = Manifest(
    ID,
    EncoderCard("made-up", "sha256:0", 4, 256, "mean", "query: ", "", "onnx"),
    ("AAAA", "AAAB"),
    800,
    VectorSearch("signs", recall_at_10=1.0, recall_at_50=0.9921),
    Counts(2, 30, 400),
    (Skipped("no.pdf", "empty", "put text in it, or remove it"),),
    {"encoder/encoder.json": StoredFile(17, "ab" * 32)},
)
WRITTEN = f"""\
{{
 "format": {manifest.FORMAT},
 "id": "0123456789abcdef",
 "encoder": {{
  "name": "made-up",
  "identity": "sha256:0",
  "dimension": 4,
  "max_tokens": 256,
  "pooling": "mean",
  "query_prompt": "query: ",
  "document_prompt": "",
  "runtime": "onnx",
  "location": null
 }},
 "canaries": [
  "AAAA",
  "AAAB"
 ],
 "passage_chars": 800,
 "vectors": {{
  "kind": "signs",
  "recall_at_10": 1.0,
  "recall_at_50": 0.9921
 }},
 "counts": {{
  "documents": 2,
  "passages": 30,
  "sentences": 400
 }},
 "skipped": [
  {{
   "source": "no.pdf",
   "reason": "empty",
   "remedy": "put text in it, or remove it"
  }}
 ],
 "files": {{
  "encoder/encoder.json": {{
   "bytes": 17,
   "sha256": "{"ab" * 32}"
  }}
 }},
 "seal": "SEAL"
}}"""


def test_what_is_written_is_pinned_and_read_back_as_it_was() -> None:
    """If this fails, an index that was built before cannot be read: raise FORMAT."""
    text = ABOUT.sealed(indent=1)
    form = json.loads(text)
    assert text == WRITTEN.replace("SEAL", form.pop("seal"))
    assert manifest.unsealed(text, ID, "here", "index") == ABOUT


def test_tables_stand_among_the_files_and_come_back_as_tables() -> None:
    held = replace(ABOUT, vectors=VectorSearch("hnsw", ef_search=200), tables={"passage": StoredTable(8192, 30, "99")})
    form = json.loads(held.sealed())
    assert form["files"]["passage"] == {"bytes": 8192, "rows": 30, "sum": "99"}
    assert form["vectors"] == {"kind": "hnsw", "ef_search": 200}
    assert manifest.unsealed(held.sealed(), ID, "here", "index") == held
    assert (held.sizes, held.total_bytes) == ({"encoder/encoder.json": 17, "passage": 8192}, 8209)


def test_it_lists_every_file_that_is_there(tmp_path: Path) -> None:
    generation = tmp_path / ID
    (generation / "bm25").mkdir(parents=True)
    (generation / "bm25" / "b").write_bytes(b"12")
    (generation / "a").write_bytes(b"")
    manifest.write(generation, ABOUT)
    found = manifest.check(generation, verify=True)
    assert {name: part.bytes for name, part in found.files.items()} == {"a": 0, "bm25/b": 2}
    assert found == replace(ABOUT, files=found.files)
    (generation / "bm25" / "b").write_bytes(b"13")
    with pytest.raises(IndexDamaged, match=f"bm25/b does not have the bytes that were built: .* --index {tmp_path}"):
        manifest.check(generation, verify=True)


@pytest.mark.parametrize("change", [{"vectors": {"kind": "flat", "new": 1}}, {"counts": {}, "skipped": [{}]}])
def test_a_form_that_is_sealed_but_unknown_is_damage(change: dict[str, object]) -> None:
    form = {**json.loads(ABOUT.sealed()), **change}
    form.pop("seal")
    text = json.dumps({**form, "seal": manifest.digest(form)})
    with pytest.raises(IndexDamaged, match="here cannot be used .*: rebuild with rag index --index index"):
        manifest.unsealed(text, ID, "here", "index")
