"""One run: gold questions through an engine, figures, gate, and a folder that tells it all."""

import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rag import __version__
from rag.config import Config, environment
from rag.engine import Engine
from rag.errors import UsageError
from rag.evaluation import html, report, results
from rag.evaluation.ask import Measured, ask_all
from rag.evaluation.gate import Failure, Gate, checks
from rag.evaluation.gold import TYPES, GoldFile, Question, load
from rag.evaluation.offline import watched
from rag.evaluation.results import Result
from rag.evaluation.statistics import SEED
from rag.evaluation.summary import summarise
from rag.indexing.builder import build

IN_PROCESS = ("local:", "gguf:")
"""LLMs that no connection is opened for."""
LIBRARIES = ("onnxruntime", "faiss-cpu", "bm25s", "numpy", "scipy", "ir-measures", "llama-index-core")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which questions of the gold files to ask; all of them by default."""

    types: tuple[str, ...] = ()
    split: str | None = None
    limit: int | None = None
    """Most questions of a file, taken evenly from all of it."""

    def of(self, questions: Sequence[Question]) -> list[Question]:
        """Return the questions that are selected, in order."""
        chosen = [q for q in questions if (not self.types or q.type in self.types) and self.split in (None, q.split)]
        if self.limit is None or self.limit >= len(chosen):
            return chosen
        return [chosen[n * len(chosen) // self.limit] for n in range(self.limit)]


EVERY = Selection()


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was written."""

    folder: Path
    summary: dict[str, Any]
    failures: list[Failure]
    markdown: str


def run(
    config: Config,
    golds: Sequence[GoldFile],
    selection: Selection = EVERY,
    *,
    sources: str | None = None,
    keep: bool = False,
    out: str | Path | None = None,
    scoped: bool = False,
    progress: bool = False,
) -> Run:
    """Ask the questions of gold files over an index, and write the run's folder.

    Args:
        config: names the index, and everything an answer depends on.
        golds: gold files; no two of the same name.
        selection: which of their questions.
        sources: folder to index first; by default the index that is there is asked.
        keep: build that in ``config.index``; otherwise in a temporary folder.
        out: folder to write, new or empty; by default one in ``config.runs`` named by the time.
        scoped: a question may be answered only from the documents that it names.
        progress: draw a bar on standard error.

    Raises:
        GoldError: a gold file, floors or a baseline that cannot be used.
        UsageError: nothing is selected, or the folder is not empty.
        IndexMissing, IndexDamaged: as opening it does.
    """
    began = time.perf_counter()
    started = datetime.now(UTC)
    by_time = Path(config.runs) / started.strftime("%Y-%m-%dT%H-%M-%S")
    folder = new_folder(by_time if out is None else Path(out))
    questions = _selected(golds, selection)
    gates = [Gate.of(gold) for gold in golds]
    with _over(config, sources, keep=keep) as own:
        with watched() as outside, Engine.open(config=own) as engine:
            folder.mkdir(parents=True, exist_ok=True)  # before the work: it may not be writable
            measured = ask_all(engine, questions, scoped=scoped, progress=progress)
            origin = _origin(engine, golds, questions, selection)
        cold = _cold_start(own, next(iter(questions.values()))[0].question)
    if own.llm is None or own.llm.startswith(IN_PROCESS):
        measured.checks["connections_outside"] = len(outside)  # those of opening the models too
    else:  # whoever names a server wants it to be asked
        del measured.checks["connections_outside"]
    failures, looked = _judge(measured, gates, selection)
    summary = {
        **origin,
        **summarise(measured.results),
        "notes": _notes(measured),
        "checks": measured.checks,
        "gate": {"passed": not failures, "checked": "; ".join(looked), "failures": [str(f) for f in failures]},
        "operational": {
            "started": started.isoformat(timespec="seconds"),
            **_operational(measured, began),
            "cold_start_s": cold,
        },
    }
    return Run(folder, summary, failures, _write(folder, measured.results, summary, failures))


def _write(folder: Path, rows: Sequence[Result], summary: Mapping[str, Any], failures: Sequence[Failure]) -> str:
    """Write every file of a run; return its Markdown."""
    results.write(folder, rows, summary)
    text = report.markdown(summary)
    (folder / "summary.md").write_text(text, encoding="utf-8")
    (folder / "junit.xml").write_text(report.junit(rows, failures, summary["gate"]["checked"]), encoding="utf-8")
    page = html.page([results.form(folder.name, summary, rows)])
    (folder / "report.html").write_text(page, encoding="utf-8")
    return text


@contextmanager
def _over(config: Config, sources: str | None, *, keep: bool) -> Iterator[Config]:
    """Index a folder of sources for a run, if there is one; give the settings that name the index.

    Args:
        config: settings of the build.
        sources: the folder; None takes the index that is there.
        keep: build in ``config.index``; otherwise in a temporary folder.
    """
    if sources is None:
        yield config
    elif keep:
        build(config)
        yield config
    else:
        with TemporaryDirectory(prefix="rag-eval-") as folder:
            own = replace(config, index=folder)
            build(own)
            yield own


def new_folder(folder: Path) -> Path:
    """Return a folder that a run may be written to.

    Raises:
        UsageError: it is there and not an empty folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder: name another with --out, or remove it")
    return folder


def _selected(golds: Sequence[GoldFile], selection: Selection) -> dict[str, list[Question]]:
    if selection.limit is not None and selection.limit < 1:
        raise UsageError(f"--limit {selection.limit}: the least is 1")
    for type_ in selection.types:
        if type_ not in TYPES:
            raise UsageError(f"--type {type_}: known are {', '.join(TYPES)}")
    if len({gold.name for gold in golds}) < len(golds):
        raise UsageError("two gold files have the same name: rename one")
    questions = {gold.name: selection.of(load(gold.path)) for gold in golds}
    if not any(questions.values()):
        raise UsageError("no question has that type and split")
    return {name: own for name, own in questions.items() if own}


def _origin(
    engine: Engine, golds: Sequence[GoldFile], questions: Mapping[str, Sequence[Question]], selection: Selection
) -> dict[str, Any]:
    """Return what a run depends on: files, commit, index, models, settings, versions, seeds."""
    commit, dirty = _commit(golds[0].beside)
    encoder = engine.index.manifest.encoder
    reranker = engine.reranker
    return {
        "files": [
            {
                "name": gold.name,
                "path": str(gold.path),
                "beside": str(gold.beside),
                "sha256": gold.sha256(),
                "questions": len(questions.get(gold.name, ())),
            }
            for gold in golds
        ],
        "selection": asdict(selection),
        "commit": commit,
        "dirty": dirty,
        "index": engine.index.id,
        "models": {
            "encoder": {"name": encoder.name, "identity": encoder.identity},
            "reader": {"name": engine.reader.name, "identity": getattr(engine.reader, "identity", None)},
            "reranker": {"name": reranker.name} if reranker else None,
            "llm": {"name": engine.llm.name} if engine.llm else None,
        },
        "configuration": {name: found for name, found in asdict(engine.config).items() if name != "index"},
        "threshold": engine.threshold,
        "versions": {
            "quoteline": __version__,
            "python": platform.python_version(),
            **{library: version(library) for library in LIBRARIES},
        },
        "seeds": {"statistics": SEED},
    }


def _commit(folder: Path) -> tuple[str | None, bool | None]:
    """Return the commit of the repository that a folder is in and whether anything differs from it, or None."""
    try:
        head, changes = (
            subprocess.run(["git", *what], cwd=folder, capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603, S607
            for what in (("rev-parse", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    return head.strip(), bool(changes)


def _judge(measured: Measured, gates: Sequence[Gate], selection: Selection) -> tuple[list[Failure], list[str]]:
    """Return the failures of every gate, and what was looked at."""
    failures = checks(measured.checks, str(gates[0].gold.path))
    looked = ["pointers, exceptions, determinism, network"]
    sampled = selection.limit is not None or selection.split is not None
    for gate in gates:
        if own := [result for result in measured.results if result.file == gate.gold.name]:
            found, seen = gate.judge(own, sampled=sampled, every_type=not selection.types)
            failures += found
            looked += seen
    return failures, looked


def _notes(measured: Measured) -> list[str]:
    """Return what a reader of the figures must know."""
    notes = []
    if measured.missing:
        notes.append(f"{measured.missing} pieces of evidence are not in the index and count as not found")
    if unreviewed := sum(not result.reviewed for result in measured.results):
        notes.append(f"{unreviewed} questions are drafts that nobody has reviewed")
    if measured.warned:
        notes.append(f"{measured.warned} answers are quotes alone because the LLM failed")
    return notes


def _cold_start(config: Config, question: str) -> float | None:
    """Return the seconds that ``rag ask`` takes from its start to its end, or None if it failed."""
    command = [sys.executable, "-m", "rag", "ask", "--quiet", "--", question]
    start = time.perf_counter()
    try:
        done = subprocess.run(  # noqa: S603
            command, env=environment(config), capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError):  # a question that no command line can hold
        return None
    return round(time.perf_counter() - start, 3) if done.returncode in (0, 3) else None


def _operational(measured: Measured, began: float) -> dict[str, Any]:
    """Return times and memory: all that differs between two runs of the same."""
    p50, p95 = np.percentile(measured.total_ms or [0.0], [50, 95])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "peak_memory_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1),
        "seconds": round(time.perf_counter() - began, 1),
    }
