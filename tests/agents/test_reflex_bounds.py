"""What keeps the fast tier in bounds: tabu, patience and affordances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from peam.actions import Action, legal_actions, parse_action
from peam.agents.affordances import Affordances
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
    assert barred < tabu([SHORT, did("explore(north)")]), "another success does not help"
    assert tabu([SHORT, did("craft(oak_planks, 1)", delta={"oak_planks": 1})]) == barred
    assert not tabu([SHORT, did("craft(birch_planks, 4)", delta={"birch_planks": 4, "birch_log": -1})])


def test_what_lacked_a_tool_waits_for_one_whatever_its_tier_and_count() -> None:
    failed = did("mine(stone, 3)", "MISSING_TOOL", {"wooden_pickaxe": 1})
    assert family("mine", "stone") < tabu([failed, did("explore(down)", delta={"dirt": 4})])
    assert not tabu([failed, did("craft(stone_pickaxe, 1)", delta={"stone_pickaxe": 1})])


def test_what_was_not_in_view_may_be_tried_after_any_success() -> None:
    failed = did("mine(oak_log, 1)", "NOT_FOUND")
    assert tabu([failed]) == family("mine", "oak_log")
    assert not family("mine", "oak_log") & tabu([failed, did("explore(north)")])


def test_what_failed_for_its_surroundings_waits_until_these_have_changed() -> None:
    failed = did("place(crafting_table)", "NO_SPACE")
    assert Action("place", "crafting_table") in tabu([failed])
    assert Action("place", "crafting_table") in tabu([failed, did("craft(stick, 4)", delta={"stick": 4})])
    assert not tabu([failed, did("mine(dirt, 1)", delta={"dirt": 1})])


def ways(*history: Decision) -> set[str]:
    """Returns where a search may not go on to."""
    return {action.target for action in tabu(history) if action.verb == "explore"}


def test_a_search_does_not_cross_its_own_path() -> None:
    north, east, south = did("explore(north)"), did("explore(east)"), did("explore(south)")
    assert ways() == set()
    assert ways(north) == {"south"}
    assert ways(north, north, east) == {"west"}
    assert ways(north, east, south) == {"north", "west"}
    assert ways(did("explore(north)", "UNREACHABLE")) == {"north"}, "that failed, and led nowhere"
    assert ways(north, did("mine(oak_log, 1)", delta={"oak_log": 1})) == set(), "something was gained"
    assert ways(north, did("explore(down)", delta={"dirt": 9})) == {"up"}, "looking around gains nothing"


def test_a_search_keeps_its_vertical_direction_and_that_of_the_slow_tier() -> None:
    up, north = did("explore(up)"), did("explore(north)")
    assert "down" in ways(up, north, north)
    assert "down" not in ways(up, did("explore(up)", "UNREACHABLE")), "stopped"
    high = did("explore(up)", "UNREACHABLE", tier="slow")
    assert "down" in ways(high, north), "the slow tier has meant it"
    assert "down" not in ways(did("explore(up)", "UNREACHABLE"), north)


def test_what_had_no_effect_is_not_repeated_on_the_spot() -> None:
    wait = Action("wait", "", 100)
    assert wait in tabu([did("wait(100)")])
    assert wait not in tabu([did("wait(100)"), did("explore(north)")])


def test_patience_is_that_of_the_goals_longest_reached_pursuit_of_the_slow_tier_and_halves() -> None:
    patience = Patience()
    alone, slow = did("craft(stick, 4)"), did("craft(stick, 4)", tier="slow")
    assert patience.lost(GOAL, []), "nothing learned yet: no reflex"
    patience.learn(Segment(0, GOAL, (slow, did("mine(oak_log, 1)", "NOT_FOUND"), slow), True))
    patience.learn(Segment(1, GOAL, (slow,) * 9, False))
    patience.learn(Segment(2, GOAL, (alone,) * 9 + (slow,) * 8, True))
    assert not patience.lost(GOAL, [alone] * 3) and patience.lost(GOAL, [alone] * 4)
    pushed = [*[alone] * 4, slow]
    assert not patience.lost(GOAL, [*pushed, alone]) and patience.lost(GOAL, [*pushed, alone, alone]), "half"
    twice = [*pushed, alone, alone, slow]
    assert patience.lost(GOAL, twice) and patience.lost(GOAL, [*twice, slow]), (
        "nothing left: the slow tier alone"
    )
    long = Patience()
    long.learn(Segment(3, GOAL, (slow,) * 8, True))
    halved = [*[alone] * 9, slow, *[alone] * 5]
    assert long.lost(GOAL, halved) and long.lost(GOAL, [*halved, slow]), "two decisions the second time"
    assert not long.lost(GOAL, [*halved, slow, slow, alone]), "then a quarter"
    assert long.lost(GOAL, [*halved, slow, slow, *[alone] * 3])
    assert not patience.lost(GOAL, [slow] * 9), "its own decisions do not count"
    furnace = Subgoal("craft", Predicate("inventory", "furnace", 1))
    assert not patience.lost(furnace, [alone] * 9), "another pursuit has its own account"
    assert not patience.lost(furnace, [replace(alone, subgoal=furnace)] * 3), "with its category's bound"
    patience.learn(Segment(3, furnace, (slow,), True))
    assert patience.lost(furnace, [replace(alone, subgoal=furnace)] * 2), "then with its own"
    assert not patience.lost(GOAL, [alone] * 3), "which is not that of others"
    smelt = Subgoal("smelt", Predicate("inventory", "charcoal", 1))
    assert patience.lost(smelt, [replace(alone, subgoal=smelt)]), "another category has its own"


def test_no_walk_without_gain_is_longer_than_the_slow_tiers_longest() -> None:
    patience, searched = Patience(), did("explore(north)")
    north, slow = replace(searched, margin=1.0), replace(searched, tier="slow", margin=1.0)
    dug = did("mine(stone, 2)", delta={"cobblestone": 2})
    led = (slow, did("mine(oak_log, 1)", "NOT_FOUND", tier="slow"), north, north, searched)
    patience.learn(Segment(0, GOAL, (*led, *[replace(dug, tier="slow")] * 9, slow), True))
    assert not patience.lost(GOAL, [north] * 2), "two explorations, as before the first gain"
    assert patience.lost(GOAL, [north] * 3)
    assert patience.lost(GOAL, [north, did("mine(oak_log, 1)", "NOT_FOUND"), north, north]), "no gain between"
    assert not patience.lost(GOAL, [north, north, dug, north, north]), "a new walk"
    assert not patience.lost(GOAL, [north, north, north, slow, north, north]), "the slow tier has been asked"
    assert not patience.lost(GOAL, [searched] * 9), "a search has its own bound"
    patience.learn(Segment(1, GOAL, (slow,) * 9, False))
    patience.learn(Segment(2, GOAL, (north,) * 9, True))
    patience.learn(Segment(3, Subgoal("gather", GOAL.predicate), (slow,) * 9, True))
    assert patience.lost(GOAL, [north] * 3), "neither failures nor reflexes nor another category count"


def lacked(text: str, has: str, missing: Mapping[str, int], diagnosis: str = "MISSING_MATERIAL") -> Decision:
    return replace(did(text, diagnosis, missing), state=state_of(has))


def state_of(has: str, near: str = "nothing") -> str:
    vitals = "life 20 food 20 height 64 day"
    return f"task t ; goal inventory stick 4 ; has {has} ; hand air ; near {near} ; {vitals} ; last nothing"


def knowing(*decisions: Decision) -> Affordances:
    affordances = Affordances()
    affordances.learn(Segment(0, GOAL, decisions, False))
    return affordances


def test_what_lacked_something_once_is_in_vain_wherever_it_would_lack_it_again() -> None:
    table = knowing(lacked("craft(crafting_table, 1)", "birch_planks 1", {"birch_planks": 3}))
    assert Action("craft", "crafting_table", 1) in table.vain(state_of("birch_planks 3"))
    assert table.vain(state_of("birch_planks 3")) == family("craft", "crafting_table")
    assert not family("craft", "crafting_table") & table.vain(state_of("birch_planks 4"))
    assert not family("craft", "crafting_table") & table.vain(state_of("oak_planks 4")), "the kind may do"
    assert not knowing(did("explore(north)")).vain(state_of("nothing"))


def test_what_is_missing_is_told_of_the_first_piece_whatever_the_count() -> None:
    sticks = knowing(lacked("craft(stick, 8)", "oak_planks 1", {"oak_planks": 1}))
    assert sticks.vain(state_of("oak_planks 1")) == family("craft", "stick")
    assert not family("craft", "stick") & sticks.vain(state_of("oak_planks 2"))


def test_of_what_abounds_no_more_is_crafted() -> None:
    """Planks for a table are the most that is asked for; the goal of this state is sticks."""
    told = knowing(
        lacked("craft(crafting_table, 1)", "birch_planks 1", {"birch_planks": 3}),
        lacked("craft(wooden_pickaxe, 1)", "nothing", {"stick": 2, "oak_planks": 3}),
    )
    assert family("craft", "spruce_planks") <= told.vain(state_of("birch_planks 4"))
    assert not family("craft", "spruce_planks") & told.vain(state_of("birch_planks 3"))
    assert not family("craft", "oak_planks") & told.vain(state_of("birch_planks 4")), "oak may be asked for"
    assert not family("craft", "stick") & told.vain(state_of("stick 40")), "what is wanted does not abound"
    assert not family("craft", "ladder") & told.vain(state_of("nothing"))
    assert family("craft", "ladder") <= told.vain(state_of("ladder 1")), "nothing is known to ask for ladders"


def test_where_a_station_is_near_no_other_is_made_or_placed() -> None:
    told = knowing(lacked("craft(stick, 4)", "nothing", {"crafting_table": 1}, "NO_STATION"))
    tables = family("craft", "crafting_table") | family("place", "crafting_table")
    assert tables <= told.vain(state_of("crafting_table 1", near="crafting_table"))
    assert tables <= told.vain(state_of("oak_planks 8", near="crafting_table")), (
        "none to be placed, none to make"
    )
    assert not tables & told.vain(state_of("oak_planks 8"))
    assert told.vain(state_of("crafting_table 1")) & tables == family("craft", "crafting_table"), (
        "one is enough"
    )
    assert not tables & knowing(did("explore(north)")).vain(state_of("nothing", near="crafting_table")), (
        "nothing is known to ask for one"
    )


def test_a_second_failure_tells_whether_the_kind_will_do() -> None:
    first = lacked("craft(oak_planks, 4)", "nothing", {"oak_log": 1})
    second = lacked("craft(oak_planks, 4)", "birch_log 3", {"oak_log": 1})
    wanted = Action("craft", "oak_planks", 4)
    assert wanted not in knowing(first).vain(state_of("birch_log 3"))
    assert wanted in knowing(first, second).vain(state_of("birch_log 3"))
    assert wanted not in knowing(first, second).vain(state_of("oak_log 1"))
    better = lacked("mine(iron_ore, 1)", "wooden_pickaxe 1", {"stone_pickaxe": 1}, "MISSING_TOOL")
    none = lacked("mine(iron_ore, 1)", "nothing", {"stone_pickaxe": 1}, "MISSING_TOOL")
    barred = knowing(none, better).vain(state_of("wooden_pickaxe 1"))
    assert barred == family("mine", "iron_ore") | family("craft", "wooden_pickaxe"), "one is enough"
    assert not family("mine", "iron_ore") & knowing(none, better).vain(state_of("stone_pickaxe 1"))


def test_a_success_without_it_shows_that_it_is_not_needed() -> None:
    told = lacked("craft(torch, 4)", "stick 1", {"coal": 1})
    went = replace(did("craft(torch, 4)"), state=state_of("charcoal 1 stick 1"))
    assert knowing(told).vain(state_of("charcoal 1 stick 1"))
    assert not knowing(told, went).vain(state_of("stick 1"))


def test_a_station_must_stand_near_whatever_is_held() -> None:
    told = lacked("craft(wooden_pickaxe, 1)", "crafting_table 1", {"crafting_table": 1}, "NO_STATION")
    pickaxe, table = family("craft", "wooden_pickaxe"), family("craft", "crafting_table")
    assert knowing(told).vain(state_of("crafting_table 2")) == pickaxe | table
    assert knowing(told).vain(state_of("nothing", near="crafting_table")) == table | family(
        "place", "crafting_table"
    )
    unreached = replace(told, state=state_of("nothing", near="crafting_table"))
    assert not knowing(unreached).vain(state_of("nothing")), "that one near was not reached tells nothing"


def test_what_a_way_needs_depends_on_the_way() -> None:
    told = lacked("explore(down)", "nothing", {"wooden_pickaxe": 1}, "MISSING_TOOL")
    assert not knowing(told).vain(state_of("nothing"))
