"""A network as ONNX: MiniLM or MPNet with heads of training/reader_model.py, made node by node.

It reads one text at a time, so that it has no mask. Large matrices are computed with in whole numbers: each column of
a matrix is rounded to 7 bits, so that no processor's 8-bit arithmetic overflows, and what is multiplied with it to 8,
as it comes. Where some channels are far larger than others, factors of training/smooth.py even them out first. Weights
are no part of the graph: :func:`rag.models.careful.fill` puts them in by the names of their places.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rag.claims.judging import CLAIM_TOKENS, HEAD_TOKENS, WINDOW_TOKENS
from rag.models.careful import JUDGE, READER, Part
from rag.reading.network import CONTEXT_TOKENS, QUESTION_TOKENS

HEADS = {READER: ("span", "sentence", "holds"), JUDGE: ("sentence", "verdict")}
"""What the product asks of each network, in the order of its outputs."""
POSITIONS = {READER: 3 + QUESTION_TOKENS + CONTEXT_TOKENS, JUDGE: 3 + CLAIM_TOKENS + WINDOW_TOKENS + HEAD_TOKENS}
"""Most tokens of a text, special ones too."""
PAD = 1
"""MPNet counts positions from the number of its padding token, and one more."""
MICROSOFT = "com.microsoft"


class Graph:
    """What both networks have; an encoder of its own names and embeddings is a class below."""

    stacked: tuple[str, ...]
    """The matrices of a layer's attention that read the same: for queries, keys and values."""
    mixed: str
    """The one behind them."""
    attended: str
    """The norm behind that."""

    def __init__(
        self,
        part: Part,
        config: Mapping[str, Any],
        heads: Mapping[str, Sequence[int]],
        factors: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Take what the graph is made from.

        Args:
            part: reader or judge.
            config: of the encoder, as its ``config.json`` has it.
            heads: the shapes of their tensors.
            factors: of training/smooth.py.
        """
        self._part = part
        self._size, self._inner = int(config["hidden_size"]), int(config["intermediate_size"])
        self._layers, self._attention = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._words, self._positions = int(config["vocab_size"]), int(config["max_position_embeddings"])
        self._epsilon = float(config["layer_norm_eps"])
        self._heads, self._factors = heads, factors
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        """Return the whole."""
        states = "states.0"
        self._embedded(states)
        for number in range(self._layers):
            self._layer(number, states, f"states.{number + 1}")
            states = f"states.{number + 1}"
        outputs = self._read(states)
        shapes = self._inputs() | {"sentence_weights": ["texts", "sentences", "tokens"]}
        kinds = {name: TensorProto.FLOAT if name == "sentence_weights" else TensorProto.INT64 for name in shapes}
        graph = helper.make_graph(
            self._nodes,
            self._part.name,
            [helper.make_tensor_value_info(name, kinds[name], shape) for name, shape in shapes.items()],
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
        """Make room for weights that are filled in."""
        slot = TensorProto(name=f"{name}:{kind}", dims=shape, data_type=data_type, data_location=TensorProto.EXTERNAL)
        slot.external_data.add(key="location", value="none")
        self._weights.append(slot)
        return slot.name

    def _linear(self, inputs: str, names: Sequence[str], columns: int, rows: int, output: str) -> str:
        """Multiply by matrices of the encoder that stand one below the other."""
        weight, bias = ("+".join(f"{name}.{part}" for name in names) for part in ("weight", "bias"))
        if (factors := self._factors.get(names[0])) is not None:
            self._weights.append(numpy_helper.from_array(factors, f"{weight}:factors"))
            inputs = self._node("Mul", [inputs, f"{weight}:factors"], f"{output}.even")
        codes = self._slot(weight, "turned", (columns, rows), TensorProto.INT8)
        scales, bias = self._slot(weight, "scales", (rows,)), self._slot(bias, "values", (rows,))
        return self._node("DynamicQuantizeMatMul", [inputs, codes, scales, "", bias], output, domain=MICROSOFT)

    def _normal(self, name: str) -> list[str]:
        return [self._slot(f"{name}.{part}", "values", (self._size,)) for part in ("weight", "bias")]

    def _embedded(self, output: str) -> None:
        raise NotImplementedError

    def _inputs(self) -> dict[str, list[str | int]]:
        """Return the shapes of what says which words are read."""
        return {"input_ids": ["texts", "tokens"]}

    def _worded(self) -> str:
        """Word vectors, as int8 with a scale for each word."""
        name = "embeddings.word_embeddings.weight"
        codes = self._slot(name, "codes", (self._words, self._size), TensorProto.INT8)
        scales = self._slot(name, "scales", (self._words, 1))
        self._node("Gather", [codes, "input_ids"], "word.codes")
        self._node("Cast", ["word.codes"], "word.numbers", to=TensorProto.FLOAT)
        self._node("Gather", [scales, "input_ids"], "word.scales")
        return self._node("Mul", ["word.numbers", "word.scales"], "words")

    def _placed(self, first: int) -> str:
        """Vectors of the tokens' positions, which count from ``first``."""
        self._node("Shape", ["input_ids"], "size", start=1, end=2)
        self._node("Squeeze", ["size", self._constant("axis.0", [0])], "tokens")
        zero, one = self._constant("zero", 0), self._constant("one", 1)
        self._node("Range", [zero, "tokens", one], "places")
        self._node("Add", ["places", self._constant("first", first)], "positions")
        table = self._slot("embeddings.position_embeddings.weight", "values", (self._positions, self._size))
        return self._node("Gather", [table, "positions"], "position.vectors")

    def _normalized(self, inputs: str, output: str) -> None:
        normal = self._normal("embeddings.LayerNorm")
        self._node("LayerNormalization", [inputs, *normal], output, epsilon=self._epsilon)

    @classmethod
    def groups(cls, config: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """Return the large matrices' names, those together that read the same."""
        found = list[tuple[str, ...]]()
        for number in range(int(config["num_hidden_layers"])):
            name = f"encoder.layer.{number}"
            found.append(tuple(f"{name}.{part}" for part in cls.stacked))
            found += [(f"{name}.{part}",) for part in (cls.mixed, "intermediate.dense", "output.dense")]
        return found

    def _layer(self, number: int, inputs: str, output: str) -> None:
        name, own, size = f"encoder.layer.{number}", f"layer.{number}", self._size
        three = [f"{own}.{part}" for part in "qkv"]
        self._linear(inputs, [f"{name}.{part}" for part in self.stacked], size, 3 * size, f"{own}.qkv")
        self._node("Split", [f"{own}.qkv"], *three, axis=-1, num_outputs=3)
        self._node(
            "MultiHeadAttention", [*three, *self._bias()], f"{own}.mixed", domain=MICROSOFT, num_heads=self._attention
        )
        self._linear(f"{own}.mixed", [f"{name}.{self.mixed}"], size, size, f"{own}.o")
        self._added(f"{own}.o", inputs, f"{name}.{self.attended}", f"{own}.attended")
        self._linear(f"{own}.attended", [f"{name}.intermediate.dense"], size, self._inner, f"{own}.inner")
        self._node("Gelu", [f"{own}.inner"], f"{own}.gelu", domain=MICROSOFT)
        self._linear(f"{own}.gelu", [f"{name}.output.dense"], self._inner, size, f"{own}.outer")
        self._added(f"{own}.outer", f"{own}.attended", f"{name}.output.LayerNorm", output)

    def _bias(self) -> list[str]:
        """Return what attention takes besides queries, keys and values."""
        return []

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


class MiniLM(Graph):
    """The packaged network: a BERT, whose tokens are of the question or of the text."""

    stacked = ("attention.self.query", "attention.self.key", "attention.self.value")
    mixed = "attention.output.dense"
    attended = "attention.output.LayerNorm"

    def _inputs(self) -> dict[str, list[str | int]]:
        return {name: ["texts", "tokens"] for name in ("input_ids", "token_type_ids")}

    def _embedded(self, output: str) -> None:
        self._node("Add", [self._worded(), self._placed(0)], "placed")
        table = self._slot("embeddings.token_type_embeddings.weight", "values", (2, self._size))
        self._node("Gather", [table, "token_type_ids"], "kind.vectors")
        self._normalized(self._node("Add", ["placed", "kind.vectors"], "embedded"), output)


class MPNet(Graph):
    """The careful network, whose attention also looks at how far apart two tokens are."""

    stacked = ("attention.attn.q", "attention.attn.k", "attention.attn.v")
    mixed = "attention.attn.o"
    attended = "attention.LayerNorm"

    def __init__(self, part: Part, config: Mapping[str, Any], *rest: Any) -> None:
        super().__init__(part, config, *rest)
        self._buckets = int(config.get("relative_attention_num_buckets", 32))

    def _embedded(self, output: str) -> None:
        self._normalized(self._node("Add", [self._worded(), self._placed(PAD + 1)], "embedded"), output)
        # What the distance of two tokens adds to their attention, the same in every layer.
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

    def _bias(self) -> list[str]:
        return ["", "", "bias"]


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
