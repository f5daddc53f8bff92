"""Write a trained reader or judge as ONNX, with its tokenizer: what rag/reading/network.py reads.

    python training/export_reader.py --model RUN/best.pt --windows FOLDER/windows.jsonl --out rag/weights
    python training/export_reader.py --judge RUN/judge.pt --windows MIX/windows.jsonl --out rag/weights

Word vectors are kept as int8 with a scale for each word, and large matrices are computed with in whole numbers
(training/graph.py). What the file says is compared with PyTorch on held-back windows or claims, and both are measured.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import judge_model
import numpy as np
import onnx
import onnxruntime
import reader_model
from graph import HEADS, MiniLM
from judge_model import Judge
from onnx import ModelProto
from reader_model import Example, Reader, load, load_trained, tokenized, weights
from smooth import factors
from train_reader import sample

from rag.models import careful
from rag.models.careful import JUDGE, READER
from rag.models.embed import PACKAGED_NAME, find
from rag.reading import network
from rag.reading.network import Read, decoded, tokenizer

COMPARED = 300
"""Windows or claims on which what is exported is compared."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", type=Path, help="a reader's weights")
    which.add_argument("--judge", type=Path, help="a judge's")
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=200, help="to measure a reader on")
    arguments = parser.parse_args()

    model = Judge() if arguments.judge else Reader()
    load_trained(model, weights(arguments.judge or arguments.model))
    held_back = load(arguments.windows, "dev")
    examples = tokenized(spread(held_back) if arguments.judge else sample(held_back, arguments.questions))
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / (network.JUDGE if arguments.judge else network.FILES[0])
    made = exported(model, examples)
    onnx.save(made, path)
    finish(arguments.out)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB; SHA-256 in {network.SUMS}")
    compared(model, made, examples)


def spread(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most ``COMPARED`` lines, evenly from all: a file may have one set after the other."""
    return lines[:: -(-len(lines) // COMPARED)]


def exported(model: Reader, examples: list[Example]) -> ModelProto:
    """Return a packaged network with its weights; what it reads in the examples tells how to even it out."""
    part = JUDGE if isinstance(model, Judge) else READER
    tensors = {name: value.float().numpy() for name, value in model.state_dict().items()}
    config = model.encoder.config.to_dict()
    heads = {name: value.shape for name, value in tensors.items() if name.partition(".")[0] in HEADS[part]}
    made = MiniLM(part, config, heads, factors(model, MiniLM.groups(config), examples)).model()
    careful.fill(made, lambda name: tensors[name if name in heads else f"encoder.{name}"])
    return made


def finish(folder: Path) -> None:
    """Put the tokenizer of exported networks beside them, and the sums of all."""
    words = tokenizer(Path(find(PACKAGED_NAME).location)).to_str(pretty=False)
    (folder / network.TOKENIZER).write_text(words, encoding="utf-8")
    (folder / network.SUMS).write_text(network.sums(folder), encoding="utf-8")


def compared(model: Reader, made: ModelProto, examples: list[Example]) -> None:
    """Print how far a network is from PyTorch, how good both are, and how long it takes with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    taken = [one.name for one in session.get_inputs()]
    outputs = ("verdict",) if isinstance(model, Judge) else network.OUTPUTS
    given = [one.tokens.inputs() for one in examples]
    began = time.process_time()
    said = [session.run(outputs, {name: inputs[name] for name in taken}) for inputs in given]
    print(f"{1000 * (time.process_time() - began) / len(examples):.1f} ms each, one thread")
    if isinstance(model, Judge):
        logits, wanted = np.concatenate([one[0] for one in said]), judge_model.judged(model, examples)
        apart = np.abs(logits - wanted)
        mean, largest = float(apart.mean()), float(apart.max())
        figures = [judge_model.figures(examples, each) for each in (wanted, logits)]
    else:
        reads = [decoded(one.tokens, *(part[0] for part in parts)) for one, parts in zip(examples, said, strict=True)]
        original = reader_model.read(model, examples)
        mean, largest = difference(original, reads)
        figures = [reader_model.figures(examples, each) for each in (original, reads)]
    print(f"difference of a logit: mean {mean:.3f}, largest {largest:.3f}")
    for name, found in zip(("PyTorch", "ONNX"), figures, strict=True):
        print(name, {figure: round(value, 3) for figure, value in found.items()})


def difference(original: list[Read], reads: list[Read]) -> tuple[float, float]:
    """Return the mean and the largest difference of what is said of windows and sentences."""
    pairs = list(zip(original, reads, strict=True))
    apart = np.concatenate([np.abs([*(a.sentences - b.sentences), a.holds - b.holds]) for a, b in pairs])
    return float(np.nanmean(apart)), float(np.nanmax(apart))


if __name__ == "__main__":
    main()
