"""Reflexes do only what has been done before, not by reflex."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from peam.actions import Action, legal_actions
from peam.agents.base import Proposal
from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.agents.practice import Practice
from peam.fast.base import Choice, FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Image, Predicate, Segment, Subgoal, Tier

from .scripted import Scripted, act, decision, situation

PICKAXE = Subgoal("craft", Predicate("inventory", "iron_pickaxe", 1))


def did(text: str, diagnosis: str = "OK", tier: Tier = "slow") -> Decision:
    return decision(0, text, diagnosis, PICKAXE, tier=tier)


LED = (did("craft(iron_pickaxe, 1)"), did("explore(down)"), did("craft(stick, 4)"), did("wait(20)"))


def words(actions: frozenset[Action]) -> set[str]:
    return {action.word for action in actions}


def test_what_the_slow_tier_has_not_done_in_a_category_is_novel_there() -> None:
    practice = Practice()
    assert not practice.novel("craft"), "nothing is known of that"
    practice.learn(Segment(0, PICKAXE, LED, True))
    everything = words(frozenset(legal_actions()))
    assert words(practice.novel("craft")) == everything - {d.action.word for d in LED if d.action}
    assert not practice.novel("gather"), "another category has its own"
    reflex = replace(did("craft(iron_shovel, 1)", tier="fast"), margin=9.0)
    practice.learn(Segment(1, PICKAXE, (reflex,), True))
    practice.learn(Segment(2, PICKAXE, (did("craft(iron_shovel, 1)", "MISSING_MATERIAL"),), True))
    assert "craft(iron_shovel)" in words(practice.novel("craft")), "a reflex, or a failure, is no precedent"
    practice.learn(Segment(3, PICKAXE, (did("craft(iron_shovel, 1)"),), False))
    assert "craft(iron_shovel)" not in words(practice.novel("craft"))
    practice.learn(Segment(4, PICKAXE, (replace(did("mine(stone, 1)", tier="fast"), margin=None),), True))
    assert "mine(stone)" not in words(practice.novel("craft")), "what a search came upon is one"


class Eager:
    """A fast tier that is sure of the first action that is not barred."""

    def __init__(self) -> None:
        self.barred = frozenset[Action]()

    def knows(self, category: str) -> bool:
        return True

    def see(self, rgb: Image) -> tuple[str, ...]:
        return ()

    def decide(self, category: str, state: str, rgb: Image, barred: frozenset[Action]) -> Choice:
        self.barred = barred
        action = next(a for a in legal_actions() if a not in barred)
        return Choice(action, -0.1, 9.0, 0.99, True, (), 0.01)


def proposed(*history: Decision) -> tuple[Proposal, Eager]:
    bounds, eager = Bounds(), Eager()
    bounds.learn([Segment(0, PICKAXE, LED, True)])
    agent = Peam(cast(SlowPlanner, Scripted("craft(stone_pickaxe, 1)")), cast(FastTier, eager), bounds)
    return agent.propose(situation(PICKAXE, history=history, rgb=np.zeros((4, 4, 3), np.uint8))), eager


def test_what_is_novel_is_barred_from_reflexes() -> None:
    proposal, eager = proposed()
    assert proposal.tier == "fast" and act("craft(iron_shovel, 1)") in eager.barred
    assert not {d.action for d in LED} & eager.barred


def test_where_nothing_is_left_to_reflexes_the_slow_tier_decides() -> None:
    failures = [replace(d, tier="fast", outcome=did("wait(20)", "TIMEOUT").outcome) for d in LED]
    proposal, eager = proposed(*failures, *[did(f"explore({w})", "STUCK") for w in WAYS])
    assert proposal.tier == "slow" and proposal.margin is None and not eager.barred


WAYS = ("north", "south", "west", "east", "up", "down")
