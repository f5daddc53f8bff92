"""Hands files to :mod:`rag.documents.worker`, and starts a new one when a file has ended it."""

import base64
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import MOST_MB, SECONDS
from rag.documents.common.parsed import Parsed
from rag.documents.leaf import Leaf
from rag.documents.places import Wanted


class Sandbox:
    """A worker process with limits, started at the first file and again after each that it did not survive.

    Args:
        seconds: of processor time, and twice as many of the clock's, for one file.
        memory_mb: address space.
        text_mb: most text that a file may give.
        unpacked_mb: most that an archive may unpack to.
        ocr_seconds: of processor time, and twice as many of the clock's, for each page whose text is recognised; with 0
            none is.
        pictures: whether pictures are taken out, for somebody to say what they show.
    """

    def __init__(
        self,
        *,
        seconds: int,
        memory_mb: int,
        text_mb: int,
        unpacked_mb: int,
        ocr_seconds: int = 0,
        pictures: bool = False,
    ) -> None:
        self._seconds, self._text_mb, self._more = seconds, text_mb, ocr_seconds or SECONDS
        self._most = text_mb + (2 * MOST_MB if pictures else 0)  # in Base64 they are a third larger
        self._limits = [str(int(limit)) for limit in (memory_mb, seconds, unpacked_mb, ocr_seconds, pictures)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process; another request starts it anew."""
        self._stop()

    def parse(self, path: Path) -> Parsed:
        """Parse one file.

        Raises:
            Unusable: it cannot be read, or not within the limits.
        """
        return Parsed.of(self._ask(path))

    def look(self, path: Path, number: int, wanted: Sequence[Wanted]) -> tuple[Leaf, str]:
        """Find quotes on a page of a PDF: see :func:`rag.documents.leaf.look`.

        Returns:
            What was found, and the SHA-256 of the file's bytes.

        Raises:
            Unusable: it cannot be read, or not within the limits.
        """
        answer = self._ask(path, page=number, wanted=[astuple(one) for one in wanted])
        sha256 = answer.pop("sha256")
        found = tuple(tuple((a, b, c, d) for a, b, c, d in one) for one in answer.pop("rectangles"))
        return Leaf(**answer, rectangles=found), sha256

    def draw(self, path: Path, number: int, width: int) -> tuple[bytes, str]:
        """Draw a page of a PDF: see :func:`rag.documents.leaf.draw`.

        Returns:
            The picture, and the SHA-256 of the file's bytes.

        Raises:
            Unusable: it cannot be drawn, or not within the limits.
        """
        answer = self._ask(path, page=number, width=width)
        return base64.b64decode(answer["picture"]), answer["sha256"]

    def _ask(self, path: Path, **about: object) -> dict[str, Any]:
        """Return the worker's answer about a file."""
        process = self._process or self._start()
        assert process.stdin  # noqa: S101 (asked for with PIPE)
        try:
            process.stdin.write(json.dumps({"path": str(path.absolute()), **about}).encode() + b"\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._line(process).decode("utf-8", "surrogatepass"))
        except (BrokenPipeError, EOFError, TimeoutError) as error:
            self._stop()
            if isinstance(error, TimeoutError) or process.returncode == -signal.SIGXCPU:
                raise Unusable(f"took more than {self._seconds} s", "raise parse_seconds, if you trust it") from None
            raise Unusable("its parser broke down", "save it again in another program") from None
        if "reason" in answer:
            raise Unusable(**answer)
        return answer

    def interrupt(self) -> None:
        """End the parsing of a file from another thread: it counts as broken down."""
        if process := self._process:
            process.kill()

    def _line(self, process: "subprocess.Popen[bytes]") -> bytes:
        assert process.stdout  # noqa: S101 (asked for with PIPE)
        descriptor = process.stdout.fileno()
        deadline = time.monotonic() + 2 * self._seconds
        found = bytearray()
        while not found.endswith(b"\n"):
            if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(descriptor, 1 << 20)
            if not part:
                raise EOFError
            found += part
            while found.startswith(b"\n"):  # a page is being recognised, or a picture drawn
                del found[:1]
                deadline += 2 * self._more
            if len(found) > self._most << 20:
                self._stop()
                raise Unusable(f"more than {self._text_mb} MB of text", "split it, or raise max_file_mb")
        return bytes(found)

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", "rag.documents.worker", *self._limits]
        self._process = subprocess.Popen(  # noqa: S603 (this package's own module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self._process

    def _stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()  # waits for its end and closes the pipes
            self._process = None
