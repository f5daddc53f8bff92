"""Measure ways to encode passages with the default encoder on this machine; print a Markdown table.

    python -m benchmarks.encoding --data DATA [--passages 256]

DATA holds question sets in the project's gold form; their passages are what is encoded. Ways take turns, best of three.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from benchmarks.scale import documents, read
from rag.models import embed, encode

os.environ["HF_HUB_OFFLINE"] = "1"

ROUNDS = 3
Way = Callable[[list[str]], NDArray[np.float32]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=256)
    arguments = parser.parse_args()
    texts = documents(read(arguments.data)[0], arguments.passages, seed=2)
    with tempfile.TemporaryDirectory() as work:
        ways = make(Path(work))
        original = ways["sentence-transformers, batches of 32, by length"](texts)
        rates = dict.fromkeys(ways, 0.0)
        cosines = {}
        for _ in range(ROUNDS):
            for name, run in ways.items():
                began = time.perf_counter()
                vectors = run(texts)
                rates[name] = max(rates[name], len(texts) / (time.perf_counter() - began))
                cosines[name] = float((vectors * original).sum(axis=1).min())
    slowest = min(rates.values())
    print("| way | passages a second | ratio | least cosine with the original |\n| --- | --- | --- | --- |")
    for name, rate in sorted(rates.items(), key=lambda item: item[1]):
        print(f"| {name} | {rate:.0f} | {rate / slowest:.2f} | {cosines[name]:.5f} |")


def make(work: Path) -> dict[str, Way]:
    model = embed.find(embed.PACKAGED_NAME)
    loaded = encode.load(model.name, model.location)
    card = embed.export(model, loaded, work)
    quantize_dynamic(str(work / "encoder.onnx"), str(work / "int8.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    shipped = encode.OnnxEncoder(work, card, threads=2)

    def torch(size: int) -> Way:
        return lambda texts: np.asarray(
            loaded.encode(texts, batch_size=size, normalize_embeddings=True, show_progress_bar=False)
        )

    return {
        "sentence-transformers, batches of 10, by length": torch(10),
        "sentence-transformers, batches of 32, by length": torch(32),
        "ONNX Runtime, batches of 16, by length, 2 threads within": batched(work / "encoder.onnx", asdict(card)),
        "ONNX Runtime, a text a thread, 2 threads (shipped)": shipped.encode,
        "the same, a process a core, 2 processes": processes(work),
        "a text a thread, weights in int8": alone(work / "int8.onnx", asdict(card)),
    }


def batched(path: Path, card: dict[str, Any]) -> Way:
    session, tokenizer = opened(path, card, threads=2)
    tokenizer.enable_padding()

    def run(texts: list[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), card["dimension"]), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        for start in range(0, len(order), 16):
            chosen = order[start : start + 16]
            encodings = tokenizer.encode_batch([texts[n] for n in chosen])
            ids, mask = (np.array([getattr(e, name) for e in encodings]) for name in ("ids", "attention_mask"))
            vectors[chosen] = session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    return run


ENCODER: list[encode.QueryEncoder] = []
"""Of a process that encodes for another."""


def processes(work: Path) -> Way:
    pool = ProcessPoolExecutor(2, get_context("spawn"), begin, (work,))

    def run(texts: list[str]) -> NDArray[np.float32]:
        batches = [texts[start : start + 16] for start in range(0, len(texts), 16)]
        return np.concatenate(list(pool.map(in_process, batches)))

    run(list(encode.CANARIES) * 16)  # so that both have the model
    return run


def begin(work: Path) -> None:
    ENCODER.append(encode.read(work, threads=1))


def in_process(texts: list[str]) -> NDArray[np.float32]:
    return ENCODER[0].encode(texts)


def alone(path: Path, card: dict[str, Any]) -> Way:
    session, tokenizer = opened(path, card, threads=1)

    def one(text: str) -> NDArray[np.float32]:
        ids = np.array([tokenizer.encode(text).ids])
        vector: NDArray[np.float32] = session.run(["vector"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[
            0
        ][0]
        return vector

    def run(texts: list[str]) -> NDArray[np.float32]:
        with ThreadPoolExecutor(2) as pool:
            return np.array(list(pool.map(one, texts)))

    return run


def opened(path: Path, card: dict[str, Any], threads: int) -> tuple[onnxruntime.InferenceSession, Tokenizer]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    tokenizer = Tokenizer.from_file(str(path.parent / "tokenizer.json"))
    tokenizer.enable_truncation(card["max_tokens"])
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]), tokenizer


if __name__ == "__main__":
    main()
