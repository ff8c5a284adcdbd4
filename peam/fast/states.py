"""Random states for nano's pretraining: what a decision's text may say, every part drawn by itself.

States are random in every part, so that nothing about the game can be learnt from them: not what is made of
what, nor what is done where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from peam.actions import legal_actions
from peam.fast import vocabulary
from peam.fast.vocabulary import SCENE
from peam.state import describe
from peam.types import CATEGORIES, Decision, Diagnosis, Observation, Outcome, Predicate, Subgoal, Task

STATIONS = ("crafting_table", "furnace", "chest")
FACTS = ("inventory", "inventory", "inventory", "killed", "shot", "placed", "mined")
CREATURES = ("cow", "pig", "sheep", "zombie", "skeleton")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class State:
    """A random state, in the words of `peam.state.describe`, and what was "seen"."""

    goal: Predicate
    observation: Observation
    stations: tuple[str, ...]
    last: Decision | None
    seen: tuple[tuple[str, str], ...]
    task: str

    def has(self, item: str) -> int:
        """Returns how many of the item are held."""
        return self.observation.inventory.get(item, 0)

    @property
    def short(self) -> int:
        """How many of the goal's item are still lacking, from the inventory alone."""
        return max(0, self.goal.count - self.has(self.goal.item))

    @property
    def missing(self) -> tuple[str, int] | None:
        """The first thing that the last outcome reported missing."""
        return min(self.last.outcome.missing.items()) if self.last and self.last.outcome.missing else None

    def text(self) -> str:
        """Renders it as the prompt of a decision, without picture and marker."""
        goal = Subgoal(CATEGORIES[0], self.goal)
        state = describe(Task(self.task, "", self.goal, ""), goal, self.observation, self.stations, self.last)
        return f"{state} ; sees {' '.join(f'{name} {how}' for name, how in self.seen) or 'nothing'}"


def random_state(rng: np.random.Generator) -> State:
    """Draws a state; items, goals, outcomes and sightings are independent of each other."""
    inventory = _inventory(rng)
    observation = Observation(
        rgb=None, inventory=inventory, hand=_hand(rng, inventory), life=float(rng.integers(1, 21)),
        food=float(rng.integers(0, 21)), position=(0.0, float(rng.integers(0, 80)), 0.0), yaw=0.0, pitch=0.0,
        time=int(rng.integers(0, 24000)), tick=0, stats={},
    )  # fmt: skip
    fact = one(rng, FACTS)
    item = draw_item(rng) if not inventory or rng.random() < 0.5 else one(rng, sorted(inventory))
    item = one(rng, CREATURES) if fact in ("killed", "shot") else item
    goal = Predicate(fact, item, near_number(rng, inventory.get(item, 0), 1))
    stations = tuple(name for name in STATIONS if rng.random() < 0.3)
    names = rng.permutation(len(SCENE))[: rng.integers(0, 6)]
    seen = tuple((SCENE[i], one(rng, ("near", "far"))) for i in names)
    task = f"{item}_{goal.count}" if rng.random() < 0.4 else item if rng.random() < 0.5 else draw_item(rng)
    return State(goal, observation, stations, _last(rng), seen, task)


def one(rng: np.random.Generator, words: Sequence[str]) -> str:
    """Draws one of some words."""
    return words[int(rng.integers(len(words)))]


@cache
def _items() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the names drawn often and the names drawn seldom."""
    return vocabulary.section("core"), (*vocabulary.section("items"), *vocabulary.section("more"))


def draw_item(rng: np.random.Generator) -> str:
    """Draws an item, mostly of the core of the game."""
    core, rest = _items()
    return one(rng, core if rng.random() < 0.85 else rest)


def _inventory(rng: np.random.Generator) -> dict[str, int]:
    size = int(rng.integers(0, 12)) if rng.random() < 0.9 else 0
    return {draw_item(rng): draw_number(rng) for _ in range(size)}


def draw_number(rng: np.random.Generator) -> int:
    """Draws a count, mostly small."""
    return int(rng.integers(1, 9) if rng.random() < 0.7 else rng.integers(1, vocabulary.LARGEST + 1))


def near_number(rng: np.random.Generator, value: int, least: int) -> int:
    """Draws a number, often close to `value`, so that comparing takes care."""
    drawn = value + int(rng.integers(-3, 4)) if rng.random() < 0.6 else draw_number(rng)
    return int(np.clip(drawn, least, vocabulary.LARGEST))


def _hand(rng: np.random.Generator, inventory: dict[str, int]) -> str:
    return one(rng, sorted(inventory)) if inventory and rng.random() < 0.7 else "air"


def _last(rng: np.random.Generator) -> Decision | None:
    if rng.random() < 0.2:
        return None
    action = one_of(rng, legal_actions())
    diagnosis = one_of(rng, tuple(Diagnosis)) if rng.random() < 0.7 else Diagnosis.OK
    lacks = diagnosis in (Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL, Diagnosis.NO_STATION)
    missing = (
        {draw_item(rng): int(rng.integers(1, 9)) for _ in range(int(rng.integers(1, 3)))} if lacks else {}
    )
    goal = Subgoal(CATEGORIES[0], Predicate("inventory", "dirt"))
    picture = np.zeros((1, 1, 3), np.uint8)
    return Decision(0, goal, "", picture, (), action, "slow", Outcome(diagnosis, missing=missing))


def one_of(rng: np.random.Generator, values: Sequence[T]) -> T:
    """Draws one of some values."""
    return values[int(rng.integers(len(values)))]
