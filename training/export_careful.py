"""Write what the package has of a careful network: the adapter, the network's graph, the tokenizer.

    python training/export_careful.py --adapter RUN/reader.pt --base FOLDER [--out rag/weights/careful]
    python training/export_careful.py --judge RUN/judge.pt --base FOLDER --windows MIX/windows.jsonl

RUN is one of ``training/train_reader.py --mpnet`` or ``training/train_judge.py --mpnet``; FOLDER has all-mpnet-base-v2.
The graph has no weights: ``rag models pull reader-base`` fills them in. It reads one text at a time, so that it has no
mask: MPNet (12 layers of 768, with relative positions) with heads of training/reader_model.py, the matrices in 8-bit
blocks. What the merged judge says is compared with PyTorch on held-back claims.
"""

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from judge_model import Judge, figures, judged
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from reader_model import adapter as adapter_of
from reader_model import load, load_trained, tokenized, weights
from safetensors.numpy import save_file

from rag.claims.judging import CLAIM_TOKENS, HEAD_TOKENS, WINDOW_TOKENS
from rag.models import careful
from rag.models.careful import JUDGE, READER, Part
from rag.reading.network import CONTEXT_TOKENS, QUESTION_TOKENS, tokenizer

BLOCK = 64
"""Numbers that share a scale: as fast as 128, and nearer to what was trained."""
FAST = 4
"""``accuracy_level`` of MatMulNBits: activations are rounded to 8 bits too, a block at a time."""
HEADS = {READER: ("span", "sentence", "holds"), JUDGE: ("sentence", "verdict")}
"""What the product asks of each network, in the order of its outputs."""
POSITIONS = {READER: 3 + QUESTION_TOKENS + CONTEXT_TOKENS, JUDGE: 3 + CLAIM_TOKENS + WINDOW_TOKENS + HEAD_TOKENS}
"""Most tokens of a text, special ones too."""
PAD = 1
"""MPNet counts positions from the number of its padding token, and one more."""
MICROSOFT = "com.microsoft"
COMPARED = 200
"""Claims on which the merged judge is compared with the trained one."""


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--adapter", type=Path, help="the careful reader's weights")
    which.add_argument("--judge", type=Path, help="the careful judge's")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--windows", type=Path, help="of judge_mix.py: compare the judge on its held-back claims")
    parser.add_argument("--out", type=Path, default=careful.ADAPTER)
    arguments = parser.parse_args(given)
    part, trained = (JUDGE, arguments.judge) if arguments.judge else (READER, arguments.adapter)
    own = write(part, adapter_of(weights(trained), HEADS[part]), arguments.base, arguments.out)
    for path in sorted(one for one in own.iterdir() if one.is_file()):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    if arguments.judge and arguments.windows:
        compare(own, trained, arguments.base, arguments.windows)


def write(part: Part, adapter: Mapping[str, NDArray[Any]], base: Path, out: Path) -> Path:
    """Write an adapter in its form, its graph, the base's tokenizer, and the sums of all; nothing else is touched.

    Args:
        part: which of the networks.
        adapter: by name, as :mod:`rag.models.careful` tells; kept as float16.
        base: folder of the base with ``config.json`` and ``tokenizer.json``.
        out: folder of what the package has of both networks; it is made.

    Returns:
        the folder of this one.
    """
    own = out / part.home
    own.mkdir(parents=True, exist_ok=True)
    with np.errstate(over="ignore"):  # which is told below
        halves = {name: np.ascontiguousarray(tensor, dtype=np.float16) for name, tensor in adapter.items()}
    wrong = [name for name, tensor in halves.items() if not np.isfinite(tensor).all()]
    if wrong:
        raise ValueError(f"no finite float16: {', '.join(wrong)}")
    save_file(halves, own / careful.WEIGHTS)
    (own / careful.WEIGHTS).chmod(0o644)  # which its library makes for its owner alone
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    onnx.save(Graph(part, config, halves).model(), own / careful.GRAPH)
    (out / careful.TOKENIZER).write_text(tokenizer(base).to_str(pretty=False), encoding="utf-8")
    (own / careful.SUMS).write_text(part.published(own), encoding="utf-8")
    return own


def compare(own: Path, trained: Path, base: Path, windows: Path) -> None:
    """Print how far the merged judge is from PyTorch on held-back claims, and how long it takes."""
    model = Judge(base)
    load_trained(model, weights(trained))
    examples = tokenized(load(windows, "dev")[:COMPARED], base)
    wanted = judged(model, examples)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    merged = careful.filled(own, base / "model.safetensors").SerializeToString()
    session = onnxruntime.InferenceSession(merged, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    began = time.monotonic()
    found = np.concatenate(
        [session.run(["verdict"], {name: one.tokens.inputs()[name] for name in names})[0] for one in examples]
    )
    print(f"{1000 * (time.monotonic() - began) / len(examples):.1f} ms a pair, one thread")
    apart = np.abs(found - wanted)
    same = (found.argmax(axis=1) == wanted.argmax(axis=1)).mean()
    print(f"difference of a logit: mean {apart.mean():.3f}, largest {apart.max():.3f}; the same verdict: {same:.3f}")
    print(
        f"held-back claims, AUC: PyTorch {figures(examples, wanted)['mean']:.4f}, "
        f"merged {figures(examples, found)['mean']:.4f}"
    )


class Graph:
    """MPNet and the heads of a network as ONNX, without weights."""

    def __init__(self, part: Part, config: Mapping[str, Any], heads: Mapping[str, NDArray[Any]]) -> None:
        self._part = part
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
            self._part.name,
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
        self._node("Add", ["distance", self._constant("farthest", POSITIONS[self._part] - 1)], "distance.place")
        known = self._constant("buckets", buckets(self._buckets, POSITIONS[self._part]))
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
        heads, shapes = HEADS[self._part], dict[str, list[str | int]]()
        if "span" in heads:
            logits = self._head("span", states)
            self._node("Split", [logits], "start.last", "end.last", axis=-1, num_outputs=2)
            for name in ("start", "end"):
                self._squeezed(f"{name}.last", name)
                shapes[name] = ["texts", "tokens"]
        self._node("MatMul", ["sentence_weights", states], "sentence.states")
        self._node("Gather", [states, "zero"], "text.state", axis=1)
        self._squeezed(self._head("sentence", "sentence.states"), "sentence")
        shapes["sentence"] = ["texts", "sentences"]
        if "holds" in heads:
            self._squeezed(self._head("holds", "text.state"), "holds")
            shapes["holds"] = ["texts"]
        if "verdict" in heads:
            self._node("Identity", [self._head("verdict", "text.state")], "verdict")
            shapes["verdict"] = ["texts", self._heads["verdict.2.bias"][0]]
        return shapes

    def _squeezed(self, inputs: str, output: str) -> str:
        return self._node("Squeeze", [inputs, self._constant("axis.last", [-1])], output)

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


def buckets(count: int, positions: int, far: int = 128) -> list[int]:
    """Return the bucket of every distance from ``1 - positions`` to ``positions - 1``, as MPNet counts them.

    Half of them are for tokens behind; of each half, half for one distance each, and the rest grow with its logarithm
    up to ``far``.
    """
    half = count // 2
    exact = half // 2
    found = []
    for distance in range(1 - positions, positions):
        size = abs(distance)
        grown = exact + int(np.float32(math.log(max(size, 1) / exact)) / math.log(far / exact) * (half - exact))
        found.append((half if distance > 0 else 0) + (size if size < exact else min(grown, half - 1)))
    return found


if __name__ == "__main__":
    main()
