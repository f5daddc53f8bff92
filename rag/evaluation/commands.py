"""``rag eval`` and its sub-commands."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rag.config import Config
from rag.evaluation import gate, html, report, results
from rag.evaluation.compare import compare as compared
from rag.evaluation.run import Selection, over, run

BELOW = 5
"""Exit code for a floor or a regression."""


def evaluate(arguments: argparse.Namespace, config: Config) -> int:
    """Run gold files over an index."""
    selection = Selection(tuple(arguments.type or ()), arguments.split, arguments.limit)
    temporary = None
    if arguments.sources:
        config, temporary = over(config, arguments.sources, arguments.index)
    try:
        done = run(config, arguments.gold, selection, out=arguments.out, progress=_progress(arguments))
    finally:
        if temporary:
            temporary.cleanup()
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
    for file in summary["files"]:
        own = [result for result in rows if result.file == gate.stem(file["path"])]
        print(f"wrote {gate.write_baseline(file['path'], own)}: look at the diff, then commit it")
    return 0


def _progress(arguments: argparse.Namespace) -> bool:
    return not arguments.quiet and sys.stderr.isatty()


COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "eval": evaluate,
    "eval compare": compare,
    "eval baseline": baseline,
}
