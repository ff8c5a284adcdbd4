"""Sun, moon, stars and clouds, drawn over the open sky of a finished picture. Knows no blocks.

The sun's angle is the game's (Minecraft Wiki, "Daylight cycle"); sizes, stars and clouds are our own.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.lines import Numbers, View
from peam.sims.voxel.shading import nothing_hit
from peam.sims.voxel.stamps import blend
from peam.types import Image

DAY: Final = 24000
Colour = tuple[float, float, float]
SUN, MOON = 0.11, 0.08  # half the side, metres at one metre
CLOUD_HEIGHT, CLOUD_CELL, CLOUD_REACH = 160.0, 12.0, 480.0  # metres
_DRIFT: Final = 0.03  # metres a tick (Minecraft's clouds)
_STARS, _STAR_SHARE = 72, 0.012  # lattice of a cube face, and the share of its cells with a star
_CLOUDED: Final = 0.6  # cover from which a cell of cloud is drawn
_LOWEST: Final = 0.015  # sine of the height above the horizon under which nothing is drawn


def sun_angle(clock: int) -> float:
    """Returns the sun's angle from the zenith, radians 0..2 pi; at pi / 2 it sets in the west (-x)."""
    part = (clock / DAY - 0.25) % 1.0
    return (part + ((0.5 - math.cos(part * math.pi) / 2.0) - part) / 3.0) * 2.0 * math.pi


def draw_sky(picture: Image, view: View, rays: Numbers, clock: int, day: float, ticks: int) -> None:
    """Draws stars, sun, moon and clouds where the sky is open: where the picture has its very colour.

    Args:
        picture: Drawn into.
        view: The camera.
        rays: `lines.directions` of it.
        clock: Tick of the day.
        day: 0 night .. 1 day.
        ticks: Since the world began: the clouds' drift.
    """
    _draw(picture, rays, np.array(view.eye, np.float64), sun_angle(clock), float(day), ticks * _DRIFT)


@njit(cache=True, error_model="numpy")
def _draw(
    picture: NDArray[np.uint8], rays: Numbers, eye: Numbers, angle: float, day: float, drift: float
) -> None:
    cos, sin = np.cos(angle), np.sin(angle)
    for i in range(rays.shape[0]):
        for j in range(rays.shape[1]):
            x, y, z = rays[i, j]
            pixel = picture[i, j]
            if y <= _LOWEST or not _is_sky(pixel, y, day):
                continue
            colour = (np.float64(pixel[0]), np.float64(pixel[1]), np.float64(pixel[2]))
            along, across = cos * x + sin * y, cos * y - sin * x  # across the sun's way, and towards it
            colour = _star(colour, along, across, z, day)
            colour = _sun(colour, along, across, z, day)
            colour = _moon(colour, along, -across, z)
            colour = _cloud(colour, eye, x, y, z, day, drift)
            for c in range(3):
                pixel[c] = np.uint8(min(255.0, max(0.0, colour[c])))


@njit(cache=True, error_model="numpy")
def _is_sky(pixel: NDArray[np.uint8], up: float, day: float) -> bool:
    r, g, b = nothing_hit(up, 1.0, day, -1.0)
    off = abs(np.float64(pixel[0]) - np.floor(r)) + abs(np.float64(pixel[1]) - np.floor(g))
    return off + abs(np.float64(pixel[2]) - np.floor(b)) <= 1.0


@njit(cache=True, error_model="numpy")
def _mix(colour: Colour, r: float, g: float, b: float, share: float) -> Colour:
    keep = 1.0 - share
    return colour[0] * keep + r * share, colour[1] * keep + g * share, colour[2] * keep + b * share


@njit(cache=True, error_model="numpy")
def _sun(colour: Colour, along: float, ahead: float, z: float, day: float) -> Colour:
    if ahead <= 0.2:
        return colour
    u, v = z / ahead, along / ahead
    glow = min(1.0, max(0.0, 1.0 - (np.hypot(u, v) - SUN) / 0.5))
    colour = _mix(colour, 255.0, 236.0, 190.0 * day + 60.0, 0.55 * glow * glow)
    far = max(abs(u), abs(v))
    if far < SUN:
        colour = _mix(colour, 255.0, 250.0, 214.0, 1.0 if far < 0.82 * SUN else 0.75)
    return colour


@njit(cache=True, error_model="numpy")
def _moon(colour: Colour, along: float, ahead: float, z: float) -> Colour:
    if ahead <= 0.2:
        return colour
    u, v = z / ahead, along / ahead
    if max(abs(u), abs(v)) >= MOON:
        return colour
    for x, y, r in ((-0.03, 0.02, 0.022), (0.03, -0.035, 0.018), (0.035, 0.04, 0.013)):
        if np.hypot(u - x, v - y) < r:
            return 176.0, 182.0, 198.0
    return _mix(colour, 226.0, 230.0, 240.0, 0.95)


@njit(cache=True, error_model="numpy")
def _star(colour: Colour, a: float, b: float, c: float, day: float) -> Colour:
    """Draws the stars of a lattice on a cube that turns with the sun."""
    bright = 1.0 - 1.8 * day
    if bright <= 0.0:
        return colour
    top = max(abs(a), abs(b), abs(c))
    face = 0 if top == abs(a) else (1 if top == abs(b) else 2)
    u = ((b if face == 0 else a) / top + 1.0) * 0.5 * _STARS
    v = ((b if face == 2 else c) / top + 1.0) * 0.5 * _STARS
    side = (a, b, c)[face] > 0.0
    chance = _hash(int(u) + 1000 * face, int(v) + (5000 if side else 0))
    if chance >= _STAR_SHARE or max(abs(u % 1.0 - 0.5), abs(v % 1.0 - 0.5)) > 0.28:
        return colour
    return _mix(colour, 236.0, 240.0, 255.0, bright * (0.45 + 0.55 * chance / _STAR_SHARE))


@njit(cache=True, error_model="numpy")
def _cloud(colour: Colour, eye: Numbers, x: float, y: float, z: float, day: float, drift: float) -> Colour:
    far = (CLOUD_HEIGHT - eye[1]) / y
    if not 0.0 < far < CLOUD_REACH:
        return colour
    i = int(np.floor((eye[0] + x * far + drift) / CLOUD_CELL))
    k = int(np.floor((eye[2] + z * far) / CLOUD_CELL))
    cover = 0.55 * _hash(i // 3, k // 3) + 0.3 * _hash(i // 2, k // 2 + 77) + 0.15 * _hash(i, k + 999)
    if cover <= _CLOUDED:
        return colour
    white = 40.0 + 215.0 * day
    share = 0.78 * min(1.0, 2.0 - 2.0 * far / CLOUD_REACH)
    return _mix(colour, white, white, min(255.0, white + 12.0), share)


@njit(cache=True, error_model="numpy")
def _hash(a: int, b: int) -> float:
    """Returns a number in [0, 1) for a pair of integers."""
    h = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(b) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    return np.float64(h >> np.uint64(11)) / 2.0**53


def drown(picture: Image, day: float) -> None:
    """Tints a picture taken under water: bluer, and darker towards its rim."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    share = 0.3 + 0.25 * np.clip(x * x + y * y, 0.0, 1.6) / 1.6
    colour = np.array([14.0, 44.0, 128.0]) * (0.4 + 0.6 * day)
    blend(picture, np.ones((height, width), np.bool_), colour, share.reshape(-1, 1))
