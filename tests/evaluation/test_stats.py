"""Statistics against published values and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binomtest, bootstrap, ecdf, trim_mean
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from peam.evaluation.stats import (
    clopper_pearson_upper,
    holm,
    iqm,
    mcnemar,
    mcnemar_pairs,
    paired_bootstrap,
    performance_profile,
    stratified_bootstrap,
    wilson,
)


def test_wilson_published_value() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: 81/263 and 15/148 and 0/20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(case: tuple[int, int]) -> None:
    successes, trials = case
    interval = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson(successes, trials) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    expected = binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected, abs=1e-12)
    assert mcnemar(b, c) == mcnemar(c, b)


def test_mcnemar_counts_pairs() -> None:
    assert mcnemar_pairs([True, True, False, True], [False, True, True, False]) == (2, 1, 1.0)
    with pytest.raises(ValueError, match="not paired"):
        mcnemar_pairs([True], [])


def test_bootstrap_covers_the_difference_and_repeats() -> None:
    rng = np.random.default_rng(0)
    second = rng.normal(size=200)
    first = second + rng.normal(1.0, 0.5, size=200)
    mean, low, high = paired_bootstrap(first.tolist(), second.tolist(), seed=1)
    assert low < mean < high
    assert 0.85 < low < 1.0 < high < 1.15
    assert paired_bootstrap(first.tolist(), second.tolist(), seed=1) == (mean, low, high)
    with pytest.raises(ValueError, match="non-empty"):
        paired_bootstrap([], [], seed=1)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_agrees_with_scipy(case: tuple[int, int]) -> None:
    failures, trials = case
    interval = binomtest(failures, trials, alternative="less").proportion_ci(0.95, method="exact")
    assert clopper_pearson_upper(failures, trials) == pytest.approx(interval.high, abs=1e-9)


def test_clopper_pearson_rule_of_three() -> None:
    assert clopper_pearson_upper(0, 100) == pytest.approx(1 - 0.05**0.01, abs=1e-12)
    assert clopper_pearson_upper(0, 0) == 1.0


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="successes 3"):
        wilson(3, 2)


# Worked by hand from Holm's procedure (m = 4): sorted .005 .01 .03 .04
# become 4 x .005 = .02, 3 x .01 = .03, 2 x .03 = .06, max(.06, .04) = .06.
def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
    with pytest.raises(ValueError, match="p-values"):
        holm([0.2, 1.2])


@given(st.lists(st.one_of(st.sampled_from([0.0, 0.01, 0.5, 1.0]), st.floats(0, 1)), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    rejected, adjusted, _, _ = multipletests(p_values, alpha=0.05, method="holm")
    assert holm(p_values) == pytest.approx(list(adjusted), abs=1e-12)
    assert [p <= 0.05 for p in holm(p_values)] == list(rejected)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_agrees_with_statsmodels(both: int, b: int, c: int, neither: int) -> None:
    expected = statsmodels_mcnemar([[both, b], [c, neither]], exact=True).pvalue
    assert mcnemar(b, c) == pytest.approx(expected, abs=1e-12)


SCORES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7),
    elements=st.floats(-100, 100),
)


@given(SCORES)
def test_iqm_is_the_trimmed_mean_of_all_scores(scores: np.ndarray) -> None:
    assert float(iqm(scores)) == pytest.approx(trim_mean(scores, 0.25, axis=None), abs=1e-9)
    assert iqm(np.stack([scores, scores + 1])) == pytest.approx([iqm(scores), iqm(scores) + 1], abs=1e-9)


def test_iqm_by_hand() -> None:
    assert float(iqm([[9, 1, 0, 0], [3, 2, 1, 4]])) == pytest.approx((1 + 1 + 2 + 3) / 4)
    assert float(iqm([[5.0]])) == 5
    with pytest.raises(ValueError, match="runs x tasks"):
        iqm([1, 2])
    with pytest.raises(ValueError, match="not empty"):
        iqm(np.zeros((0, 3)))


def test_profile_by_hand() -> None:
    scores = [[0.0, 0.5], [1.0, 1.0]]
    assert performance_profile(scores, [-1, 0, 0.5, 1]).tolist() == [1.0, 0.75, 0.5, 0.0]


@given(SCORES, st.lists(st.floats(-100, 100), min_size=1, max_size=5))
def test_profile_is_the_survival_function(scores: np.ndarray, thresholds: list[float]) -> None:
    distribution = ecdf(scores.ravel()).sf
    assert performance_profile(scores, thresholds) == pytest.approx(distribution.evaluate(thresholds))


def test_stratified_bootstrap_draws_runs_within_each_task() -> None:
    """Tasks whose runs all agree have no spread, however far apart the tasks are."""
    estimate, low, high = stratified_bootstrap([[0.0, 10.0], [0.0, 10.0]], lambda s: s.mean((-2, -1)), seed=0)
    assert (estimate, low, high) == (5.0, 5.0, 5.0)


def test_stratified_bootstrap_has_the_spread_of_independent_strata() -> None:
    """Variance of the mean over tasks: sum over tasks of (population variance / runs) / tasks^2."""
    scores = np.random.default_rng(3).normal(size=(30, 4)) * [1, 2, 3, 4]
    _, low, high = stratified_bootstrap(scores, lambda s: s.mean((-2, -1)), seed=1, resamples=20_000)
    deviation = np.sqrt(scores.var(axis=0).sum() / 30) / 4
    assert high - low == pytest.approx(2 * 1.96 * deviation, rel=0.03)


def test_stratified_bootstrap_agrees_with_scipy_for_one_task() -> None:
    scores = np.random.default_rng(5).exponential(size=(40, 1))
    _, low, high = stratified_bootstrap(scores, iqm, seed=1)
    other = bootstrap(
        (scores[:, 0],), lambda x, axis: trim_mean(x, 0.25, axis=axis), method="percentile", rng=2
    ).confidence_interval
    assert (low, high) == pytest.approx((other.low, other.high), abs=0.02)


def test_stratified_bootstrap_repeats_in_any_number_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.arange(12.0).reshape(4, 3)
    thresholds = [3, 6]
    whole = stratified_bootstrap(scores, lambda s: performance_profile(s, thresholds), seed=1, resamples=500)
    monkeypatch.setattr("peam.evaluation.stats._BLOCK", 100)
    pieces = stratified_bootstrap(scores, lambda s: performance_profile(s, thresholds), seed=1, resamples=500)
    assert [x.tolist() for x in whole] == [x.tolist() for x in pieces]
    assert whole[1].shape == (2,)
    with pytest.raises(ValueError, match="3 dimensions"):
        stratified_bootstrap(np.zeros((2, 2, 2)), iqm, seed=1)
