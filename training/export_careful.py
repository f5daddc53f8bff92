"""Write what the package has of the careful reader: the adapter, the network's graph, the tokenizer.

    python training/export_careful.py --adapter RUN/reader.pt --base FOLDER [--out rag/weights/careful]

RUN is one of ``training/train_reader.py --mpnet``; FOLDER has all-mpnet-base-v2. The graph has no weights: ``rag models
pull reader-base`` fills them in. It reads one text at a time, so that it has no mask: MPNet (12 layers of
768, with relative positions) with the heads of training/reader_model.py, the matrices in 8-bit blocks.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from reader_model import adapter as adapter_of
from reader_model import weights
from safetensors.numpy import save_file

from rag.models import careful
from rag.models.encode import file_sha256
from rag.reading.network import CONTEXT_TOKENS, QUESTION_TOKENS, tokenizer

BLOCK = 64
"""Numbers that share a scale: as fast as 128, and nearer to what was trained."""
FAST = 4
"""``accuracy_level`` of MatMulNBits: activations are rounded to 8 bits too, a block at a time."""
POSITIONS = 3 + QUESTION_TOKENS + CONTEXT_TOKENS
"""Most tokens of a text, special ones too."""
PAD = 1
"""MPNet counts positions from the number of its padding token, and one more."""
MICROSOFT = "com.microsoft"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=careful.ADAPTER)
    arguments = parser.parse_args()
    write(adapter_of(weights(arguments.adapter)), arguments.base, arguments.out)
    for path in sorted(arguments.out.iterdir()):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def write(adapter: Mapping[str, NDArray[Any]], base: Path, out: Path) -> None:
    """Write an adapter in its form, its graph, the base's tokenizer, and the sums of all; nothing else is touched.

    Args:
        adapter: by name, as :mod:`rag.models.careful` tells; kept as float16.
        base: folder of the base with ``config.json`` and ``tokenizer.json``.
        out: folder; it is made.
    """
    out.mkdir(parents=True, exist_ok=True)
    with np.errstate(over="ignore"):  # which is told below
        halves = {name: np.ascontiguousarray(tensor, dtype=np.float16) for name, tensor in adapter.items()}
    wrong = [name for name, tensor in halves.items() if not np.isfinite(tensor).all()]
    if wrong:
        raise ValueError(f"no finite float16: {', '.join(wrong)}")
    save_file(halves, out / "adapter.safetensors")
    (out / "adapter.safetensors").chmod(0o644)  # which its library makes for its owner alone
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    onnx.save(Graph(config, halves).model(), out / "graph.onnx")
    (out / "tokenizer.json").write_text(tokenizer(base).to_str(pretty=False), encoding="utf-8")
    sums = "".join(f"{file_sha256(out / name)}  {name}\n" for name in careful.MADE_OF)
    (out / careful.SUMS).write_text(sums, encoding="utf-8")


class Graph:
    """MPNet and the reader's heads as ONNX, without weights."""

    def __init__(self, config: Mapping[str, Any], heads: Mapping[str, NDArray[Any]]) -> None:
        self._size, self._inner = int(config["hidden_size"]), int(config["intermediate_size"])
        self._layers, self._attention = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._words, self._positions = int(config["vocab_size"]), int(config["max_position_embeddings"])
        self._buckets = int(config.get("relative_attention_num_buckets", 32))
        self._epsilon = float(config["layer_norm_eps"])
        self._heads = {name: tensor.shape for name, tensor in heads.items()}
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        """Return the whole."""
        states = "states.0"
        self._embedded(states)
        self._bias()
        for number in range(self._layers):
            self._layer(number, states, f"states.{number + 1}")
            states = f"states.{number + 1}"
        outputs = self._read(states)
        texts = {"input_ids": TensorProto.INT64, "sentence_weights": TensorProto.FLOAT}
        shapes = {"input_ids": ["texts", "tokens"], "sentence_weights": ["texts", "sentences", "tokens"]}
        graph = helper.make_graph(
            self._nodes,
            "reader",
            [helper.make_tensor_value_info(name, kind, shapes[name]) for name, kind in texts.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            self._weights,
        )
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="quoteline")

    def _node(self, kind: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def _constant(self, name: str, value: Any) -> str:
        if all(name != weight.name for weight in self._weights):
            self._weights.append(numpy_helper.from_array(np.array(value, dtype=np.int64), name))
        return name

    def _slot(self, name: str, kind: str, shape: Sequence[int], data_type: int = TensorProto.FLOAT) -> str:
        """Make room for weights that a merge fills in."""
        slot = TensorProto(name=f"{name}:{kind}", dims=shape, data_type=data_type, data_location=TensorProto.EXTERNAL)
        slot.external_data.add(key="location", value="none")
        self._weights.append(slot)
        return slot.name

    def _linear(self, inputs: str, names: Sequence[str], columns: int, rows: int, output: str) -> str:
        """Multiply by matrices of the base that stand one below the other."""
        blocks = math.ceil(columns / BLOCK)
        weight, bias = ("+".join(f"{name}.{part}" for name in names) for part in ("weight", "bias"))
        codes = self._slot(weight, "codes", (rows, blocks, BLOCK), TensorProto.UINT8)
        scales, bias = self._slot(weight, "scales", (rows, blocks)), self._slot(bias, "values", (rows,))
        return self._node(
            "MatMulNBits", [inputs, codes, scales, "", "", bias], output,
            domain=MICROSOFT, K=columns, N=rows, bits=8, block_size=BLOCK, accuracy_level=FAST,
        )  # fmt: skip

    def _normal(self, name: str) -> list[str]:
        return [self._slot(f"{name}.{part}", "values", (self._size,)) for part in ("weight", "bias")]

    def _embedded(self, output: str) -> None:
        """Word vectors, as int8 with a scale for each word, and those of positions."""
        name = "embeddings.word_embeddings.weight"
        codes = self._slot(name, "codes", (self._words, self._size), TensorProto.INT8)
        scales = self._slot(name, "scales", (self._words, 1))
        self._node("Gather", [codes, "input_ids"], "word.codes")
        self._node("Cast", ["word.codes"], "word.numbers", to=TensorProto.FLOAT)
        self._node("Gather", [scales, "input_ids"], "word.scales")
        self._node("Mul", ["word.numbers", "word.scales"], "words")
        self._node("Shape", ["input_ids"], "size", start=1, end=2)
        self._node("Squeeze", ["size", self._constant("axis.0", [0])], "tokens")
        zero, one = self._constant("zero", 0), self._constant("one", 1)
        self._node("Range", [zero, "tokens", one], "places")
        self._node("Add", ["places", self._constant("first", PAD + 1)], "positions")
        table = self._slot("embeddings.position_embeddings.weight", "values", (self._positions, self._size))
        self._node("Gather", [table, "positions"], "position.vectors")
        self._node("Add", ["words", "position.vectors"], "embedded")
        normal = self._normal("embeddings.LayerNorm")
        self._node("LayerNormalization", ["embedded", *normal], output, epsilon=self._epsilon)

    def _bias(self) -> None:
        """What the distance of two tokens adds to their attention, the same in every layer."""
        self._node("Unsqueeze", ["places", "axis.0"], "to")
        self._node("Unsqueeze", ["places", self._constant("axis.1", [1])], "from")
        self._node("Sub", ["to", "from"], "distance")
        self._node("Add", ["distance", self._constant("farthest", POSITIONS - 1)], "distance.place")
        known = self._constant("buckets", buckets(self._buckets))
        self._node("Gather", [known, "distance.place"], "bucket")
        table = self._slot("encoder.relative_attention_bias.weight", "values", (self._buckets, self._attention))
        self._node("Gather", [table, "bucket"], "bias.last")
        self._node("Transpose", ["bias.last"], "bias.first", perm=[2, 0, 1])
        self._node("Unsqueeze", ["bias.first", "axis.0"], "bias")

    def _layer(self, number: int, inputs: str, output: str) -> None:
        name, size = f"encoder.layer.{number}", self._size
        attention, own = f"{name}.attention.attn", f"layer.{number}"
        three = [f"{own}.{part}" for part in "qkv"]
        self._linear(inputs, [f"{attention}.{part}" for part in "qkv"], size, 3 * size, f"{own}.qkv")
        self._node("Split", [f"{own}.qkv"], *three, axis=-1, num_outputs=3)
        self._node(
            "MultiHeadAttention", [*three, "", "", "bias"], f"{own}.mixed",
            domain=MICROSOFT, num_heads=self._attention,
        )  # fmt: skip
        self._linear(f"{own}.mixed", [f"{attention}.o"], size, size, f"{own}.o")
        self._added(f"{own}.o", inputs, f"{name}.attention.LayerNorm", f"{own}.attended")
        self._linear(f"{own}.attended", [f"{name}.intermediate.dense"], size, self._inner, f"{own}.inner")
        self._node("Gelu", [f"{own}.inner"], f"{own}.gelu", domain=MICROSOFT)
        self._linear(f"{own}.gelu", [f"{name}.output.dense"], self._inner, size, f"{own}.outer")
        self._added(f"{own}.outer", f"{own}.attended", f"{name}.output.LayerNorm", output)

    def _added(self, new: str, old: str, name: str, output: str) -> None:
        normal = self._normal(name)
        inputs = [new, old, *normal]
        self._node("SkipLayerNormalization", inputs, output, domain=MICROSOFT, epsilon=self._epsilon)

    def _read(self, states: str) -> dict[str, list[str | int]]:
        """Add the heads, and return the shapes of what they say."""
        logits = self._head("span", states)
        self._node("Split", [logits], "start.last", "end.last", axis=-1, num_outputs=2)
        last = self._constant("axis.last", [-1])
        for name in ("start", "end"):
            self._node("Squeeze", [f"{name}.last", last], name)
        self._node("MatMul", ["sentence_weights", states], "sentence.states")
        self._node("Gather", [states, "zero"], "text.state", axis=1)
        for name, source in (("sentence", "sentence.states"), ("holds", "text.state")):
            self._node("Squeeze", [self._head(name, source), last], name)
        shapes: dict[str, list[str | int]] = {name: ["texts", "tokens"] for name in ("start", "end")}
        return shapes | {"sentence": ["texts", "sentences"], "holds": ["texts"]}

    def _head(self, name: str, inputs: str) -> str:
        """One matrix, or two with a GELU between them; in float32, for they are small."""
        if f"{name}.weight" in self._heads:
            return self._matrix(name, inputs)
        self._matrix(f"{name}.0", inputs)
        self._node("Gelu", [f"{name}.0.logits"], f"{name}.gelu", domain=MICROSOFT)
        return self._matrix(f"{name}.2", f"{name}.gelu")

    def _matrix(self, name: str, inputs: str) -> str:
        rows, columns = self._heads[f"{name}.weight"]
        weight = self._slot(f"{name}.weight", "values", (rows, columns))
        bias = self._slot(f"{name}.bias", "values", (rows,))
        self._node("Transpose", [weight], f"{name}.turned", perm=[1, 0])
        self._node("MatMul", [inputs, f"{name}.turned"], f"{name}.product")
        return self._node("Add", [f"{name}.product", bias], f"{name}.logits")


def buckets(count: int, far: int = 128) -> list[int]:
    """Return the bucket of every distance from ``1 - POSITIONS`` to ``POSITIONS - 1``, as MPNet counts them.

    Half of them are for tokens behind; of each half, half for one distance each, and the rest grow with its logarithm
    up to ``far``.
    """
    half = count // 2
    exact = half // 2
    found = []
    for distance in range(1 - POSITIONS, POSITIONS):
        size = abs(distance)
        grown = exact + int(np.float32(math.log(max(size, 1) / exact)) / math.log(far / exact) * (half - exact))
        found.append((half if distance > 0 else 0) + (size if size < exact else min(grown, half - 1)))
    return found


if __name__ == "__main__":
    main()
