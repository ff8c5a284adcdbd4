"""The planner with the real skills in the embedded simulator, through the benchmark that reports it."""

from __future__ import annotations

import json

from benchmarks.planner import PERFECT, run


def test_it_makes_a_pickaxe_from_nothing() -> None:
    figures = run("paper11", (46,), ("wooden_pickaxe",), PERFECT)
    row = figures["tasks"]["wooden_pickaxe"]
    assert row["success"] == figures["n"] == 1
    assert row["slow_calls"] == row["decisions"] + 1
    assert not {"MISSING_MATERIAL", "NO_STATION", "MISSING_TOOL", "INVALID_ACTION"} & set(row["diagnoses"])
    assert json.loads(json.dumps(figures)) == figures


def test_gaps_are_paid_for_in_wasted_actions() -> None:
    figures = run("paper11", (46, 48), ("wooden_pickaxe",))
    assert figures["success"] == 2
    assert "MISSING_MATERIAL" in figures["tasks"]["wooden_pickaxe"]["diagnoses"]
