from __future__ import annotations

from dataclasses import replace

import numpy as np

from peam.actions import Action
from peam.fast.hindsight import hindsight
from peam.types import Decision, Diagnosis, Outcome, Pair, Predicate, Segment, Subgoal

SUBGOAL = Subgoal("gather", Predicate("inventory", "oak_log", 1))
MINE, LOOK = Action("mine", "oak_log", 1), Action("explore", "north")


def decision(index: int, action: Action, diagnosis: Diagnosis) -> Decision:
    image = np.full((2, 2, 3), index, np.uint8)
    return Decision(index, SUBGOAL, f"state {index}", image, (), action, "slow", Outcome(diagnosis))


def pair(failed_at: int, corrected_from: int, episode: int = 1) -> Pair:
    failed = (decision(failed_at, MINE, Diagnosis.NOT_FOUND),)
    later = (decision(corrected_from, LOOK, Diagnosis.OK), decision(corrected_from + 1, MINE, Diagnosis.OK))
    return Pair("c", Segment(1, SUBGOAL, failed, False), Segment(episode, SUBGOAL, later, True), "id")


def test_the_correction_is_told_in_the_failures_own_situation() -> None:
    (told,) = hindsight(pair(4, 5))
    assert told.action == LOOK
    assert told.state == "state 4"
    assert told.rgb[0, 0, 0] == 4


def test_nothing_is_told_where_something_lay_between() -> None:
    assert hindsight(pair(4, 6)) == []
    assert hindsight(pair(4, 5, episode=2)) == []
    assert hindsight(replace(pair(4, 5), failed=None)) == []
