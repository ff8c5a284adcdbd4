from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from peam.errors import PeamError
from peam.fast.base import Tried
from peam.fast.calibration import Calibrator, Score, acting_threshold, isotonic

FLOATS = st.floats(-5, 5, allow_nan=False)
WORD = "craft(stick)"


def tried(margins: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Tried]:
    return [Tried(WORD, float(m), bool(ok)) for m, ok in zip(margins, right, strict=True)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(FLOATS, st.floats(0.1, 5)), min_size=1, max_size=40))
def test_isotonic_equals_scipy(points: list[tuple[float, float]]) -> None:
    values, weights = map(np.array, zip(*points, strict=True))
    assert np.allclose(isotonic(values, weights), isotonic_regression(values, weights=weights).x, atol=1e-9)


def test_threshold_by_hand() -> None:
    margins = np.arange(40, 0, -1.0)
    right = np.ones(40, dtype=bool)
    right[[20, 24, 25, 26]] = False
    # At 21 decisions one failure: 2/22 <= 0.1; at 25 two: 3/26 > 0.1: acting stops at the 24th.
    assert acting_threshold(margins, right, 0.1) == margins[23]
    assert acting_threshold(margins, np.ones(40, dtype=bool), 0.1) == 1.0
    assert acting_threshold(margins, np.zeros(40, dtype=bool), 0.1) is None
    assert acting_threshold(margins[:8], right[:8], 0.1) is None, "8 decisions cannot show 10 %"
    assert acting_threshold(margins[:9], right[:9], 0.1) == margins[8]


def test_an_early_failure_does_not_end_the_search() -> None:
    right = np.array([False] * 4 + [True] * 200)
    assert acting_threshold(np.arange(204, 0, -1.0), right, 0.1) == 1.0


def test_ties_stand_or_fall_together() -> None:
    margins = np.array([2.0] * 20 + [1.0] * 20)
    right = np.array([True] * 20 + [True] * 10 + [False] * 10)
    order = np.random.default_rng(0).permutation(40)
    assert acting_threshold(margins[order], right[order], 0.1) == 2.0


@pytest.mark.parametrize("telling", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.2])
def test_failure_rate_where_it_acts_stays_under_epsilon(epsilon: float, telling: float) -> None:
    """Margins that tell nothing, little, much: mean failure rate of acted, fresh decisions."""

    def success(margins: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 - (0.1 * (1 - telling / 0.6) + telling * np.exp(-margins / 2))

    rng = np.random.default_rng(0)
    rates, acted = [], 0
    for _ in range(400):
        margins = rng.exponential(3, 150)
        right = rng.random(150) < success(margins)
        fitted = Calibrator.fit(tried(margins, right), epsilon)
        fresh = rng.exponential(3, 300)
        wrong = rng.random(300) >= success(fresh)
        acts = np.array([fitted.acts(WORD, m) for m in fresh])
        acted += int(acts.sum())
        rates.append(float(wrong[acts].mean()) if acts.any() else 0.0)
    assert np.mean(rates) <= epsilon
    if telling == 0.6:
        assert acted > 400 * 300 * 0.1, "a threshold that never acts would pass in vain"


def test_confidence_is_monotone_and_zero_without_history() -> None:
    rng = np.random.default_rng(1)
    margins = rng.exponential(2, 300)
    fitted = Calibrator.fit(tried(margins, rng.random(300) < 1 - np.exp(-margins)), 0.1)
    values = [fitted.confidence(WORD, m) for m in np.linspace(0, 12, 60)]
    assert values == sorted(values) and 0 <= values[0] < values[-1] <= 1
    assert Calibrator().confidence(WORD, 5.0) == 0.0 and not Calibrator().acts(WORD, 5.0)
    assert Calibrator.fit([], 0.1) == Calibrator(epsilon=0.1)
    assert Calibrator.fit([Tried(WORD, 1.0, True)] * 4, 0.1).threshold is None


def test_one_word_that_fails_does_not_silence_the_others() -> None:
    good, bad = Tried("craft(stick)", 1.0, True), Tried("craft(bow)", 9.0, False)
    fitted = Calibrator.fit([good, bad] * 40, 0.1)
    assert fitted.acts("craft(stick)", 1.0)
    assert not fitted.acts("craft(bow)", 99.0)
    assert fitted.confidence("craft(stick)", 1.0) > 0.9 > 0.1 > fitted.confidence("craft(bow)", 9.0)
    assert not fitted.acts("craft(torch)", 1.0), "half of what is like it fails"
    assert not fitted.acts("mine(stone)", 99.0), "nothing is known of its verb"
    assert fitted.confidence("mine(stone)", 99.0) == 0.0


def test_a_rare_word_is_judged_by_its_verb() -> None:
    rare = [Tried(f"craft({name})", 2.0, True) for name in ("bow", "torch", "chest", "bed") for _ in range(5)]
    fails = [Tried("mine(stone)", 3.0, False)] * 20
    mixed = [one for both in zip(rare, fails, strict=True) for one in both]
    fitted = Calibrator.fit(mixed, 0.1)
    assert fitted.acts("craft(bow)", 2.0) and fitted.acts("craft(shield)", 2.0)
    assert not fitted.acts("mine(stone)", 3.0) and not fitted.acts("mine(dirt)", 3.0)


def test_to_be_surer_never_speaks_against_a_choice() -> None:
    margins = np.linspace(0.1, 6.0, 200)
    fitted = Calibrator.fit(tried(margins, margins < 4.0), 0.4)
    assert fitted.score.slope == 0.0 and fitted.acts(WORD, 9.0) == fitted.acts(WORD, 0.1)


def test_of_two_rules_the_one_that_acts_on_more_is_in_force() -> None:
    """A word that never fails, and others whose odds the score cannot tell from it in time."""
    rng = np.random.default_rng(1)
    sure = [Tried("explore", float(m), True) for m in rng.exponential(1, 30)]
    rest = [Tried(f"craft({i % 7})", float(m), i % 3 > 0) for i, m in enumerate(rng.exponential(4, 90))]
    history = [*sure, *rest]
    order = rng.permutation(len(history))
    fitted = Calibrator.fit([history[i] for i in order], 0.1)
    assert sum(fitted.acts(t.word, t.margin) for t in history) >= 29
    alike = Calibrator.fit([Tried(f"craft({i % 14})", 1.0, i % 15 > 0) for i in range(210)], 0.1)
    assert not alike.margins and alike.acts("craft(1)", 1.0), "fifteen of a word tell too little"


def test_no_decision_is_ranked_by_a_score_that_it_had_a_part_in() -> None:
    """Words that succeed by pure chance, once each: fitted to themselves they would be told apart."""
    rng = np.random.default_rng(0)
    right = rng.random(200) < 0.7
    history = [Tried(f"craft({i})", 1.0, bool(ok)) for i, ok in enumerate(right)]
    fitted = Calibrator.fit(history, 0.1)
    assert not any(fitted.acts(t.word, t.margin) for t in history)
    score = Score.fit(history)
    alike = np.array([score.of(t.word, t.margin) for t in history])
    assert acting_threshold(alike, right, 0.1) is not None, "in sample they are"


@pytest.mark.parametrize("epsilon", [0.1, 0.2])
def test_failure_rate_stays_under_epsilon_over_words_of_unlike_difficulty(epsilon: float) -> None:
    rng, rates = np.random.default_rng(3), []
    hard = {f"craft({i})": float(p) for i, p in enumerate(rng.random(12) * 0.5)}
    shares = rng.dirichlet(np.ones(12))

    def draw(count: int) -> list[Tried]:
        words = [list(hard)[int(i)] for i in rng.choice(12, count, p=shares)]
        margins = rng.exponential(2, count)
        return [
            Tried(w, float(m), bool(rng.random() >= hard[w])) for w, m in zip(words, margins, strict=True)
        ]

    for _ in range(200):
        fitted = Calibrator.fit(draw(250), epsilon)
        acted = [not t.ok for t in draw(250) if fitted.acts(t.word, t.margin)]
        rates.append(float(np.mean(acted)) if acted else 0.0)
    assert 0 < np.mean(rates) <= epsilon


def test_bad_history_is_refused() -> None:
    with pytest.raises(PeamError, match="finite margins"):
        Calibrator.fit([Tried(WORD, float("nan"), True)], 0.1)
    with pytest.raises(PeamError):
        Calibrator.fit([], 1.0)


def test_confidence_between_two_knots_is_that_of_all_of_them_to_the_bit() -> None:
    rng = np.random.default_rng(4)
    for count in (1, 2, 3, 40):
        knots = np.unique(rng.normal(size=count))
        probabilities = np.sort(rng.random(len(knots)))
        calibrator = Calibrator(Score(0.0, 1.0, {"craft(*)": 0.0}), tuple(knots), tuple(probabilities))
        for margin in [*rng.exponential(size=40), *np.expm1(np.abs(knots))]:
            score = calibrator.score.of("craft(stick)", float(margin))
            want = float(np.interp(score, knots, probabilities))
            assert calibrator.confidence("craft(stick)", float(margin)) == want
