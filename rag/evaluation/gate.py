"""Whether a run may pass: nothing broken, no figure below its floor, none worse than the committed baseline.

Both lie beside the gold file ``NAME.jsonl``: ``floors.toml`` with a table ``[NAME]``, and ``baseline/NAME.jsonl``. For
a suite they lie beside ``suites.toml``, under the suite's name.
"""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from rag.errors import GoldError, first_line
from rag.evaluation.compare import chance, compare
from rag.evaluation.figures import FIGURES
from rag.evaluation.gold import GoldFile
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


def floors(gold: GoldFile) -> dict[str, dict[str, float]]:
    """Return the floors of a gold file: for ``all`` questions and for each type, by figure; none if it has none.

    Raises:
        GoldError: the file is not TOML, or has an unknown figure or a value that is no number.
    """
    file = gold.beside / FLOORS
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get(gold.name)
    except (OSError, ValueError) as error:
        raise GoldError(f"{file} cannot be read: {error}") from None
    if table is None:
        return {}
    types = table.get("types", {}) if isinstance(table, dict) else None
    if not isinstance(types, dict) or not all(isinstance(own, dict) for own in types.values()):
        raise GoldError(f"{file}: write the floors of {gold.name} as a table, those of a type as one below its types")
    found = {ALL_TYPES: {name: least for name, least in table.items() if name != "types"}, **types}
    for type_, own in found.items():
        for name, least in own.items():
            if name not in FIGURES or type(least) not in (int, float) or not math.isfinite(least):
                known = f"write a number for one of {', '.join(FIGURES)}"
                raise GoldError(f"{file}: {name} = {least!r} for {type_} of {gold.name}: {known}")
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


def regressions(before: Sequence[Result], after: Sequence[Result], path: str, *, whole: bool) -> list[Failure]:
    """Return a failure for each gated figure that fell significantly or by over two points, or that is not there now.

    Args:
        before: the baseline's results.
        after: the run's, of the same questions.
        path: of the gold file.
        whole: whether every question was asked; of a few, one may be over two points.
    """
    failures = []
    rows = {row["figure"]: row for row in compare(before, after)["figures"] if row["gated"]}
    for name in dict.fromkeys(name for result in before for name in result.figures if FIGURES[name].gated):
        row = rows.get(name)
        if row is None:
            failures.append(Failure("regression", f"{name} is there for no question of the baseline any more", path))
            continue
        loss = row["difference"] if row["better"] == "lower" else -row["difference"]
        told = f"{name} went from {row['a']} to {row['b']} over {row['n']} questions"
        if loss > 0 and row["p_holm"] < SIGNIFICANT:
            failures.append(
                Failure("regression", f"{told} ({row['test']}, p after Holm {chance(row['p_holm'])})", path)
            )
        elif loss > NET_LOSS and whole:
            failures.append(Failure("regression", f"{told}: a loss of over {100 * NET_LOSS:.0f} points", path))
    return failures


def not_passed(results: Sequence[Result], path: str) -> list[Failure]:
    """Return a failure for each question that must pass and did not."""
    return [
        Failure("must_pass", f"{result.id}: {result.question} ({'; '.join(result.why)})", path, result.line)
        for result in results
        if result.must_pass and not result.passed
    ]


def baseline_path(gold: GoldFile) -> Path:
    """Return where a gold file's baseline lies."""
    return gold.beside / BASELINE / f"{gold.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Before:
    """What a question got in the baseline."""

    question: str
    outcome: str
    passed: bool
    figures: dict[str, float]


def read_baseline(gold: GoldFile) -> dict[str, Before] | None:
    """Return the baseline of a gold file by id, or None if it has none.

    Raises:
        GoldError: it is not what ``rag eval baseline`` writes.
    """
    path = baseline_path(gold)
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8") as lines:  # str.splitlines would split inside a text too, at U+2028
            return {row.pop("id"): _BEFORE.validate_python(row) for row in map(json.loads, lines)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        told = f"{path} is no baseline ({first_line(error)}): write it anew with rag eval baseline RUN"
        raise GoldError(told) from None


_BEFORE = TypeAdapter(Before)


def as_before(baseline: Mapping[str, Before], now: Sequence[Result]) -> list[Result]:
    """Return what the questions of a run got in the baseline; one that was put in other words since is a new one."""
    return [
        replace(result, outcome=row.outcome, passed=row.passed, figures=row.figures)
        for result in now
        if (row := baseline.get(result.id)) and row.question == result.question
    ]


def write_baseline(gold: GoldFile, results: Sequence[Result]) -> Path:
    """Write what a gold file's questions got as its baseline, a line each; return where."""
    path = baseline_path(gold)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for result in results:
        gated = {name: found for name, found in result.figures.items() if FIGURES[name].gated}
        row = Before(result.question, result.outcome, result.passed, gated)
        lines.append(json.dumps({"id": result.id, **asdict(row)}, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of a gold file, read before anything is asked."""

    gold: GoldFile
    floors: dict[str, dict[str, float]]
    baseline: dict[str, Before] | None

    @classmethod
    def of(cls, gold: GoldFile) -> Self:
        """Read a gold file's rules; errors as :func:`floors` and :func:`read_baseline`."""
        return cls(gold, floors(gold), read_baseline(gold))

    def judge(self, results: Sequence[Result], *, sampled: bool, every_type: bool) -> tuple[list[Failure], list[str]]:
        """Return the failures of the gold file's results, and what was looked at.

        Args:
            results: of this gold file.
            sampled: whether questions of a type were left out: then no floor counts.
            every_type: whether every type was asked.
        """
        path, looked = str(self.gold.path), []
        failures = not_passed(results, path)
        if self.floors and not sampled:
            looked.append(f"floors of {self.gold.name}")
            failures += below_floors(results, self.floors, path, whole=every_type)
        if self.baseline is not None:
            before = as_before(self.baseline, results)
            looked.append(f"{len(before)} of {len(self.baseline)} questions of {self.gold.name}'s baseline")
            failures += regressions(before, results, path, whole=every_type and not sampled)
            if every_type and not sampled and len(before) < len(self.baseline) / 2:
                told = "over half of the baseline's questions are gone: if that is meant, rag eval baseline RUN"
                failures.append(Failure("regression", told, path))
        return failures, looked
