"""A symbolic craft world for learning tests: an inventory, recipes, and an expert that knows them.

Shares nothing with the simulator or the rulebook; it only writes state texts of the same form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from peam.actions import Action, nearest_count
from peam.types import Decision, Diagnosis, Image, Outcome, Pair, Predicate, Segment, Subgoal

# item -> (yield, ingredients, needs a table)
RECIPES: dict[str, tuple[int, dict[str, int], bool]] = {
    "oak_planks": (4, {"oak_log": 1}, False),
    "stick": (4, {"oak_planks": 2}, False),
    "crafting_table": (1, {"oak_planks": 4}, False),
    "wooden_pickaxe": (1, {"oak_planks": 3, "stick": 2}, True),
    "stone_pickaxe": (1, {"cobblestone": 3, "stick": 2}, True),
    "wooden_sword": (1, {"oak_planks": 2, "stick": 1}, True),
    "furnace": (1, {"cobblestone": 8}, True),
}
GOALS = ("crafting_table", "wooden_pickaxe", "stone_pickaxe", "furnace")
DROPS = {"oak_log": "oak_log", "stone": "cobblestone"}
WALKS = ("north", "east", "south", "west")
CLUTTER = ("dirt", "oak_sapling", "wheat_seeds", "feather", "sand", "gravel", "apple", "bone")


@dataclass
class World:
    """One episode's state."""

    goal: str
    has: dict[str, int]
    near: bool
    seen: tuple[str, ...]
    rng: np.random.Generator
    last: str = "nothing"
    decisions: list[Decision] = field(default_factory=list)

    @classmethod
    def random(cls, rng: np.random.Generator, goal: str = "", bare: float = 0.3) -> World:
        goal = goal or str(rng.choice(GOALS))
        has: dict[str, int] = {}
        if rng.random() >= bare:
            for item, top in (("oak_log", 6), ("oak_planks", 9), ("stick", 5), ("cobblestone", 10)):
                if rng.random() < 0.5:
                    has[item] = int(rng.integers(1, top))
            if rng.random() < 0.3:
                has["crafting_table"] = 1
            if rng.random() < 0.5:
                has["wooden_pickaxe"] = 1
        for item in rng.choice(CLUTTER, size=int(rng.integers(0, 4)), replace=False):
            has[str(item)] = int(rng.integers(1, 12))
        has.pop(goal, None)
        return cls(goal, has, bool(rng.random() < 0.3), sight(rng), rng)

    def state(self) -> str:
        has = " ".join(f"{k} {min(v, 64)}" for k, v in sorted(self.has.items())) or "nothing"
        return (
            f"task {self.goal} ; goal inventory {self.goal} 1 ; has {has} ; hand air ; "
            f"near {'crafting_table' if self.near else 'nothing'} ; life 20 food 20 height 64 day "
            f"; last {self.last}"
        )

    @property
    def done(self) -> bool:
        return self.has.get(self.goal, 0) > 0

    def expert(self) -> Action:
        return self._need(self.goal, 1) or Action("wait", "", 20)

    def _need(self, item: str, count: int) -> Action | None:
        lacking = count - self.has.get(item, 0)
        if lacking <= 0:
            return None
        if item not in RECIPES:
            return self._gather(item, lacking)
        made, parts, table = RECIPES[item]
        batches = -(-lacking // made)
        if table and not self.near:
            return self._need("crafting_table", 1) or Action("place", "crafting_table")
        for part in sorted(parts):
            if found := self._need(part, parts[part] * batches):
                return found
        return Action("craft", item, nearest_count("craft", lacking))

    def _gather(self, item: str, lacking: int) -> Action:
        block = "stone" if item == "cobblestone" else item
        if block == "stone" and not self.has.get("wooden_pickaxe"):
            return self._need("wooden_pickaxe", 1) or Action("wait", "", 20)
        if any(words.startswith(f"{block} ") for words in self.seen):
            return Action("mine", block, nearest_count("mine", lacking))
        return Action("explore", "down" if block == "stone" else "north")

    def act(self, action: Action) -> Outcome:
        before = dict(self.has)
        diagnosis = self._apply(action)
        delta = {k: self.has.get(k, 0) - before.get(k, 0) for k in {*before, *self.has}}
        self.has = {k: v for k, v in self.has.items() if v > 0}
        self.last = " ".join(w for w in (action.verb, action.target, str(diagnosis)) if w)
        return Outcome(diagnosis, {k: v for k, v in sorted(delta.items()) if v})

    def _apply(self, action: Action) -> Diagnosis:
        if action.verb == "explore":
            self.seen = sight(self.rng, "stone" if action.target == "down" else "oak_log")
            return Diagnosis.OK
        if action.verb == "mine":
            return self._mine(action)
        if action.verb == "place" and self.has.get(action.target):
            self.has[action.target] -= 1
            self.near = self.near or action.target == "crafting_table"
            return Diagnosis.OK
        return self._craft(action) if action.verb == "craft" else Diagnosis.MISSING_MATERIAL

    def _mine(self, action: Action) -> Diagnosis:
        if not any(words.startswith(f"{action.target} ") for words in self.seen):
            return Diagnosis.NOT_FOUND
        if action.target == "stone" and not self.has.get("wooden_pickaxe"):
            return Diagnosis.MISSING_TOOL
        item = DROPS.get(action.target, "dirt")
        self.has[item] = self.has.get(item, 0) + (action.count or 1)
        self.seen = sight(self.rng)
        return Diagnosis.OK

    def _craft(self, action: Action) -> Diagnosis:
        if action.target not in RECIPES:
            return Diagnosis.MISSING_MATERIAL
        made, parts, table = RECIPES[action.target]
        batches = -(-(action.count or 1) // made)
        if table and not self.near:
            return Diagnosis.NO_STATION
        if any(self.has.get(p, 0) < n * batches for p, n in parts.items()):
            return Diagnosis.MISSING_MATERIAL
        for part, n in parts.items():
            self.has[part] -= n * batches
        self.has[action.target] = self.has.get(action.target, 0) + made * batches
        return Diagnosis.OK

    def step(self, action: Action) -> Decision:
        goal = Subgoal("craft", Predicate("inventory", self.goal))
        state, seen = self.state(), self.seen
        outcome = self.act(action)
        decision = Decision(len(self.decisions), goal, state, BLANK, seen, action, "slow", outcome)
        self.decisions.append(decision)
        return decision


BLANK: Image = np.full((128, 128, 3), 128, dtype=np.uint8)


def sight(rng: np.random.Generator, wanted: str = "") -> tuple[str, ...]:
    names = [n for n in ("oak_log", "stone", "dirt", "cow", "water", "sand") if rng.random() < 0.45]
    if wanted and rng.random() < 0.75 and wanted not in names:
        names.append(wanted)
    order = ("oak_log", "stone", "dirt", "sand", "water", "cow")
    return tuple(f"{n} {'near' if rng.random() < 0.5 else 'far'}" for n in order if n in names)


def chain(rng: np.random.Generator, goal: str = "", number: int = 0, slips: float = 0.0) -> Pair:
    """Returns one corrected run without a failed twin.

    With probability `slips` a step is preceded by the goal's own craft, tried too early, as a forgetful
    planner would; the failed try is left out of the run, but the next state tells of it.
    """
    while True:
        world = World.random(rng, goal)
        while not world.done and len(world.decisions) < 30:
            right, early = world.expert(), Action("craft", world.goal, 1)
            if right != early and rng.random() < slips:
                world.step(early)
            world.step(right)
        if world.done:
            break
    run = tuple(d for d in world.decisions if d.outcome.ok)
    return Pair("craft", None, Segment(number, run[0].subgoal, run, True), f"{number:064d}")
