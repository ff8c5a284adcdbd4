"""Perception: Crafter's 64 x 64 picture -> what lies in each of its 9 x 7 cells, and the inventory.

Compares each cell with the package's own textures under the light of the hour. A night picture mixes in grey
noise, the same in all three channels and stronger away from the middle: so colour differences are trusted,
brightness only as far as the noise allows, and a cell that fits two materials alike is left open.
Knows the picture and how many steps have passed (which tells the hour); never the game's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.crafter.game import SIZE, vignette
from peam.sims.crafter.templates import FACINGS, ITEMS, MATERIALS, UNIT, cut, looks, numerals, pictures
from peam.types import Image

ACROSS: Final = 9  # cells
DOWN: Final = 7
MIDDLE: Final = (4, 3)  # the player's cell
OPEN: Final = -1  # material of a cell that cannot be told
SURE: Final = 6.0  # log-likelihood by which the best material must exceed the next
_LUMA: Final = np.array((0.299, 0.587, 0.114), dtype=np.float32)  # ITU-R 601, as PIL's ImageEnhance.Color
_TINT: Final = np.array((0.0, 16.0, 64.0), dtype=np.float32)  # engine.py, LocalView._light
_NOISE: Final = ((32 + 127) / 2, (127 - 32) / 12**0.5)  # mean, standard deviation
_ROUNDING: Final = 0.6  # variance of what whole numbers leave out, grey levels squared
# Rows: grey, and two colour differences; orthonormal.
_AXES: Final = np.array(((1, 1, 1), (1, -1, 0), (1, 1, -2)), dtype=np.float32) / np.sqrt(
    np.array(((3,), (2,), (6,)), dtype=np.float32)
)


@dataclass(frozen=True, slots=True)
class View:
    """What one picture shows.

    Attributes:
        materials: (9, 7) index into `MATERIALS`, x first; `OPEN` where it cannot be told.
        things: Cell of the picture -> creature, plant or arrow on it.
        facing: Unit step that the player looks along; None while asleep.
        asleep: The picture is grey: the player sleeps, and nothing but the inventory is told.
        inventory: Item -> count, vitals included, no zero entries.
    """

    materials: NDArray[np.int8]
    things: Mapping[tuple[int, int], str]
    facing: tuple[int, int] | None
    asleep: bool
    inventory: Mapping[str, int]


def daylight(step: int) -> float:
    """Returns the light of a step, 0..1 (env.py, `_update_time`); a day has 300 steps."""
    return 1 - abs(float(np.cos(np.pi * ((step / 300) % 1 + 0.3)))) ** 3


def see(picture: Image, step: int) -> View:
    """Decodes a picture.

    Args:
        picture: (64, 64, 3) uint8.
        step: Steps since the episode began.

    Raises:
        SimError: A picture of another shape, or one that Crafter does not draw.
    """
    if picture.shape != (SIZE, SIZE, 3) or picture.dtype != np.uint8:
        raise SimError(f"a picture must be ({SIZE}, {SIZE}, 3) uint8, got {picture.shape} {picture.dtype}")
    canvas = picture.transpose(1, 0, 2)[: ACROSS * UNIT, : (DOWN + 2) * UNIT]
    inventory = _inventory(canvas[:, DOWN * UNIT :])
    land = canvas[:, : DOWN * UNIT]
    if (land[..., 0] == land[..., 1]).all():
        nothing = np.full((ACROSS, DOWN), OPEN, dtype=np.int8)
        return View(nothing, {}, None, True, inventory)
    return _view(_costs(_cells(land), daylight(step)), inventory)


def _inventory(items: NDArray[Any]) -> dict[str, int]:
    known, held = numerals(), {}
    for slot, item in enumerate(ITEMS):
        amount = known.get((slot, cut(items, slot).tobytes()))
        if amount is None:
            raise SimError(f"the picture shows no number that Crafter draws for {item}")
        if amount:
            held[item] = amount
    return held


def _cells(land: NDArray[Any]) -> NDArray[np.float32]:
    """Returns (63, 49, 3): the pixels of each cell, x first."""
    blocks = land.reshape(ACROSS, UNIT, DOWN, UNIT, -1).transpose(0, 2, 1, 3, 4)
    return blocks.reshape(ACROSS * DOWN, UNIT * UNIT, -1).astype(np.float32)


@cache
def _mask() -> NDArray[np.float32]:
    """Returns (63, 49): the share of noise at full dark."""
    return _cells(vignette((ACROSS * UNIT, DOWN * UNIT))[..., None])[..., 0]


@cache
def _axes() -> tuple[NDArray[Any], ...]:
    """Returns templates: grey g (49, looks), dulled grey d, colours c (98, looks), g*d, squares."""
    drawn = pictures()
    turned = drawn @ _AXES.T
    dull = 0.6 * (drawn @ _LUMA) * np.float32(3**0.5) + 0.4 * turned[..., 0]
    grey, colour = turned[..., 0].T.copy(), turned[..., 1:].reshape(len(drawn), -1).T.copy()
    return grey, dull.T.copy(), colour, grey * dull.T, grey**2, dull.T.copy() ** 2, colour**2


def _costs(cells: NDArray[np.float32], light: float) -> NDArray[np.float32]:
    """Returns (63, looks): minus twice the log-likelihood of each look, up to a constant a cell.

    The picture is light * c + (1 - light) * (dull(c) + tint) / 2 with noise in c (engine.py, `_light`), so
    that colour is c's times (light + 0.2 (1 - light) (1 - m)), and grey has the variance of the noise.
    """
    grey, dull, colour, mixed, grey2, dull2, colour2 = _axes()
    dark = np.float32(1 - light)
    m = _mask() * np.float32(2 * max(0.0, 0.5 - light))
    seen = (cells + 0.5 - 0.5 * dark * _TINT) @ _AXES.T
    share = np.float32(light) + np.float32(0.2) * dark * (1 - m)
    share2 = np.repeat(share, 2, axis=1)
    tones = seen[..., 1:].reshape(len(cells), -1)
    chroma = (share2**2) @ colour2 - 2 * (tones * share2) @ colour
    half = 0.5 * dark * np.float32(3**0.5)
    weight = 1 / (_ROUNDING + 3 * (0.5 * dark * m * np.float32(_NOISE[1])) ** 2)
    rest = seen[..., 0] - half * m * np.float32(_NOISE[0])
    clean = 0.5 * dark * (1 - m)
    day = np.float32(light)
    square = (weight * day**2) @ grey2 + 2 * (weight * day * clean) @ mixed
    square += (weight * clean**2) @ dull2
    luminance = square - 2 * ((weight * rest * day) @ grey + (weight * rest * clean) @ dull)
    return np.asarray(chroma / np.float32(_ROUNDING) + luminance)


@cache
def _tables() -> tuple[NDArray[np.int64], int]:
    """Returns the material of each look, and how many looks are not the player's."""
    known = looks()
    material = np.array([MATERIALS.index(look.material) for look in known])
    return material, sum(not look.thing.startswith("player") for look in known)


def _view(costs: NDArray[np.float32], inventory: Mapping[str, int]) -> View:
    material, others = _tables()
    middle = MIDDLE[0] * DOWN + MIDDLE[1]
    own = others + int(np.argmin(costs[middle, others:]))
    best = np.argmin(costs[:, :others], axis=1)
    lowest = costs[np.arange(len(costs)), best]
    rivals = np.where(material[None, :others] == material[best][:, None], np.inf, costs[:, :others])
    sure = rivals.min(axis=1) - lowest > 2 * SURE
    ground = np.where(sure, material[best], OPEN)
    ground[middle] = material[own]
    things = {}
    for cell in np.flatnonzero(best >= len(MATERIALS)):
        plain = costs[cell, : len(MATERIALS)].min()
        if cell != middle and plain - lowest[cell] > 2 * SURE:
            things[(int(cell) // DOWN, int(cell) % DOWN)] = looks()[best[cell]].thing
    facing = FACINGS[looks()[own].thing.removeprefix("player-")]
    return View(ground.reshape(ACROSS, DOWN).astype(np.int8), things, facing, False, inventory)
