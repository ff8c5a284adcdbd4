"""Draws the pictures of docs/pictures.md.

    python scripts/shots.py docs/pictures [NAME ...]

Each picture is a row of `SHOTS`; a new biome is one more row. WebP at 640x360, the same for the same code.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from peam.errors import PeamError, unknown
from peam.sims.voxel import VoxelSim, spawning
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES, data
from peam.sims.voxel.cameras import third_person
from peam.sims.voxel.icons import icon
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.land import column
from peam.sims.voxel.overlay import EVERYTHING, Overlay
from peam.sims.voxel.stamps import paste
from peam.sims.voxel.tables import tables
from peam.sims.voxel.textures import look
from peam.sims.voxel.topdown import top_down

SIZE = (360, 640)
QUALITY = 82
DRY = tables().shape.sea + 2  # least height of the land in a biome's picture
BIOMES = [row["name"] for row in data("biomes.yaml")["biomes"]]
SCENERY = Overlay(sky=True, tint=True)


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file.
        seed: Of the world.
        place: A biome's name (the nearest to the start), "start", or "cave".
        time: Tick of the day.
        view: "first", "third" or "map".
        yaw: Degrees.
        pitch: Degrees.
        overlay: Of the first-person picture.
        options: Reset options.
        ticks: Of digging or hitting before the picture is taken.
    """

    name: str
    seed: int
    place: str
    time: int = 3000
    view: str = "first"
    yaw: float = 0.0
    pitch: float = 8.0
    overlay: Overlay = SCENERY
    options: dict[str, Any] = field(default_factory=dict)
    ticks: int = 0


_KIT = {"iron_pickaxe": 1, "oak_log": 12, "torch": 9, "cobblestone": 41, "bread": 3, "iron_helmet": 1}
SHOTS = [
    *(Shot(biome, 5, biome, time=2000 + 700 * n) for n, biome in enumerate(BIOMES)),
    Shot("cave", 5, "cave", overlay=EVERYTHING, options={"inventory": _KIT, "hand": "torch"}),
    Shot("night", 5, "start", time=18500, pitch=-18.0),
    Shot("dusk", 5, "start", time=12400, yaw=90.0, pitch=-8.0),
    Shot(
        "fight",
        5,
        "start",
        time=13200,
        overlay=EVERYTHING,
        options={
            "inventory": {"iron_sword": 1, "bread": 3, "torch": 9},
            "hand": "iron_sword",
            "creatures": [{"name": "zombie", "distance": 3}, {"name": "skeleton", "distance": 6}],
        },
        ticks=3,
    ),
    Shot("digging", 5, "start", pitch=50.0, overlay=EVERYTHING, options={"inventory": _KIT}, ticks=9),
    Shot("third", 5, "start", view="third", options={"inventory": _KIT}),
    Shot("map", 5, "start", view="map"),
]


def take(shot: Shot) -> np.ndarray:
    """Draws one shot."""
    sim = VoxelSim(image_size=None, difficulty="easy" if "creatures" in shot.options else "peaceful")
    sim.reset(seed=shot.seed, options={**shot.options, "time": shot.time})
    body = sim.game.body
    if shot.place != "start":
        body[:3] = place(sim, shot.place)
        sim.game.world.ensure(body[ph.X], body[ph.Z])
        spawning.populate(sim.game)
    body[ph.YAW], body[ph.PITCH] = shot.yaw, shot.pitch
    if "creatures" in shot.options:
        _face(sim)
    for _ in range(shot.ticks):
        sim.tick((0, 0, 0, 12, 12, 3, 0, 0))
    if shot.view == "third":
        return third_person(sim.game, *SIZE)
    if shot.view == "map":
        return top_down(sim.game, *SIZE)
    return sim.frame(*SIZE, shot.overlay)


def place(sim: VoxelSim, name: str) -> tuple[float, float, float]:
    """Returns where to stand: the nearest flat column of a biome, or in the nearest cave."""
    x0, _, z0 = sim.body().cell
    if name == "cave":
        return _cave(sim, x0, z0)
    if name not in BIOMES:
        raise PeamError(unknown("biome", name, BIOMES))
    for radius in range(0, 2400, 16):
        for n in range(max(1, radius // 8)):
            angle = 2 * math.pi * n / max(1, radius // 8)
            x, z = x0 + round(radius * math.cos(angle)), z0 + round(radius * math.sin(angle))
            around = [column(sim.game.world.seed, x + dx, z + dz, tables()) for dx, dz in _SPOTS]
            if all(BIOMES[biome] == name and height > DRY for height, biome in around):
                sim.game.world.ensure(x, z)
                y = sim.game.world.surface(x, z) + 1
                below, here = (NAMES[sim.game.world.get(x, y - dy, z)] for dy in (1, 0))
                if "leaves" not in below and here != "water":
                    return x + 0.5, float(y), z + 0.5
    raise PeamError(f"no {name} within 2400 blocks of the start")


_SPOTS = ((0, 0), (0, 12), (0, 24), (10, 16), (-10, 16))  # ahead of a look to +z


def _cave(sim: VoxelSim, x0: int, z0: int) -> tuple[float, float, float]:
    """Returns the floor of the roomiest hollow in the dark near a column, with room ahead (+z)."""
    blocks, best = sim.game.world.blocks, (0, 0, 0, 0)
    for x in range(x0 - 40, x0 + 40):
        for z in range(z0 - 40, z0 + 40):
            line = blocks[x & 255, :, np.arange(z, z + 10) & 255] == ID["air"]
            for y in range(12, 50):
                if blocks[x & 255, y - 1, z & 255] and line[:2, y : y + 2].all():
                    room = int(line[:, y : y + 3].sum())
                    if room > best[0] and sim.game.world.tops[x & 255, z & 255] > y + 8:
                        best = (room, x, y, z)
    if not best[0]:
        raise PeamError(f"seed {sim.game.world.seed}: no cave near the start")
    return best[1] + 0.5, float(best[2]), best[3] + 0.5


def _face(sim: VoxelSim) -> None:
    """Turns to the nearest creature."""
    x, _, z = sim.body().position
    for entity in sim.entities():
        if entity.kind == "creature":
            yaw = math.degrees(math.atan2(x - entity.position[0], entity.position[2] - z))
            sim.game.body[ph.YAW] = yaw
            return


def sheet_of_blocks() -> np.ndarray:
    """Returns every block's top and side at 48x48 a face."""
    art = look()
    rows = [
        np.concatenate([art.texels[art.faces[n, f], :256, :3].reshape(16, 16, 3) for f in (3, 5)], axis=1)
        for n in range(1, len(NAMES))
    ]
    columns = 11
    out = np.full((-(-len(rows) // columns) * 56, columns * 108, 3), 90, np.uint8)
    for n, row in enumerate(rows):
        y, x = n // columns * 56 + 4, n % columns * 108 + 4
        out[y : y + 48, x : x + 96] = np.repeat(np.repeat(row, 3, 0), 3, 1)
    return out


def sheet_of_icons() -> np.ndarray:
    """Returns every item's icon."""
    columns = 24
    out = np.full((-(-(len(ITEMS) - 1) // columns) * 40, columns * 40, 3), 139, np.uint8)
    for n, item in enumerate(ITEMS[1:]):
        paste(out, icon(item), n // columns * 40 + 4, n % columns * 40 + 4)
    return out


SHEETS = {"blocks": sheet_of_blocks, "icons": sheet_of_icons}


def main(arguments: list[str]) -> int:
    """Draws the shots named, or all."""
    if not arguments:
        print(__doc__)
        return 2
    out, names = Path(arguments[0]), arguments[1:]
    known = [shot.name for shot in SHOTS] + list(SHEETS)
    for name in names:
        if name not in known:
            print(f"shots: {unknown('shot', name, known)}", file=sys.stderr)
            return 2
    out.mkdir(parents=True, exist_ok=True)
    for name in names or known:
        shot = next((shot for shot in SHOTS if shot.name == name), None)
        picture = take(shot) if shot else SHEETS[name]()
        path = out / f"{name}.webp"
        Image.fromarray(picture).save(path, quality=QUALITY, method=6)
        print(f"{path}  {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
