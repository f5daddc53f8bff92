"""``rag models`` and its sub-commands."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rag.config import Config
from rag.models import careful
from rag.models.catalogue import Model, folder_of, known, megabytes, pull, table, verify


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Run one of the commands ``rag models …`` and return its exit code."""
    return COMMANDS[arguments.command](arguments, folder_of(config))


def _list_command(_arguments: argparse.Namespace, folder: Path) -> int:
    models = table().values()
    width = max(len(model.name) for model in models)
    for model in models:
        part = model.part(folder)
        if any(path.exists() for path in model.paths(folder)):
            here = "pulled" if not model.merged or _fits(folder) else "outdated"
        elif part.is_file():
            here = f"{part.stat().st_size / model.bytes:.0%} pulled"
        else:
            here = "not here"
        facts = f"{megabytes(model.bytes):>8}  {model.context:>6} tokens  {model.licence}"
        print(f"{model.name:<{width}}  {here:<10}  {facts}  {model.about}")
    return 0


def _fits(folder: Path) -> bool:
    """Tell whether all careful networks are here that this version has adapters for."""
    return all(part.fits(folder / part.folder) for part in careful.PARTS)


def _pull_command(arguments: argparse.Namespace, folder: Path) -> int:
    def tell(line: str) -> None:
        print(f"rag: {line}", file=sys.stderr)

    model = known(arguments.name)
    file = Path(arguments.file) if arguments.file else None
    progress = not arguments.quiet and sys.stderr.isatty()
    pull(model, folder, tell, file=file, progress=progress)
    if not arguments.quiet:
        use = (
            'they read and judge unless the setting reader is "packaged"'
            if model.merged
            else f"use it as local:{model.name}"
        )
        print(f"{_lies(model, folder)}: {_vouched(model)}; {use}")
    return 0


def _verify_command(arguments: argparse.Namespace, folder: Path) -> int:
    if arguments.name:
        models = [known(arguments.name)]
    else:
        models = [model for model in table().values() if any(path.exists() for path in model.paths(folder))]
        if not models:
            print(f"no model in {folder}")
    for model in models:
        verify(model, folder)
        print(f"{_lies(model, folder)}: {_vouched(model)}")
    return 0


def _lies(model: Model, folder: Path) -> str:
    return " and ".join(map(str, model.paths(folder)))


def _vouched(model: Model) -> str:
    return f"{'made of ' if model.merged else ''}SHA-256 {model.sha256}"


COMMANDS: dict[str, Callable[[argparse.Namespace, Path], int]] = {
    "models list": _list_command,
    "models pull": _pull_command,
    "models verify": _verify_command,
}
