"""Made-up experience for benchmarks: pursuits of one decision, drawn from the action language by a seed.

Outcomes are the game's: an action fails for what it lacks, by the true recipes and tools, so that tables that
are learned from outcomes end where those of a life would. Goals, holdings and order are chance; only how many
experiences there are is measured. Knows the action language, the game's facts and records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

import numpy as np

from peam.actions import Action, legal_actions
from peam.slow.knowledge import load_knowledge
from peam.types import Decision, Diagnosis, Image, Outcome, Predicate, Segment, Subgoal

CATEGORY = {
    "mine": "gather", "craft": "craft", "smelt": "smelt", "place": "build", "kill": "combat",
    "shoot": "combat", "goto": "explore", "explore": "explore", "equip": "combat", "eat": "combat",
}  # fmt: skip
FACT = {"mine": "inventory", "craft": "inventory", "smelt": "inventory", "place": "placed", "kill": "killed"}
HELD = 5  # kinds of items held by chance, at most
LACKING = 0.3  # share of the actions that need something and lack it
NO_PICTURE: Image = np.zeros((0, 0, 3), np.uint8)


def experiences(seed: int, number: int) -> Iterator[Segment]:
    """Yields `number` pursuits, numbered from 0; a longer series begins like a shorter one."""
    rng = Random(seed)
    actions = [a for a in legal_actions() if a.target]
    items = sorted({a.target for a in actions if a.verb in FACT})
    for index in range(number):
        yield _experience(rng, index, actions, items)


def _experience(rng: Random, index: int, actions: list[Action], items: list[str]) -> Segment:
    action = actions[int(rng.random() * len(actions))]
    goal = action.target if action.verb in FACT else items[int(rng.random() * len(items))]
    fact = FACT.get(action.verb, "inventory")
    subgoal = Subgoal(CATEGORY[action.verb], Predicate(fact, goal, 1 + int(rng.random() * 12)))
    held = {items[int(rng.random() * len(items))]: 1 + int(rng.random() * 64) for _ in range(HELD)}
    outcome = _outcome(rng, action, held)
    decision = Decision(0, subgoal, _state(rng, subgoal, held), NO_PICTURE, (), action, "slow", outcome)
    return Segment(index, subgoal, (decision,), outcome.ok)


def _outcome(rng: Random, action: Action, held: dict[str, int]) -> Outcome:
    """Returns what came of the action, and changes what was held so that it could come of it."""
    needs = _needs(action.verb, action.target)
    if not needs or rng.random() >= LACKING:
        for item, n in needs.items():
            held[item] = max(n, held.get(item, 0))
        return Outcome(Diagnosis.OK, {action.target: action.count or 1}, ticks=40)
    names = list(needs)
    item = names[int(rng.random() * len(names))]
    held.pop(item, None)
    lack = Diagnosis.MISSING_TOOL if action.verb == "mine" else Diagnosis.MISSING_MATERIAL
    return Outcome(lack, {}, {item: needs[item]}, ticks=1)


@cache
def _needs(verb: str, target: str) -> Mapping[str, int]:
    """Returns what one piece takes, where any of a class will do by its first member."""
    known = load_knowledge()
    facts = known.facts
    if verb == "place":
        return {target: 1}
    if verb == "mine" and f"tool:{target}" in facts:
        return {str(facts[f"tool:{target}"]): 1}
    if verb == "smelt" and f"input:{target}" in facts:
        return {known.members(str(facts[f"input:{target}"]))[0]: 1}
    parts = facts.get(f"recipe:{target}", ()) if verb == "craft" else ()
    assert isinstance(parts, tuple)
    return {known.members(part)[0]: int(str(facts[f"count:{target}:{part}"])) for part in parts}


def _state(rng: Random, subgoal: Subgoal, held: Mapping[str, int]) -> str:
    """Returns a state text (`peam.state`)."""
    has = " ".join(f"{name} {count}" for name, count in sorted(held.items())) or "nothing"
    goal, life, food, height = subgoal.predicate, *(int(rng.random() * top) for top in (21, 21, 65))
    return (
        f"task {goal.item} ; goal {goal.fact} {goal.item} {goal.count} ; has {has} ; hand air ; near nothing"
        f" ; life {life} food {food} height {height} day ; last nothing"
    )


def sentence(segment: Segment) -> str:
    """Returns an experience as a text memory would tell it."""
    decision = segment.decisions[0]
    outcome = decision.outcome
    lack = "".join(f" lacked {name} {n}" for name, n in outcome.missing.items())
    has = decision.state.split(" ; ")[2]
    return f"goal {segment.subgoal.predicate} with {has} did {decision.action} : {outcome.diagnosis}{lack}"
