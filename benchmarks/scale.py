"""Measure how building and searching grow with the number of passages, and against llama-index; print Markdown.

    pip install '.[benchmarks]'
    python benchmarks/scale.py --data DATA [--sizes 1000 10000 100000] [--stock 1500] > benchmarks/scale.md

DATA holds question sets in the project's gold form; their sentences, shuffled, make documents of one passage each, so
that the vocabulary is a real one and no two documents are alike. The folder is one ``.jsonl`` corpus. Every build is a
process of its own, so that its peak memory can be told.
"""

import argparse
import gzip
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

SETS = ("multihop_news", "squad2", "clapnq", "nq", "hotpotqa", "musique", "mtrag")
LONGEST = 700
"""Characters of a document: one passage, as long as passages are."""
SEARCHES = 200
CHANGED = 100
"""Documents that are replaced for the second build."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--stock", type=int, default=1500, help="passages that llama-index is given (default: 1500)")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        CHILDREN[arguments.child[0]](Path(arguments.child[1]))
        return
    sentences, questions = read(arguments.data)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        print(HEAD)
        print(stock(work / "stock", sentences, arguments.stock))
        print(GROWTH_HEAD)
        for size in arguments.sizes:
            print(growth(work / str(size), sentences, questions, size), flush=True)
        print(READING)


HEAD = """\
# Building and searching as the index grows

Made by `python benchmarks/scale.py --data DATA` on two cores. Passages are real sentences, shuffled into new documents.

## Against llama-index

The same passages, the same model (all-MiniLM-L6-v2), the same two cores, in turn: `VectorStoreIndex.from_documents`
with `HuggingFaceEmbedding`, as they come, and `rag.build`, which also splits, writes BM25, near copies, checksums
and the encoder, and syncs to disk. Seconds without imports and loading the model, best of two.

| | seconds | passages a second | ratio |
| --- | --- | --- | --- |"""
COLUMNS = (
    "passages",
    "build",
    "passages a second",
    "again",
    "memory, build",
    "index",
    "open",
    "memory, search",
    "search p50",
    "p95",
    "with encoding, p95",
    "answer, p95",
)
GROWTH_HEAD = f"""
## Growth

*build* is a first build; *again* one after {CHANGED} documents were replaced; *open* what `Engine.open` takes. Memory
is the peak of the process. Search is both legs, warm, a question at a time; `rag search` also encodes the question,
and `rag ask` reads eight passages too.

| {" | ".join(COLUMNS)} |
|{" --- |" * len(COLUMNS)}"""


READING = """
## Reading

- A build takes time in proportion to the number of passages, nearly all of it for encoding: on two cores some seventy
  to a hundred and twenty a second, by how long they are and what else the machine does. After a change it takes as
  long as reading, near copies, BM25 and checksums do, four ten-thousandths of a second a passage.
- Of the memory of a small build 0.9 GB are torch and the model while it is exported; texts are held once, vectors never
  all together. The index takes 3.5 kB a passage beside the 90 MB of the encoder, half of it vectors.
- A search grows with both legs: BM25 scores every passage, the vectors are all compared up to 200,000.
- **Ten million passages** were not tried. By these figures: a first build takes one to two days on two cores (it would
  have to be parted, or encoded on a GPU), one after a change an hour and more, for near copies and BM25 are made anew;
  the disk 35 GB, of which the vectors, 15 GB, are mapped and read only where their signs (0.5 GB, in memory) agree. The
  signs would take some 30 ms of a search, BM25, which scores every passage, half a second. What ends first is memory:
  the texts, 8 GB, are held at once while they are read, and so are the vocabulary and the counts of BM25. Sources would
  have to be read in parts, and BM25 be cut to the best passages of each word.
"""


def read(data: Path) -> tuple[list[str], list[str]]:
    """Return the sentences of all corpora and the questions of all sets."""
    from rag.documents.split import sentences

    found: dict[str, None] = {}
    questions = []
    for name in SETS:
        for row in lines(data / name / "corpus.jsonl.gz"):
            found |= dict.fromkeys(row["text"][s.start : s.end] for s in sentences(row["text"]))
        questions += [row["question"] for row in lines(data / name / "gold.jsonl.gz") if row["answerable"]]
    random.Random(1).shuffle(questions)
    return [sentence for sentence in found if len(sentence) < LONGEST], questions


def lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def documents(sentences: list[str], count: int, seed: int) -> list[str]:
    """Return so many texts of shuffled sentences."""
    dice = random.Random(seed)
    texts = []
    for _ in range(count):
        parts: list[str] = []
        while sum(map(len, parts)) + len(part := dice.choice(sentences)) + len(parts) < LONGEST:
            parts.append(part)
        texts.append(" ".join(parts) or part)
    return texts


def write(folder: Path, texts: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps({"id": f"{number:07}", "text": text}) for number, text in enumerate(texts))
    (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")


def child(kind: str, work: Path) -> dict[str, float]:
    """Run one of ``CHILDREN`` in a process of its own and return what it prints, with its peak memory in MB."""
    command = [sys.executable, __file__, "--data", ".", "--child", kind, str(work)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child_build(work: Path) -> None:
    from rag.config import Config
    from rag.indexing.builder import build

    began = time.perf_counter()
    report = build(Config(sources=str(work / "sources"), index=str(work / "index")))
    print(json.dumps({"seconds": time.perf_counter() - began, "encoded": report.encoded, "peak": peak()}))


def child_search(work: Path) -> None:
    from rag.config import Config
    from rag.engine import Engine
    from rag.retrieval.hybrid import parts, retrieve

    began = time.perf_counter()
    engine = Engine.open(config=Config(index=str(work / "index")))
    opened = time.perf_counter() - began
    search, whole = [], []
    questions = (work / "questions.txt").read_text(encoding="utf-8").splitlines()
    for question in questions:
        began = time.perf_counter()
        vectors = engine.index.encoder.encode(parts(question))
        encoded = time.perf_counter()
        retrieve(engine.index, question, vectors, 8)
        search.append(time.perf_counter() - encoded)
        whole.append(time.perf_counter() - began)
    found = {"open": opened, "p50": statistics.median(search), "p95": p95(search), "whole": p95(whole), "peak": peak()}
    answers = []
    for question in questions:  # last: reading takes more memory than searching
        began = time.perf_counter()
        engine.ask(question)
        answers.append(time.perf_counter() - began)
    print(json.dumps(found | {"answer": p95(answers)}))


def child_stock(work: Path) -> None:
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    from rag.models import embed

    texts = [json.loads(line)["text"] for line in (work / "sources" / "corpus.jsonl").read_text().split("\n")]
    model = HuggingFaceEmbedding(model_name=embed.find(embed.PACKAGED_NAME).location, device="cpu")
    model.get_text_embedding("warm")
    began = time.perf_counter()
    VectorStoreIndex.from_documents([Document(text=text) for text in texts], embed_model=model)
    print(json.dumps({"seconds": time.perf_counter() - began}))


def child_ours(work: Path) -> None:
    """Build where an index of one other document lies, so that the model is there already, as it is for the other."""
    from rag.config import Config
    from rag.indexing.builder import build

    shutil.rmtree(work / "ours", ignore_errors=True)
    build(Config(sources=str(work / "one"), index=str(work / "ours")))
    began = time.perf_counter()
    build(Config(sources=str(work / "sources"), index=str(work / "ours")))
    print(json.dumps({"seconds": time.perf_counter() - began}))


CHILDREN = {"build": child_build, "search": child_search, "stock": child_stock, "ours": child_ours}


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def stock(work: Path, sentences: list[str], count: int) -> str:
    write(work / "sources", documents(sentences, count, seed=2))
    write(work / "one", ["One sentence."])
    seconds: dict[str, list[float]] = {"stock": [], "ours": []}
    for _ in range(2):
        for kind, taken in seconds.items():
            taken.append(child(kind, work)["seconds"])
    theirs, ours = (min(seconds[kind]) for kind in ("stock", "ours"))
    return "\n".join(
        f"| {name} | {taken:.1f} | {count / taken:.0f} | {theirs / taken:.2f} |"
        for name, taken in (("llama-index, stock", theirs), ("Quoteline", ours))
    )


def growth(work: Path, sentences: list[str], questions: list[str], size: int) -> str:
    texts = documents(sentences, size, seed=3)
    write(work / "sources", texts)
    (work / "questions.txt").write_text("\n".join(questions[:SEARCHES]), encoding="utf-8")
    first = child("build", work)
    write(work / "sources", [*documents(sentences, CHANGED, seed=4), *texts[CHANGED:]])
    again = child("build", work)
    found = child("search", work)
    current = work / "index" / (work / "index" / "CURRENT").read_text().strip()
    disk = sum(path.stat().st_size for path in current.rglob("*") if path.is_file()) / 2**20
    return (
        f"| {size:,} | {first['seconds']:.0f} s | {size / first['seconds']:.0f} | {again['seconds']:.1f} s "
        f"| {first['peak']:.0f} MB | {disk:.0f} MB | {found['open']:.2f} s | {found['peak']:.0f} MB "
        f"| {1000 * found['p50']:.1f} ms | {1000 * found['p95']:.1f} ms | {1000 * found['whole']:.1f} ms "
        f"| {1000 * found['answer']:.0f} ms |"
    )


if __name__ == "__main__":
    main()
