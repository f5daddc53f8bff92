"""Whether a run may pass: nothing broken, no figure below its floor, none worse than the committed baseline.

Both lie beside the gold file ``NAME.jsonl``: ``floors.toml`` with a table ``[NAME]``, and ``baseline/NAME.jsonl``.
"""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import GoldError
from rag.evaluation.compare import compare
from rag.evaluation.figures import FIGURES
from rag.evaluation.results import Result
from rag.evaluation.summary import ALL_TYPES, summary_of

FLOORS = "floors.toml"
BASELINE = "baseline"
SIGNIFICANT = 0.05
NET_LOSS = 0.02
"""A gated figure's mean may fall by so much, if that may be chance."""

CHECKS = {
    "broken_pointers": "a citation's text is not what stands at its place",
    "exceptions": "asking a question ended in an exception",
    "not_deterministic": "a question asked again got another answer",
    "connections_outside": "a look-up or connection outside this machine",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason for not passing, and where it stands."""

    rule: str
    """``check``, ``floor``, ``regression`` or ``must_pass``."""
    message: str
    file: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"

    def annotation(self) -> str:
        """Return the failure as GitHub's workflow command, which marks the line in a pull request."""
        file = _escaped(self.file).replace(":", "%3A").replace(",", "%2C")
        place = f"file={file}" + (f",line={self.line}" if self.line else "")
        return f"::error {place},title=rag eval {self.rule}::{_escaped(self.message)}"


def _escaped(text: str) -> str:
    for char, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(char, code)
    return text


def checks(counts: Mapping[str, int], path: str) -> list[Failure]:
    """Return a failure for each thing that must never happen and did."""
    return [Failure("check", f"{name}: {count} ({CHECKS[name]})", path) for name, count in counts.items() if count]


def floors(path: Path) -> dict[str, dict[str, float]]:
    """Return the floors beside a gold file: for ``all`` questions and for each type, by figure; none if it has none.

    Raises:
        GoldError: the file is not TOML, or has an unknown figure or a value that is no number.
    """
    file = path.parent / FLOORS
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get(stem(path))
    except (OSError, ValueError) as error:
        raise GoldError(f"{file} cannot be read: {error}") from None
    if table is None:
        return {}
    types = table.get("types", {}) if isinstance(table, dict) else None
    if not isinstance(types, dict) or not all(isinstance(own, dict) for own in types.values()):
        raise GoldError(f"{file}: write the floors of {stem(path)} as a table, those of a type as one below its types")
    found = {ALL_TYPES: {name: least for name, least in table.items() if name != "types"}, **types}
    for type_, own in found.items():
        for name, least in own.items():
            if name not in FIGURES or type(least) not in (int, float) or not math.isfinite(least):
                known = f"write a number for one of {', '.join(FIGURES)}"
                raise GoldError(f"{file}: {name} = {least!r} for {type_} of {stem(path)}: {known}")
    return found


def below_floors(
    results: Sequence[Result], wanted: Mapping[str, Mapping[str, float]], path: str, *, whole: bool
) -> list[Failure]:
    """Return a failure for each figure that is beyond its floor, or is absent.

    Args:
        results: of one gold file.
        wanted: as :func:`floors` gives it; for a figure that is better lower, a ceiling.
        path: of the gold file.
        whole: whether every type was asked; otherwise only the floors of the types that were count.
    """
    asked = {result.type for result in results}
    rows = [
        (type_, name, least) for type_, own in wanted.items() if whole or type_ in asked for name, least in own.items()
    ]
    failures = []
    for type_, name, least in rows:
        figure = FIGURES[name]
        found = summary_of(figure, [result for result in results if type_ in (ALL_TYPES, result.type)])["value"]
        if found is None:
            failures.append(Failure("floor", f"{name} ({type_}) has a floor, and no question has that figure", path))
        elif found < least if figure.better == "higher" else found > least:
            bound = "least" if figure.better == "higher" else "most"
            failures.append(Failure("floor", f"{name} ({type_}) is {found}: {bound} {least}", path))
    return failures


def regressions(before: Sequence[Result], after: Sequence[Result], path: str) -> list[Failure]:
    """Return a failure for each gated figure that fell significantly or by over two points, paired by question."""
    failures = []
    for row in compare(before, after)["figures"]:
        loss = row["difference"] if row["better"] == "lower" else -row["difference"]
        if not row["gated"] or loss <= 0:
            continue
        told = f"{row['figure']} went from {row['a']} to {row['b']} over {row['n']} questions"
        if row["p_holm"] < SIGNIFICANT:
            failures.append(Failure("regression", f"{told} ({row['test']}, p {row['p_holm']} after Holm)", path))
        elif loss > NET_LOSS:
            failures.append(Failure("regression", f"{told}: a loss of over {100 * NET_LOSS:.0f} points", path))
    return failures


def not_passed(results: Sequence[Result], path: str) -> list[Failure]:
    """Return a failure for each question that must pass and did not."""
    return [
        Failure("must_pass", f"{result.id}: {result.question} ({'; '.join(result.why)})", path, result.line)
        for result in results
        if result.must_pass and not result.passed
    ]


def stem(path: str | Path) -> str:
    """Return a gold file's name without its endings."""
    return Path(path).name.removesuffix(".gz").removesuffix(".jsonl")


def baseline_path(gold: str | Path) -> Path:
    """Return where a gold file's baseline lies."""
    return Path(gold).parent / BASELINE / f"{stem(gold)}.jsonl"


def read_baseline(gold: str | Path, questions: Sequence[Result]) -> list[Result] | None:
    """Return the baseline's results for the questions of a run, or None if there is no baseline.

    A question that was put in other words since is a new one.

    Raises:
        GoldError: it is not what ``rag eval baseline`` writes.
    """
    path = baseline_path(gold)
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8") as lines:  # str.splitlines would split inside a text too, at U+2028
            rows = {row["id"]: row for row in map(json.loads, lines)}
        known = [result for result in questions if rows.get(result.id, {}).get("question") == result.question]
        return [_as_before(result, rows[result.id]) for result in known]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{path} is no baseline ({error}): write it anew with rag eval baseline RUN") from None


def _as_before(now: Result, row: dict[str, Any]) -> Result:
    figures = {name: float(found) for name, found in row["figures"].items()}
    return replace(now, outcome=row["outcome"], passed=row["passed"], figures=figures)


def write_baseline(gold: str | Path, results: Sequence[Result]) -> Path:
    """Write what a gold file's questions got as its baseline, a line each; return where."""
    path = baseline_path(gold)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for result in results:
        gated = {name: found for name, found in result.figures.items() if FIGURES[name].gated}
        row = {"id": result.id, "question": result.question, "outcome": result.outcome, "passed": result.passed}
        lines.append(json.dumps({**row, "figures": gated}, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path
