"""``rag eval`` and its sub-commands."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from rag.config import Config
from rag.documents.load import read_folder
from rag.errors import GoldError, UsageError
from rag.evaluation import html, report, results
from rag.evaluation.check import check as problems_of
from rag.evaluation.compare import compare as compared
from rag.evaluation.draft import draft, lines
from rag.evaluation.gate import write_baseline
from rag.evaluation.gold import GoldFile, load
from rag.evaluation.run import Run, Selection, new_folder, run
from rag.evaluation.suites import indexed
from rag.evaluation.suites import read as read_suites
from rag.indexing.homes import home
from rag.llm.client import open_llm
from rag.schema import Document

BELOW = 5
"""Exit code for a floor or a regression."""


def evaluate(arguments: argparse.Namespace, config: Config) -> int:
    """Run gold files over an index."""
    done = run(
        config,
        [GoldFile.at(path) for path in arguments.gold],
        Selection(tuple(arguments.type or ()), arguments.split, arguments.limit),
        sources=arguments.sources,
        keep=arguments.index is not None,
        out=arguments.out,
        progress=_progress(arguments),
    )
    if not arguments.quiet:
        print(f"rag: wrote {done.folder}; open {done.folder / 'report.html'} in a browser", file=sys.stderr)
    return _told(done)


def _told(done: Run) -> int:
    """Print a run's failures and summary; return its exit code, whether or not somebody reads to the end."""
    for failure in done.failures:
        print(failure.annotation(), file=sys.stderr)
    with suppress(BrokenPipeError):
        print(done.markdown, end="", flush=True)
    return BELOW if done.failures else 0


def compare(arguments: argparse.Namespace, _config: Config) -> int:
    """Compare two runs."""
    (before, old), (after, new) = (results.read(folder) for folder in (arguments.a, arguments.b))
    changes = compared(before, after)
    print(report.comparison(changes), end="")
    if arguments.html:
        runs = [results.form(Path(arguments.a).name, old, before), results.form(Path(arguments.b).name, new, after)]
        Path(arguments.html).write_text(html.page(runs, changes), encoding="utf-8")
    return 0


def baseline(arguments: argparse.Namespace, _config: Config) -> int:
    """Make a run the baseline of its gold files."""
    rows, summary = results.read(arguments.run)
    if any(summary["selection"].values()) or any(summary["checks"].values()):
        why = "asked some of the questions only, or broke what must never break"
        raise UsageError(f"{arguments.run} {why}: make a baseline of a whole run that passed its checks")
    for file in summary["files"]:
        gold = GoldFile(file["name"], Path(file["path"]), Path(file["beside"]))
        if not gold.path.is_file() or gold.sha256() != file["sha256"]:
            raise UsageError(
                f"{gold.path} is not the file that {arguments.run} asked: run rag eval run again, from here"
            )
        own = [result for result in rows if result.file == gold.name]
        print(f"wrote {write_baseline(gold, own)}: look at the diff, then commit it")
    return 0


def check(arguments: argparse.Namespace, config: Config) -> int:
    """Look for mistakes in gold files."""
    if arguments.sources:
        found = {document.source: document for document in read_folder(config).documents}
        return _checked(arguments.gold, found.get)
    with home(config.index, config.models).open() as index:
        return _checked(arguments.gold, index.store.find)


def _checked(golds: Sequence[str], document: Callable[[str], Document | None]) -> int:
    wrong = False
    for path in golds:
        questions = load(path)
        problems = problems_of(questions, document)
        for problem in problems:
            print(f"{path}:{problem.line}: {problem.level}: {problem.id}: {problem.message}")
        errors = sum(problem.level == "error" for problem in problems)
        unanswerable = sum(not question.answerable for question in questions)
        unreviewed = sum(not question.reviewed for question in questions)
        print(
            f"{path}: {len(questions)} questions, {unanswerable} unanswerable, {unreviewed} not reviewed; "
            f"{errors} errors, {len(problems) - errors} warnings"
        )
        wrong = wrong or errors > 0
    return GoldError.exit_code if wrong else 0


def new(arguments: argparse.Namespace, config: Config) -> int:
    """Draft gold questions from an index."""
    path = Path(arguments.out)
    if path.exists() or not path.parent.is_dir():
        raise UsageError(f"{path} is there already, or its folder is not: name another file")
    if arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: the least is 1")
    llm = open_llm(config.llm, config) if config.llm else None
    with home(config.index, config.models).open() as index:
        rows = draft(index, arguments.limit, llm)
    if not rows:
        raise GoldError("the index has no name, number or date to ask for: write the questions by hand (docs/eval.md)")
    path.write_text(lines(rows), encoding="utf-8")
    print(f"wrote {len(rows)} drafts to {path}: edit each and set reviewed to true, then rag eval check {path}")
    return 0


def suites(arguments: argparse.Namespace, config: Config) -> int:
    """Run public question sets."""
    code, data, out, beside = 0, Path(arguments.data), Path(arguments.out), Path(arguments.suites).parent
    found = {}
    for name, suite in read_suites(arguments.suites, arguments.only or ()).items():
        if (data / suite.gold).is_file() and (data / suite.corpus).is_file():
            found[name] = suite
            new_folder(out / name)
        else:
            print(f"rag: passed over {name}: {data / suite.gold} or its corpus is not there", file=sys.stderr)
    for name, suite in found.items():
        own = indexed(suite, data, Path(arguments.work), config, progress=_progress(arguments))
        size = Selection(limit=suite.quick if arguments.size == "quick" else suite.nightly)
        gold = GoldFile(name, data / suite.gold, beside)
        done = run(own, [gold], size, out=out / name, scoped=suite.scoped, progress=_progress(arguments))
        code = max(code, _told(done))
    if not found:
        raise GoldError(f"none of the sets is in {data}: name their folder with --data")
    return code


def _progress(arguments: argparse.Namespace) -> bool:
    return not arguments.quiet and sys.stderr.isatty()


COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "eval run": evaluate,
    "eval check": check,
    "eval new": new,
    "eval suites": suites,
    "eval compare": compare,
    "eval baseline": baseline,
}
