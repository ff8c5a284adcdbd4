"""A level view, cast a picture column at a time.

Where the eye looks level, as agents mostly do, the rays of a picture column stand over one another: they
cross the same columns of the world in the same order. So they are walked together, as a fan that closes.
A column of the world is asked by its bits (`World.filled`) which of its cells within the fan are not air: for
each run of such cells the rays that meet it follow from its height and distance, by arithmetic, and nobody
looks at the air. Height-field renderers rest on the same order; here rays may also go on below trees and
roofs. Knows no colours' meaning.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.bits import ALL, NONE, ONE, WORD, between, highest_run, lowest_run, trailing_zeros
from peam.sims.voxel.rays import Hit, column, missed, note
from peam.sims.voxel.shading import VIEW
from peam.sims.voxel.shapes import NO_FACE, on_face, texel_at
from peam.sims.voxel.textures import Look

_SLACK = 1e-6  # pixels, metres: by so much more is asked than can be met, as rounding must lose nothing


class Strip(NamedTuple):
    """What one picture column after the other is cast with, and where to.

    Attributes:
        rays: (6, height), see `aim_column`.
        hits: (height, 6), see `note`.
        fan: (words,) uint64: a bit for each ray that goes on.
        depth: (width, height) distances: the picture's, transposed, as a picture column is a row here.
        wets: (width, height) where water begins, likewise.
        out: (width, height, 3) colours, likewise.
    """

    rays: NDArray[np.float64]
    hits: NDArray[np.int64]
    fan: NDArray[np.uint64]
    depth: NDArray[np.float32]
    wets: NDArray[np.float32]
    out: NDArray[np.uint8]


def new_strip(out: NDArray[np.uint8], depth: NDArray[np.float32], wets: NDArray[np.float32]) -> Strip:
    """Returns what casts the columns of a picture, (height, width, 3), and its planes, (height, width)."""
    height = len(out)
    rays, hits = np.empty((6, height)), np.empty((height, 6), np.int64)
    fan = np.empty(-(-height // WORD), np.uint64)
    return Strip(rays, hits, fan, depth.T, wets.T, out.transpose(1, 0, 2))


@lru_cache(maxsize=64)
def is_narrow(fov: float) -> bool:
    """Whether no ray of a level picture, so many degrees high, leaves the cells that a word holds."""
    if not 0.0 < fov < 180.0:
        return False
    half = math.radians(fov) / 2.0
    past = math.sqrt(2.0) * math.tan(half)  # the column in which sight ends is crossed to its end
    return VIEW * math.sin(half) + past < WORD // 2 - 2


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def aim_column(view: NDArray[np.float64], u: float, rays: NDArray[np.float64]) -> float:
    """Fills the rays of the picture column at u (-1..1, right positive) of a level view, (6, height).

    Unit direction; metres to a horizontal metre; rise a horizontal metre; metres to a metre of height.
    Returns by how much the rise falls from one ray to the next.
    """
    height = rays.shape[1]
    x, z = view[0, 0] + u * view[1, 0], view[0, 2] + u * view[1, 2]
    flat = x * x + z * z
    over_flat = 1.0 / np.sqrt(flat)
    for i in range(height):
        y = ((2.0 * i + 1.0) / height - 1.0) * view[2, 1]
        length = np.sqrt(flat + y * y)
        n = 1.0 / length
        rays[0, i], rays[1, i], rays[2, i] = x * n, y * n, z * n
        rays[3, i], rays[4, i], rays[5, i] = length * over_flat, y * over_flat, length / y
    return -2.0 / height * view[2, 1] * over_flat


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _has(fan: NDArray[np.uint64], i: int) -> bool:
    """Whether ray i goes on."""
    return bool((fan[i >> 6] >> np.uint64(i & 63)) & ONE)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _lost(strip: Strip, j: int, i: int, ix: int, iz: int, s: float, over: float, oy: float) -> None:
    """Notes ray i as one that sees nothing: its sight ends in a column that is entered at s."""
    slope = strip.rays[4, i]
    y = 255.0 if over <= slope else oy + min(s, VIEW / strip.rays[3, i]) * slope
    note(strip.hits, strip.depth, strip.wets, j, i, missed(ix, iz, y, VIEW, strip.wets[j, i], 0))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _closed(
    strip: Strip, j: int, high: int, low: int, ix: int, iz: int, s: float, over: float, oy: float
) -> tuple[int, int]:
    """Closes the fan of rays `high` to `low` over those at its edges that ended, or see no farther than s.

    Returns:
        The new (high, low); high > low where none is left.
    """
    metres = strip.rays[3]
    while high <= low and not (_has(strip.fan, low) and s < VIEW / metres[low]):
        if _has(strip.fan, low):
            _lost(strip, j, low, ix, iz, s, over, oy)
        low -= 1
    while high <= low and not (_has(strip.fan, high) and s < VIEW / metres[high]):
        if _has(strip.fan, high):
            _lost(strip, j, high, ix, iz, s, over, oy)
        high += 1
    return high, low


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _edges(strip: Strip, high: int, low: int) -> tuple[float, float, float]:
    """Returns the slopes of a fan's edges, and the horizontal metres to which both see."""
    metres, slopes = strip.rays[3], strip.rays[4]
    return slopes[high], slopes[low], VIEW / max(metres[high], metres[low])


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _meet(
    strip: Strip,
    j: int,
    i: np.uint64,
    blocks: NDArray[np.uint8],
    art: Look,
    ox: float,
    oy: float,
    oz: float,
    size: float,
    ix: int,
    iz: int,
    highest: int,
    s: float,
    end: float,
    side: int,
    y0: int,
    y1: int,
    rising: bool,
) -> tuple[int, bool]:
    """Follows ray i through a column of which the cells from y0 up to y1 are the first that it may meet.

    What a ray meets first is most often a block's plain face; whatever else there is, `column` knows.

    Args:
        strip: As of `cast_column`, like the arguments up to `size`.
        j: See `strip`.
        i: The ray.
        blocks: See `strip`.
        art: See `strip`.
        ox: Eye.
        oy: Eye.
        oz: Eye.
        size: See `strip`.
        ix: Column.
        iz: Column.
        highest: Its highest cell that is not air.
        s: Horizontal metres at which it is entered.
        end: Horizontal metres at which it is left.
        side: The face that it is entered through.
        y0: The lowest of the cells.
        y1: The cell over the highest of them.
        rising: Whether the ray does not fall.

    Returns:
        Cells visited, and whether it ended.
    """
    rays, wet = strip.rays, np.float64(strip.wets[j, i])
    slope, metre = rays[4, i], rays[3, i]
    enters, leaves = oy + s * slope, oy + end * slope
    if min(enters, leaves) >= y1 or max(enters, leaves) < y0:
        return 0, False
    y, here, at = (y0 if rising else y1 - 1), (2 if rising else 3), ((y0 if rising else y1) - oy) * rays[5, i]
    if (enters >= y0) if rising else (enters <= y1):
        y, here, at = min(int(enters), y1 - 1), side, s * metre
    block = 0 + blocks[ix & 255, np.uint64(y), iz & 255]
    shape = art.kind[block]
    if here >= 0 and wet < 0.0 and (shape == 1 or shape == 2 or shape == 7):
        dx, dy, dz = rays[0, i], rays[1, i], rays[2, i]
        u, v = on_face(ox + at * dx - ix, oy + at * dy - y, oz + at * dz - iz, here)
        texture, texel = 0 + art.faces[block, here], texel_at(u, v, size * at)
        if at < VIEW and (shape != 2 or (art.texels[texture, texel, 3] >= 128 and at > 0.0)):
            hit = Hit(block, ix, y, iz, here, at, texture, texel, wet, 1)
            note(strip.hits, strip.depth, strip.wets, j, i, hit)
            return 1, True
    hit = column(
        blocks,
        art.kind,
        art.faces,
        art.texels,
        ox,
        oy,
        oz,
        rays[0, i],
        rays[1, i],
        rays[2, i],
        rising,
        rays[5, i],
        VIEW,
        size,
        ix,
        iz,
        highest,
        enters,
        leaves,
        s * metre,
        side,
        wet,
        1,
    )
    if hit.block >= 0:
        note(strip.hits, strip.depth, strip.wets, j, i, hit)
        return hit.steps, True
    strip.wets[j, i] = hit.wet
    return hit.steps, False


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def cast_column(
    strip: Strip,
    j: int,
    drop: float,
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    filled: NDArray[np.uint64],
    eye: NDArray[np.float64],
    size: float,
    art: Look,
    wet: float,
) -> int:
    """Casts the rays that `aim_column` made; fills the strip's hits, distances and waters.

    Args:
        strip: Its rays are filled.
        j: Which column of the picture it is.
        drop: What `aim_column` returned.
        blocks: `World.blocks`.
        tops: `World.tops`.
        filled: `World.filled`.
        eye: Position.
        size: Texels that a pixel covers at 1 metre.
        art: Blocks' shapes and textures.
        wet: From `under_water`.

    Returns:
        Columns and cells visited.
    """
    rays, fan, metres, slopes = strip.rays, strip.fan, strip.rays[3], strip.rays[4]
    height = len(slopes)
    middle = 0.5 * height - 0.5
    ox, oy, oz = eye[0], eye[1], eye[2]
    hx, hz = rays[0, 0] * metres[0], rays[2, 0] * metres[0]
    ix, iz = int(np.floor(ox)), int(np.floor(oz))
    sx, sz = (1 if hx > 0.0 else -1), (1 if hz > 0.0 else -1)
    side_x, side_z = (0 if hx > 0.0 else 1), (4 if hz > 0.0 else 5)
    wx, wz = abs(1.0 / hx), abs(1.0 / hz)
    tx = (ix + 1.0 - ox) * wx if hx > 0.0 else (ox - ix) * wx
    tz = (iz + 1.0 - oz) * wz if hz > 0.0 else (oz - iz) * wz
    tx, tz = (tx if tx == tx else np.inf), (tz if tz == tz else np.inf)  # 0 * inf: see `launch`
    for word in range(len(fan)):
        fan[word] = ALL
    strip.wets[j] = wet
    # The fan: rays `high` (the highest, of the smallest index) to `low`; the first that falls is `falls`.
    high, low, falls = 0, height - 1, (height + 1) >> 1
    top_slope, slope, far = _edges(strip, high, low)
    # The cells that a word holds of a column: from `base` on. Falling rays see those up to the eye's own.
    base = min(max(int(np.floor(oy)) - WORD // 2, 0), WORD)
    own = min(max(int(np.floor(oy)) - base, 0), 63)
    low_bits, high_bits, shift = between(ALL, 0, own), between(ALL, own, 63), np.uint64(base & 63)
    s, side, over, steps = 0.0, NO_FACE, -np.inf, 0
    while True:
        # One column: entered after s horizontal metres, left after `end`. Rays of slope `over` or more have
        # passed over all before it.
        end = min(tx, tz)
        bx, bz = ix & 255, iz & 255
        top = int(tops[bx, bz])
        steps += 1
        if s >= far:
            high, low = _closed(strip, j, high, low, ix, iz, s, over, oy)
            if high > low:
                return steps
            top_slope, slope, far = _edges(strip, high, low)
        lowest = oy + (s if slope >= 0.0 else end) * slope
        rise = top - oy
        # The slope from which a ray passes over the column.
        passes = rise / (s if rise > 0.0 else end) if top > lowest - _SLACK else -np.inf
        if passes > slope:
            over = max(over, passes)
            first = int(max(lowest, 0.0)) - base
            last = min(top - 1, int(max(oy + (end if top_slope >= 0.0 else s) * top_slope, 0.0))) - base
            bits = NONE
            if first <= last:
                bits = filled[bx, bz, base >> 6] >> shift
                bits |= (filled[bx, bz, 1] << ONE) << (np.uint64(63) - shift)
                bits = between(bits, first, last)
            below = bits & low_bits if low >= falls else NONE
            above = bits & high_bits if high < falls else NONE
            if below | above:
                near, away = -1.0 / (drop * max(s, 1e-9)), -1.0 / (drop * end)
                while below | above:
                    # The next run of cells that are not air: those at the eye's height first.
                    rising = below == NONE
                    if rising:
                        bit, number = lowest_run(above)
                        above &= ~between(ALL, bit, bit + number - 1)
                        i0, i1 = high, min(low, falls - 1)
                    else:
                        bit, number = highest_run(below)
                        below &= ~between(ALL, bit, bit + number - 1)
                        i0, i1 = max(high, falls), low
                    y0, y1 = base + bit, base + bit + number
                    # The rays that meet it: its edges' places in the picture, where they are farthest apart.
                    up, down = y1 - oy, y0 - oy
                    up = up * (near if up > 0.0 else away) + middle
                    down = down * (away if down > 0.0 else near) + middle
                    i0 = int(min(max(up + (1.0 - _SLACK), float(i0)), float(height)))
                    i1 = int(min(max(down + _SLACK, -1.0), float(i1)))
                    for word in range(i0 >> 6, (i1 >> 6) + 1 if i0 <= i1 else 0):
                        asked = between(fan[word], max(i0 - WORD * word, 0), min(i1 - WORD * word, 63))
                        while asked:
                            ray = asked & (~asked + ONE)
                            asked ^= ray
                            i = np.uint64(WORD * word) + np.uint64(trailing_zeros(ray))
                            looked, ended = _meet(
                                strip,
                                j,
                                i,
                                blocks,
                                art,
                                ox,
                                oy,
                                oz,
                                size,
                                ix,
                                iz,
                                top - 1,
                                s,
                                end,
                                side,
                                y0,
                                y1,
                                rising,
                            )
                            steps += looked
                            if ended:
                                fan[word] ^= ray
                high, low = _closed(strip, j, high, low, ix, iz, s, over, oy)
                if high > low:
                    return steps
                top_slope, slope, far = _edges(strip, high, low)
        s = end
        turns = tx < tz
        side = side_x if turns else side_z
        ix += sx if turns else 0
        iz += 0 if turns else sz
        tx += wx if turns else 0.0
        tz += 0.0 if turns else wz
