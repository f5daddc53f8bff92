"""A run's folder: what every question got (``results.jsonl``) and the whole (``summary.json``)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import GoldError

RESULTS = "results.jsonl"
SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class Result:
    """What one question got: a line of ``results.jsonl``."""

    file: str
    """The stem of its gold file."""
    id: str
    type: str
    split: str | None
    question: str
    history: list[dict[str, str]]
    standalone: str
    answerable: bool
    must_pass: bool
    reviewed: bool
    line: int
    """1-based line of the gold file."""
    about: str | None
    """The document it is about, if the gold says: what the bootstrap draws."""
    gold: dict[str, Any]
    """``answers``, ``evidence`` and ``must_not_contain``, as in the gold file."""
    outcome: str
    """``answered``, ``refused`` or ``error``."""
    reason: str | None = None
    answer: str = ""
    short_answer: str | None = None
    confidence: float = 0.0
    claims: list[dict[str, Any]] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    """As in the JSON form, with the text ``before`` and ``after``, and ``gold``: the spans in
    ``before + quote + after`` where gold evidence stands."""
    closest: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    passed: bool = False
    """Right and cited, or rightly refused."""
    attempt: bool = False
    """Whether what was said, or on a refusal the closest passages, would be right."""
    why: list[str] = field(default_factory=list)
    """Why it did not pass."""
    error: str | None = None

    @property
    def key(self) -> str:
        """The file and the id: what a question is known by in a run of several files."""
        return f"{self.file}/{self.id}"


def write(folder: Path, results: Sequence[Result], summary: Mapping[str, Any]) -> None:
    """Write a run's two files."""
    lines = (json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results)
    (folder / RESULTS).write_text("".join(lines), encoding="utf-8")
    (folder / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def form(name: str, summary: Mapping[str, Any], results: Sequence[Result]) -> dict[str, Any]:
    """Return a run as one JSON object, with the name it is shown by."""
    return {"name": name, "summary": dict(summary), "results": [asdict(result) for result in results]}


def read(folder: str | Path) -> tuple[list[Result], dict[str, Any]]:
    """Read a run's two files.

    Raises:
        GoldError: it is no folder of a run, or of one by another version.
    """
    try:
        summary: dict[str, Any] = json.loads((Path(folder) / SUMMARY).read_text(encoding="utf-8"))
        if not {"files", "selection", "figures", "gate"} <= summary.keys():
            raise ValueError(f"{SUMMARY} is not complete")
        with (Path(folder) / RESULTS).open(encoding="utf-8") as lines:  # str.splitlines would split at U+2028 too
            return [Result(**json.loads(line)) for line in lines], summary
    except (OSError, ValueError, TypeError, AttributeError) as error:
        told = f"{folder} is no run of this version's rag eval ({error}): name the folder that it printed"
        raise GoldError(told) from None
