"""Statistics against published values and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from peam.evaluation.stats import clopper_pearson_upper, mcnemar, mcnemar_pairs, paired_bootstrap, wilson


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
