"""Write a trained reader as ONNX, with its tokenizer: what rag/reading/network.py reads.

    python training/export_reader.py --model RUN/best.pt --windows FOLDER/windows.jsonl --out rag/weights

Word vectors are kept as int8 with a scale for each word, all other weights as fp16, and both are turned into fp32 when
the file is loaded: computing stays fp32. The exported reader is compared with PyTorch's on held-back windows, and both
are measured.
"""

import argparse
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from reader_model import Example, Reader, batch, figures, load, load_trained, read, tokenized, weights, window
from torch import Tensor, nn
from train_reader import sample

from rag.models.embed import PACKAGED_NAME, find
from rag.reading import network
from rag.reading.network import Network, Read, tokenizer

INPUTS = ("input_ids", "attention_mask", "token_type_ids", "sentence_weights")
SMALL = 1024
"""Weights of fewer numbers stay as they are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=200, help="to measure on")
    arguments = parser.parse_args()

    model = Reader()
    load_trained(model, weights(arguments.model))
    examples = tokenized(sample(load(arguments.windows, "dev"), arguments.questions))
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "reader.onnx"
    export(model, examples[:2], path)
    finish(arguments.out)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB; SHA-256 in {network.SUMS}")

    began = time.monotonic()
    exported = Network(arguments.out, threads=2).read([window(one.line) for one in examples])
    print(f"{len(examples)} windows, {1000 * (time.monotonic() - began) / len(examples):.1f} ms each")
    original = read(model, examples)
    print(f"largest difference of a logit: {difference(original, exported):.4f}")
    for name, reads in (("PyTorch", original), ("ONNX", exported)):
        print(name, {figure: round(value, 3) for figure, value in figures(examples, reads).items()})


class Exported(nn.Module):
    """A reader without the head for yes or no, which is not sure enough to be shipped (LOG.md)."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        found: tuple[Tensor, ...] = self.reader(*inputs)[:4]
        return found


def finish(folder: Path) -> None:
    """Make the exported weights small, and put their tokenizer beside them."""
    path = folder / "reader.onnx"
    onnx.save(shrunk(onnx.load(path)), path)
    words = tokenizer(Path(find(PACKAGED_NAME).location)).to_str(pretty=False)
    (folder / "tokenizer.json").write_text(words, encoding="utf-8")
    (folder / network.SUMS).write_text(network.sums(folder), encoding="utf-8")


def difference(original: list[Read], exported: list[Read]) -> float:
    pairs = list(zip(original, exported, strict=True))
    sentences = max(float(np.abs(a.sentences - b.sentences).max()) for a, b in pairs)
    return max(sentences, max(abs(a.holds - b.holds) for a, b in pairs))


def export(model: Reader, examples: list[Example], path: Path) -> None:
    traced(model, Exported(model), batch(examples), path, network.OUTPUTS)


def traced(model: Reader, exported: nn.Module, tensors: dict[str, Tensor], path: Path, outputs: Sequence[str]) -> None:
    """Write a network as ONNX, its weights as they are.

    Args:
        model: holds the encoder.
        exported: what is written; it takes ``INPUTS``.
        tensors: some texts, which it is traced on.
        path: of the file.
        outputs: names of what it gives.
    """
    model.eval()
    model.encoder.set_attn_implementation("eager")  # which the exporter can trace
    axes = {name: {0: "texts"} for name in (*INPUTS, *outputs)}
    for name in axes.keys() & {*INPUTS[:3], "start", "end"}:
        axes[name][1] = "tokens"
    axes["sentence"][1] = "sentences"
    axes["sentence_weights"] |= {1: "sentences", 2: "tokens"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on constant branches; what comes out is compared
        torch.onnx.export(
            exported,
            tuple(tensors[name] for name in INPUTS),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=INPUTS,
            output_names=outputs,
            dynamic_axes=axes,
        )
    model.encoder.set_attn_implementation("sdpa")


def shrunk(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep word vectors as int8 and other large weights as fp16, each followed by a cast to fp32."""
    graph = model.graph
    (words,) = (weight for weight in graph.initializer if weight.name.endswith("word_embeddings.weight"))
    (gather,) = (node for node in graph.node if node.op_type == "Gather" and node.input[0] == words.name)
    table = numpy_helper.to_array(words)
    scales = np.abs(table).max(axis=1, keepdims=True) / 127
    small = np.round(table / scales).astype(np.int8)
    looked_up = gather.output[0]
    weights = [numpy_helper.from_array(small, "words"), numpy_helper.from_array(scales.astype(np.float32), "scales")]
    nodes = [
        helper.make_node("Gather", ["words", gather.input[1]], ["word_integers"], axis=0),
        helper.make_node("Cast", ["word_integers"], ["word_values"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", gather.input[1]], ["word_scales"], axis=0),
        helper.make_node("Mul", ["word_values", "word_scales"], [looked_up]),
    ]
    casts = []
    for weight in graph.initializer:
        if weight.name == words.name:
            continue
        array = numpy_helper.to_array(weight)
        if array.dtype != np.float32 or array.size < SMALL:
            weights.append(weight)
            continue
        weights.append(numpy_helper.from_array(array.astype(np.float16), f"{weight.name}.half"))
        casts.append(helper.make_node("Cast", [f"{weight.name}.half"], [weight.name], to=TensorProto.FLOAT))
    place = list(graph.node).index(gather)
    ordered = [*casts, *list(graph.node)[:place], *nodes, *list(graph.node)[place + 1 :]]
    made = helper.make_graph(ordered, "reader", graph.input, graph.output, weights)
    return helper.make_model(made, opset_imports=model.opset_import, ir_version=model.ir_version)


if __name__ == "__main__":
    main()
