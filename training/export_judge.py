"""Write a trained judge as ONNX: what rag/judge.py reads, with the reader's tokenizer beside it.

    python training/export_judge.py --judge RUN/judge.pt --windows FOLDER/windows.jsonl --out rag/weights

Weights are kept small as export_reader.py does. What the file says is compared with PyTorch on held-back claims.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from export_reader import INPUTS, shrunk
from judge_model import Exported, Judge, batch, judged, tokenized
from reader_model import Example, load, load_trained

OUTPUTS = ("verdict", "sentence")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    model = Judge()
    load_trained(model, dict(torch.load(arguments.judge, weights_only=True)))
    examples = tokenized(load(arguments.windows, "dev")[:300])
    path = arguments.out / "judge.onnx"
    export(model, examples[:2], path)
    onnx.save(shrunk(onnx.load(path)), path)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    began = time.monotonic()
    found = np.concatenate([session.run(["verdict"], one.tokens.inputs())[0] for one in examples])
    print(f"{1000 * (time.monotonic() - began) / len(examples):.1f} ms a pair, one thread")
    print(f"largest difference of a logit: {np.abs(found - judged(model, examples)).max():.4f}")


def export(model: Judge, examples: list[Example], path: Path) -> None:
    model.eval()
    model.encoder.set_attn_implementation("eager")  # which the exporter can trace
    tensors = batch(examples, model.pad)
    texts = {0: "texts"}
    axes = {name: texts | {1: "tokens"} for name in INPUTS[:3]}
    axes |= {"sentence_weights": texts | {1: "sentences", 2: "tokens"}, "sentence": texts | {1: "sentences"}}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on constant branches; what comes out is compared
        torch.onnx.export(
            Exported(model),
            tuple(tensors[name] for name in INPUTS),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_axes={**axes, "verdict": texts},
        )
    model.encoder.set_attn_implementation("sdpa")


if __name__ == "__main__":
    main()
