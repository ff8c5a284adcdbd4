"""Gathers labelled frames: pictures of staged views and of walks, and what each of 48 x 48 rays hits.

One compressed file of plain arrays, made once a seed and reused. Knows nothing of models and questions.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from peam.errors import PeamError
from peam.fast.labels import UNKNOWN, Shot, draw
from peam.fast.scenes import stage
from peam.fast.vocabulary import NEAR_METRES, SCENE
from peam.fast.walks import walk
from peam.sims.voxel.world import World

RAYS = 48  # a side
VIEWS = 160  # a world
ANCHORED = 32  # views about one place of it; the first is the spawn
WANDER = 600  # metres to the other places
SURE_RAYS = 4  # a name with fewer rays is not asked for
CLOSE_CALL = 0.3  # metres about the border of near and far that are not asked


@dataclass(frozen=True, slots=True)
class Label:
    """What may be asked of one picture.

    Attributes:
        seen: Name -> no, near or far; names that show too little to tell are left out.
        side: Name -> left, centre or right, where it is clearly one of them.
        creatures: How many creatures show; None where one shows too little.
        night: Whether it is night; None without a view of the sky.
        underground: Whether solid ground is above the head.
    """

    seen: dict[str, str]
    side: dict[str, str]
    creatures: int | None
    night: bool | None
    underground: bool


@dataclass(frozen=True, slots=True)
class Frames:
    """N labelled pictures.

    Attributes:
        rgb: (N, 128, 128, 3) uint8.
        hit: (N, 48, 48) uint8: 0, or 1 + the index in SCENE of what the ray meets first.
        tenths: (N, 48, 48) uint8: its distance in 0.1 m, at most 255.
        facts: (N, 3) uint8: creatures in view, night (UNKNOWN without sky), underground.
        world: (N,) int64 world seeds.
    """

    rgb: NDArray[np.uint8]
    hit: NDArray[np.uint8]
    tenths: NDArray[np.uint8]
    facts: NDArray[np.uint8]
    world: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rgb)

    def metres(self) -> NDArray[np.float32]:
        """Returns the distances in metres."""
        return self.tenths.astype(np.float32) / np.float32(10)

    def take(self, rows: NDArray[np.int64]) -> Frames:
        """Returns some of the frames."""
        return Frames(*(getattr(self, part.name)[rows] for part in fields(self)))

    def mirrored(self, rows: NDArray[np.bool_]) -> Frames:
        """Returns the frames, left and right swapped where `rows` is true."""
        swap = rows[:, None, None]
        rgb = np.where(swap[..., None], self.rgb[:, :, ::-1], self.rgb)
        hit, tenths = (np.where(swap, part[:, :, ::-1], part) for part in (self.hit, self.tenths))
        return Frames(rgb, hit, tenths, self.facts, self.world)

    def rarity(self) -> NDArray[np.float64]:
        """Returns (N,) weights of sum 1: each frame as 1 / sqrt(frames that show its rarest name)."""
        shows = np.stack([(self.hit == i).sum((1, 2)) >= SURE_RAYS for i in range(len(SCENE) + 1)], 1)
        shows[:, 0] = True  # a frame that shows no name counts as what every frame shows
        weights = np.where(shows, 1 / np.sqrt(np.maximum(shows.sum(0), 1)), 0.0).max(1)
        return weights / weights.sum()  # type: ignore[no-any-return]

    def label(self, row: int) -> Label:
        """Returns what may be asked of one frame."""
        hit, metres = self.hit[row], self.tenths[row].astype(np.float32) / 10
        creatures, night, underground = (int(fact) for fact in self.facts[row])
        shown = {name: hit == index for index, name in enumerate(SCENE, 1)}
        seen = {name: how for name, rays in shown.items() if (how := _how(metres[rays]))}
        side = {name: where for name in seen if seen[name] != "no" and (where := _side(shown[name]))}
        return Label(
            seen,
            side,
            creatures=None if creatures == UNKNOWN else creatures,
            night=None if night == UNKNOWN else bool(night),
            underground=bool(underground),
        )


def _how(metres: NDArray[np.float32]) -> str | None:
    """Returns no, near or far from the distances of a name's rays, None where it is too little to tell."""
    if not len(metres):
        return "no"
    close = int((metres <= NEAR_METRES).sum())
    if (
        len(metres) < SURE_RAYS
        or 0 < close < SURE_RAYS
        or abs(float(metres.min()) - NEAR_METRES) < CLOSE_CALL
    ):
        return None
    return "near" if close else "far"


def _side(rays: NDArray[np.bool_]) -> str | None:
    columns = np.nonzero(rays)[1]
    where, spread = columns.mean() / RAYS, columns.std() / RAYS
    if spread > 0.15 or 0.38 < where < 0.42 or 0.58 < where < 0.62:
        return None
    return "left" if where < 0.4 else "right" if where > 0.6 else "centre"


def gather(path: Path, first_world: int, count: int, seed: int) -> Frames:
    """Loads the frames of a file, or stages and draws them and writes the file.

    Args:
        path: The .npz file.
        first_world: Seed of the first world; each gives up to `VIEWS` frames.
        count: Frames.
        seed: Seeds the views.

    Raises:
        PeamError: If the file is damaged or holds another number of frames.
    """
    if path.is_file():
        return _load(path, count)
    worlds = -(-count // VIEWS)
    made = [
        _of_world(first_world + i, min(VIEWS, count - i * VIEWS), seed)
        for i in track(range(worlds), f"frames of {worlds} worlds")
    ]
    frames = Frames(*(np.concatenate([getattr(part, f.name) for part in made]) for f in fields(Frames)))
    fresh = path.with_suffix(".new.npz")
    np.savez_compressed(fresh, **{part.name: getattr(frames, part.name) for part in fields(Frames)})
    os.replace(fresh, path)
    return frames


def _load(path: Path, count: int) -> Frames:
    try:
        with np.load(path, allow_pickle=False) as file:
            frames = Frames(*(file[part.name] for part in fields(Frames)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise PeamError(f"{path}: not a frames file ({error}); delete it") from error
    if len(frames) != count:
        raise PeamError(f"{path}: holds {len(frames)} frames, not {count}; delete it")
    return frames


def _of_world(world_seed: int, count: int, seed: int) -> Frames:
    """Every other world is walked through, the others are staged."""
    rng = np.random.default_rng([seed, world_seed])
    shots = walk(rng, world_seed, count, RAYS) if world_seed % 2 else _staged(rng, world_seed, count)
    rgb, hit, tenths, facts = (np.stack(part) for part in zip(*shots, strict=True))
    return Frames(rgb, hit, tenths, facts, np.full(count, world_seed, np.int64))


def _staged(rng: np.random.Generator, world_seed: int, count: int) -> list[Shot]:
    world = World(world_seed)
    anchor, shots = world.spawn(), list[Shot]()
    for index in range(count):
        if index % ANCHORED == 0:
            away = rng.integers(-WANDER, WANDER, 2) if index else (0, 0)
            here = (anchor[0] + int(away[0]), anchor[1], anchor[2] + int(away[1]))
            world.ensure(here[0], here[2], 96)
        shots.append(draw(world, stage(rng, world, here), RAYS))
    return shots
