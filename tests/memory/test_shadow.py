from __future__ import annotations

import numpy as np
import pytest

from peam.actions import Action
from peam.memory.shadow import same_effect, would_succeed
from peam.types import Decision, Diagnosis, Outcome, Predicate, Subgoal

MINE = Action("mine", "stone", 3)
NORTH, EAST, DOWN = Action("explore", "north"), Action("explore", "east"), Action("explore", "down")


def made(tier: str, action: Action, ok: bool, shadow: str) -> Decision:
    outcome = Outcome(Diagnosis.OK if ok else Diagnosis.NOT_FOUND)
    subgoal = Subgoal("gather", Predicate("inventory", "cobblestone", 3))
    image = np.zeros((0, 0, 3), np.uint8)
    return Decision(0, subgoal, "", image, (), action, tier, outcome, shadow=shadow)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (made("fast", MINE, True, ""), True),
        (made("fast", MINE, False, ""), False),
        (made("slow", MINE, True, "mine(stone, 8)"), True),
        (made("slow", MINE, False, "mine(stone, 3)"), False),
        (made("slow", MINE, True, "explore(down)"), False),
        (made("slow", MINE, False, "explore(down)"), None),
        (made("slow", MINE, True, ""), None),
    ],
)
def test_what_a_shadow_tells(decision: Decision, told: bool | None) -> None:
    assert would_succeed(decision) is told


def test_directions_are_alike_but_down_is_not() -> None:
    assert same_effect(NORTH, EAST)
    assert not same_effect(NORTH, DOWN)
    assert not same_effect(NORTH, MINE)
