"""Small pictures with holes laid over a large one: scaled, turned, blended. Knows no blocks and no items.

Serial numpy, nearest texel or the mean of 4x4 samples, so that the bytes are the same on every machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peam.types import Image

Stamp = NDArray[np.uint8]  # (height, width, 4) rgba
Map = tuple[float, float, float, float, float, float]
_FINE = 4  # samples a side and pixel where a stamp is made smaller


def blend(out: Image, mask: NDArray[np.bool_], colour: Any, share: Any) -> None:
    """Moves the masked pixels towards a colour (one, or one for each) by `share` (0..1)."""
    part = out[mask].astype(np.float32)
    out[mask] = (part + (np.asarray(colour, np.float32) - part) * np.asarray(share, np.float32)).astype(
        np.uint8
    )


def paste(out: Image, stamp: Stamp, top: int, left: int) -> None:
    """Lays a stamp over a picture with its upper left corner at (top, left); what sticks out is cut."""
    height, width = out.shape[:2]
    y0, x0 = max(0, -top), max(0, -left)
    y1, x1 = min(stamp.shape[0], height - top), min(stamp.shape[1], width - left)
    if y1 <= y0 or x1 <= x0:
        return
    cut = stamp[y0:y1, x0:x1]
    under = out[top + y0 : top + y1, left + x0 : left + x1]
    blend(under, cut[..., 3] > 0, cut[cut[..., 3] > 0][:, :3], cut[cut[..., 3] > 0][:, 3:] / np.float32(255))


def fit(stamp: Stamp, height: int, width: int) -> Stamp:
    """Scales a stamp: nearest texel where it grows, the mean of 4x4 samples where it shrinks."""
    rows, columns = stamp.shape[:2]
    n = 1 if height >= rows and width >= columns else _FINE
    i = ((np.arange(height * n) + 0.5) * rows / (height * n)).astype(int)
    j = ((np.arange(width * n) + 0.5) * columns / (width * n)).astype(int)
    fine = stamp[i[:, None], j[None]].astype(np.float32)
    if n == 1:
        return fine.astype(np.uint8)
    parts = fine.reshape(height, n, width, n, 4)
    alpha = parts[..., 3:]
    colour = (parts[..., :3] * alpha).sum((1, 3)) / np.maximum(alpha.sum((1, 3)), 1.0)
    return np.concatenate([colour, alpha.mean((1, 3))], axis=-1).astype(np.uint8)


def warp(out: Image, stamp: Stamp, inverse: Map, light: float = 1.0) -> NDArray[np.bool_]:
    """Lays a stamp over a picture under an affine map, opaque texels only.

    Args:
        out: Drawn into.
        stamp: What to draw.
        inverse: (a, b, c, d, e, f): pixel (x right, y down) shows texel share u = a x + b y + c, v = d x +
            e y + f, each 0..1 from the stamp's upper left corner.
        light: Brightness.

    Returns:
        The pixels drawn, (height, width) bool.
    """
    a, b, c, d, e, f = inverse
    y0, y1, x0, x1 = _bounds(inverse, out.shape[0], out.shape[1])
    y, x = np.mgrid[y0:y1, x0:x1] + 0.5
    u, v = a * x + b * y + c, d * x + e * y + f
    drawn = np.zeros(out.shape[:2], np.bool_)
    near = drawn[y0:y1, x0:x1]
    near |= (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    texels = stamp[(v[near] * stamp.shape[0]).astype(int), (u[near] * stamp.shape[1]).astype(int)]
    opaque = texels[:, 3] >= 128
    near[near] = opaque
    out[y0:y1, x0:x1][near] = np.clip(texels[opaque, :3] * light, 0, 255).astype(np.uint8)
    return drawn


def _bounds(inverse: Map, height: int, width: int) -> tuple[int, int, int, int]:
    """Returns the rows and columns [y0, y1) x [x0, x1) that a map can fill."""
    a, b, c, d, e, f = inverse
    corners = np.array([(u - c, v - f) for u in (0.0, 1.0) for v in (0.0, 1.0)])
    points = np.linalg.solve(np.array([[a, b], [d, e]]), corners.T)
    (x0, y0), (x1, y1) = np.floor(points.min(1)).astype(int), np.ceil(points.max(1)).astype(int)
    return max(0, int(y0)), max(0, min(height, int(y1))), max(0, int(x0)), max(0, min(width, int(x1)))


def turned(x: float, y: float, size: float, degrees: float) -> Map:
    """Returns the map that shows a stamp `size` pixels wide around (x, y), turned clockwise."""
    angle = np.radians(degrees)
    cos, sin = float(np.cos(angle)) / size, float(np.sin(angle)) / size
    return cos, sin, 0.5 - cos * x - sin * y, -sin, cos, 0.5 + sin * x - cos * y
