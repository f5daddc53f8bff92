"""Write a trained judge as ONNX: what rag/judge.py reads, with the reader's tokenizer beside it.

    python training/export_judge.py --judge RUN/judge.pt --windows FOLDER/windows.jsonl --out rag/weights

Weights are kept small as export_reader.py does. What the file says is compared with PyTorch on held-back claims.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from export_reader import shrunk, traced
from judge_model import Exported, Judge, batch, judged
from reader_model import load, load_trained, tokenized

from rag.reading import network

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
    traced(model, Exported(model), batch(examples[:2], model.pad), path, OUTPUTS)
    onnx.save(shrunk(onnx.load(path)), path)
    (arguments.out / network.SUMS).write_text(network.sums(arguments.out), encoding="utf-8")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    began = time.monotonic()
    found = np.concatenate([session.run(["verdict"], one.tokens.inputs())[0] for one in examples])
    print(f"{1000 * (time.monotonic() - began) / len(examples):.1f} ms a pair, one thread")
    print(f"largest difference of a logit: {np.abs(found - judged(model, examples)).max():.4f}")


if __name__ == "__main__":
    main()
