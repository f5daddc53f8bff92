"""Intervals and tests: how sure a figure is, and whether two runs differ."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from scipy import stats

LEVEL = 0.95
RESAMPLES = 2000
BLOCK = 4_000_000
"""Draws held in memory at a time."""
SEED = 1
FEWEST_CLUSTERS = 10
"""With fewer documents than this the bootstrap draws questions."""
EXACT = 1e-9


def wilson(values: Sequence[float]) -> tuple[float, float]:
    """Return Wilson's interval of a proportion.

    Args:
        values: each 0 or 1; at least one.
    """
    interval = stats.binomtest(round(sum(values)), len(values)).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def bootstrap(values: Sequence[float], documents: Sequence[str | None]) -> tuple[float, float]:
    """Return the percentile interval of a mean when whole clusters are drawn, the same each time.

    Args:
        values: one a question; at least one.
        documents: what each question is about: questions about one document rise and fall together. One about none, and
            every one where there are fewer than ``FEWEST_CLUSTERS`` documents, is a cluster of its own.
    """
    few = len(set(documents) - {None}) < FEWEST_CLUSTERS
    own = enumerate(documents)
    clusters = [f"question {n}" if few or name is None else f"document {name}" for n, name in own]
    names = sorted(set(clusters))
    place = {name: n for n, name in enumerate(names)}
    at = np.array([place[name] for name in clusters])
    sums = np.bincount(at, weights=np.array(values), minlength=len(names))
    sizes = np.bincount(at, minlength=len(names))
    dice, block = np.random.default_rng(SEED), max(1, BLOCK // len(names))
    means = []
    for start in range(0, RESAMPLES, block):
        drawn = dice.integers(0, len(names), (min(block, RESAMPLES - start), len(names)))
        means += list(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)


def mcnemar(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided p of McNemar's exact test: whether paired yes/no values changed one way more than the other.

    >>> round(mcnemar([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0]), 4)
    0.0625
    """
    worse = sum(a > b for a, b in zip(before, after, strict=True))
    better = sum(a < b for a, b in zip(before, after, strict=True))
    return float(stats.binomtest(worse, worse + better).pvalue) if worse + better else 1.0


def permutation(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided p of a paired permutation test of the mean: exact for few questions, else drawn, seeded."""
    difference = np.array(after) - np.array(before)
    changed = difference[np.abs(difference) > EXACT]  # a pair without a difference is the same under every permutation
    if len(changed) < 2:  # one change may as well have gone the other way
        return 1.0
    test = stats.permutation_test(
        (changed,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(SEED)
    )
    return float(test.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted by Holm's step-down method, in the order given.

    >>> [round(p, 3) for p in holm([0.04, 0.01, 0.03])]
    [0.06, 0.03, 0.06]
    """
    adjusted, least = [0.0] * len(p_values), 0.0
    for done, n in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - done) * p_values[n]))
        adjusted[n] = least
    return adjusted


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Return (coverage, risk) when the k surest questions are answered, for each k from 1.

    Among questions of one confidence, which no threshold can part, the risk is that of any k of them.

    Args:
        confidences: one a question.
        right: whether the question's answer, given or withheld, is right.
    """
    order = sorted(range(len(right)), key=lambda n: -confidences[n])
    answered, wrong, curve = 0, 0.0, []
    for _, group in groupby(order, key=confidences.__getitem__):
        tied = list(group)
        share = sum(not right[n] for n in tied) / len(tied)
        for _ in tied:
            answered, wrong = answered + 1, wrong + share
            curve.append((answered / len(order), wrong / answered))
    return curve
