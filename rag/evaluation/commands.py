"""``rag eval`` and its sub-commands."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.config import Config
from rag.errors import GoldError, UsageError
from rag.evaluation import gate, html, report, results
from rag.evaluation.check import check as problems_of
from rag.evaluation.compare import compare as compared
from rag.evaluation.draft import draft, lines
from rag.evaluation.gold import load
from rag.evaluation.run import Selection, over, run
from rag.evaluation.suites import indexed
from rag.evaluation.suites import read as read_suites
from rag.index import Index
from rag.llm import completer
from rag.load import read_folder
from rag.schema import Document

BELOW = 5
"""Exit code for a floor or a regression."""


def evaluate(arguments: argparse.Namespace, config: Config) -> int:
    """Run gold files over an index."""
    selection = Selection(tuple(arguments.type or ()), arguments.split, arguments.limit)
    with over(config, arguments.sources, keep=arguments.index is not None) as own:
        done = run(own, arguments.gold, selection, out=arguments.out, progress=_progress(arguments))
    print(done.markdown, end="")
    if not arguments.quiet:
        print(f"rag: wrote {done.folder}; open {done.folder / 'report.html'} in a browser", file=sys.stderr)
    for failure in done.failures:
        print(failure.annotation(), file=sys.stderr)
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
    if any(summary["selection"].values()):
        raise UsageError(f"{arguments.run} asked some of the questions only: run rag eval without a selection")
    for file in summary["files"]:
        own = [result for result in rows if result.file == gate.stem(file["path"])]
        print(f"wrote {gate.write_baseline(file['path'], own)}: look at the diff, then commit it")
    return 0


def check(arguments: argparse.Namespace, config: Config) -> int:
    """Look for mistakes in gold files."""
    if arguments.sources:
        found = {document.source: document for document in read_folder(config).documents}
        return _checked(arguments.gold, found.get)
    with Index.open(config.index) as index:
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
    if path.exists():
        raise UsageError(f"{path} is there already: name another file")
    if arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: the least is 1")
    write = completer(arguments.llm) if arguments.llm else None
    with Index.open(config.index) as index:
        rows = draft(index, arguments.limit, write)
    if not rows:
        raise GoldError("the index has no name, number or date to ask for: write the questions by hand (docs/eval.md)")
    path.write_text(lines(rows), encoding="utf-8")
    print(f"wrote {len(rows)} drafts to {path}: edit each and set reviewed to true, then rag eval check {path}")
    return 0


def suites(arguments: argparse.Namespace, config: Config) -> int:
    """Run public question sets."""
    code, data, out = 0, Path(arguments.data), Path(arguments.out)
    for name, suite in read_suites(arguments.suites, arguments.only or ()).items():
        gold = data / suite.gold
        if not gold.is_file() or not (data / suite.corpus).is_file():
            print(f"rag: passed over {name}: {gold} or its corpus is not there", file=sys.stderr)
            continue
        own = indexed(suite, data, Path(arguments.work), config, progress=_progress(arguments))
        size = Selection(limit=suite.quick if arguments.size == "quick" else suite.nightly)
        done = run(own, [gold], size, out=out / name, scoped=suite.scoped, progress=_progress(arguments))
        print(f"{done.markdown}", flush=True)
        for failure in done.failures:
            print(failure.annotation(), file=sys.stderr)
            code = BELOW
    return code


def _progress(arguments: argparse.Namespace) -> bool:
    return not arguments.quiet and sys.stderr.isatty()


COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "eval": evaluate,
    "eval check": check,
    "eval new": new,
    "eval suites": suites,
    "eval compare": compare,
    "eval baseline": baseline,
}
