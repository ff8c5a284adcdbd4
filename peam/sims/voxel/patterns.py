"""Procedural 16x16 patterns: each draws one texture from its colours. Knows nothing of blocks or files.

Every texel is computed from the colours and a generator that the caller seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Texels = NDArray[np.float32]  # (16, 16, 4) rgba, 0..255; row 0 is the top
Colour = Sequence[float] | NDArray[Any]
_Y, _X = np.mgrid[0:16, 0:16]


def _fill(colour: Colour) -> Texels:
    out = np.empty((16, 16, 4), np.float32)
    out[...] = (*colour, 255)
    return out


def _paint(out: Texels, mask: NDArray[np.bool_], colour: Colour) -> None:
    out[mask, :3] = colour


def _grain(out: Texels, rng: np.random.Generator, amount: float) -> Texels:
    out[..., :3] += rng.uniform(-amount, amount, (16, 16, 1)).astype(np.float32)
    return out


def _soft(rng: np.random.Generator, cells: int) -> NDArray[np.float64]:
    """Returns tileable smooth noise in 0..1, (16, 16), from a cells x cells lattice."""
    grid = rng.uniform(size=(cells, cells))
    at = np.arange(16) * cells / 16.0
    low, frac = at.astype(int) % cells, at % 1.0
    frac = frac * frac * (3 - 2 * frac)
    high = (low + 1) % cells
    rows = grid[low] * (1 - frac)[:, None] + grid[high] * frac[:, None]
    return np.asarray(rows[:, low] * (1 - frac) + rows[:, high] * frac)


def noise(rng: np.random.Generator, base: Colour, amount: float) -> Texels:
    """Plain grain."""
    return _grain(_fill(base), rng, amount)


def turf(rng: np.random.Generator, soil: Colour, green: Colour) -> Texels:
    """Earth with a ragged green rim."""
    out = noise(rng, soil, 22)
    depth = 4 + rng.integers(0, 4, 16)
    _paint(out, depth[None, :] > _Y, green)
    return _grain(out, rng, 10)


def pebbles(rng: np.random.Generator, base: Colour, dark: Colour, light: Colour) -> Texels:
    """Coarse blotches of three greys."""
    out = _fill(base)
    blot = _soft(rng, 8)
    _paint(out, blot < 0.36, dark)
    _paint(out, blot > 0.66, light)
    return _grain(out, rng, 12)


def speckle(rng: np.random.Generator, base: Colour, light: Colour, dark: Colour) -> Texels:
    """Polished rock: fine blotches."""
    out = _fill(base)
    blot = _soft(rng, 8)
    _paint(out, blot < 0.3, dark)
    _paint(out, blot > 0.7, light)
    return _grain(out, rng, 5)


def ripples(rng: np.random.Generator, base: Colour, light: Colour) -> Texels:
    """Long horizontal streaks: liquids."""
    out = _fill(base)
    wave = _soft(rng, 4) + 0.35 * np.sin(_Y * np.pi / 4 + 3 * _soft(rng, 4))
    _paint(out, wave > 0.62, light)
    return _grain(out, rng, 5)


def bark(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Vertical ridges."""
    out = _fill(base)
    column = np.where(np.isin(np.arange(16), (0, 3, 6, 7, 11, 14)), 1.0, 0.0)
    ridge = column[None, :] + rng.uniform(-0.6, 0.6, (16, 16))
    _paint(out, ridge > 0.5, dark)
    return _grain(out, rng, 8)


def dashes(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Birch bark: pale with short dark dashes."""
    out = noise(rng, base, 8)
    for row in (1, 4, 7, 9, 12, 15):
        start, length = rng.integers(0, 16), rng.integers(4, 8)
        out[row, (start + np.arange(length)) % 16, :3] = dark
        out[(row + 1) % 16, (start + np.arange(length - 3)) % 16, :3] = dark
    return out


def rings(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """A cut trunk."""
    out = _fill(base)
    radius = np.maximum(abs(_X - 7.5), abs(_Y - 7.5)).astype(int)
    _paint(out, radius % 2 == 1, np.asarray(base) * 0.82)
    _paint(out, radius == 7, dark)
    return _grain(out, rng, 6)


def leaves(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Mottled, with holes."""
    out = _fill(base)
    blot = _soft(rng, 8) + rng.uniform(-0.25, 0.25, (16, 16))
    _paint(out, blot < 0.45, dark)
    _paint(out, blot > 0.8, np.minimum(np.asarray(base) * 1.3, 255))
    out[blot < np.quantile(blot, 0.14), 3] = 0
    return _grain(out, rng, 6)


def ore(rng: np.random.Generator, rock: Colour, light: Colour, dark: Colour) -> Texels:
    """Stone with large nuggets, the same for every ore but for their colours."""
    out = noise(rng, rock, 12)
    fixed = np.random.default_rng(5)
    for cy, cx in ((3, 3), (3, 11), (8, 7), (12, 2), (12, 12), (7, 14)):
        blob = (_X - cx) ** 2 / 5.6 + (_Y - cy) ** 2 / 4.2 + fixed.uniform(-0.3, 0.3, (16, 16)) < 1.0
        _paint(out, blob, light)
        _paint(out, blob & ((_X + _Y) % 3 == 0), dark)
    return out


def cobbles(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Round stones with dark joints: cells of a jittered 4x4 grid."""
    seeds = [(4 * i + rng.uniform(0, 4), 4 * j + rng.uniform(0, 4)) for i in range(4) for j in range(4)]
    far = np.stack([np.hypot((_Y - y + 8) % 16 - 8, (_X - x + 8) % 16 - 8) for y, x in seeds])
    far.sort(axis=0)
    out = _fill(base)
    out[..., :3] += (18 - 12 * far[0])[..., None]
    _paint(out, far[1] - far[0] < 0.9, dark)
    return _grain(out, rng, 8)


def boards(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Four horizontal boards with staggered butts."""
    out = _fill(base)
    out[..., :3] += rng.uniform(-10, 10, (16, 1, 1)).astype(np.float32)
    _paint(out, _Y % 4 == 3, dark)
    _paint(out, (_X == 4) & (_Y // 4 % 2 == 0) | (_X == 12) & (_Y // 4 % 2 == 1), dark)
    return _grain(out, rng, 6)


def grid(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """A table top: dark rim and a 3x3 grid."""
    out = noise(rng, base, 8)
    edge = np.minimum(np.minimum(_X, 15 - _X), np.minimum(_Y, 15 - _Y))
    _paint(out, edge < 2, dark)
    inner = (_X > 2) & (_X < 13) & (_Y > 2) & (_Y < 13)
    _paint(out, inner & (np.isin(_X, (3, 6, 9, 12)) | np.isin(_Y, (3, 6, 9, 12))), dark)
    return out


def tools(rng: np.random.Generator, base: Colour, dark: Colour, metal: Colour) -> Texels:
    """A table's side: dark top rail and legs, a saw and a hammer."""
    out = noise(rng, base, 8)
    _paint(out, (_Y < 3) | (_X < 2) | (_X > 13), dark)
    _paint(out, (_X >= 3) & (_X <= 7) & (_Y >= 5) & (_Y <= 7), metal)
    _paint(out, (_X == 5) & (_Y >= 8) & (_Y <= 13), dark)
    _paint(out, (_X >= 10) & (_X <= 12) & (_Y >= 5) & (_Y <= 10), metal)
    _paint(out, (_X == 11) & (_Y >= 11) & (_Y <= 13), dark)
    return out


def oven(rng: np.random.Generator, base: Colour, dark: Colour, hole: Colour, fire: Colour) -> Texels:
    """A furnace's front: stone frame, black mouth, embers."""
    out = noise(rng, base, 8)
    edge = np.minimum(np.minimum(_X, 15 - _X), np.minimum(_Y, 15 - _Y))
    _paint(out, edge == 0, dark)
    _paint(out, (_Y == 6) & (edge > 0), dark)
    _paint(out, (_X > 2) & (_X < 13) & (_Y > 7) & (_Y < 14), hole)
    _paint(out, (_X > 3) & (_X < 12) & (_Y > 11 - (_X % 3)) & (_Y < 14), fire)
    _paint(out, (_X > 3) & (_X < 12) & (_Y > 2) & (_Y < 5), hole)
    return out


def lid(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """A chest's top."""
    out = noise(rng, base, 8)
    edge = np.minimum(np.minimum(_X, 15 - _X), np.minimum(_Y, 15 - _Y))
    _paint(out, edge == 0, dark)
    return out


def trunk(rng: np.random.Generator, base: Colour, dark: Colour, metal: Colour) -> Texels:
    """A chest's side: dark rim, seam under the lid, metal lock."""
    out = lid(rng, base, dark)
    _paint(out, (_Y == 5) | (_Y == 6), dark)
    _paint(out, (_X >= 6) & (_X <= 9) & (_Y >= 4) & (_Y <= 9), metal)
    return out


def torch(rng: np.random.Generator, stick: Colour, flame: Colour) -> Texels:
    """A stick with a bright head; the renderer stretches it over a thin post."""
    out = noise(rng, stick, 10)
    _paint(out, _Y < 6, flame)
    _paint(out, _Y < 2, (255, 250, 210))
    return out


def pane(rng: np.random.Generator, rim: Colour, glint: Colour) -> Texels:
    """Clear but for a rim and two glints."""
    out = _fill(rim)
    edge = np.minimum(np.minimum(_X, 15 - _X), np.minimum(_Y, 15 - _Y))
    shine = np.isin(_X + _Y, (9, 10, 21)) & (edge > 1)
    out[(edge > 0) & ~shine, 3] = 0
    _paint(out, shine, glint)
    return out


def blades(rng: np.random.Generator, light: Colour, dark: Colour) -> Texels:
    """Grass blades of varied height."""
    out = _fill(light)
    tall = np.where(np.arange(16) % 2 == 0, rng.integers(5, 14, 16), rng.integers(0, 4, 16))
    _paint(out, np.broadcast_to(_X % 4 == 0, (16, 16)), dark)
    out[tall[None, :] < 16 - _Y, 3] = 0
    return _grain(out, rng, 12)


def flower(rng: np.random.Generator, stem: Colour, petal: Colour) -> Texels:
    """A stem with a round head."""
    out = _fill(stem)
    head = (_X - 7.5) ** 2 + (_Y - 5.5) ** 2 < 15
    stalk = (abs(_X - 7.5) < 1) & (_Y > 5) | (abs(_X - 9.5) < 2) & (_Y == 12)
    _paint(out, head, petal)
    out[~(head | stalk), 3] = 0
    return _grain(out, rng, 8)


def layers(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Horizontal strata."""
    out = noise(rng, base, 6)
    _paint(out, np.isin(_Y, (0, 6, 7, 12)) & (rng.uniform(size=(16, 16)) < 0.85), dark)
    return out


def furrows(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Tilled earth: four furrows."""
    out = noise(rng, base, 10)
    _paint(out, _Y % 4 == 3, dark)
    return out


def spines(rng: np.random.Generator, base: Colour, dark: Colour, spine: Colour) -> Texels:
    """Vertical ribs with pale dots."""
    out = noise(rng, base, 8)
    _paint(out, _X % 4 == 0, dark)
    _paint(out, (_X % 4 == 2) & (_Y % 4 == 1), spine)
    return out


def rungs(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """A ladder: two rails, four rungs, holes between."""
    out = noise(rng, base, 8)
    rail = np.isin(_X, (2, 3, 12, 13))
    step = np.isin(_Y % 4, (1, 2))
    _paint(out, step & (_Y % 4 == 2) & ~rail, dark)
    out[~(rail | step), 3] = 0
    return out


def weave(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Curly wool."""
    out = _fill(base)
    _paint(out, _soft(rng, 8) < 0.35, dark)
    return _grain(out, rng, 4)


def face(rng: np.random.Generator, skin: Colour, eye: Colour, mouth: Colour) -> Texels:
    """A biped's face: two eyes and a mouth."""
    out = noise(rng, skin, 8)
    _paint(out, (_Y >= 6) & (_Y <= 8) & ((_X >= 2) & (_X <= 5) | (_X >= 10) & (_X <= 13)), eye)
    _paint(out, (_Y >= 11) & (_Y <= 13) & (_X >= 4) & (_X <= 11), mouth)
    return out


def muzzle(rng: np.random.Generator, skin: Colour, white: Colour, eye: Colour, nose: Colour) -> Texels:
    """A quadruped's face: eyes at the sides, a broad nose."""
    out = noise(rng, skin, 8)
    _paint(out, (_Y >= 4) & (_Y <= 6) & ((_X <= 3) | (_X >= 12)), white)
    _paint(out, (_Y >= 4) & (_Y <= 6) & ((_X <= 1) | (_X >= 14)), eye)
    _paint(out, (_Y >= 9) & (_Y <= 14) & (_X >= 4) & (_X <= 11), nose)
    _paint(out, (_Y >= 11) & (_Y <= 12) & np.isin(_X, (5, 10)), eye)
    return out


def patches(rng: np.random.Generator, base: Colour, white: Colour) -> Texels:
    """A cow's hide: large patches."""
    out = noise(rng, base, 8)
    _paint(out, _soft(rng, 3) > 0.58, white)
    return out


def ribs(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Bones with gaps."""
    out = noise(rng, base, 8)
    _paint(out, (_Y % 4 >= 2) & (abs(_X - 7.5) > 1.5), dark)
    return out


PATTERNS: Final[dict[str, Callable[..., Texels]]] = {
    f.__name__: f
    for f in (
        noise,
        turf,
        pebbles,
        speckle,
        ripples,
        bark,
        dashes,
        rings,
        leaves,
        ore,
        cobbles,
        boards,
        grid,
        tools,
        oven,
        lid,
        trunk,
        torch,
        pane,
        blades,
        flower,
        layers,
        furrows,
        spines,
        rungs,
        weave,
        face,
        muzzle,
        patches,
        ribs,
    )
}
