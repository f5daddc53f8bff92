"""What a server did, in the form that Prometheus reads."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from rag.index.manifest import Counts
from rag.schema import Answer

KIND = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Bounds of the times that are told apart."""


class Metrics:
    """The figures of a server.

    Args:
        shared: folder in which several workers keep theirs, so that each tells of all.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self._registry, "namespace": "quoteline"}
        self._requests = Counter("requests", "Requests.", ("method", "route", "status"), **made)
        self._seconds = Histogram("request_seconds", "Time until a request ended.", ("route",), buckets=SECONDS, **made)
        self._answers = Counter("answers", "Questions answered or refused.", ("outcome", "reason"), **made)
        self._claims = Counter("claims", "Claims checked or judged.", ("verdict",), **made)
        self._waiting = Gauge("waiting", "Questions that wait for a turn.", multiprocess_mode="livesum", **made)
        self._documents = Gauge("documents", "Documents indexed.", multiprocess_mode="mostrecent", **made)
        self._passages = Gauge("passages", "Passages indexed.", multiprocess_mode="mostrecent", **made)

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; its route is the pattern, so that there are few of them."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.outcome, answer.reason or "").inc()

    def judged(self, verdicts: Iterable[str]) -> None:
        """Count claims."""
        for verdict in verdicts:
            self._claims.labels(verdict).inc()

    def waiting(self, number: int) -> None:
        """Take how many questions wait in this process."""
        self._waiting.set(number)

    def text(self, counts: Counts) -> bytes:
        """Return all figures, with what the index holds as its manifest counts it."""
        self._documents.set(counts.documents)
        self._passages.set(counts.passages)
        if self._shared is None:
            return generate_latest(self._registry)
        _forget_the_dead(self._shared)
        every = CollectorRegistry()
        multiprocess.MultiProcessCollector(every, str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(every)


def _forget_the_dead(folder: Path) -> None:
    """Drop what waited in workers that are not there any more."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
