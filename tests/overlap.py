"""A network with the judge's inputs and outputs that tells how much of a claim's words a passage has.

It stands in for the judge where a test is about what is built around it. A claim of which every word is there is
supported; one with the word "never" is contradicted by whatever has the rest of its words.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.claims.judging import Judge, JudgeNetwork, fitted
from rag.reading import network

NUMBERS = {"slope": 1.0, "bias": 0.0, "threshold": 0.5, "contradicts": 0.6, "refused": 0.1}
DENIES = "never"
STEEP = 40.0
"""Logit a share of the words."""
ENOUGH = 0.85
"""Share of the words from which on a claim is supported."""


def judge(folder: Path) -> Judge:
    """Write the network into a folder and return a judge that runs it."""
    write(folder)
    return Judge(JudgeNetwork.of(folder, threads=1), fitted(folder))


def write(folder: Path) -> None:
    """Write ``judge.onnx``, the packaged tokenizer, ``judge.json`` and the sums of the first two."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(network.WEIGHTS / network.TOKENIZER, folder)
    word = network.tokenizer(folder).token_to_id(DENIES) or 0
    onnx.save(_model(word), folder / network.JUDGE)
    (folder / "judge.json").write_text(json.dumps(NUMBERS))
    (folder / network.SUMS).write_text(network.sums(folder))


def _model(word: int) -> onnx.ModelProto:
    constants: dict[str, Any] = {
        "one": np.array(1.0, dtype=np.float32),
        "least": np.array(200, dtype=np.int64),
        "word": np.array(word, dtype=np.int64),
        "steep": np.array(STEEP, dtype=np.float32),
        "enough": np.array(ENOUGH, dtype=np.float32),
        "axis1": np.array([1], dtype=np.int64),
        "axis2": np.array([2], dtype=np.int64),
        "nought": np.array([[0.0]], dtype=np.float32),
        "far": np.array(60.0, dtype=np.float32),
    }
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Cast", ["token_type_ids"], "context", {"to": TensorProto.FLOAT}),
        ("Greater", ["input_ids", "least"], "words", {}),  # no mark of the tokenizer
        ("Cast", ["words"], "own", {"to": TensorProto.FLOAT}),
        ("Equal", ["input_ids", "word"], "marked", {}),
        ("Cast", ["marked"], "mark", {"to": TensorProto.FLOAT}),
        ("Sub", ["one", "mark"], "unmarked", {}),
        ("Sub", ["one", "context"], "claimed", {}),
        ("Mul", ["claimed", "own"], "all_claim", {}),
        ("Mul", ["all_claim", "unmarked"], "claim", {}),
        ("Mul", ["context", "own"], "passage", {}),
        ("Unsqueeze", ["input_ids", "axis1"], "across", {}),
        ("Unsqueeze", ["input_ids", "axis2"], "down", {}),
        ("Equal", ["across", "down"], "same", {}),
        ("Cast", ["same"], "equal", {"to": TensorProto.FLOAT}),
        ("Unsqueeze", ["passage", "axis1"], "passage_across", {}),
        ("Mul", ["equal", "passage_across"], "there", {}),
        ("ReduceMax", ["there"], "has", {"axes": [2], "keepdims": 0}),
        ("Mul", ["has", "claim"], "held", {}),
        ("ReduceSum", ["held", "axis1"], "count", {"keepdims": 1}),
        ("ReduceSum", ["claim", "axis1"], "size", {"keepdims": 1}),
        ("Max", ["size", "one"], "least_one", {}),
        ("Div", ["count", "least_one"], "share", {}),
        ("Sub", ["share", "enough"], "above", {}),
        ("Mul", ["above", "steep"], "logit", {}),
        ("Mul", ["mark", "claimed"], "says", {}),
        ("ReduceMax", ["says"], "denies", {"axes": [1], "keepdims": 1}),
        ("Mul", ["denies", "far"], "less", {}),
        ("Sub", ["logit", "less"], "supports", {}),
        ("Sub", ["one", "denies"], "agrees", {}),
        ("Mul", ["agrees", "far"], "lesser", {}),
        ("Sub", ["logit", "lesser"], "contradicts", {}),
        ("Concat", ["supports", "contradicts", "nought"], "verdict", {"axis": 1}),
        ("Unsqueeze", ["claim", "axis1"], "claim_across", {}),
        ("Mul", ["equal", "claim_across"], "told", {}),
        ("ReduceMax", ["told"], "in_claim", {"axes": [2], "keepdims": 1}),
        ("MatMul", ["sentence_weights", "in_claim"], "by_sentence", {}),
        ("Squeeze", ["by_sentence", "axis2"], "sentence", {}),
    ]
    integers = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [None, None]) for name in integers]
    inputs.append(helper.make_tensor_value_info("sentence_weights", TensorProto.FLOAT, [None, None, None]))
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None]) for name in ("verdict", "sentence")]
    graph = helper.make_graph(
        [helper.make_node(kind, names, [out], **options) for kind, names, out, options in steps],
        "overlap",
        inputs,
        outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
