"""Staying alive: what is done when hungry, by night, and when there is nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from peam.actions import Action, parse_action
from peam.slow.knowledge import load_knowledge
from peam.slow.survival import WAIT, live_on
from peam.types import Decision, Diagnosis, Outcome
from tests.memory.helpers import decision
from tests.test_types import observation


def act(history: Sequence[Decision] = (), **seen: Any) -> Action:
    return live_on(load_knowledge(), observation(**seen), history, 64.0)


def done(text: str, diagnosis: Diagnosis = Diagnosis.OK) -> Decision:
    action = parse_action(text)
    assert isinstance(action, Action)
    return replace(decision(0, text), outcome=Outcome(diagnosis))


def test_by_day_and_fed_one_waits() -> None:
    assert act(time=3000) == WAIT


def test_by_night_one_is_under_ground() -> None:
    assert act(time=12000) == Action("explore", "down")
    assert act(time=12000, position=(0.0, 50.0, 0.0)) == WAIT
    assert act([done("explore(down)", Diagnosis.MISSING_TOOL)], time=12000) == WAIT, "where it can be"


def test_hungry_one_eats_the_best_that_is_held() -> None:
    held = {"beef": 1, "bread": 1}
    assert act(food=14.0, inventory=held) == Action("eat", "bread")
    assert act(food=15.0, inventory=held) == WAIT


def test_hungry_one_hunts_by_day_alone_and_not_for_ever() -> None:
    assert act(food=9.0, time=3000) == Action("kill", "cow")
    assert act(food=9.0, time=3000, position=(0.0, 50.0, 0.0)) == Action("explore", "up")
    assert act(food=9.0, time=14000, position=(0.0, 50.0, 0.0)) == WAIT
    gone = [done(f"kill({beast})", Diagnosis.NOT_FOUND) for beast in ("cow", "pig", "sheep")]
    assert act(gone, food=9.0, time=3000).verb == "explore"
    assert act([*[done("explore(north)")] * 6, *gone], food=9.0, time=3000) == WAIT
    assert act([*[done("explore(north)")] * 6, done("wait(200)")], food=9.0, time=3000) == Action(
        "kill", "cow"
    )


@pytest.mark.parametrize("food", [20.0, 10.0])
def test_the_time_of_day_decides(food: float) -> None:
    assert act(time=23499, food=food) == Action("explore", "down")
    assert act(time=23500, food=food) != Action("explore", "down")
