from __future__ import annotations

from dataclasses import replace

import pytest

from peam.config import load_config
from peam.errors import ConfigError
from peam.memory.meter import avoidable_cost, make_meter, segment_cost

from .helpers import decision, segment

RUN = segment(
    [
        decision(0, "mine(oak_log, 4)", "NOT_FOUND", tier="fast"),
        replace(decision(1, "explore(north)"), seen=()),
        decision(2, "mine(oak_log, 4)", tier="fast"),
    ]
)  # each 40 ticks, 0.01 s of acting and 0.5 s of thinking


def test_declared_meter_counts_and_ignores_the_clock() -> None:
    meter = make_meter(load_config())
    assert meter.unit == "declared s"
    assert segment_cost(meter, RUN) == pytest.approx(2 * 0.02 + 2.0 + 3 * 40 * 0.05)
    assert avoidable_cost(meter, RUN, True) == pytest.approx((0.02 + 40 * 0.05) + 2.0)
    in_vain = (0.02 + 40 * 0.05) * 2 + 2.0
    chosen = segment([replace(d, margin=1.0) if d.tier == "fast" else d for d in RUN.decisions])
    assert avoidable_cost(meter, chosen, False) == pytest.approx(in_vain), "both reflexes"
    failed = (0.02 + 40 * 0.05) + 2.0
    assert avoidable_cost(meter, RUN, False) == pytest.approx(failed), "a search that was carried on is none"
    assert meter.price("training_step", 200, seconds=1e9) == 300.0


def test_what_a_detour_took_could_have_been_avoided() -> None:
    meter = make_meter(load_config())
    walked = replace(decision(1, "explore(north)", tier="fast"), seen=("birch_log far",))
    run = segment([walked, replace(walked, index=2, seen=()), decision(3, "mine(oak_log, 4)", tier="fast")])
    assert avoidable_cost(meter, run, True) == pytest.approx(0.02 + 40 * 0.05), "the first: wood was in view"
    led = segment([replace(d, tier="slow") for d in run.decisions])
    assert avoidable_cost(meter, led, True) == pytest.approx(3 * 2.0 + 40 * 0.05)


def test_wall_meter_measures() -> None:
    meter = make_meter(load_config(overrides=["meter.kind=wall"]))
    assert meter.unit == "s"
    assert segment_cost(meter, RUN) == pytest.approx(3 * 0.51)


def test_money_meter_prices_tokens_hours_and_game_time() -> None:
    prices = "{prompt_token: 0.001, completion_token: 0.01, device_hour: 2.0, tick_hour: 7.2}"
    meter = make_meter(load_config(overrides=["meter.kind=money", f"meter.money={prices}"]))
    assert meter.price("slow_call", 1, 60.0, (100, 10)) == pytest.approx(0.2)
    assert meter.price("fast_decision", 1, 1800.0) == pytest.approx(1.0)
    assert meter.price("tick", 100) == pytest.approx(0.01)


def test_money_without_prices_and_unknown_kinds_are_refused() -> None:
    with pytest.raises(ConfigError, match="every price"):
        make_meter(load_config(overrides=["meter.kind=money"]))
    with pytest.raises(ConfigError, match="did you mean 'wall'"):
        make_meter(load_config(overrides=["meter.kind=wal"]))
