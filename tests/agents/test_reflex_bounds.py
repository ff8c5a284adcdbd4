"""What keeps the fast tier in bounds: tabu and patience."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from peam.actions import Action, legal_actions, parse_action
from peam.agents.patience import Patience
from peam.agents.tabu import tabu
from peam.types import Decision, Diagnosis, Outcome, Predicate, Segment, Subgoal

GOAL = Subgoal("craft", Predicate("inventory", "wooden_pickaxe", 1))


def did(
    text: str,
    diagnosis: str = "OK",
    missing: Mapping[str, int] | None = None,
    delta: Mapping[str, int] | None = None,
    tier: str = "fast",
) -> Decision:
    action = parse_action(text)
    assert isinstance(action, Action)
    outcome = Outcome(Diagnosis(diagnosis), delta or {}, missing or {})
    return Decision(0, GOAL, "", np.zeros((0, 0, 3), np.uint8), (), action, tier, outcome)  # type: ignore[arg-type]


SHORT = did("craft(stick, 4)", "MISSING_MATERIAL", {"oak_planks": 2})


def family(verb: str, target: str) -> set[Action]:
    return {a for a in legal_actions() if (a.verb, a.target) == (verb, target)}


def test_what_lacked_material_waits_for_as_much_of_its_kind() -> None:
    barred = {a for a in family("craft", "stick") if a.count is not None and a.count >= 4}
    assert tabu([SHORT]) == barred
    assert tabu([SHORT, did("explore(north)")]) == barred, "another success does not help"
    assert tabu([SHORT, did("craft(oak_planks, 1)", delta={"oak_planks": 1})]) == barred
    assert not tabu([SHORT, did("craft(birch_planks, 4)", delta={"birch_planks": 4, "birch_log": -1})])


def test_what_lacked_a_tool_waits_for_one_whatever_its_tier_and_count() -> None:
    failed = did("mine(stone, 3)", "MISSING_TOOL", {"wooden_pickaxe": 1})
    assert tabu([failed, did("explore(down)", delta={"dirt": 4})]) == family("mine", "stone")
    assert not tabu([failed, did("craft(stone_pickaxe, 1)", delta={"stone_pickaxe": 1})])


def test_what_was_not_in_view_may_be_tried_after_any_success() -> None:
    failed = did("mine(oak_log, 1)", "NOT_FOUND")
    assert tabu([failed]) == family("mine", "oak_log")
    assert not tabu([failed, did("explore(north)")])


def test_patience_is_that_of_the_longest_correction() -> None:
    patience = Patience()
    assert patience.lost(GOAL, [did("explore(north)")]), "nothing learned yet: no reflex"
    run = (did("explore(north)"), did("mine(oak_log, 1)", delta={"oak_log": 1}), did("explore(up)"))
    patience.learn(Segment(0, GOAL, run, True))
    alone = [did("explore(north)")]
    assert not patience.stalled(GOAL, alone) and patience.stalled(GOAL, alone * 2)
    assert not patience.stalled(GOAL, [*alone, did("explore(up)", tier="slow"), *alone])
    assert not patience.lost(GOAL, alone * 3) and patience.lost(GOAL, alone * 4)
    gained = did("craft(stick, 4)", delta={"stick": 4}, tier="slow")
    assert patience.lost(GOAL, [*alone * 4, did("explore(up)", tier="slow")]), "the slow tier leads"
    assert not patience.lost(GOAL, [*alone * 4, gained]), "until it has gained something"
    assert not patience.lost(GOAL, [*alone * 4, gained, *alone]), "then the fast tier has half as long"
    assert patience.lost(GOAL, [*alone * 4, gained, *alone * 2])
    assert patience.lost(GOAL, [*alone * 3, gained, *alone]), "what was gained before does not count"
    other = Subgoal("craft", Predicate("inventory", "furnace", 1))
    assert not patience.lost(other, alone * 4), "another pursuit starts anew"


def test_digging_up_earth_while_looking_around_is_idle() -> None:
    patience = Patience()
    patience.learn(Segment(0, GOAL, (did("mine(oak_log, 1)", delta={"oak_log": 1}),), True))
    assert patience.stalled(GOAL, [did("explore(down)", delta={"dirt": 9})])
    assert not patience.stalled(GOAL, [did("mine(oak_log, 1)", delta={"oak_log": 1})])
