from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from peam.config import load_config
from peam.errors import ConfigError
from peam.memory.ledger import Ledger
from peam.memory.meter import make_meter
from peam.memory.pairs import PairMiner
from peam.memory.worthiness import (
    RunningMedian,
    Worthiness,
    agreement,
    cost_saved,
    geometric_mean,
    novelty,
    stability,
)
from peam.types import Decision, Segment

from .helpers import corrected_episode, decision, segment

amounts = st.floats(0.0, 1e6)


class Executor:
    """Gives every token the same probability, and a fixed gradient."""

    def __init__(self, probability: float = 0.5) -> None:
        self.log_prob = float(np.log(probability))

    def segment_log_prob(self, category: str, run: Segment) -> tuple[float, int]:
        return 5 * len(run.decisions) * self.log_prob, 5 * len(run.decisions)

    def bc_gradient(self, category: str, decisions: Sequence[Decision]) -> np.ndarray:
        return np.array([1.0, 1.0], dtype=np.float32)


def test_cost_saved_is_the_formula_and_has_no_scale() -> None:
    assert cost_saved(3.0, 10.0, 2.0, 12.0) == pytest.approx(1 - np.exp(-3 * 8 / 12))
    assert cost_saved(3.0, 10e3, 2e3, 12e3) == pytest.approx(cost_saved(3.0, 10.0, 2.0, 12.0))
    assert cost_saved(3.0, 2.0, 10.0, 12.0) == 0.0
    assert cost_saved(3.0, 2.0, 1.0, 0.0) == 1.0


def test_stability_is_the_beta_quantile() -> None:
    assert stability(0, 0) == pytest.approx(0.05)
    assert stability(9, 1) == pytest.approx(float(beta.ppf(0.05, 10, 2)))
    assert stability(20, 0) > stability(2, 0) > stability(2, 5)


def test_novelty_is_what_the_executor_lacks_a_token() -> None:
    assert novelty(8 * np.log(0.25), 8) == pytest.approx(0.75)
    assert novelty(0.0, 8) == 0.0 == novelty(0.0, 0)
    assert novelty(-1e9, 1) == 1.0


def test_agreement_is_the_cosine() -> None:
    a = np.array([1.0, 0.0], dtype=np.float32)
    assert agreement(a, a) == 1.0 and agreement(a, -a) == 0.0
    assert agreement(a, np.array([0.0, 2.0], dtype=np.float32)) == pytest.approx(0.5)
    assert agreement(a, 0 * a) == 1.0


@given(amounts, amounts, amounts, amounts, st.integers(0, 99), st.integers(0, 99), st.floats(-1e3, 0.0))
def test_every_term_lies_in_0_1(n: float, s: float, f: float, k: float, ok: int, bad: int, lp: float) -> None:
    terms = (cost_saved(n, s, f, k), stability(ok, bad), novelty(lp, 7))
    assert all(0.0 <= term <= 1.0 for term in terms)
    assert 0.0 <= geometric_mean(*terms, 1.0) <= 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_running_median(values: list[float]) -> None:
    median = RunningMedian()
    assert median.value() is None
    for value in values:
        median.add(value)
    assert median.value() == pytest.approx(float(np.median(values)))


def scored(overrides: tuple[str, ...] = (), episodes: int = 3) -> list[list[tuple[float, bool, str]]]:
    config = load_config(overrides=overrides)
    miner = PairMiner()
    ledger = Ledger(make_meter(config), miner.relevance)
    worthiness = Worthiness(config, ledger, Executor())
    result = []
    for index in range(episodes):
        done = corrected_episode(index)
        pairs = miner.add(done.segments)
        ledger.learn(done.segments, pairs)
        scores = [worthiness.score(p, index, 100.0, None) for p in pairs]
        result.append([(s.worthiness, s.admitted, s.reason) for s in scores])
    return result


def test_the_first_is_admitted_and_later_ones_must_exceed_half_the_median() -> None:
    first, second, third = scored()
    assert [(admitted, reason) for _, admitted, reason in first] == [(True, "first of its category")] * 2
    assert second[0][0] > first[0][0] and second[0][1]  # used twice, succeeded twice: worth more
    assert all(admitted for _, admitted, _ in third)


def test_admission_is_by_category_and_can_be_turned_off() -> None:
    config = load_config()
    miner = PairMiner()
    ledger = Ledger(make_meter(config), miner.relevance)
    done = corrected_episode(0)
    pairs = miner.add(done.segments)
    ledger.learn(done.segments, pairs)
    strict = Worthiness(config, ledger, Executor())
    prices = (100.0, 100.0, 1e5, 0.0, 0.0)  # the dearer a consolidation, the less it saves
    scores = [strict.score(pairs[0], 0, price, None) for price in prices]
    assert [score.admitted for score in scores] == [True, True, False, True, True]
    half = float(np.median([score.worthiness for score in scores[:4]])) / 2
    assert scores[4].threshold == pytest.approx(half)
    assert "lowest term: cost saved" in scores[2].reason
    lax = Worthiness(load_config(overrides=["worthiness.enabled=false"]), ledger, Executor())
    assert [lax.score(pairs[0], 0, 100.0, None).admitted for _ in range(2)] == [True, True]
    with pytest.raises(ConfigError, match="did you mean 'fixed'"):
        Worthiness(load_config(overrides=["worthiness.kind=fixd"]), ledger, Executor())


def test_retained_gradients_enter() -> None:
    config = load_config()
    miner = PairMiner()
    ledger = Ledger(make_meter(config), miner.relevance)
    done = corrected_episode(0)
    pairs = miner.add(done.segments)
    ledger.learn(done.segments, pairs)
    against = np.array([-1.0, -1.0], dtype=np.float32)
    score = Worthiness(config, ledger, Executor()).score(pairs[0], 0, 100.0, against)
    assert score.agreement == pytest.approx(0.0) and score.worthiness == pytest.approx(0.0, abs=1e-3)


def test_a_detour_is_scored_as_what_it_would_teach() -> None:
    config, asked = load_config(), list[str]()

    class Listener(Executor):
        def segment_log_prob(self, category: str, run: Segment) -> tuple[float, int]:
            asked.extend(str(d.action) for d in run.decisions)
            return super().segment_log_prob(category, run)

    walked = replace(decision(0, "explore(north)"), seen=("oak_log near",))
    (pair,) = PairMiner().add([segment([walked, decision(1, "mine(oak_log, 4)")])])
    ledger = Ledger(make_meter(config), PairMiner().relevance)
    Worthiness(config, ledger, Listener()).score(pair, 0, 100.0, None)
    assert asked == ["mine(oak_log, 4)"] * 2
    assert [str(d.action) for d in pair.corrected.decisions] == ["explore(north)", "mine(oak_log, 4)"]


def test_ledger_prices_tiers_counts_uses_and_outcomes() -> None:
    config = load_config()
    miner = PairMiner()
    ledger = Ledger(make_meter(config), miner.relevance)
    slow = segment(
        [
            decision(0, "mine(oak_log, 4)", "NOT_FOUND"),
            decision(1, "explore(north)"),
            decision(2, "mine(oak_log, 4)"),
        ]
    )
    pairs = miner.add([slow])
    ledger.learn([slow], pairs)
    pair = pairs[0]
    assert ledger.slow_cost(pair) == pytest.approx(3 * (2.0 + 2.0))
    assert ledger.fast_cost(pair) == pytest.approx(2 * (0.02 + 2.0))  # expected: the corrected run, no waste
    fast = replace(slow, episode=1, decisions=tuple(replace(d, tier="fast") for d in slow.decisions))
    unreached = replace(fast, episode=2, reached=False)
    ledger.learn([fast], [])
    ledger.learn([unreached], [])
    assert ledger.fast_cost(pair) == pytest.approx(2 * 3 * (0.02 + 2.0))
    assert ledger.expected_uses(pair, 40, 40.0) == pytest.approx(np.exp(-1.0))
    assert ledger.outcomes(pair) == (3, 0)
    goal, alone = slow.subgoal, fast.decisions
    patience = ledger.bounds.patience
    assert not patience.lost(goal, alone) and patience.lost(goal, [*alone, alone[0]])
