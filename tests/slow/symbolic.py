"""A world of inventory rules without space, to run planners in: the skills' answers, not their walking.

Its rules are written out here, apart from the planner's knowledge file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from peam.actions import Action
from peam.types import Decision, Diagnosis, Observation, Outcome, Subgoal, Task

PICTURE = np.zeros((1, 1, 3), np.uint8)
PICK = ("wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond_pickaxe")
RECIPES: dict[str, tuple[int, dict[str, int], bool]] = {
    "oak_planks": (4, {"oak_log": 1}, False),
    "birch_planks": (4, {"birch_log": 1}, False),
    "spruce_planks": (4, {"spruce_log": 1}, False),
    "stick": (4, {"planks": 2}, False),
    "crafting_table": (1, {"planks": 4}, False),
    "torch": (4, {"stick": 1, "coal": 1}, False),
    "furnace": (1, {"cobblestone": 8}, True),
    "chest": (1, {"planks": 8}, True),
    "bucket": (1, {"iron_ingot": 3}, True),
}
MATERIALS = {"wooden": "planks", "stone": "cobblestone", "iron": "iron_ingot", "diamond": "diamond"}
for _tier, _stuff in MATERIALS.items():
    RECIPES[f"{_tier}_pickaxe"] = (1, {_stuff: 3, "stick": 2}, True)
    RECIPES[f"{_tier}_axe"] = (1, {_stuff: 3, "stick": 2}, True)
    RECIPES[f"{_tier}_sword"] = (1, {_stuff: 2, "stick": 1}, True)
TOOLS = {"stone": 0, "coal_ore": 0, "iron_ore": 1, "diamond_ore": 2}
DROPS = {"stone": "cobblestone", "coal_ore": "coal", "iron_ore": "raw_iron", "diamond_ore": "diamond"}
CEILING = {"stone": 63.0, "coal_ore": 60.0, "iron_ore": 54.0, "diamond_ore": 15.0}
CHANCE = {"stone": 0.95, "coal_ore": 0.35, "iron_ore": 0.35, "diamond_ore": 0.2}
SMELTS = {"iron_ingot": "raw_iron", "charcoal": "oak_log", "stone": "cobblestone", "glass": "sand"}
PLANKS = ("oak_planks", "birch_planks", "spruce_planks")
FUEL = {"coal": 80, "charcoal": 80} | dict.fromkeys((*PLANKS, "oak_log", "birch_log", "spruce_log"), 15)


class SymbolicWorld:
    """One attempt: `execute` answers as the skills do, materials before stations."""

    def __init__(self, task: Task, seed: int, wood: str = "oak_log") -> None:
        self.rng = np.random.default_rng(seed)
        start: Mapping[str, object] = task.start
        inventory = start.get("inventory", {})
        self.items: dict[str, int] = dict(inventory) if isinstance(inventory, dict) else {}
        self.time = start.get("time", 1000)
        self.stats: dict[str, int] = {}
        self.y, self.where, self.hand, self.wood = 70.0, 0.0, "air", wood
        self.placed: list[tuple[str, float, float]] = []
        self.look()

    def look(self) -> None:
        surface = self.y > 62
        names = [*CEILING, self.wood, "zombie", "skeleton"]
        chance = {name: CHANCE.get(name, 0.5) for name in names}
        self.seen = {
            name
            for name in names
            if self.rng.random() < chance[name]
            and (surface if name not in CEILING else self.y <= CEILING[name] + (4 if name == "stone" else 0))
        }

    def observe(self) -> Observation:
        return Observation(
            rgb=None,
            inventory={k: v for k, v in self.items.items() if v},
            hand=self.hand,
            life=20.0,
            food=20.0,
            position=(0.0, self.y, self.where),
            yaw=0.0,
            pitch=0.0,
            time=int(str(self.time)),
            tick=0,
            stats=dict(self.stats),
        )

    def stations(self) -> list[str]:
        return sorted({n for n, y, x in self.placed if abs(y - self.y) + abs(x - self.where) <= 32})

    def execute(self, action: Action) -> Outcome:
        before = dict(self.items)
        diagnosis, missing = getattr(self, f"_{action.verb}")(action.target, action.count or 1)
        delta = {k: self.items.get(k, 0) - before.get(k, 0) for k in sorted({*before, *self.items})}
        return Outcome(diagnosis, {k: v for k, v in delta.items() if v}, missing, ticks=20)

    def _mine(self, block: str, count: int):
        if block not in self.seen:
            return Diagnosis.NOT_FOUND, {}
        tier = TOOLS.get(block)
        if tier is not None and not any(self.items.get(p) for p in PICK[tier:]):
            return Diagnosis.MISSING_TOOL, {PICK[tier]: 1}
        got = int(self.rng.integers(1, 4)) if block.endswith("_ore") else int(self.rng.integers(3, 9))
        drop = DROPS.get(block, block)
        self.items[drop] = self.items.get(drop, 0) + min(got, count)
        if got < count or block.endswith("_ore"):
            self.seen.discard(block)
        return Diagnosis.OK, {}

    def _craft(self, item: str, count: int):
        if item not in RECIPES:
            return Diagnosis.MISSING_MATERIAL, {"string": 3}
        each, needs, table = RECIPES[item]
        held = {name: sum(self.items.get(n, 0) for n in self._kinds(name)) for name in needs}
        missing = {self._kinds(name)[0]: per - held[name] for name, per in needs.items() if held[name] < per}
        if missing:
            return Diagnosis.MISSING_MATERIAL, missing
        if table and "crafting_table" not in self.stations():
            return Diagnosis.NO_STATION, {"crafting_table": 1}
        crafts = min([-(-count // each), *(held[name] // per for name, per in needs.items())])
        for name, per in needs.items():
            for _ in range(per * crafts):
                self.items[next(n for n in self._kinds(name) if self.items.get(n))] -= 1
        self.items[item] = self.items.get(item, 0) + each * crafts
        return Diagnosis.OK, {}

    @staticmethod
    def _kinds(name: str) -> tuple[str, ...]:
        return PLANKS if name == "planks" else (name,)

    def _place(self, item: str, count: int):
        if not self.items.get(item):
            return Diagnosis.MISSING_MATERIAL, {item: 1}
        if self.rng.random() < 0.05:
            return Diagnosis.NO_SPACE, {}
        self.items[item] -= 1
        self.placed.append((item, self.y, self.where))
        return Diagnosis.OK, {}

    def _smelt(self, product: str, count: int):
        source = SMELTS.get(product, "beef")
        if not self.items.get(source, 0):
            return Diagnosis.MISSING_MATERIAL, {source: 1}
        if "furnace" not in self.stations():
            return Diagnosis.NO_STATION, {"furnace": 1}
        count = min(count, self.items[source])
        due = 10 * count
        if sum(self.items.get(f, 0) * worth for f, worth in FUEL.items() if f != source) < due:
            return Diagnosis.NO_FUEL, {"coal": 1}
        for fuel, worth in FUEL.items():
            while due > 0 and self.items.get(fuel) and fuel != source:
                self.items[fuel] -= 1
                due -= worth
        self.items[source] -= count
        self.items[product] = self.items.get(product, 0) + count
        return Diagnosis.OK, {}

    def _explore(self, way: str, count: int):
        if self.rng.random() < 0.1:
            return Diagnosis.STUCK, {}
        if way == "up":
            if self.y >= 70.0:
                return Diagnosis.UNREACHABLE, {}
            self.y = min(70.0, self.y + 8)
        elif way == "down":
            if self.y < 12:
                return Diagnosis.UNREACHABLE, {}
            tooled = any(self.items.get(p) for p in PICK)
            if self.y < 66 and not tooled:
                return Diagnosis.MISSING_TOOL, {"wooden_pickaxe": 1}
            self.y -= 8 if tooled else 4
            if tooled:
                self.items["cobblestone"] = self.items.get("cobblestone", 0) + 3
        else:
            self.where += 16
        self.look()
        return Diagnosis.OK, {}

    def _kill(self, creature: str, count: int):
        if creature not in self.seen:
            return Diagnosis.NOT_FOUND, {}
        if not self.hand.endswith("sword") and self.rng.random() < 0.5:
            return Diagnosis.TARGET_LOST, {}
        self.stats[f"killed.{creature}"] = self.stats.get(f"killed.{creature}", 0) + 1
        return Diagnosis.OK, {}

    def _shoot(self, creature: str, count: int):
        if creature not in self.seen:
            return Diagnosis.NOT_FOUND, {}
        for name in ("bow", "arrow"):
            if not self.items.get(name):
                return Diagnosis.MISSING_MATERIAL, {name: 1}
        if self.rng.random() < 0.4:
            return Diagnosis.TARGET_LOST, {}
        self.stats[f"shot.{creature}"] = self.stats.get(f"shot.{creature}", 0) + 1
        return Diagnosis.OK, {}

    def _equip(self, item: str, count: int):
        if not self.items.get(item):
            return Diagnosis.MISSING_MATERIAL, {item: 1}
        self.hand = item
        return Diagnosis.OK, {}

    def _wait(self, _: str, count: int):
        self.look()
        return Diagnosis.OK, {}


class Played:
    """What a run of a planner came to."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.success = False
        self.slow_calls = 0

    @property
    def failed(self) -> int:
        return sum(not d.outcome.ok for d in self.decisions)


def play(planner, world, task: Task, limit: int = 200, hints=()) -> Played:
    """The loop in small: plan, then decide until each subgoal holds."""
    played = Played()
    subgoals = planner.plan(task, world.observe(), [], hints)
    played.slow_calls = 1
    while len(played.decisions) < limit:
        observation = world.observe()
        if task.goal.holds(observation):
            played.success = True
            break
        subgoals = [s for s in subgoals if not s.predicate.holds(observation)]
        subgoal: Subgoal = subgoals[0]
        action = planner.decide(subgoal, observation, world.stations(), played.decisions, hints)
        played.slow_calls += 1
        outcome = world.execute(action)
        played.decisions.append(
            Decision(len(played.decisions), subgoal, "", PICTURE, (), action, "slow", outcome)
        )
    return played
