"""Labelled pictures of random walks: what skills leave in view, whatever is done with them.

Staged views (`scenes.py`) show everything often enough, but no life looks at the world like that: after a
tree was felled there are leaves before the nose, and down a staircase there is bare earth. Here random
actions of the action language, drawn without a goal, are carried out in worlds of pretraining seeds.
"""

from __future__ import annotations

from collections.abc import Iterator

from peam.actions import Action, grammar
from peam.config import load_config
from peam.fast.labels import FOV, Shot, draw
from peam.fast.props import HELD, Rng, View, pick
from peam.fast.states import CREATURES, one, one_of
from peam.sims.voxel import VoxelSim
from peam.skills.executor import Executor

STINT = 24  # actions from one reset to the next
WAYS = ("north", "east", "south", "west", "down", "up")
WAY_WEIGHTS = (0.18, 0.18, 0.18, 0.18, 0.2, 0.08)
TOOLS = ("wooden_pickaxe", "stone_pickaxe", "iron_pickaxe")


def walk(rng: Rng, world_seed: int, count: int, rays: int) -> list[Shot]:
    """Returns so many labelled pictures of a world, one after each action that succeeds.

    Args:
        rng: Draws everything.
        world_seed: Of the world.
        count: Pictures.
        rays: Rays a side of the labels.
    """
    sim = VoxelSim(fov=FOV)
    executor = Executor(sim, load_config())
    shots: list[Shot] = []
    while len(shots) < count:
        sim.reset(seed=world_seed, options=_start(rng))
        executor.reset()
        for action in _actions(rng, sim):
            done = executor.execute(action)
            if not sim.body().alive or len(shots) == count:
                break
            if done.ok:  # what failed left the view as it was
                shots.append(draw(sim.game.world, _view(rng, sim), rays))
    return shots


def _start(rng: Rng) -> dict[str, object]:
    held = {one(rng, HELD): int(rng.integers(1, 9)) for _ in range(int(rng.integers(0, 4)))}
    if rng.random() < 0.6:
        held[one(rng, TOOLS)] = 1
    time = int(rng.integers(0, 11000) if rng.random() < 0.7 else rng.integers(13000, 22000))
    return {"inventory": held, "time": time}


def _actions(rng: Rng, sim: VoxelSim) -> Iterator[Action]:
    """Draws actions: mostly walks, else something that is in view is mined, or anything is tried."""
    blocks = grammar()["mine"].targets
    for _ in range(STINT):
        drawn = rng.random()
        if drawn < 0.4 and (shown := sorted({s.name for s in sim.sight() if s.name in blocks})):
            yield Action("mine", one(rng, shown), one_of(rng, grammar()["mine"].counts[:3]))
        elif drawn < 0.55:
            yield Action("place", one(rng, grammar()["place"].targets))
        elif drawn < 0.6:
            yield Action("goto", one(rng, grammar()["goto"].targets))
        else:
            yield Action("explore", pick(rng, WAYS, WAY_WEIGHTS))


def _view(rng: Rng, sim: VoxelSim) -> View:
    body, others = sim.body(), sim.entities(48.0)
    creatures = [e for e in others if e.kind == "creature" and e.name in CREATURES]
    return View(
        feet=body.position,
        yaw=body.yaw,
        pitch=body.pitch,
        time=sim.game.clock,
        creatures=[(e.name, e.position, float(rng.uniform(0, 360))) for e in creatures],
        items=[(e.name, e.position) for e in others if e.kind == "item"],
        hand="" if body.hand == "air" else body.hand,
    )
