"""Speed of the embedded world: steps, pictures, states, memory. Medians over seeds, one core, CPU time.

`peam bench sim`, or `python -m peam.benchmarks.sim --seeds 0,1,2`. CPU time of the thread, so that a loaded
machine falsifies little; the walk is a random one outdoors, by day, among no monsters, with a level view in
the classic world unless a figure's name says otherwise. The comparison of two processes with one is by the
clock on the wall: it means something on an idle machine only.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from peam.benchmarks import rivals
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.recording import random_actions
from peam.sims.voxel.render import render, sight, steps_per_ray
from peam.sims.voxel.world import World

FOV = 70.0
SEEDS = tuple(range(8))
OUTDOORS = {"time": 6000, "peaceful": True}
LARGE = (360, 640)


class Mode(NamedTuple):
    """A way to walk: what is drawn, steps a seed, the kind of world, degrees that the eye looks down."""

    image: tuple[int, int] | None
    steps: int
    world: str = "classic"
    pitch: int = 0


MODES = {
    "rgb64_steps_per_s": Mode((64, 64), 550),
    "rgb64_looking_down_steps_per_s": Mode((64, 64), 550, pitch=15),
    "norender_steps_per_s": Mode(None, 2000),
    "rgb160x256_steps_per_s": Mode((160, 256), 120),
    "rgb360x640_steps_per_s": Mode(LARGE, 24),
    "rgb64_overworld_steps_per_s": Mode((64, 64), 550, "overworld"),
    "norender_overworld_steps_per_s": Mode(None, 2000, "overworld"),
    "rgb160x256_overworld_steps_per_s": Mode((160, 256), 120, "overworld"),
}


class View(NamedTuple):
    """One place to look from."""

    eye: tuple[float, float, float]
    yaw: float
    pitch: float


def walk(world: World, seed: int, views: int = 12, stride: int = 3) -> list[View]:
    """Returns views of a random walk outdoors from the spawn, `stride` blocks apart in x and z."""
    rng = np.random.default_rng(seed)
    x, _, z = world.spawn()
    out = []
    for _ in range(views):
        step = rng.integers(-1, 2, 2) * stride
        x, z = x + int(step[0]), z + int(step[1])
        world.ensure(x, z)
        eye = (x + 0.5, world.surface(x, z) + 2.62, z + 0.5)
        out.append(View(eye, float(rng.uniform(0, 360)), float(rng.choice((0.0, 15.0)))))
    return out


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Returns the median CPU seconds of a call, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return median(times)


def picture_seconds(world: World, views: Sequence[View], size: int) -> float:
    """Returns the mean seconds of one size x size picture, over the views."""

    def draw() -> None:
        for view in views:
            world.ensure(view.eye[0], view.eye[2])
            render(world.blocks, view.eye, view.yaw, view.pitch, size, size, FOV, 1.0, columns=world.columns)

    return seconds(draw) / len(views)


def sight_seconds(world: World, views: Sequence[View]) -> float:
    """Returns the mean seconds of one look at 48 x 48 rays, 16 metres."""

    def see() -> None:
        for view in views:
            sight(world.blocks, view.eye, view.yaw, view.pitch, FOV, 1.0, 16.0, tops=world.tops)

    return seconds(see) / len(views)


def steps(world: World, views: Sequence[View], height: int, width: int) -> float:
    """Returns the mean columns and cells that a ray visits."""
    return float(
        np.mean(
            [
                steps_per_ray(world.blocks, world.columns, v.eye, v.yaw, v.pitch, height, width, FOV)
                for v in views
            ]
        )
    )


def chunk_seconds(seed: int) -> float:
    """Returns the mean seconds to make a chunk, over 49 chunks at once."""
    world, places = World(seed), iter(range(0, 10**6, 1000))

    def make() -> None:
        world.ensure(next(places), 0.0)

    return seconds(make) / 49


def pictures(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns the renderer's figures, each the median over seeds."""
    rows: list[dict[str, float]] = []
    for seed in seeds:
        world = World(seed)
        views = walk(world, seed)
        at64, at128 = (picture_seconds(world, views, size) for size in (64, 128))
        rows.append(
            {
                "render64_per_s": 1.0 / at64,
                "render128_per_s": 1.0 / at128,
                "dda_steps_per_ray": steps(world, views, 64, 64),
                "dda_steps_per_ray_160x256": steps(world, views, 160, 256),
                "ns_per_ray_128": at128 / 128**2 * 1e9,
                "sight_ms": sight_seconds(world, views) * 1e3,
                "chunk_ms": chunk_seconds(seed) * 1e3,
            }
        )
    return {key: round(median(row[key] for row in rows), 3) for key in rows[0]}


def stride_actions(rng: np.random.Generator, steps: int) -> list[NDArray[np.int64]]:
    """Returns a random walk as actions: forward, jumping now and then, turning at times, view level."""
    actions = np.tile(np.asarray(NOOP, dtype=np.int64), (steps, 1))
    actions[:, 0] = 1
    actions[:, 2] = rng.random(steps) < 0.1
    actions[:, 4] = np.where(rng.random(steps) < 0.05, rng.integers(6, 19, steps), 12)
    return list(actions)


def walker(seed: int, mode: Mode) -> Callable[[int], float]:
    """Returns a function that walks on by so many whole `step` calls and returns their CPU seconds."""
    sim = VoxelSim(image_size=mode.image, world=mode.world)
    sim.reset(seed=seed, options=OUTDOORS)
    sim.step((*NOOP[:3], NOOP[3] + mode.pitch // 15, *NOOP[4:]))
    rng = np.random.default_rng(seed)

    def walk_on(steps: int) -> float:
        actions = stride_actions(rng, steps)
        start = time.thread_time()
        for action in actions:
            sim.step(action)
        return time.thread_time() - start

    return walk_on


def steps_per_second(seed: int, mode: Mode) -> float:
    """Returns whole `step` calls, observation dictionary included, a CPU second."""
    walk_on = walker(seed, mode)
    walk_on(50 if mode.image != LARGE else 5)
    return mode.steps / walk_on(mode.steps)


def stepping(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns the whole environment's figures, each the median over seeds."""
    return {
        name: round(median(steps_per_second(seed, mode) for seed in seeds), 1) for name, mode in MODES.items()
    }


def states(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns what a reset, a snapshot, a restore and a fork cost: milliseconds, each the median over seeds.

    The state is that after 2,000 random steps; `_edited`: with 400 more blocks changed about the agent;
    `_overworld`: the same in the other kind of world.
    """
    rows = [{**_state(seed, "classic", ""), **_state(seed, "overworld", "_overworld")} for seed in seeds]
    return {key: round(median(row[key] for row in rows), 4) for key in rows[0]}


def _state(seed: int, world: str, suffix: str) -> dict[str, float]:
    sim = VoxelSim(world=world)
    row = {f"reset{suffix}_ms": seconds(lambda: sim.reset(seed=seed), repeats=3) * 1e3}
    for action in random_actions(seed, 2000):
        sim.tick(action)
    row |= _copied(sim, suffix)
    rng, (x, _, z) = np.random.default_rng(seed), sim.body().cell
    for dx, y, dz in rng.integers((-12, 50, -12), (13, 80, 13), (400, 3)).tolist():
        sim.game.world.set(x + dx, y, z + dz, int(rng.integers(2)))
    return row | _copied(sim, f"{suffix}_edited")


def _copied(sim: VoxelSim, suffix: str) -> dict[str, float]:
    state = sim.snapshot()
    return {
        f"snapshot{suffix}_ms": seconds(sim.snapshot, repeats=25) * 1e3,
        f"restore{suffix}_ms": seconds(lambda: sim.restore(state), repeats=25) * 1e3,
        f"fork{suffix}_ms": seconds(sim.fork, repeats=5) * 1e3,
        f"snapshot{suffix}_kb": len(state) / 1e3,
    }


def compared(figures: dict[str, float], seeds: Sequence[int]) -> dict[str, Any]:
    """Returns the figures of others in the same run, and ratios to them; None where one cannot be had."""
    crafter, noop = rivals.crafter_steps_per_s(seeds), rivals.noop_steps_per_s()
    return {
        "crafter": rivals.crafter_found(),
        "crafter_steps_per_s": crafter and round(crafter, 1),
        "crafter_ratio_rgb64": crafter and round(figures["rgb64_steps_per_s"] / crafter, 2),
        "crafter_ratio_rgb64_overworld": crafter
        and round(figures["rgb64_overworld_steps_per_s"] / crafter, 2),
        "noop_steps_per_s": round(noop, 1),
        "noop_ratio_norender": round(figures["norender_steps_per_s"] / noop, 4),
    }


def run(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Returns all figures by name."""
    figures = {**stepping(seeds), **pictures(seeds), **states(seeds)}
    memory, wide, ratio = rivals.memory_mb(), rivals.memory_mb("overworld"), rivals.two_process_ratio()
    return (
        figures
        | compared(figures, seeds)
        | {
            "memory_mb_after_10k": memory and round(memory, 1),
            "memory_overworld_mb_after_10k": wide and round(wide, 1),
            "vector_2proc_ratio": ratio and round(ratio, 3),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    seeds = [int(part) for part in parser.parse_args().seeds.split(",")]
    print(json.dumps({"seeds": seeds, **run(seeds)}, indent=1))


if __name__ == "__main__":
    main()
