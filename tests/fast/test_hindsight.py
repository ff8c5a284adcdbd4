from __future__ import annotations

from dataclasses import replace

import numpy as np

from peam.actions import Action
from peam.fast.hindsight import detours, hindsight, straight
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


def seeing(seen: Decision, *names: str) -> Decision:
    return replace(seen, seen=names, tier="fast")


def test_what_a_detour_passed_by_is_told_as_taken() -> None:
    run = [
        seeing(decision(0, LOOK, Diagnosis.OK), "stone near"),
        seeing(decision(1, LOOK, Diagnosis.OK), "birch_log far"),
        seeing(decision(2, LOOK, Diagnosis.OK), "birch_log near", "oak_log far"),
        seeing(decision(3, LOOK, Diagnosis.OK)),
        decision(4, MINE, Diagnosis.OK),
        seeing(decision(5, LOOK, Diagnosis.OK), "oak_log near"),
        decision(6, Action("craft", "stick", 4), Diagnosis.OK),
    ]
    birch = Action("mine", "birch_log", 1)
    for tier in ("fast", "slow"):
        told = straight([replace(d, tier=tier) for d in run])
        assert [d.action for d in told] == [LOOK, birch, MINE, LOOK, MINE, LOOK, run[6].action]
    assert [d.state for d in told] == [d.state for d in run]
    assert straight([]) == []


def test_what_failed_took_nothing() -> None:
    run = [
        seeing(decision(0, LOOK, Diagnosis.OK), "oak_log near"),
        decision(1, MINE, Diagnosis.UNREACHABLE),
        seeing(decision(2, LOOK, Diagnosis.OK), "oak_log far"),
        seeing(decision(3, LOOK, Diagnosis.UNREACHABLE), "oak_log far"),
    ]
    assert detours(run) == {}
    assert detours([*run, decision(4, MINE, Diagnosis.OK)]) == {0: MINE, 2: MINE}


def test_hindsight_puts_a_detour_right() -> None:
    detour = pair(4, 5)
    look = seeing(detour.corrected.decisions[0], "oak_log near")
    corrected = replace(detour.corrected, decisions=(look, *detour.corrected.decisions[1:]))
    (told,) = hindsight(replace(detour, corrected=corrected))
    assert (told.action, told.state) == (MINE, "state 4")
