"""Robustness of the embedded world: random actions, every observation checked, every item accounted for.

`python -m peam.benchmarks.fuzz --seeds 100 --steps 10000`. What it looks for: an exception, an observation
outside its space, a snapshot that restores to another state, and books that do not balance (`audit`).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from peam.benchmarks.audit import audit
from peam.benchmarks.books import Book, Change, read
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.entities import DATA
from peam.sims.voxel.game import DAY, NVEC
from peam.sims.voxel.items import ITEMS, STACK
from peam.sims.voxel.mobs import LEVELS
from peam.sims.voxel.physics import PITCH
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES
from peam.sims.voxel.worlds import KINDS

STICKY: Final = (
    0.0,
    0.9,
    0.97,
)  # chance to go on with the last action, drawn by episode: so it digs and eats
FIGHT: Final = 0.2  # chance of a blow at the nearest creature instead, in the episodes that are sticky
EPISODE: Final = 2500  # steps after which a new start is drawn, if the agent still lives
KIT: Final = """
stone_pickaxe iron_axe bow crafting_table furnace coal oak_log apple chest white_bed oak_door iron_hoe
wheat_seeds bone_meal oak_sapling shears bucket water_bucket lava_bucket milk_bucket
""".split()  # noqa: SIM905
PAGE: Final = len(ENTRIES) - CRAFT_SLOTS  # craft arguments on the second page
MOST: Final = 20  # problems that are told; one defect may show at every step


class Gauge:
    """Tells quickly whether observations lie in a space of dictionaries: all boxes in one comparison.

    It is stricter than Gymnasium's own check: a box's dtype must be the space's.
    """

    def __init__(self, space: gym.Space[Any]) -> None:
        self._keys: list[tuple[str, ...]] = []
        self._leaves: dict[tuple[str, ...], gym.Space[Any]] = {}
        self._gather(space, ())
        self._boxes = {path: leaf for path, leaf in self._leaves.items() if isinstance(leaf, gym.spaces.Box)}
        self._rest = {path: leaf for path, leaf in self._leaves.items() if path not in self._boxes}
        self._low, self._high = (
            np.concatenate([getattr(box, end).ravel() for box in self._boxes.values()], dtype=np.float64)
            for end in ("low", "high")
        )

    def _gather(self, space: gym.Space[Any], path: tuple[str, ...]) -> None:
        if not isinstance(space, gym.spaces.Dict):
            self._leaves[path] = space
            return
        for key, part in space.spaces.items():
            self._gather(part, (*path, key))

    def outside(self, obs: dict[str, Any]) -> str:
        """Returns the path of the first part that lies outside, "" if none does."""
        flat = dict(_leaves(obs, ()))
        odd = flat.keys() ^ self._leaves.keys()
        if odd:
            return "/".join(min(odd))
        for path, box in self._boxes.items():
            value = flat[path]
            if not isinstance(value, np.ndarray) or value.shape != box.shape or value.dtype != box.dtype:
                return "/".join(path)
        values = np.concatenate([flat[path].ravel() for path in self._boxes], dtype=np.float64)
        if not ((values >= self._low) & (values <= self._high)).all():
            return self._slowly(flat)
        return next(
            ("/".join(path) for path, leaf in self._rest.items() if not leaf.contains(flat[path])), ""
        )

    def _slowly(self, flat: dict[tuple[str, ...], Any]) -> str:
        return next("/".join(path) for path, box in self._boxes.items() if not box.contains(flat[path]))


def _leaves(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, part in value.items():
        if isinstance(part, dict):
            yield from _leaves(part, (*path, key))
        else:
            yield (*path, key), part


def start(rng: np.random.Generator) -> dict[str, Any]:
    """Draws reset options: a dozen items, an hour, what is in the hand, a few creatures near."""
    names = rng.choice(ITEMS[1:], 12, replace=False).tolist()
    names += rng.choice(KIT, 8, replace=False).tolist()
    held = {name: int(rng.integers(1, min(STACK[ITEMS.index(name)], 40) + 1)) for name in names}
    kinds = rng.choice(list(DATA), int(rng.integers(3)), replace=False).tolist()
    return {
        "inventory": held,
        "time": int(rng.integers(DAY)),
        "hand": names[-1 - int(rng.integers(12))],
        "creatures": [{"name": name, "distance": float(rng.uniform(1.5, 8))} for name in kinds],
        "peaceful": bool(rng.random() < 0.2),
        "respawn": bool(rng.random() < 0.5),
    }


def draw(rng: np.random.Generator, last: list[int], sticky: float, craft: NDArray[np.bool_]) -> list[int]:
    """Draws an action.

    Args:
        rng: Where from.
        last: The action before.
        sticky: Chance to go on with it; 0 draws any action at all, else small turns and the telling verbs.
        craft: (244,) which crafts can be paid now; one of them is chosen more often than not.
    """
    if not sticky:
        return [int(rng.integers(n)) for n in NVEC]
    if rng.random() < sticky:
        return [*last[:3], 12, 12, *last[5:]]
    turns = [int(v) for v in rng.integers(10, 15, 2)]
    pace = [int(rng.integers(n)) if rng.random() < 0.4 else 0 for n in NVEC[:3]]
    verb = int(rng.choice([0, 1, 1, 2, 3, 3, 3, 3, 4, 4, 5, 6, 6]))
    return [*pace, *turns, verb, *_arguments(rng, verb, craft)]


def _arguments(rng: np.random.Generator, verb: int, craft: NDArray[np.bool_]) -> tuple[int, int]:
    """Draws action indices 6 and 7: a recipe of either page, an order to a chest, a slot."""
    payable = np.flatnonzero(craft)
    if verb == 4:
        if rng.random() < 0.2:
            return int(rng.integers(PAGE)), 1
        if len(payable) and rng.random() < 0.7:
            return int(rng.choice(payable)), 0
        return int(rng.integers(NVEC[6])), 0
    most = 8 if verb == 1 else NVEC[6]
    return int(rng.integers(most)), int(rng.integers(NVEC[7]))


def aim(sim: VoxelSim) -> list[int] | None:
    """Returns the blow at the nearest creature within 6 metres, to a turn's 15 degrees, or None."""
    body, near = sim.body(), [e for e in sim.entities(6.0) if e.kind == "creature"]
    if not near:
        return None
    dx, dy, dz = (a - b for a, b in zip(near[0].position, body.eye, strict=True))
    yaw = math.degrees(math.atan2(-dx, dz)) - body.yaw
    pitch = math.degrees(math.atan2(-dy - 0.5, math.hypot(dx, dz))) - body.pitch
    turns = [int(np.clip(12 + round(angle / 15), 0, 24)) for angle in (pitch, (yaw + 180) % 360 - 180)]
    return [1, 0, 0, *turns, 3, 0, 0]


def spy(sim: VoxelSim, changes: list[Change]) -> None:
    """Has every block that the game writes noted in `changes`."""
    world, write = sim.game.world, sim.game.world.set

    def noted(x: int, y: int, z: int, block: int) -> None:
        changes.append(Change(world.get(x, y, z), block))
        write(x, y, z, block)

    world.set = noted  # type: ignore[method-assign]


class Life:
    """One seed's life: episodes of random actions, and what they brought to light."""

    def __init__(self, seed: int, picture_every: int) -> None:
        self.seed, self.picture_every = seed, picture_every
        self.rng = np.random.default_rng([seed, 12])
        difficulty = LEVELS[int(self.rng.integers(len(LEVELS)))]
        self.sim = VoxelSim(image_size=None, difficulty=difficulty, world=tuple(KINDS)[seed % 2])
        self.gauge = Gauge(self.sim.observation_space)
        self.changes: list[Change] = []
        self.craft = np.zeros(NVEC[6], np.bool_)
        self.steps = self.episodes = self.deaths = self.pictures = 0
        self.problems: list[str] = []
        self.facts: Counter[str] = Counter()

    def note(self, what: str) -> None:
        """Adds a problem, with where it was."""
        self.problems.append(f"seed {self.seed} step {self.steps}: {what}")

    def go(self, steps: int) -> None:
        """Plays that many steps, in as many episodes as it takes."""
        while self.steps < steps:
            self.episodes += 1
            self._episode(min(EPISODE, steps - self.steps))
            for key, count in self.sim.stats().items():
                self.facts[key.partition(".")[0]] += count
                self.deaths += count * key.startswith("died.")
        self._check_snapshot()

    def _episode(self, steps: int) -> None:
        obs, _ = self.sim.reset(seed=self.seed, options=start(self.rng))
        self._check_observation(obs)
        spy(self.sim, self.changes)
        self.sim.game.vitals.food = int(self.rng.integers(21))  # some start hungry, so that they eat
        self.sim.game.body[PITCH] = self.rng.uniform(-20, 70)  # most see the ground
        book, action, sticky = read(self.sim.game), list(NOOP), float(self.rng.choice(STICKY))
        for _ in range(steps):
            action = draw(self.rng, action, sticky, self.craft)
            if sticky and self.rng.random() < FIGHT:
                action = aim(self.sim) or action
            book = self._step(book, action)
            if not self.sim.game.alive:
                self.deaths += 1
                return

    def _step(self, before: Book, action: list[int]) -> Book:
        self.steps += 1
        self.changes.clear()
        obs, _, terminated, _, info = self.sim.step(np.array(action))
        self._check_observation(obs)
        self.craft = obs["masks"]["craft_smelt"]
        if terminated == info["is_alive"]:
            self.note(f"terminated {terminated}, is_alive {info['is_alive']}")
        if self.picture_every and self.steps % self.picture_every == 0:
            self._picture()
        after = read(self.sim.game, before)
        for problem in audit(before, after, action, self.changes):
            self.note(f"{problem}, action {action}")
        return after

    def _picture(self) -> None:
        self.pictures += 1
        picture = self.sim.frame(64, 64)
        if picture.shape != (64, 64, 3) or picture.dtype != np.uint8:
            self.note(f"picture of shape {picture.shape}, {picture.dtype}")

    def _check_observation(self, obs: dict[str, Any]) -> None:
        path = self.gauge.outside(obs)
        if path:
            self.note(f"observation {path} is outside its space")

    def _check_snapshot(self) -> None:
        state, other = self.sim.snapshot(), VoxelSim(image_size=None)
        other.restore(state)
        if other.snapshot() != state:
            self.note("a snapshot restores to another state")


def run(
    seeds: int = 4,
    steps: int = 1000,
    picture_every: int = 100,
    progress: Callable[[str], object] = lambda line: None,
) -> dict[str, Any]:
    """Plays `steps` random steps in each of the worlds 0 .. seeds - 1, odd ones of the kind "overworld".

    Args:
        seeds: Number of worlds.
        steps: Steps in each.
        picture_every: Steps between two pictures of 64x64; 0 draws none.
        progress: Is told a line a world.

    Returns:
        Numbers of steps, episodes, deaths, pictures; "facts", what was done how often; "problems", a line
        each.
    """
    begun, lives, facts = time.process_time(), [], Counter[str]()
    for seed in range(seeds):
        life = Life(seed, picture_every)
        try:
            life.go(steps)
        except Exception:  # whatever it is, it is what this looks for
            life.note(traceback.format_exc())
        lives.append(life)
        facts.update(life.facts)
        progress(f"seed {seed}: {life.steps} steps, {life.deaths} deaths, {len(life.problems)} problems")
    numbers = {
        key: sum(getattr(life, key) for life in lives) for key in ("steps", "episodes", "deaths", "pictures")
    }
    problems = [problem for life in lives for problem in life.problems]
    spent = round(time.process_time() - begun, 1)
    return {"seeds": seeds, **numbers, "cpu_s": spent, "facts": dict(facts), "problems": problems}


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=_count, default=100, help="number of worlds")
    parser.add_argument("--steps", type=_count, default=10000, help="steps in each")
    parser.add_argument("--picture-every", type=_count, default=100, help="0 draws none")
    parser.add_argument("--json", action="store_true", help="the report as JSON on standard output")
    args = parser.parse_args()
    report = run(
        args.seeds, args.steps, args.picture_every, lambda line: print(line, file=sys.stderr, flush=True)
    )
    told = {**report, "problem_count": len(report["problems"]), "problems": report["problems"][:MOST]}
    if args.json:
        print(json.dumps(told, indent=1))
    else:
        print("\n".join(f"{key}: {value}" for key, value in told.items()))
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
