"""A search that the slow tier has begun is carried on by reflex, for as long again, on the level."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from peam.actions import Action
from peam.agents.base import Proposal
from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.agents.search import carry_on
from peam.agents.tabu import WAYS
from peam.fast.base import Choice, FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Diagnosis, Image, Outcome, Predicate, Subgoal, Tier

from .scripted import Scripted, act, decision, situation

GOAL = Subgoal("gather", Predicate("inventory", "coal", 1))
MISSED = "NOT_FOUND"


def did(text: str, diagnosis: str = "OK", tier: Tier = "slow", goal: Subgoal = GOAL) -> Decision:
    return decision(0, text, diagnosis, goal, tier=tier)


TRIED, NORTH = did("mine(coal_ore, 1)", MISSED), did("explore(north)")
ON = replace(NORTH, tier="fast")


def goes_on(*history: Decision, in_view: tuple[str, ...] = (), life: float = 20.0) -> str | None:
    action = carry_on(situation(GOAL, history=history, life=life), in_view)
    return None if action is None else str(action)


def test_no_search_is_begun_by_reflex() -> None:
    assert goes_on() is None
    assert goes_on(TRIED) is None, "where to look is for the slow tier to say"
    assert goes_on(NORTH) is None, "it looks around, for what is not known"
    assert goes_on(replace(TRIED, tier="fast"), NORTH) is None, "the slow tier has not wanted that"


def test_it_goes_on_for_as_long_as_it_has_lasted() -> None:
    assert goes_on(TRIED, NORTH) == "explore(north)"
    assert goes_on(TRIED, NORTH, ON) is None
    asked_again = [TRIED, NORTH, ON, TRIED, NORTH]
    assert goes_on(*asked_again, ON, ON) == "explore(north)"
    assert goes_on(*asked_again, ON, ON, ON) is None


def test_what_an_adapter_walked_is_no_part_of_the_search() -> None:
    own, asked = replace(ON, margin=1.0), replace(NORTH, margin=1.0)  # a slow decision keeps the shadow's
    assert goes_on(TRIED, own, own, own, asked) == "explore(north)"
    assert goes_on(TRIED, own, own, own, asked, ON) is None
    assert goes_on(TRIED, asked, own) is None and goes_on(TRIED, asked, asked, own) is None, "another way"
    assert goes_on(TRIED, asked, own, in_view=("coal_ore near",)) == "mine(coal_ore, 1)"


@given(st.integers(1, 200))
def test_a_search_of_n_explorations_takes_about_log_n_calls(length: int) -> None:
    history = [TRIED]
    while sum(d.action == act("explore(north)") for d in history) < length:
        history.append(NORTH if goes_on(*history) is None else ON)
    assert sum(d.tier == "slow" for d in history) <= 2 + np.log2(length)


def test_what_comes_into_view_is_taken() -> None:
    assert goes_on(TRIED, NORTH, in_view=("stone near", "coal_ore far")) == "mine(coal_ore, 1)"
    assert goes_on(TRIED, NORTH, ON, in_view=("coal_ore near",)) == "mine(coal_ore, 1)"
    other = did("mine(iron_ore, 2)", MISSED)
    assert goes_on(TRIED, other, NORTH, in_view=("coal_ore near", "iron_ore near")) == "mine(iron_ore, 2)"
    gone = did("mine(coal_ore, 1)", MISSED, "fast")
    assert goes_on(TRIED, NORTH, gone, in_view=("coal_ore near",)) is None, "the eyes were wrong"


def test_the_slow_tier_is_asked_where_anything_else_happens() -> None:
    assert goes_on(TRIED, did("explore(north)", "UNREACHABLE")) is None
    assert goes_on(TRIED, did("explore(down)")) is None, "how deep to go is not for reflexes to say"
    assert goes_on(TRIED, did("explore(down)"), in_view=("coal_ore near",)) == "mine(coal_ore, 1)"
    assert goes_on(TRIED, NORTH, life=17.0) is None
    assert goes_on(TRIED, did("mine(dirt, 1)"), NORTH) is None, "the search was over"
    elsewhere = Subgoal("gather", Predicate("inventory", "coal", 2))
    assert goes_on(did("mine(coal_ore, 1)", MISSED, goal=elsewhere), NORTH) is None
    unparsed = replace(NORTH, action=None, outcome=Outcome(Diagnosis.INVALID_ACTION, {}, {}))
    assert goes_on(TRIED, NORTH, unparsed) is None


def test_nobody_is_hunted_by_reflex() -> None:
    for verb in ("shoot", "kill"):
        sought = did(f"{verb}(skeleton)", MISSED)
        assert goes_on(sought, NORTH) is None
        assert goes_on(sought, NORTH, in_view=("skeleton near",)) is None
    hunted = did("shoot(skeleton)", MISSED)
    assert goes_on(hunted, TRIED, NORTH, in_view=("skeleton near",)) == "explore(north)", (
        "coal is wanted last"
    )


def test_only_ways_on_the_level_are_gone_on() -> None:
    ways = {way for way in WAYS if goes_on(TRIED, did(f"explore({way})"))}
    assert ways == {"north", "south", "west", "east"}


class Unsure:
    """A fast tier that sees coal, and never acts."""

    def __init__(self, *categories: str) -> None:
        self.categories = categories

    def knows(self, category: str) -> bool:
        return category in self.categories

    def see(self, rgb: Image) -> tuple[str, ...]:
        return ("coal_ore near",)

    def decide(self, category: str, state: str, rgb: Image, barred: frozenset[Action]) -> Choice:
        return Choice(act("wait(20)"), -1.0, 0.1, 0.5, False, self.see(rgb), 0.01)


def test_the_agent_does_not_ask_where_a_search_goes_on() -> None:
    planner, picture = Scripted("explore(east)"), np.zeros((4, 4, 3), np.uint8)

    def proposes(known: str, *history: Decision) -> Proposal:
        agent = Peam(cast(SlowPlanner, planner), cast(FastTier, Unsure(known)), Bounds())
        return agent.propose(situation(GOAL, history=history, rgb=picture))

    proposal = proposes("gather", TRIED, NORTH)
    assert (str(proposal.action), proposal.tier) == ("mine(coal_ore, 1)", "fast")
    assert proposal.seen == ("coal_ore near",) and proposal.margin is None, "nothing to calibrate by"
    assert not planner.histories
    asked = proposes("gather", TRIED)
    assert (str(asked.action), asked.tier, asked.shadow) == ("explore(east)", "slow", "wait(20)")
    unserved = proposes("craft", TRIED, NORTH)
    assert (str(unserved.action), unserved.tier, unserved.margin) == ("mine(coal_ore, 1)", "fast", None)
    asked = proposes("craft", TRIED)
    assert (asked.tier, asked.seen, asked.shadow) == ("slow", ("coal_ore near",), ""), "no adapter to differ"
