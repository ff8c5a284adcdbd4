"""Icons of items, 32x32 with holes: blocks as little cubes of their textures, the rest as strokes.

A pure function of `data/voxel/icons.yaml` and colours.yaml; every item has an icon, an unknown one a parcel.
Knows nothing of inventories or pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from peam.errors import ConfigError, unknown
from peam.sims.voxel.blocks import ID, data
from peam.sims.voxel.stamps import Stamp, fit, warp
from peam.sims.voxel.textures import look, texture

SIZE: Final = 32
_FILE: Final = data("icons.yaml")
_WOOD: Final = (122, 88, 46)
_WHOLE: Final = [[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]
_THIN: Final = (3, 4, 5)  # `Look.kind` of what is shown flat
_Y, _X = np.mgrid[0:16, 0:16]


@cache
def icon(item: str) -> Stamp:
    """Returns an item's icon, (32, 32, 4) uint8, read-only.

    Raises:
        ConfigError: If icons.yaml names strokes or a stroke that do not exist.
    """
    out = cube(item, SIZE)
    if out is None:
        out = fit(_flat(item), SIZE, SIZE)
    out.setflags(write=False)
    return out


@cache
def cube(item: str, size: int) -> Stamp | None:
    """Draws what is a cube, or cut from one, as seen from above its edge; None for any other item.

    Args:
        item: Name.
        size: Pixels a side.
    """
    found = _solid(item)
    if found is None:
        return None
    boxes, (top, left, right) = found
    rgb, drawn = np.zeros((size, size, 3), np.uint8), np.zeros((size, size), np.bool_)
    for box in boxes:
        for stamp, inverse, light in zip(
            (_cut(top, box, 1), _cut(left, box, 2), _cut(right, box, 0)),
            _sides(box, size),
            (1.0, 0.8, 0.62),
            strict=True,
        ):
            drawn |= warp(rgb, stamp, inverse, light)
    return np.dstack([rgb, drawn * np.uint8(255)])


def _cut(stamp: Stamp, box: Sequence[float], axis: int) -> Stamp:
    """Returns the part of a face's texture that a box shows on the side across an axis."""
    x, y, z, high_x, high_y, high_z = (round(16 * v) for v in box)
    if axis == 1:
        return stamp[z:high_z, x:high_x]
    return stamp[16 - high_y : 16 - y, (z if axis == 0 else x) : (high_z if axis == 0 else high_x)]


def _sides(box: Sequence[float], size: int) -> list[tuple[float, float, float, float, float, float]]:
    """Returns the maps of a box's upper, left (+z) and right (+x) side; see `stamps.warp`.

    A point of the cube shows at x' = 0.5 + 0.45 (x - z), y' = 0.5 + 0.23 (x + z) - 0.5 y, in shares of the
    size.
    """
    x, y, z, high_x, high_y, high_z = box
    a, b = 1.0 / (0.45 * size), 1.0 / (0.23 * size)
    at, low = 0.5 / 0.45, (0.5 - 0.5 * high_y) / 0.23
    wide, high, deep = high_x - x, high_y - y, high_z - z
    top = (
        a / 2 / wide,
        b / 2 / wide,
        (-(at + low) / 2 - x) / wide,
        -a / 2 / deep,
        b / 2 / deep,
        ((at - low) / 2 - z) / deep,
    )
    # On the left side x = (x' - 0.5) / 0.45 + z, and y = (0.5 + 0.23 (x + z) - y') / 0.5; so on the right.
    up, slope = 2.0 / size, 0.46 / (0.45 * size)
    left = (
        a / wide,
        0.0,
        (-at + high_z - x) / wide,
        -slope / high,
        up / high,
        (high_y - 1.0 + 0.46 * at - 0.92 * high_z) / high,
    )
    right = (
        a / deep,
        0.0,
        (-at - high_x + high_z) / deep,
        slope / high,
        up / high,
        (high_y - 1.0 - 0.46 * at - 0.92 * high_x) / high,
    )
    return [top, left, right]


def _solid(item: str) -> tuple[Sequence[Sequence[float]], tuple[Stamp, Stamp, Stamp]] | None:
    """Returns the boxes of a solid item and its upper, left and right texture."""
    faces = _faces(item)
    if faces is not None:
        return _WHOLE, faces
    for end, boxes in _FILE["shapes"].items():
        stem = item.removesuffix(f"_{end}")
        if stem != item:
            for name in (f"{stem}_planks", stem, f"{stem}s", f"{stem}_block"):
                faces = _faces(name)
                if faces is not None:
                    return boxes, faces
    return None


def _faces(name: str) -> tuple[Stamp, Stamp, Stamp] | None:
    art = look()
    if name in ID and name != "air" and art.kind[ID[name]] not in _THIN:
        top, left, right = (_texels(int(art.faces[ID[name], face])) for face in (3, 5, 1))
        return top, left, right
    if name in _FILE["cubes"]:
        one = texture(name, _FILE["cubes"][name])[:256].reshape(16, 16, 4)
        return one, one, one
    return None


def _texels(index: int) -> Stamp:
    return look().texels[index, :256].reshape(16, 16, 4)


def _flat(item: str) -> Stamp:
    for pattern, name, *colour in _FILE["items"]:
        if fnmatchcase(item, pattern):
            return _strokes(name, colour[0] if colour else _material(item))
    if item in ID and item != "air":
        return _texels(int(look().faces[ID[item], 0]))
    return _strokes("parcel", np.random.default_rng(crc32(item.encode())).integers(80, 220, 3))


def _material(item: str) -> Sequence[int]:
    known: dict[str, list[int]] = _FILE["materials"]
    return known.get(item.partition("_")[0], (170, 160, 150))


def _strokes(name: str, colour: Any) -> Stamp:
    """Draws strokes on 16x16 and gives them a dark rim."""
    if name not in _FILE["strokes"]:
        raise ConfigError(f"icons.yaml: {unknown('strokes', name, _FILE['strokes'])}")
    main = np.asarray(colour, np.float64)
    shades = {"main": main, "light": main + (255 - main) * 0.45, "dark": main * 0.6, "wood": np.array(_WOOD)}
    out = np.zeros((16, 16, 4), np.uint8)
    for kind, shade, *at in _FILE["strokes"][name]:
        if kind not in _COVERS or (isinstance(shade, str) and shade not in shades):
            raise ConfigError(f"icons.yaml: {name}: [{kind}, {shade}, ...] is no stroke in a known colour")
        rgba = shades[shade] if isinstance(shade, str) else np.asarray(shade)
        covered = _COVERS[kind](*at)
        out[covered, :3] = rgba[:3]
        out[covered, 3] = rgba[3] if len(rgba) == 4 else 255
    return _rimmed(out)


def _rimmed(stamp: Stamp) -> Stamp:
    """Adds a rim, a third as bright as the texel that it surrounds."""
    out, full = stamp.copy(), stamp[..., 3] > 0
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        near = np.roll(stamp, step, axis)
        rim = ~full & (out[..., 3] == 0) & (near[..., 3] > 0)
        out[rim, :3] = near[rim, :3] // 3
        out[rim, 3] = 255
    return out


def _line(x: float, y: float, end_x: float, end_y: float, width: float) -> NDArray[np.bool_]:
    dx, dy = end_x - x, end_y - y
    share = np.clip(((_X - x) * dx + (_Y - y) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    return np.asarray(np.hypot(_X - x - share * dx, _Y - y - share * dy) <= width / 2 + 0.25)


def _disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    return np.asarray((_X - x) ** 2 + (_Y - y) ** 2 <= radius**2)


def _box(x: float, y: float, end_x: float, end_y: float) -> NDArray[np.bool_]:
    return np.asarray((x <= _X) & (end_x >= _X) & (y <= _Y) & (end_y >= _Y))


_COVERS: Final[dict[str, Callable[..., NDArray[np.bool_]]]] = {"line": _line, "disc": _disc, "box": _box}
