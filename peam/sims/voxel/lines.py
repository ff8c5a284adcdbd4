"""The rays of a picture as arrays, for what is drawn over it, and where they meet one block.

Knows no colours and no items.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.base import Cell
from peam.sims.voxel.rays import HEIGHT, camera

Numbers = NDArray[np.float64]


class View(NamedTuple):
    """Where a picture is taken from. Degrees and metres; the field of view is vertical."""

    eye: tuple[float, float, float]
    yaw: float
    pitch: float
    fov: float


class Meeting(NamedTuple):
    """The pixels that show a block, one row for each.

    Attributes:
        rows: (n,) picture row.
        columns: (n,) picture column.
        u: (n,) share of the face, left to right.
        v: (n,) share of the face, upwards.
        distance: (n,) metres.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    u: Numbers
    v: Numbers
    distance: Numbers


def directions(view: View, height: int, width: int) -> Numbers:
    """Returns the unit direction through the middle of each pixel, (height, width, 3)."""
    ahead, right, down = camera(view.yaw, view.pitch, view.fov, width / height)
    u = (2.0 * np.arange(width) + 1.0) / width - 1.0
    v = (2.0 * np.arange(height) + 1.0) / height - 1.0
    rays = ahead + u[None, :, None] * right + v[:, None, None] * down
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))


def meet(
    blocks: NDArray[np.uint8], stops: NDArray[np.bool_], view: View, rays: Numbers, cell: Cell
) -> Meeting:
    """Finds the pixels that show a block taken as a full cube.

    Args:
        blocks: `World.blocks`.
        stops: (256,) which blocks hide what is behind them.
        view: The camera.
        rays: `directions` of it.
        cell: The block's cell.
    """
    met = _met(blocks, stops, np.array(view.eye), rays, np.array(cell, np.int64))
    rows, columns = np.nonzero(met[..., 2] > 0.0)
    u, v, distance = met[rows, columns].T
    return Meeting(rows, columns, u, v, distance)


@njit(cache=True, error_model="numpy")
def _met(
    blocks: NDArray[np.uint8], stops: NDArray[np.bool_], eye: Numbers, rays: Numbers, cell: NDArray[np.int64]
) -> Numbers:
    """Returns u, v and the distance for each ray, distance 0 where it does not reach the cell."""
    height, width = rays.shape[:2]
    out = np.zeros((height, width, 3))
    a, b = cell - eye, cell + 1 - eye
    for i in range(height):
        for j in range(width):
            near, far, axis = -1e30, 1e30, 0
            for n in range(3):
                t0, t1 = a[n] / rays[i, j, n], b[n] / rays[i, j, n]
                if min(t0, t1) > near:
                    near, axis = min(t0, t1), n
                far = min(far, max(t0, t1))
            if 0.0 < near <= far and _reaches(blocks, stops, eye, rays[i, j], cell):
                at = rays[i, j] * near - a
                out[i, j, 0] = at[2] if axis == 0 else at[0]
                out[i, j, 1] = at[2] if axis == 1 else at[1]
                out[i, j, 2] = near
    return out


@njit(cache=True, error_model="numpy")
def _reaches(
    blocks: NDArray[np.uint8], stops: NDArray[np.bool_], eye: Numbers, ray: Numbers, cell: NDArray[np.int64]
) -> bool:
    """Returns whether no block stops a ray before the cell, which it meets."""
    at, step, far, wide = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3), np.zeros(3)
    for i in range(3):
        at[i] = int(np.floor(eye[i]))
        step[i] = 1 if ray[i] > 0.0 else -1
        wide[i] = abs(1.0 / ray[i])
        far[i] = (at[i] + 1 - eye[i] if ray[i] > 0.0 else eye[i] - at[i]) * wide[i]
    for _ in range(64):
        if at[0] == cell[0] and at[1] == cell[1] and at[2] == cell[2]:
            return True
        if 0 <= at[1] < HEIGHT and stops[blocks[at[0] & 255, at[1], at[2] & 255]]:
            return False
        i = int(np.argmin(far))
        at[i] += step[i]
        far[i] += wide[i]
    return False
