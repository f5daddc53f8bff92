"""What a threshold costs: how many questions are refused that have an answer, and answered that have none.

Measured, as docs/reader.md tells, for a reader by its name; of one that is not here nothing was measured.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rag.reading.network import CAREFUL, PACKAGED


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a threshold."""

    refused: float
    """Part of the questions with an answer that are refused."""
    answered: float
    """Part of those without one that are answered all the same, so wrongly."""


COSTS: Mapping[str, Mapping[float, Cost]] = {
    PACKAGED: {
        0.12: Cost(0.02, 0.75),
        0.20: Cost(0.06, 0.57),
        0.25: Cost(0.10, 0.46),
        0.32: Cost(0.19, 0.31),
        0.40: Cost(0.28, 0.24),
        0.50: Cost(0.40, 0.14),
        0.60: Cost(0.56, 0.08),
    },
    CAREFUL: {
        0.16: Cost(0.05, 0.54),
        0.25: Cost(0.09, 0.35),
        0.33: Cost(0.13, 0.25),
        0.40: Cost(0.16, 0.21),
        0.53: Cost(0.25, 0.10),
    },
}
"""By reader and threshold, on SQuAD 2.0, an article at a time: near misses that people wrote to mislead."""

_MORE, _SURER = 0.5, 1.6
"""By what a threshold is multiplied to answer more, or surer."""
_NEAR = 0.01
"""A threshold that was measured stands for those beside it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A threshold that may be chosen, with what it costs, if that was measured."""

    threshold: float
    cost: Cost | None


def steps(reader: str, threshold: float) -> dict[str, Step]:
    """Return the thresholds to choose from: ``more`` answers, as it is ``set``, and ``surer`` ones.

    Args:
        reader: its name.
        threshold: that holds unless another is chosen, 0 to 1.
    """
    measured = COSTS.get(reader, {})
    found = {}
    for name, wanted in (("more", _MORE * threshold), ("set", threshold), ("surer", min(1.0, _SURER * threshold))):
        near = min(measured, key=lambda one: abs(one - wanted), default=math.inf)
        known = abs(near - wanted) <= _NEAR
        found[name] = Step(near if known and name != "set" else wanted, measured[near] if known else None)
    return found
