"""A scripted policy with perfect knowledge of the rules, for tests and measurements of the skills.

It sees what an agent sees (the picture's sightings, the inventory, its own stations) and knows every
recipe, so what it fails at is the skills' or the world's doing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from peam.actions import Action
from peam.config import load_config
from peam.sims.base import Sim
from peam.skills.executor import Executor
from peam.types import Outcome

WOODS = ("oak", "birch", "spruce")
SIDES = ("north", "east", "south", "west")
IRON_LEVEL = 44


@dataclass
class Record:
    """What one scripted episode did: (action, outcome) pairs and whether it reached its goal."""

    seed: int
    calls: list[tuple[Action, Outcome]] = field(default_factory=list)
    success: bool = False


class Script:
    """From bare hands to any item of the tool chain, one skill call at a time."""

    def __init__(self, sim: Sim, executor: Executor, seed: int) -> None:
        self.sim, self.executor = sim, executor
        self.rng = np.random.default_rng(seed)
        self.record = Record(seed)
        self.heading = SIDES[int(self.rng.integers(4))]
        self.surface = 0

    def do(self, verb: str, target: str, count: int | None = None) -> Outcome:
        action = Action(verb, target, count)
        outcome = self.executor.execute(action)
        self.record.calls.append((action, outcome))
        return outcome

    def have(self, item: str) -> int:
        return sum(n for name, n in self.sim.slots() if name == item)

    def sees(self, *names: str) -> str | None:
        return next((s.name for s in self.sim.sight(16.0) if s.kind == "block" and s.name in names), None)

    def planks(self) -> int:
        return sum(self.have(f"{w}_planks") for w in WOODS)

    def logs(self) -> int:
        return sum(self.have(f"{w}_log") for w in WOODS)

    def run(self, goal: str, limit: int = 100) -> Record:
        while len(self.record.calls) < limit and self.sim.body().alive:
            if self.have(goal):
                self.record.success = True
                break
            self.step(goal)
        return self.record

    def step(self, goal: str) -> None:
        """Makes one skill call (or a craft and its place) towards the goal."""
        if goal == "iron_pickaxe" and self.have("stone_pickaxe"):
            return self.iron()
        if goal in ("iron_pickaxe", "stone_pickaxe") and self.have("wooden_pickaxe"):
            return self.stone()
        self.wood("crafting_table" if goal == "crafting_table" else "wooden_pickaxe")

    def wood(self, goal: str) -> None:
        need = 4 if goal == "crafting_table" else 22
        if self.planks() + 4 * self.logs() + 4 * self.placed("crafting_table") < need:
            return self.gather_wood()
        self.make(goal)

    def placed(self, station: str) -> bool:
        return station in self.executor.stations() or self.have(station) > 0

    def make(self, item: str) -> None:
        """Crafts an item, its wooden parts first; explores for wood where it is out."""
        recipe = self.sim.rules.recipe(item)
        assert recipe is not None, item
        for part, count in recipe[1].items():
            if self.have(part) < count:
                if part.endswith("_planks"):
                    return self.make_planks()
                if part == "stick":
                    return self.make("stick")
                raise AssertionError(f"{item} lacks {part}")
        if recipe[2] and not self.station("crafting_table"):
            return None
        self.do("craft", item, 1)
        return None

    def make_planks(self) -> None:
        wood = next((w for w in WOODS if self.have(f"{w}_log")), None)
        if wood is None:
            return self.gather_wood()
        self.do("craft", f"{wood}_planks", 8)
        return None

    def station(self, name: str) -> bool:
        """Sees to it that a station stands near; returns False where a call was spent on that."""
        if name in self.executor.stations():
            return True
        if self.have(name):
            self.do("place", name)
        else:
            self.make(name)
        return False

    def gather_wood(self) -> None:
        log = self.sees(*(f"{w}_log" for w in WOODS))
        if log is None:
            return self.wander()
        if not self.do("mine", log, 4).ok:
            self.wander()
        return None

    def wander(self) -> None:
        below = self.sim.body().position[1] < 58 and not self.have("wooden_pickaxe") + self.have(
            "stone_pickaxe"
        )
        if below and self.do("explore", "up").ok:
            return
        if self.rng.random() < 0.2:
            self.turn()
        if not self.do("explore", self.heading).ok:
            self.turn()

    def turn(self) -> None:
        self.heading = SIDES[(SIDES.index(self.heading) + int(self.rng.choice([1, 3]))) % 4]

    def stone(self) -> None:
        if self.have("cobblestone") >= 8:
            return self.make("stone_pickaxe")
        if self.sees("stone"):
            if not self.do("mine", "stone", 8).ok:
                self.wander()
            return None
        if not self.do("explore", "down").ok:
            self.wander()
        return None

    def iron(self) -> None:
        if not self.have("stone_sword") and self.have("cobblestone") >= 2:
            return self.make("stone_sword")
        if self.have("stone_pickaxe") < 2 and self.have("cobblestone") >= 3 and not self.have("raw_iron"):
            return self.make("stone_pickaxe")
        if self.have("iron_ingot") >= 3:
            return self.make("iron_pickaxe")
        if self.have("raw_iron") + self.have("iron_ingot") >= 3:
            return self.smelt()
        if self.sees("iron_ore") and self.do("mine", "iron_ore", 3).ok:
            return None
        if self.sees("coal_ore") and self.have("coal") < 2 and self.do("mine", "coal_ore", 2).ok:
            return None
        if self.have("cobblestone") < 12 and self.sees("stone") and self.do("mine", "stone", 8).ok:
            return None
        if self.sim.body().position[1] > IRON_LEVEL and self.do("explore", "down").ok:
            return None
        return self.wander()

    def smelt(self) -> None:
        if "furnace" not in self.executor.stations() and not self.have("furnace"):
            if self.have("cobblestone") < 8:
                if not (self.sees("stone") and self.do("mine", "stone", 8).ok):
                    self.do("explore", "down")
                return None
            return self.make("furnace")
        if self.station("furnace"):
            self.do("smelt", "iron_ingot", 3)
        return None


def play(sim: Sim, executor: Executor, goal: str, seed: int, limit: int = 100) -> Record:
    """Resets the world to a seed and runs the script for one goal."""
    sim.reset(seed=seed)
    executor.reset()
    return Script(sim, executor, seed).run(goal, limit)


def fight(sim: Sim, executor: Executor, mob: str, seed: int) -> Record:
    """A night's fight: a zombie by stone sword or a skeleton by bow, found by exploring."""
    arms = {"stone_sword": 1} if mob == "zombie" else {"bow": 1, "arrow": 32}
    hand = "stone_sword" if mob == "zombie" else "bow"
    sim.reset(
        seed=seed,
        options={"inventory": arms, "time": 14000, "creatures": [{"name": mob, "distance": 10}]},
    )
    executor.reset()
    script = Script(sim, executor, seed)
    script.do("equip", hand)
    verb, key = ("kill", f"killed.{mob}") if mob == "zombie" else ("shoot", f"shot.{mob}")
    while len(script.record.calls) < 40 and sim.body().alive and not sim.stats().get(key, 0):
        if any(s.name == mob for s in sim.sight(16.0)):
            script.do(verb, mob)
        else:
            script.turn()
            script.do("explore", script.heading)
    script.record.success = sim.stats().get(key, 0) > 0
    return script.record


def report(records: list[Record]) -> dict[str, object]:
    """Sums records up: successes, mean calls, and per verb the mean ticks, seconds and diagnoses."""
    calls = [call for record in records for call in record.calls]
    verbs: dict[str, object] = {}
    for verb in sorted({action.verb for action, _ in calls}):
        mine = [outcome for action, outcome in calls if action.verb == verb]
        verbs[verb] = {
            "n": len(mine),
            "ticks": round(float(np.mean([o.ticks for o in mine])), 1),
            "ms": round(1000 * float(np.mean([o.seconds for o in mine])), 2),
            "diagnoses": dict(Counter(str(o.diagnosis) for o in mine)),
        }
    return {
        "success": sum(r.success for r in records),
        "n": len(records),
        "calls": round(float(np.mean([len(r.calls) for r in records])), 1),
        "failed": [r.seed for r in records if not r.success],
        "verbs": verbs,
    }


def main() -> None:
    """Runs the script over seeds and prints a JSON report."""
    from peam.build import make_sim

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("goal", help="an item of the tool chain, or zombie, or skeleton")
    parser.add_argument("--seeds", default="7-12")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    first, last = map(int, arguments.seeds.split("-"))
    config = load_config()
    sim = make_sim(config)
    executor = Executor(sim, config)
    records = []
    for seed in range(first, last + 1):
        began = time.perf_counter()
        mob = arguments.goal in ("zombie", "skeleton")
        record = (fight if mob else play)(sim, executor, arguments.goal, seed)
        records.append(record)
        ticks = sum(o.ticks for _, o in record.calls)
        seconds = time.perf_counter() - began
        print(
            f"seed {seed} {record.success} {len(record.calls)} calls {ticks} ticks {seconds:.1f} s",
            flush=True,
        )
        if arguments.verbose:
            for action, o in record.calls:
                print("  ", action, o.diagnosis, o.detail, dict(o.delta), o.ticks, f"{o.seconds * 1e3:.0f}ms")
    print(json.dumps(report(records), indent=1))


if __name__ == "__main__":
    main()
