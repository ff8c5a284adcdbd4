"""What the slow tier holds true of Crafter in one episode, and how diagnoses repair it.

Each fact is unknown or wrong with a configured probability, drawn once an episode. Knows no planning.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml

from peam.actions import Action
from peam.sims.crafter.rules import rules
from peam.types import Diagnosis, Outcome

Belief = Any  # a tool name, a tuple of stations, or {item: count}
TOOLS = ("", "wood_pickaxe", "stone_pickaxe", "iron_pickaxe")


@cache
def load_crafter() -> dict[str, Any]:
    """Loads `data/slow/crafter.yaml`."""
    text = resources.files("peam").joinpath("data/slow/crafter.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@cache
def truth() -> dict[str, Belief]:
    """Returns every fact: "tool:GROUND", "uses:ITEM" (a mapping), "near:ITEM" (stations)."""
    facts: dict[str, Belief] = {f"tool:{ground}": rule.tool for ground, rule in rules().collect.items()}
    for item, placed in rules().place.items():
        facts[f"uses:{item}"] = dict(placed.uses)
    for item, made in rules().make.items():
        facts[f"uses:{item}"], facts[f"near:{item}"] = dict(made.uses), made.near
    return facts


class CrafterBeliefs:
    """The facts as believed now.

    Attributes:
        facts: Key -> believed value; absent where unknown.
        made: What is made rather than found.
        guarded: Whether the last plant was fenced in.
    """

    def __init__(self) -> None:
        self.facts = dict(truth())
        self.made = tuple(rules().make)
        self.guarded = False

    @classmethod
    def draw(cls, seed: int, p_unknown: float, p_wrong: float) -> CrafterBeliefs:
        """Draws an episode's beliefs."""
        beliefs, rng = cls(), np.random.default_rng(seed)
        for key, value in truth().items():
            chance, pick = rng.random(), float(rng.random())  # both always, so that facts stay independent
            if chance < p_unknown:
                del beliefs.facts[key]
            elif chance < p_unknown + p_wrong:
                beliefs.facts[key] = _mistaken(key, value, pick)
        return beliefs

    def source(self, item: str) -> str:
        """Returns the ground that gives an item."""
        return next(ground for ground, rule in rules().collect.items() if rule.gives == item)

    def where(self, name: str) -> str:
        """Returns the exploration that finds a thing."""
        return str(load_crafter()["where"].get(name, "anywhere"))

    def tool(self, ground: str) -> str:
        """Returns the tool believed to be needed; none where unknown."""
        return str(self.facts.get(f"tool:{ground}", ""))

    def uses(self, item: str) -> dict[str, int]:
        """Returns what placing or making an item is believed to use; nothing where unknown."""
        return dict(self.facts.get(f"uses:{item}", {}))

    def near(self, item: str) -> tuple[str, ...]:
        """Returns the stations that making an item is believed to need; none where unknown."""
        return tuple(self.facts.get(f"near:{item}", ()))

    def learn(self, action: Action, outcome: Outcome) -> None:
        """Repairs what one outcome speaks of."""
        if action.target == "plant" and action.verb in ("guard", "place", "eat"):
            self.guarded = (action.verb == "guard" and outcome.ok) or (self.guarded and action.verb == "eat")
        known = {
            Diagnosis.MISSING_TOOL: f"tool:{action.target}",
            Diagnosis.MISSING_MATERIAL: f"uses:{action.target}",
            Diagnosis.NO_STATION: f"near:{action.target}",
        }
        key = known.get(outcome.diagnosis, "")
        if key in truth():
            self.facts[key] = truth()[key]


def _mistaken(key: str, value: Belief, pick: float) -> Belief:
    """Returns a plausible wrong value for a fact; `pick` in [0, 1) chooses among them."""
    if key.startswith("tool:"):
        place = TOOLS.index(value) + (1 if pick < 0.5 or not value else -1)
        return TOOLS[min(place, len(TOOLS) - 1)]
    if key.startswith("near:"):
        return value[:-1] if pick < 0.5 or len(value) > 1 else (*value, "furnace")
    item = sorted(value)[int(pick * len(value))]
    return {**value, item: value[item] + 1}
