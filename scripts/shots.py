"""Draws the pictures of docs/pictures.md.

    python scripts/shots.py docs/pictures [NAME ...]

Each picture is a row of `SHOTS`; a new biome is one more row. WebP at 640x360, the same for the same code.
The overworld's are rows of `BIOME_SHOTS` and `LIGHT_SHOTS`, drawn together on a sheet of each.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from peam.errors import PeamError, unknown
from peam.sims.voxel import VoxelSim, spawning
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES, data
from peam.sims.voxel.cameras import third_person
from peam.sims.voxel.icons import icon
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.land import column
from peam.sims.voxel.overlay import EVERYTHING, Overlay
from peam.sims.voxel.overworld.world import Overworld
from peam.sims.voxel.render import ray_hits
from peam.sims.voxel.stamps import paste
from peam.sims.voxel.tables import tables
from peam.sims.voxel.textures import look
from peam.sims.voxel.topdown import top_down

SIZE = (360, 640)
QUALITY = 82
OVERWORLD = list(data("overworld.yaml")["biomes"])
DRY = tables().shape.sea + 2  # least height of the land in a biome's picture
BIOMES = [row["name"] for row in data("biomes.yaml")["biomes"]]
SCENERY = Overlay(sky=True, tint=True)
TILE = (234, 416)  # of a sheet
ROUND = np.uint8(0xF8)  # a sheet's colours in steps of 8: its PNG stays small


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file.
        seed: Of the world.
        place: A biome's name (the nearest to the start), "start", or "cave".
        world: The kind of world. In the overworld a biome is looked at the way that shows most land.
        time: Tick of the day.
        view: "first", "third" or "map".
        yaw: Degrees.
        pitch: Degrees.
        overlay: Of the first-person picture.
        options: Reset options.
        ticks: Of digging or hitting before the picture is taken.
        rain: Whether it rains.
        torches: Whether torches stand ahead.
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
    world: str = "classic"
    rain: bool = False
    torches: bool = False


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
_WILDS = ("plains", "forest", "birch_forest", "taiga", "desert", "savanna", "swamp", "mountains")
BIOME_SHOTS = [Shot(name, 5, name, time=2500 + 900 * n, world="overworld") for n, name in enumerate(_WILDS)]
LIGHT_SHOTS = [
    Shot("cave", 5, "cave", time=6000, world="overworld"),
    Shot("the same cave, torches", 5, "cave", time=6000, world="overworld", torches=True),
    Shot("dusk", 5, "plains", time=12900, world="overworld"),
    Shot("night, torches", 5, "plains", time=18000, world="overworld", torches=True),
    Shot("rain", 5, "plains", time=6000, world="overworld", rain=True),
    Shot(
        "a fight at night",
        5,
        "start",
        time=17000,
        overlay=EVERYTHING,
        options={
            "inventory": {"iron_sword": 1, "bread": 3, "torch": 9},
            "hand": "iron_sword",
            "creatures": [{"name": "zombie", "distance": 3}, {"name": "spider", "distance": 4}],
        },
        ticks=3,
        world="overworld",
        torches=True,
    ),
]


def take(shot: Shot, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Draws one shot, of (height, width) pixels."""
    difficulty = "easy" if "creatures" in shot.options else "peaceful"
    sim = VoxelSim(image_size=None, difficulty=difficulty, world=shot.world)
    sim.reset(seed=shot.seed, options={**shot.options, "time": shot.time})
    body = sim.game.body
    if shot.place != "start":
        body[:3] = place(sim, shot.place)
        sim.game.world.ensure(body[ph.X], body[ph.Z])
        if shot.world == "classic":
            spawning.populate(sim.game)
    body[ph.YAW], body[ph.PITCH] = shot.yaw, shot.pitch
    if shot.world == "overworld" and shot.place != "cave":
        body[ph.YAW] = _widest(sim)
    if "creatures" in shot.options:
        _face(sim)
    if shot.rain and sim.game.weather:
        sim.game.weather.rain, sim.game.weather.raining = 1.0, True
    if shot.torches:
        _torches(sim)
    for _ in range(shot.ticks):
        sim.tick((0, 0, 0, 12, 12, 3, 0, 0))
    if shot.view == "third":
        return third_person(sim.game, *size)
    if shot.view == "map":
        return top_down(sim.game, *size)
    return sim.frame(*size, shot.overlay)


def place(sim: VoxelSim, name: str) -> tuple[float, float, float]:
    """Returns where to stand: the nearest flat column of a biome, or in the nearest cave."""
    x0, _, z0 = sim.body().cell
    if name == "cave":
        return _cave(sim, x0, z0)
    world = sim.game.world
    if isinstance(world, Overworld):
        return _wild(world, name, x0, z0)
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


def _wild(world: Overworld, name: str, x0: int, z0: int) -> tuple[float, float, float]:
    """Returns where to stand in the overworld: on dry ground, the biome all around."""
    if name not in OVERWORLD:
        raise PeamError(unknown("biome", name, OVERWORLD))
    for radius in range(0, 6000, 32):
        for n in range(max(1, radius // 16)):
            angle = 2 * math.pi * n / max(1, radius // 16)
            x, z = x0 + round(radius * math.cos(angle)), z0 + round(radius * math.sin(angle))
            if all(world.biome(x + dx, z + dz) == name for dx, dz in _AROUND):
                world.ensure(x, z)
                y = world.surface(x, z)
                below, here, above = (NAMES[world.get(x, y + dy, z)] for dy in (0, 1, 2))
                if "leaves" not in below + above and "water" not in here + above:
                    return x + 0.5, float(y + 1), z + 0.5
    raise PeamError(f"no {name} within 6000 blocks of the start")


_AROUND = ((0, 0), (0, 20), (0, -20), (20, 0), (-20, 0))


def _widest(sim: VoxelSim) -> float:
    """Returns the yaw, of eight, in which the land that is seen is farthest away."""
    game = sim.game

    def depth(yaw: float) -> float:
        world = game.world
        ids, far = ray_hits(world.blocks, game.eye, yaw, 8.0, sim.fov, 16 / 9, 48.0, tops=world.tops)
        return float(far[ids > 0].mean()) if (ids > 0).mean() > 0.4 else 0.0

    return max((45.0 * n - 180.0 for n in range(8)), key=depth)


def _torches(sim: VoxelSim) -> None:
    """Puts torches on the ground to the left and the right, 4 and 8 blocks ahead."""
    world, yaw = sim.game.world, math.radians(float(sim.game.body[ph.YAW]))
    x, y, z = sim.body().cell
    for ahead, aside in ((4, 2), (5, -3), (8, 3), (9, -1)):
        i = x + round(-ahead * math.sin(yaw) - aside * math.cos(yaw))
        k = z + round(ahead * math.cos(yaw) - aside * math.sin(yaw))
        for j in range(y + 3, y - 5, -1):
            here, below = NAMES[world.get(i, j, k)], NAMES[world.get(i, j - 1, k)]
            if here in ("air", "grass") and below not in ("air", "grass", "water"):
                world.set(i, j, k, ID["torch"])
                break


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


def contact_sheet(shots: list[Shot], columns: int = 2) -> np.ndarray:
    """Returns shots side by side, each with its name."""
    height, width = TILE
    rows = -(-len(shots) // columns)
    sheet = Image.new("RGB", (columns * (width + 4), rows * (height + 4)), (24, 24, 24))
    pen = ImageDraw.Draw(sheet)
    for n, shot in enumerate(shots):
        x, y = n % columns * (width + 4) + 2, n // columns * (height + 4) + 2
        sheet.paste(Image.fromarray(take(shot, TILE)), (x, y))
        label = shot.name.replace("_", " ")
        pen.rectangle((x, y, x + 8 + 6 * len(label), y + 15), fill=(24, 24, 24))
        pen.text((x + 4, y + 2), label, fill=(240, 240, 240))
    return np.asarray(sheet)


SHEETS = {"blocks": sheet_of_blocks, "icons": sheet_of_icons}
CONTACTS = {"overworld_biomes": BIOME_SHOTS, "overworld_light": LIGHT_SHOTS}


def main(arguments: list[str]) -> int:
    """Draws the shots named, or all."""
    if not arguments:
        print(__doc__)
        return 2
    out, names = Path(arguments[0]), arguments[1:]
    known = [shot.name for shot in SHOTS] + list(SHEETS) + list(CONTACTS)
    for name in names:
        if name not in known:
            print(f"shots: {unknown('shot', name, known)}", file=sys.stderr)
            return 2
    out.mkdir(parents=True, exist_ok=True)
    for name in names or known:
        if name in CONTACTS:
            path = out / f"{name}.png"
            sheet = Image.fromarray(contact_sheet(CONTACTS[name]) & ROUND)
            sheet.save(path, optimize=True)
            print(f"{path}  {path.stat().st_size} bytes")
            continue
        shot = next((shot for shot in SHOTS if shot.name == name), None)
        picture = take(shot) if shot else SHEETS[name]()
        path = out / f"{name}.webp"
        Image.fromarray(picture).save(path, quality=QUALITY, method=6)
        print(f"{path}  {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
