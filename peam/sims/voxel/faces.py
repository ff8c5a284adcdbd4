"""Patterns of faces and hides, of a later date than those of `patterns.py`. Knows no creatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from peam.sims.voxel.patterns import Colour, Texels, noise

_Y, _X = np.mgrid[0:16, 0:16]


def frown(rng: np.random.Generator, skin: Colour, light: Colour, dark: Colour) -> Texels:
    """Two square eyes over a mouth that hangs down at both ends."""
    out = motley(rng, skin, light)
    eyes = (_Y >= 4) & (_Y <= 7) & (((_X >= 2) & (_X <= 5)) | ((_X >= 10) & (_X <= 13)))
    nose = (_Y >= 8) & (_Y <= 12) & (_X >= 6) & (_X <= 9)
    mouth = (_Y >= 10) & (_Y <= 15) & (((_X >= 4) & (_X <= 5)) | ((_X >= 10) & (_X <= 11)))
    out[eyes | nose | mouth, :3] = dark
    return out


def motley(rng: np.random.Generator, skin: Colour, light: Colour) -> Texels:
    """Squares of two shades, two texels wide."""
    out = noise(rng, skin, 10)
    spots = np.kron(rng.uniform(size=(8, 8)) < 0.3, np.ones((2, 2), bool))
    out[spots, :3] = light
    return out


def beads(rng: np.random.Generator, skin: Colour, eye: Colour) -> Texels:
    """A spider's face: two rows of eyes, the middle pair large, and fangs."""
    out = noise(rng, skin, 8)
    large = (_Y >= 6) & (_Y <= 9) & (((_X >= 3) & (_X <= 6)) | ((_X >= 9) & (_X <= 12)))
    small = (_Y >= 3) & (_Y <= 4) & np.isin(_X, (1, 2, 5, 6, 9, 10, 13, 14))
    out[large | small, :3] = eye
    out[(_Y >= 12) & (((_X >= 4) & (_X <= 6)) | ((_X >= 9) & (_X <= 11))), :3] = (24, 20, 20)
    return out


def peeps(rng: np.random.Generator, skin: Colour, eye: Colour) -> Texels:
    """A bird's face: an eye at each side."""
    out = noise(rng, skin, 6)
    out[(_Y >= 4) & (_Y <= 7) & ((_X <= 2) | (_X >= 13)), :3] = eye
    return out


FACES: Final[dict[str, Callable[..., Texels]]] = {f.__name__: f for f in (frown, motley, beads, peeps)}
