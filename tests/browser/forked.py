"""The command ``rag ui`` in processes of its own, each forked from one that has imported all that they need.

So a page is served for a quarter of the processor's time that a start anew takes, most of which goes into imports. That
``app.py`` starts by itself is seen in ``test_install.py`` and ``test_streams.py``.
"""

import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

FORKED = multiprocessing.get_context("forkserver")
NEEDED = ["rag.web.server", "bm25s", "onnxruntime", "tokenizers", __name__]
"""What is imported before the first fork; the test's own process needs none of it."""


@contextmanager
def page(options: Sequence[str], environment: Mapping[str, str], encoder: Path | None = None) -> Iterator[str]:
    """Run the command; yield the first line that it says. At last it is told to end, and waited for.

    Args:
        options: of the command.
        environment: of the process.
        encoder: the folder of an encoder that was exported, to be taken where one would be.
    """
    FORKED.set_forkserver_preload(NEEDED)
    hears, tells = FORKED.Pipe(duplex=False)
    process = FORKED.Process(target=_runs, args=(tells, list(options), dict(environment), encoder))
    process.start()
    tells.close()
    try:
        with os.fdopen(os.dup(hears.fileno()), encoding="utf-8") as told:
            yield told.readline()
    finally:
        process.terminate()
        process.join()
        hears.close()


def _runs(tells: Connection, options: list[str], environment: dict[str, str], encoder: Path | None) -> None:
    from rag.cli.main import main
    from rag.models import embed, encode

    sys.stdout = os.fdopen(os.dup(tells.fileno()), "w", encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)
    if encoder:
        vars(encode)["load"] = lambda *_: None
        vars(embed)["export"] = lambda _model, _loaded, folder: shutil.copytree(encoder, folder, dirs_exist_ok=True)
    sys.exit(main(["ui", *options]))
