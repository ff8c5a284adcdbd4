"""Terrain: fills one 16x16-column chunk from a seed, by numba kernels. Tables come from biomes.yaml, ores.yaml.

Every decision about a cell is a pure function of the seed and of world coordinates. What reaches over a chunk's
border (trees, veins) is decided in its home chunk and stamped, clipped, by each chunk that it touches. So a
chunk's bytes do not depend on which chunks were made before. Knows nothing of windows, edits or pictures.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import ConfigError, unknown
from peam.sims.voxel.blocks import ID, data
from peam.sims.voxel.noise import fractal2, mix, noise2, noise3, unit

HEIGHT = 128
TREES = 14  # attempts a chunk: the most that a biome's `trees` may ask for
_LIMITS = ("relief", "temperature", "humidity")
_KINDS = ("oak", "birch", "spruce")


class Shape(NamedTuple):
    """The numbers of biomes.yaml's `shape`, see there."""

    sea: float
    base: float
    continent: float
    continent_scale: float
    hills: float
    hill_scale: float
    relief_scale: float
    relief_low: float
    relief_high: float
    mountain: float
    climate_scale: float
    soil: float
    bare_above: float
    snow_above: float
    tunnel: float
    tunnel_scale: float
    cavern: float
    cavern_scale: float
    opening: float
    opening_scale: float
    lava: float


class Ids(NamedTuple):
    """Ids of the blocks that terrain places by name."""

    air: int
    stone: int
    dirt: int
    grass_block: int
    sand: int
    gravel: int
    bedrock: int
    water: int
    lava: int
    clay: int
    snow_block: int
    sandstone: int
    grass: int
    dandelion: int
    poppy: int
    cactus: int
    granite: int
    diorite: int
    andesite: int


class Tables(NamedTuple):
    """Everything the kernels need, as arrays.

    Attributes:
        shape: Numbers of the land.
        ids: Block ids.
        limits: (biomes, 6) low and high of relief, temperature, humidity.
        ground: (biomes, 2) top and filler block.
        growth: (biomes, 7) trees, shares of oak, birch, spruce (summed up), grass, flowers, cactus.
        wood: (3, 2) log and leaf block of oak, birch, spruce.
        veins: (ores, 6) block, veins a chunk, size, low, high, peaked.
    """

    shape: Shape
    ids: Ids
    limits: NDArray[np.float64]
    ground: NDArray[np.uint8]
    growth: NDArray[np.float64]
    wood: NDArray[np.uint8]
    veins: NDArray[np.int64]


def _block(name: str, file: str) -> int:
    if name not in ID:
        raise ConfigError(f"{file}: {unknown('block', name, ID)}")
    return ID[name]


def _growth(row: dict[str, Any]) -> list[float]:
    if row["trees"] > TREES:
        raise ConfigError(f"biomes.yaml: {row['name']}: trees: at most {TREES}, not {row['trees']}")
    shares = np.cumsum([row["kinds"].get(kind, 0.0) for kind in _KINDS])
    return [row["trees"] / TREES, *shares, row["grass"], row["flowers"], row["cactus"]]


def _veins() -> NDArray[np.int64]:
    return np.array([[_block(row["block"], "ores.yaml"), row["veins"], row["size"], *row["y"],
                      row.get("peaked", False)] for row in data("ores.yaml")["ores"]], np.int64)


@cache
def tables() -> Tables:
    """Reads biomes.yaml and ores.yaml once. Raises ConfigError where a name is unknown."""
    file = data("biomes.yaml")
    biomes = file["biomes"]
    limits = [[end for key in _LIMITS for end in row.get(key, (-9.0, 9.0))] for row in biomes]
    return Tables(
        shape=Shape(**{key: float(value) for key, value in file["shape"].items()}),
        ids=Ids(*(ID[name] for name in Ids._fields)),
        limits=np.array(limits, np.float64),
        ground=np.array([[_block(row[k], "biomes.yaml") for k in ("top", "filler")] for row in biomes], np.uint8),
        growth=np.array([_growth(row) for row in biomes], np.float64),
        wood=np.array([[ID[f"{kind}_log"], ID[f"{kind}_leaves"]] for kind in _KINDS], np.uint8),
        veins=_veins(),
    )


@njit(cache=True, nogil=True)
def column(seed: int, x: int, z: int, t: Tables) -> tuple[int, int]:
    """Returns (height, biome row) of a world column: the ground's topmost cell, before caves."""
    s = t.shape
    land = fractal2(seed + 101, x / s.continent_scale, z / s.continent_scale, 3)
    relief = fractal2(seed + 303, x / s.relief_scale, z / s.relief_scale, 2)
    hills = fractal2(seed + 202, x / s.hill_scale, z / s.hill_scale, 3)
    rise = min(1.0, max(0.0, (relief - s.relief_low) / (s.relief_high - s.relief_low)))
    rise = rise * rise * (3.0 - 2.0 * rise)
    # Shores are flatter than inland, as waves would leave them.
    level = s.base + s.continent * land - s.sea
    swell = s.hills * min(1.0, 0.35 + abs(level) * 0.12)
    height = s.sea + level + swell * hills + rise * (s.mountain + 1.5 * swell * hills)
    temperature = fractal2(seed + 404, x / s.climate_scale, z / s.climate_scale, 2)
    humidity = fractal2(seed + 505, x / s.climate_scale, z / s.climate_scale, 2)
    return int(min(max(height, 40.0), HEIGHT - 14.0)), _biome(relief, temperature, humidity, t.limits)


@njit(cache=True, nogil=True)
def _biome(relief: float, temperature: float, humidity: float, limits: NDArray[np.float64]) -> int:
    for b in range(limits.shape[0]):
        low = limits[b]
        if (low[0] <= relief < low[1] and low[2] <= temperature < low[3]
                and low[4] <= humidity < low[5]):
            return b
    return limits.shape[0] - 1


@njit(cache=True, nogil=True)
def _open(seed: int, x: int, z: int, s: Shape) -> bool:
    """Returns whether tunnels may break the surface here."""
    return noise2(seed + 606, x / s.opening_scale, z / s.opening_scale) > s.opening


@njit(cache=True, nogil=True)
def _bare(height: int, x: int, z: int, seed: int, s: Shape) -> bool:
    return height + 6.0 * unit(seed + 707, x, 0, z) > s.bare_above


@njit(cache=True, nogil=True)
def tree(seed: int, cx: int, cz: int, i: int, t: Tables) -> tuple[int, int, int, int, int]:
    """Returns attempt i of a chunk's trees as (x, y of the lowest log, z, kind, trunk); trunk 0: none grows."""
    key = seed + 808
    # One attempt a cell of a jittered 4x4 grid (two cells stay free): trunks keep 2 apart with no look around.
    slot = (i + int(mix(key, cx, 7, cz) & np.uint64(15))) & 15
    x = cx * 16 + (slot & 3) * 4 + int(unit(key, cx, 16 + i, cz) * 3.0)
    z = cz * 16 + (slot >> 2) * 4 + int(unit(key, cx, 48 + i, cz) * 3.0)
    chance = unit(key, cx, 80 + i, cz)
    if chance >= t.growth[:, 0].max():
        return x, 0, z, 0, 0
    height, biome = column(seed, x, z, t)
    row = t.growth[biome]
    if (chance >= row[0] or height < t.shape.sea + 1 or t.ground[biome, 0] != t.ids.grass_block
            or _bare(height, x, z, seed, t.shape) or _open(seed, x, z, t.shape)):
        return x, 0, z, 0, 0
    pick = unit(key, cx, 112 + i, cz)
    kind = 0 if pick < row[1] else (1 if pick < row[2] else 2)
    trunk = (4, 5, 6)[kind] + int(unit(key, cx, 144 + i, cz) * 3.0)
    return x, height + 1, z, kind, trunk


@njit(cache=True, nogil=True)
def _radius(kind: int, trunk: int, up: int) -> int:
    """Returns the leaves' radius `up` cells above the lowest log, -1 for none."""
    top = trunk - up
    if kind == 2:
        if up < 2 or top < -1:
            return -1
        return 0 if top < 0 else (1 if top == 0 else 1 + (top & 1))
    if top > 3 or top < 0:
        return -1
    return 2 if top >= 2 else 1


@njit(cache=True, nogil=True)
def _stamp(chunk: NDArray[np.uint8], x0: int, z0: int, spot: tuple[int, int, int, int, int],
           seed: int, t: Tables) -> None:
    """Draws one tree into a chunk, clipped. Leaves replace air and plants, logs replace leaves too."""
    x, y, z, kind, trunk = spot
    log, leaf = t.wood[kind, 0], t.wood[kind, 1]
    for up in range(trunk + 2):
        r = _radius(kind, trunk, up)
        if y + up >= HEIGHT:
            return
        for dx in range(-r, r + 1):
            for dz in range(-r, r + 1):
                lx, lz = x + dx - x0, z + dz - z0
                if lx < 0 or lx > 15 or lz < 0 or lz > 15:
                    continue
                corner = r > 0 and abs(dx) == r and abs(dz) == r
                if corner and (kind == 2 or unit(seed + 909, x + dx, y + up, z + dz) < 0.6):
                    continue
                if chunk[lx, y + up, lz] == 0:
                    chunk[lx, y + up, lz] = leaf
    lx, lz = x - x0, z - z0
    if 0 <= lx <= 15 and 0 <= lz <= 15:
        chunk[lx, y - 1, lz] = t.ids.dirt
        for up in range(trunk):
            chunk[lx, y + up, lz] = log


@njit(cache=True, nogil=True)
def _ground(chunk: NDArray[np.uint8], seed: int, x0: int, z0: int, heights: NDArray[np.int64],
            biomes: NDArray[np.int64], t: Tables) -> int:
    """Fills stone, soil, water and bedrock; returns the chunk's greatest height."""
    s, ids = t.shape, t.ids
    sea = int(s.sea)
    top = 0
    for lx in range(16):
        for lz in range(16):
            heights[lx, lz], biomes[lx, lz] = column(seed, x0 + lx, z0 + lz, t)
            top = max(top, heights[lx, lz])
    chunk[:, : top + 1] = ids.stone
    chunk[:, top + 1 :] = ids.air
    chunk[:, 0] = ids.bedrock
    for lx in range(16):
        for lz in range(16):
            height = heights[lx, lz]
            x, z = x0 + lx, z0 + lz
            for y in range(height + 1, top + 1):
                chunk[lx, y, lz] = ids.air
            for y in range(height + 1, sea):
                chunk[lx, y, lz] = ids.water
            for y in range(1, 1 + int(4.99 * unit(seed + 111, x, 0, z))):
                chunk[lx, y, lz] = ids.bedrock
            _cover(chunk, lx, lz, height, biomes[lx, lz], seed, x, z, t)
    return top


@njit(cache=True, nogil=True)
def _cover(chunk: NDArray[np.uint8], lx: int, lz: int, height: int, biome: int, seed: int, x: int, z: int,
           t: Tables) -> None:
    """Lays the top block and the filler of one column."""
    s, ids = t.shape, t.ids
    top, filler = int(t.ground[biome, 0]), int(t.ground[biome, 1])
    patch = noise2(seed + 222, x / 9.0, z / 9.0)
    if height < s.sea - 1:  # under water
        top = ids.sand if height >= s.sea - 5 else ids.gravel
        if patch > 0.55:
            top = ids.clay
        elif patch < -0.4:
            top = ids.dirt
        filler = top
    elif height <= s.sea and patch > -0.5:  # shore
        top, filler = ids.sand, ids.sand
    elif _bare(height, x, z, seed, s):
        top, filler = ids.stone, ids.stone
        if height > s.snow_above:
            top = ids.snow_block
    elif patch < -0.86:
        top, filler = ids.gravel, ids.gravel
    chunk[lx, height, lz] = top
    for y in range(height - int(s.soil) + int(2.0 * unit(seed + 333, x, 0, z)), height):
        chunk[lx, y, lz] = filler


@njit(cache=True, nogil=True)
def _lattice(seed: int, x0: int, z0: int, levels: int, s: Shape) -> NDArray[np.float32]:
    """Returns cave noises at every 4th cell: (5, levels, 5, 3), on a lattice fixed in the world."""
    out = np.empty((5, levels, 5, 3), np.float32)
    for i in range(5):
        for j in range(levels):
            for k in range(5):
                x, y, z = float(x0 + 4 * i), 4.0 * j, float(z0 + 4 * k)
                a, b = s.tunnel_scale, s.cavern_scale
                out[i, j, k, 0] = noise3(seed + 444, x / a, y / (0.7 * a), z / a)
                out[i, j, k, 1] = noise3(seed + 555, x / a, y / (0.7 * a), z / a)
                out[i, j, k, 2] = noise3(seed + 666, x / b, y / (0.5 * b), z / b)
    return out


@njit(cache=True, nogil=True)
def _caves(chunk: NDArray[np.uint8], seed: int, x0: int, z0: int, heights: NDArray[np.int64], top: int,
           t: Tables) -> None:
    """Carves tunnels (two noises near zero) and caverns (one noise high); lava fills the lowest."""
    s, ids = t.shape, t.ids
    grid = _lattice(seed, x0, z0, top // 4 + 2, s)
    v = np.empty(3, np.float32)
    for lx in range(16):
        i, fx = lx >> 2, np.float32((lx & 3) * 0.25)
        for lz in range(16):
            k, fz = lz >> 2, np.float32((lz & 3) * 0.25)
            height = heights[lx, lz]
            roof = height - 5
            if height > s.sea and _open(seed, x0 + lx, z0 + lz, s):
                roof = height
            below = np.zeros(3, np.float32)
            for j in range(roof // 4 + 2):
                above = np.empty(3, np.float32)
                for n in range(3):
                    west = grid[i, j, k, n] + fz * (grid[i, j, k + 1, n] - grid[i, j, k, n])
                    east = grid[i + 1, j, k, n] + fz * (grid[i + 1, j, k + 1, n] - grid[i + 1, j, k, n])
                    above[n] = west + fx * (east - west)
                if j > 0:
                    for q in range(4):
                        y = 4 * (j - 1) + q
                        if y < 5 or y > roof:
                            continue
                        fy = np.float32(q * 0.25)
                        for n in range(3):
                            v[n] = below[n] + fy * (above[n] - below[n])
                        deep = y < roof - 8
                        if (abs(v[0]) < s.tunnel and abs(v[1]) < s.tunnel) or (deep and v[2] > s.cavern):
                            chunk[lx, y, lz] = ids.lava if y <= s.lava else ids.air
                below = above


@njit(cache=True, nogil=True)
def _vein(chunk: NDArray[np.uint8], x0: int, z0: int, key: int, cx: int, cz: int, i: int,
          row: NDArray[np.int64], t: Tables) -> None:
    """Draws one vein, clipped: balls strung on a segment of size/4 metres, fattest in the middle."""
    ids = t.ids
    size = row[2]
    low, span = float(row[3]), float(row[4] - row[3])
    rise = unit(key, cx, 8 * i, cz)
    if row[5]:
        rise = 0.5 * (rise + unit(key, cx, 8 * i + 7, cz))
    x = cx * 16 + 16.0 * unit(key, cx, 8 * i + 1, cz)
    y = np.floor(low + span * rise)
    z = cz * 16 + 16.0 * unit(key, cx, 8 * i + 2, cz)
    reach = size * 0.125 + size / 32.0 + 1.0
    if (y > HEIGHT + reach or x + reach < x0 or x - reach > x0 + 16 or z + reach < z0 or z - reach > z0 + 16):
        return
    angle = np.pi * unit(key, cx, 8 * i + 3, cz)
    ax, az = np.sin(angle) * size * 0.125, np.cos(angle) * size * 0.125
    ay = (unit(key, cx, 8 * i + 4, cz) - 0.5) * 4.0
    balls = 4 + size // 4
    for n in range(balls):
        f = 2.0 * n / (balls - 1) - 1.0
        fat = 0.5 + 0.5 * unit(key + 13, cx, 64 * i + n, cz)
        r = (np.cos(0.5 * np.pi * f) + 1.0) * fat * size / 32.0 + 0.35
        bx, by, bz = x + ax * f, y + ay * f, z + az * f
        for px in range(max(x0, int(np.floor(bx - r))), min(x0 + 15, int(np.floor(bx + r))) + 1):
            ex = px + 0.5 - bx
            for pz in range(max(z0, int(np.floor(bz - r))), min(z0 + 15, int(np.floor(bz + r))) + 1):
                ez = pz + 0.5 - bz
                left = r * r - ex * ex - ez * ez
                if left <= 0.0:
                    continue
                h = np.sqrt(left)
                for py in range(max(1, row[3], int(np.ceil(by - h - 0.5))),
                                min(HEIGHT - 1, row[4] - 1, int(np.floor(by + h - 0.5))) + 1):
                    b = chunk[px - x0, py, pz - z0]
                    if b == ids.stone or b == ids.granite or b == ids.diorite or b == ids.andesite:
                        chunk[px - x0, py, pz - z0] = row[0]


@njit(cache=True, nogil=True)
def _ores(chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, t: Tables) -> None:
    for kind in range(t.veins.shape[0]):
        row = t.veins[kind]
        for dx in range(-1, 2):
            for dz in range(-1, 2):
                for i in range(row[1]):
                    _vein(chunk, cx * 16, cz * 16, seed + 2000 + 31 * kind, cx + dx, cz + dz, i, row, t)


@njit(cache=True, nogil=True)
def _plants(chunk: NDArray[np.uint8], seed: int, x0: int, z0: int, heights: NDArray[np.int64],
            biomes: NDArray[np.int64], t: Tables) -> None:
    ids = t.ids
    for lx in range(16):
        for lz in range(16):
            y = heights[lx, lz] + 1
            if y <= t.shape.sea or chunk[lx, y, lz] != ids.air:
                continue
            row = t.growth[biomes[lx, lz]]
            u = unit(seed + 777, x0 + lx, 0, z0 + lz)
            below = chunk[lx, y - 1, lz]
            if below == ids.grass_block:
                if u < row[4]:
                    chunk[lx, y, lz] = ids.grass
                elif u < row[4] + row[5]:
                    chunk[lx, y, lz] = ids.poppy if u < row[4] + 0.5 * row[5] else ids.dandelion
            elif below == ids.sand and u < row[6] and (lx & 3) == 1 and (lz & 3) == 2:
                for up in range(1 + int(u / row[6] * 3.0)):
                    chunk[lx, y + up, lz] = ids.cactus


@njit(cache=True, nogil=True)
def generate(chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, t: Tables) -> None:
    """Fills `chunk`, (16, 128, 16) uint8 indexed [x, y, z], with chunk (cx, cz) of the seed's world."""
    x0, z0 = cx * 16, cz * 16
    heights, biomes = np.empty((16, 16), np.int64), np.empty((16, 16), np.int64)
    top = _ground(chunk, seed, x0, z0, heights, biomes, t)
    _caves(chunk, seed, x0, z0, heights, top, t)
    _ores(chunk, seed, cx, cz, t)
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            for i in range(TREES):
                spot = tree(seed, cx + dx, cz + dz, i, t)
                near = -3 <= spot[0] - x0 <= 18 and -3 <= spot[2] - z0 <= 18
                if spot[4] > 0 and near:
                    _stamp(chunk, x0, z0, spot, seed, t)
    _plants(chunk, seed, x0, z0, heights, biomes, t)
