"""Patterns of the overworld's own plants, of a later date than those of `patterns.py`. Knows no blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from peam.sims.voxel.patterns import Colour, Texels

_Y, _X = np.mgrid[0:16, 0:16]


def _clear() -> Texels:
    return np.zeros((16, 16, 4), np.float32)


def _draw(out: Texels, mask: np.ndarray, colour: Colour, rng: np.random.Generator, grain: float) -> None:
    """Paints texels and makes them solid; grain is the most that a texel differs from its colour."""
    out[mask, :3] = np.asarray(colour, np.float32) + rng.uniform(-grain, grain, (int(mask.sum()), 1))
    out[mask, 3] = 255


def bloom(rng: np.random.Generator, stem: Colour, petal: Colour, eye: Colour) -> Texels:
    """A stem with two leaves and a head of petals around an eye."""
    out = _clear()
    _draw(out, (_X == 7) & (_Y > 6), stem, rng, 8)
    _draw(out, (_Y == 12) & (abs(_X - 7) < 3) | (_Y == 11) & (abs(_X - 7) == 3), stem, rng, 8)
    far = np.hypot(_X - 7.0, _Y - 5.0)
    petals = (far < 3.3) & ~((abs(_X - 7) == 2) & (abs(_Y - 5) == 2))
    _draw(out, petals, petal, rng, 8)
    _draw(out, petals & (far > 2.4), np.asarray(petal) * 0.84, rng, 6)
    _draw(out, far < 1.2, eye, rng, 4)
    return out


def posy(rng: np.random.Generator, stem: Colour, petal: Colour, eye: Colour) -> Texels:
    """Several small heads on thin stems."""
    out = _clear()
    for x, y in ((3, 7), (7, 4), (11, 8), (5, 10), (12, 4)):
        _draw(out, (x == _X) & (y < _Y), stem, rng, 8)
    for x, y in ((3, 7), (7, 4), (11, 8), (5, 10), (12, 4)):
        _draw(out, abs(_X - x) + abs(_Y - y) < 2, petal, rng, 6)
        _draw(out, (x == _X) & (y == _Y), eye, rng, 4)
    return out


def bells(rng: np.random.Generator, stem: Colour, petal: Colour) -> Texels:
    """A bent stem with a row of small bells, between two broad leaves."""
    out = _clear()
    _draw(out, (_X == 7) & (_Y > 4) | (_Y == 4) & (_X > 6) & (_X < 11), stem, rng, 8)
    leaf = (abs(_X - 4) + abs(_Y - 12) // 2 < 3) | (abs(_X - 11) + abs(_Y - 12) // 2 < 2)
    _draw(out, leaf & (_Y > 8), np.asarray(stem) * 0.85, rng, 10)
    for x, y in ((8, 5), (10, 5), (9, 7), (11, 7)):
        _draw(out, (abs(_X - x) < 1) & (abs(_Y - y - 0.5) < 1), petal, rng, 4)
    return out


def cap(rng: np.random.Generator, stalk: Colour, top: Colour, dots: Colour) -> Texels:
    """A mushroom."""
    out = _clear()
    _draw(out, (abs(_X - 7.5) < 2) & (_Y > 10), stalk, rng, 6)
    dome = ((_X - 7.5) / 5.0) ** 2 + ((_Y - 11.0) / 4.5) ** 2 < 1.0
    _draw(out, dome & (_Y < 12), top, rng, 8)
    _draw(out, dome & (_Y < 11) & np.isin(_X * 5 + _Y * 3, (63, 59, 79, 69)), dots, rng, 4)
    return out


def canes(rng: np.random.Generator, light: Colour, dark: Colour) -> Texels:
    """Three upright stalks with joints and a few leaves."""
    out = _clear()
    for x, joint in ((2, 4), (7, 1), (12, 6)):
        stalk = (x <= _X) & (x + 2 > _X)
        _draw(out, stalk, light, rng, 8)
        _draw(out, stalk & ((_Y + joint) % 6 == 0), dark, rng, 6)
        _draw(out, (x + 2 == _X) & np.isin((_Y + joint) % 8, (2, 3)), dark, rng, 6)
    return out


def twigs(rng: np.random.Generator, light: Colour, dark: Colour) -> Texels:
    """A leafless bush: branches that spread from one foot."""
    out = _clear()
    for lean, tall in ((-0.75, 9), (-0.3, 12), (0.1, 10), (0.45, 13), (0.9, 8)):
        rise = 15 - _Y
        branch = (abs(_X - 7.5 - lean * rise) < 0.6) & (rise <= tall)
        _draw(out, branch, dark if lean in (-0.3, 0.9) else light, rng, 10)
    return out


def pad(rng: np.random.Generator, light: Colour, dark: Colour) -> Texels:
    """A floating leaf seen from its edge: the lowest rows."""
    out = _clear()
    _draw(out, (_Y == 15) & (_X > 0) & (_X < 15), dark, rng, 6)
    _draw(out, (_Y == 14) & (_X > 1) & (_X < 14), light, rng, 8)
    return out


def gourd(rng: np.random.Generator, base: Colour, dark: Colour) -> Texels:
    """Broad upright ribs."""
    out = _clear()
    _draw(out, _X >= 0, base, rng, 8)
    _draw(out, np.isin(_X, (0, 5, 10, 15)), dark, rng, 8)
    return out


BLOSSOMS: Final[dict[str, Callable[..., Texels]]] = {
    f.__name__: f for f in (bloom, posy, bells, cap, canes, twigs, pad, gourd)
}
