"""Small synthetic worlds for tests of aiming and path finding."""

from __future__ import annotations

import numpy as np

from peam.sims.base import Voxels
from peam.skills.world import World

NAMES = ["air", "stone", "water", "grass", "lava", "oak_leaves"]
FLAGS = {"solid": ("stone", "oak_leaves"), "liquid": ("water", "lava"), "hazard": ("lava",)}


def world(*blocks: tuple[tuple[int, int, int], int], floor: int = 0) -> World:
    ids = np.zeros((33, 33, 33), np.uint8)
    ids[:, :floor, :] = 1
    for cell, block in blocks:
        ids[cell] = block
    flags = {k: np.array([n in v for n in NAMES]) for k, v in FLAGS.items()}
    return World(Voxels(ids, (100, 50, -16), NAMES, flags["solid"], flags["liquid"], flags["hazard"]))


def at(i: int, j: int, k: int) -> tuple[int, int, int]:
    return (100 + i, 50 + j, k - 16)
