"""A host takes part in the builds of another."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rag.config import Config
from rag.errors import EncoderError, IndexUnreachable, RagError
from rag.indexing import homes
from rag.indexing.hands import LATER, Hands, jobs_of, recipe
from rag.models import encode

if TYPE_CHECKING:
    from rag.postgres.jobs import BuildNotice, Jobs

AGAIN = 5.0
"""Seconds until a worker tries again whether the database answers."""


def work(config: Config, tell: Callable[[str], None]) -> None:
    """Take part in every build of an index, until interrupted.

    Args:
        config: names the index and the folder that keeps its encoder.
        tell: hears what happens, a line each.

    Raises:
        UsageError: the index is in a folder, or of several collections.
        RagError: this host would not do what the one who builds would: another version, say.
        EncoderError: its vectors would be others.
        IndexUnreachable: the database does not answer to begin with; later it is waited for.
    """
    home, begun = homes.home(config.index, config.models), False
    while True:
        try:
            with jobs_of(home) as jobs, jobs.told(), Hands(home, config.at_once, builds=False) as hands:
                if not begun:
                    tell(f"{hands.name} takes part in builds of {home.name}, {config.at_once} jobs at a time")
                begun = True
                _help(config, jobs, hands, tell)
        except IndexUnreachable as error:
            if not begun:
                raise
            tell(str(error))
            time.sleep(AGAIN)


def _help(config: Config, jobs: "Jobs", hands: Hands, tell: Callable[[str], None]) -> None:
    while True:
        hands.check()
        asked = jobs.asked()
        if asked and (asked.recipe is None or asked.recipe != hands.recipe):
            _compare(asked, jobs.address.name)
            hands.recipe = asked.recipe
        if asked and asked.encoder and asked.sent and asked.encoder != (hands.encoder or ("",))[0]:
            hands.encoder = _opened(config, jobs, asked)
            if hands.encoder:
                tell(f"encodes by {hands.encoder[1].card.name}")
                hands.wake()
        time.sleep(LATER)


def _compare(asked: "BuildNotice", name: str) -> None:
    """Raise RagError if this host is not as the one who builds."""
    from rag.postgres.jobs import VERSION

    own = {**recipe(recognition=True), "tables of jobs": str(VERSION)}
    theirs = {**json.loads(asked.recipe or "{}"), "tables of jobs": str(asked.version)}
    other = [
        f"{key} is {own.get(key) or 'missing'}, not {theirs[key]}" for key in theirs if own.get(key) != theirs[key]
    ]
    if other:
        raise RagError(
            f"this host cannot take part in builds of {name} ({', '.join(other)}): "
            "install here what the host that builds has"
        )


def _opened(config: Config, jobs: "Jobs", asked: "BuildNotice") -> tuple[str, encode.QueryEncoder] | None:
    """Open the encoder of a build, from the database once; None if it is another by now."""
    identity = asked.encoder or ""
    folder = Path(config.models).expanduser() / "encoders" / identity.removeprefix("sha256:")[:16]
    if encode.identity_of(encode.folder_hashes(folder)) != identity:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(dir=folder.parent, prefix=".reading-"))
        try:
            jobs.fetch(aside)
            if encode.identity_of(encode.folder_hashes(aside)) != identity:
                if jobs.asked() != asked:
                    return None
                raise EncoderError(f"{jobs.address.name}: the encoder of this build is damaged: build again")
            rmtree(folder, ignore_errors=True)
            aside.rename(folder)
        finally:
            rmtree(aside, ignore_errors=True)
    encoder = encode.read(folder, threads=config.at_once)
    if encode.canaries(encoder) != asked.canaries:
        raise EncoderError(
            f"{encoder.card.name} gives other vectors here than where {jobs.address.name} is built: "
            "encode on hosts with the same kind of processor"
        )
    return identity, encoder
