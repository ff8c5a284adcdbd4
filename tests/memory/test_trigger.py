from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.config import load_config
from peam.errors import ConfigError
from peam.memory.trigger import BreakEven, DriftTest, FailureStatistics, Trigger, make_trigger

costs = st.lists(st.floats(0.0, 50.0), min_size=1, max_size=60)
streams = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 64), st.integers(0, 8), st.booleans()), max_size=80
)


def drive(trigger: Trigger, stream: list[Any], scale: float, rename: dict[str, str], gate: bool) -> list[Any]:
    fired = []
    for at, (name, cost, worth, failed) in enumerate(stream):
        category = rename[name]
        trigger.observe(category, failed)
        trigger.credit(category, cost * scale, worth / 8)
        trigger.end_episode()
        if trigger.fires(category, 100.0 * scale):
            fired.append((at, name))
            trigger.started(category)
            trigger.finished(category, gate or at % 2 == 0)
    return fired


@given(costs, st.floats(1.0, 200.0))
def test_break_even_is_2_competitive(stream: list[float], price: float) -> None:
    """Against the offline optimum of one purchase; a cost is seen only once it is paid: hence + max."""
    trigger, paid, bought = BreakEven(0.05, 40.0), 0.0, False
    for cost in stream:
        if not bought:
            paid += cost
            trigger.credit("x", cost, 1.0)
            bought = trigger.fires("x", price)
    online = paid + (price if bought else 0.0)
    offline = min(sum(stream), price)
    assert online <= 2.0 * offline + max(stream) + 1e-9
    assert bought == (sum(stream) >= price) or abs(sum(stream) - price) < 1e-6


def test_the_ratio_of_small_costs_approaches_2_and_no_more() -> None:
    trigger, paid = BreakEven(0.05, 40.0), 0.0
    while not trigger.fires("x", 1.0):
        trigger.credit("x", 0.001, 1.0)
        paid += 0.001
    assert 1.99 < paid + 1.0 <= 2.0 + 0.001 + 1e-9


@pytest.mark.parametrize("kind", [BreakEven, FailureStatistics])
@given(stream=streams, gate=st.booleans())
def test_scale_and_names_change_nothing(kind: type[BreakEven], stream: list[Any], gate: bool) -> None:
    plain = drive(kind(0.05, 40.0), stream, 1.0, {n: n for n in "abc"}, gate)
    # powers of two keep every sum exact, so that ties at R = K do not depend on rounding
    other = drive(kind(0.05, 40.0), stream, 1024.0, {"a": "z", "b": "smelt", "c": "b"}, gate)
    assert plain == other


def test_costs_times_1000_fire_at_the_same_decisions() -> None:
    rng = np.random.default_rng(3)
    stream = [
        ("abc"[int(rng.integers(3))], float(rng.random() * 30), 4, bool(rng.random() < 0.5))
        for _ in range(500)
    ]
    names = {n: n for n in "abc"}
    one = drive(BreakEven(0.05, 40.0), stream, 1.0, names, False)
    assert one == drive(BreakEven(0.05, 40.0), stream, 1000.0, names, False) and len(one) > 5


def test_nothing_spent_never_fires_and_a_worthless_cost_neither() -> None:
    trigger = BreakEven(0.05, 40.0)
    assert not trigger.fires("x", 1.0)
    trigger.credit("x", 1e9, 0.0)
    assert not trigger.fires("x", 1.0)


def test_rejections_double_the_price_until_one_is_accepted() -> None:
    trigger = BreakEven(0.05, 40.0)
    for price, accepted in ((1.0, False), (2.0, False), (4.0, True), (1.0, True)):
        trigger.credit("x", price * 0.99, 1.0)
        assert not trigger.fires("x", 1.0)
        trigger.credit("x", price * 0.02, 1.0)
        assert trigger.fires("x", 1.0)
        trigger.started("x")
        assert not trigger.fires("x", 1.0)
        trigger.finished("x", accepted)


def test_failure_statistics_follows_its_own_history() -> None:
    trigger = FailureStatistics(0.05, 1e9)  # practically no fading
    trigger.credit("x", 1.0, 1.0)
    assert trigger.fires("x", 1.0)  # no history: break-even
    for _ in range(4):
        trigger.observe("x", True)
    trigger.started("x")
    trigger.finished("x", True)
    trigger.credit("x", 100.0, 1.0)
    for _ in range(4):
        trigger.observe("x", True)
        assert not trigger.fires("x", 1.0)
    trigger.observe("x", True)
    assert trigger.fires("x", 1.0)


def test_failures_fade() -> None:
    trigger = FailureStatistics(0.05, 2.0)
    trigger.observe("x", True)
    trigger.end_episode()
    assert trigger.state()["x"]["mass"] == pytest.approx(np.exp(-0.5))


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.8])
def test_drift_alarms_falsely_at_most_at_alpha(rate: float) -> None:
    rng = np.random.default_rng(0)
    lives, alarms = 300, 0
    for _ in range(lives):
        test = DriftTest(rate)
        for failed in rng.random(300) < rate:
            test.observe(bool(failed), 0.05)
            if test.alarmed:
                break
        alarms += test.alarmed
    assert alarms / lives <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / lives)


def test_drift_is_found_soon_and_rearms() -> None:
    trigger = BreakEven(0.05, 40.0)
    for i in range(100):
        trigger.observe("x", i % 5 == 0)
    trigger.started("x")
    trigger.finished("x", True)
    for _ in range(8):
        trigger.observe("x", True)
    assert not trigger.fires("x", 1e6)  # drifted, but nothing avoidable was spent
    trigger.credit("x", 0.1, 0.5)
    assert trigger.fires("x", 1e6)


def test_a_restored_trigger_goes_on_the_same() -> None:
    rng = np.random.default_rng(1)
    stream = [
        ("abc"[int(rng.integers(3))], float(rng.random() * 30), 4, bool(rng.random() < 0.5))
        for _ in range(200)
    ]
    names = {n: n for n in "abc"}
    whole, half = BreakEven(0.05, 40.0), BreakEven(0.05, 40.0)
    first = drive(whole, stream[:100], 1.0, names, True)
    assert first == drive(half, stream[:100], 1.0, names, True)
    resumed = BreakEven(0.05, 40.0)
    resumed.restore(json.loads(json.dumps(half.state())))
    assert drive(whole, stream[100:], 1.0, names, True) == drive(resumed, stream[100:], 1.0, names, True)


def test_unknown_kind_names_the_nearest() -> None:
    assert isinstance(make_trigger(load_config()), BreakEven)
    with pytest.raises(ConfigError, match="did you mean 'break_even'"):
        make_trigger(load_config(overrides=["trigger.kind=breakeven"]))
