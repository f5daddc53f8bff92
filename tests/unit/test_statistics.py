from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.statistics import bootstrap, holm, mcnemar, permutation, risk_coverage, wilson

VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12)
PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 1.0]), st.sampled_from([0.0, 0.25, 1.0])), min_size=1, max_size=7
)
P_VALUES = st.lists(st.floats(0, 1), max_size=8)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_has_the_published_values(right: int, of: int, low: float, high: float) -> None:
    assert wilson([1.0] * right + [0.0] * (of - right)) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("worse", "better"), [(0, 5), (5, 0), (1, 9), (3, 4), (2, 2)])
def test_mcnemar_is_the_binomial_of_the_pairs_that_differ(worse: int, better: int) -> None:
    n, few = worse + better, min(worse, better)
    by_hand = min(1, 2 * sum(comb(n, k) for k in range(few + 1)) / 2**n)
    same = [1.0, 0.0, 1.0]
    before = [1.0] * worse + [0.0] * better + same
    after = [0.0] * worse + [1.0] * better + same
    assert mcnemar(before, after) == pytest.approx(by_hand)


def test_without_a_change_there_is_nothing_to_be_sure_of() -> None:
    assert mcnemar([1, 0], [1, 0]) == permutation([0.3, 0.1], [0.3, 0.1]) == 1
    assert permutation([0.3], [0.1 + 0.2]) == 1  # which differ in the last bit


def enumerated(differences: list[float]) -> float:
    """The part of all ways to swap pairs whose mean is at least as far from 0."""
    seen = abs(sum(differences))
    means = [abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in product((1, -1), repeat=5)]
    return sum(mean >= seen - 1e-12 for mean in means) / len(means)


@pytest.mark.parametrize(
    "after",
    [[0.1, 0.2, 0.3, 0.4, 0.5], [0.5, -0.1, 0.25, 0.3, -0.05], [1, -1, 1, -1, 0.5], [-0.1, -0.1, -0.1, -0.1, 0.2]],
)
def test_few_pairs_are_permuted_in_full(after: list[float]) -> None:
    assert permutation([0.0] * 5, after) == pytest.approx(enumerated(after))


def test_many_pairs_are_permuted_by_lot_and_the_same_each_time() -> None:
    before, after = [0.0] * 40, [0.3, -0.2] * 20
    p = permutation(before, after)
    assert 0.1 < p < 0.35  # normal approximation: z = 2.0 / sqrt(20 * 0.3² + 20 * 0.2²) = 1.24, p = 0.21
    assert permutation(before, after) == p
    assert permutation(before, [0.3] * 40) < 0.001


@given(PAIRS)
def test_a_p_value_is_one_and_the_same_both_ways_round(pairs: list[tuple[float, float]]) -> None:
    before, after = [a for a, _ in pairs], [b for _, b in pairs]
    for test in (mcnemar, permutation):
        assert 0 < test(before, after) <= 1
        assert test(before, after) == pytest.approx(test(after, before))


def test_holms_method_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


@given(P_VALUES)
def test_correcting_keeps_the_order_and_only_raises(found: list[float]) -> None:
    adjusted = holm(found)
    assert all(p <= q <= 1 for p, q in zip(found, adjusted, strict=True))
    by_p = sorted(range(len(found)), key=found.__getitem__)
    assert [adjusted[n] for n in by_p] == sorted(adjusted)
    assert not found or min(adjusted) == pytest.approx(min(1, len(found) * min(found)))


@given(VALUES)
def test_an_interval_holds_its_mean_and_stays_among_the_values(values: list[float]) -> None:
    low, high = bootstrap(values, [str(n) for n in range(len(values))])
    assert min(values) <= low <= sum(values) / len(values) + 1e-12
    assert sum(values) / len(values) - 1e-12 <= high <= max(values)
    low, high = wilson([float(value > 0.3) for value in values])
    assert 0 <= low <= sum(value > 0.3 for value in values) / len(values) <= high <= 1


def test_the_bootstrap_is_the_same_each_time_and_close_to_the_normal_interval() -> None:
    values, own = [0.0, 1.0] * 100, [str(n) for n in range(200)]
    assert bootstrap(values, own) == bootstrap(values, own)
    half = 1.96 * (0.25 / 200) ** 0.5
    assert bootstrap(values, own) == pytest.approx((0.5 - half, 0.5 + half), abs=0.01)


def test_questions_of_one_document_widen_the_interval_and_few_documents_are_none() -> None:
    values = [float(n // 10 % 2) for n in range(200)]  # right or wrong by document
    low, high = bootstrap(values, [str(n // 10) for n in range(200)])
    by_question = bootstrap(values, [None] * 200)
    assert high - low > 2 * (by_question[1] - by_question[0])
    assert bootstrap(values, [str(n // 25) for n in range(200)]) == by_question


def test_clusters_of_different_sizes_weigh_by_their_questions() -> None:
    sizes = [30, *[1] * 11]
    clusters = [str(n) for n, size in enumerate(sizes) for _ in range(size)]
    low, high = bootstrap([1.0] * 30 + [0.0] * 11, clusters)
    assert low == 0  # the large one was not drawn
    assert high > 30 / 41


def test_risk_and_coverage_by_hand() -> None:
    curve = risk_coverage([0.2, 0.9, 0.5, 0.7], [False, True, True, False])
    assert curve == [(0.25, 0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1, 0.5)]
    assert risk_coverage([], []) == []
    tied = risk_coverage([0.5] * 4, [True, True, False, False])  # in whatever order they come
    assert tied == risk_coverage([0.5] * 4, [False, False, True, True]) == [(n / 4, 0.5) for n in (1, 2, 3, 4)]
