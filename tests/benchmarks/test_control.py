from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from peam.benchmarks.control import compare, last_quarter, planned
from peam.config import load_config
from peam.evaluation.suites import load_suite
from peam.memory.store import Store
from tests.memory.helpers import corrected_episode


def test_the_last_quarter_is_played_again_by_the_planner_alone(tmp_path: Path) -> None:
    task = next(t for t in load_suite("life11").tasks if t.name == "planks_4")
    with Store.create(tmp_path / "store.db") as store:
        for index in range(8):
            store.append_episode(replace(corrected_episode(index), task=task))
    lived = last_quarter(tmp_path)
    assert [e.index for e in lived] == [6, 7]
    control = planned(load_config(), lived)
    assert [(e.index, e.task, e.seed) for e in control] == [(e.index, e.task, e.seed) for e in lived]
    assert all(e.slow_calls and not e.fast_decisions for e in control)


def test_arms_are_compared_in_pairs() -> None:
    lived = [replace(corrected_episode(i), success=i > 0, slow_calls=2) for i in range(4)]
    control = [replace(e, success=True, slow_calls=10) for e in lived]
    told = compare(lived, control)
    assert (told["n"], told["lost"], told["won"], told["p"], told["ratio"]) == (4, 1, 0, 1.0, 0.2)
    assert told["saved"] == [8.0, 8.0, 8.0]
    assert (told["lived"]["success"], told["control"]["success"]) == (3, 4)
