"""Textures with mip levels and the box models of creatures, from data/voxel/colours.yaml.

The pictures are the same on every machine: a texture's generator is seeded by its name. Knows nothing of
cameras, rays or worlds.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from peam.errors import ConfigError, unknown
from peam.sims.voxel.blocks import CUTOUT, ID, NAMES, STATES, base, data
from peam.sims.voxel.blossoms import BLOSSOMS
from peam.sims.voxel.faces import FACES
from peam.sims.voxel.patterns import PATTERNS, Colour, Texels

MIP_START: Final = (0, 256, 320, 336, 340)  # where each level starts in a texture's 341 texels
SHAPES: Final = ("cube", "cross", "post", "panel")
_FILE = data("colours.yaml")
_PATTERNS: Final = {**PATTERNS, **FACES, **BLOSSOMS}
_NON_BLOCK_ITEMS: Final[dict[str, Colour]] = _FILE["items"]
SPRITE_KIND: Final[dict[str, int]] = {
    name: index
    for index, name in enumerate(
        dict.fromkeys(
            (
                *_FILE["creatures"],
                "item",
                *(f"item:{n}" for n in NAMES[1:] if n in STATES),
                *(f"item:{n}" for n in _NON_BLOCK_ITEMS if n != "other"),
            )
        )
    )
}


class Look(NamedTuple):
    """Everything drawable, as arrays.

    Attributes:
        texels: (textures, 341, 4) uint8 rgba, five mip levels in a row.
        faces: (256, 6) texture of a block's -x, +x, -y, +y, -z, +z face.
        kind: (256,) uint8: 0 empty, 1 opaque cube, 2 cube with holes, 3 cross, 4 post, 5 panel, 6 water,
            7 glowing.
        boxes: (boxes, 6) float32 x, y, z, X, Y, Z of the creatures' boxes, scaled to height 1.
        paints: (boxes, 2) texture of a box's front and of its other faces.
        spans: (kinds, 2) first and past-the-last box of a sprite kind.
    """

    texels: NDArray[np.uint8]
    faces: NDArray[np.int32]
    kind: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    paints: NDArray[np.int32]
    spans: NDArray[np.int32]


def texture(name: str, spec: Sequence[Any]) -> NDArray[np.uint8]:
    """Draws one texture with its mip levels, (341, 4) uint8.

    Raises:
        ConfigError: Unknown pattern, or arguments that do not fit it.
    """
    if spec[0] not in _PATTERNS:
        raise ConfigError(f"colours.yaml: {name}: {unknown('pattern', spec[0], _PATTERNS)}")
    try:
        level = _PATTERNS[spec[0]](np.random.default_rng(zlib.crc32(name.encode())), *spec[1:])
    except (TypeError, ValueError) as error:
        raise ConfigError(f"colours.yaml: {name}: {spec[0]}: {error}") from error
    level = np.clip(level, 0, 255)
    out = [level]
    while len(level) > 1:
        level = _halve(level)
        out.append(level)
    return np.concatenate([part.reshape(-1, 4) for part in out]).astype(np.uint8)


def _halve(level: Texels) -> Texels:
    """Averages 2x2 texels, colours weighted by alpha, so that holes do not darken what is around them."""
    n = len(level) // 2
    parts = level.reshape(n, 2, n, 2, 4).transpose(0, 2, 1, 3, 4).reshape(n, n, 4, 4)
    weight = parts[..., 3:] + 1e-3
    colour = (parts[..., :3] * weight).sum(2) / weight.sum(2)
    return np.concatenate([colour, parts[..., 3:].mean(2)], axis=-1).astype(np.float32)


def item_kind(item: str) -> int:
    """Returns the sprite kind of a dropped item: its own cube if colours.yaml has it, else the common one."""
    return SPRITE_KIND.get(f"item:{item}", SPRITE_KIND["item"])


class _Shelf:
    """Collects textures, one for each name."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self.rows: list[NDArray[np.uint8]] = []

    def add(self, name: str, spec: Sequence[Any]) -> int:
        if name not in self.index:
            self.index[name] = len(self.rows)
            self.rows.append(texture(name, spec))
        return self.index[name]


def _block_faces(shelf: _Shelf) -> NDArray[np.int32]:
    faces = np.zeros((256, 6), np.int32)
    for name in NAMES[1:]:
        entry, row = _entry(name)
        for face_index, side in enumerate(("side", "side", "bottom", "top", "side", "side")):
            key = side if side in row else "all"
            faces[ID[name], face_index] = shelf.add(f"{entry}.{key}", row[key])
    return faces


def _entry(name: str) -> tuple[str, dict[str, Any]]:
    """Returns the name and row of a block's entry: its own, or that of its plain name."""
    entry = name if name in _FILE["blocks"] else base(name)
    if entry not in _FILE["blocks"]:
        raise ConfigError(f"colours.yaml: blocks: no entry for '{name}'")
    return entry, _FILE["blocks"][entry]


def _kinds() -> NDArray[np.uint8]:
    kind = np.ones(256, np.uint8)
    kind[0] = 0
    kind[CUTOUT] = 2
    for name in NAMES[1:]:
        shape = _entry(name)[1].get("shape", "cube")
        if shape not in SHAPES:
            raise ConfigError(f"colours.yaml: {name}: {unknown('shape', shape, SHAPES)}")
        if shape != "cube":
            kind[ID[name]] = 2 + SHAPES.index(shape)
    kind[ID["water"]] = 6
    kind[ID["lava"]] = 7
    return kind


def _creature(shelf: _Shelf, name: str) -> list[tuple[list[float], list[int]]]:
    row = _FILE["creatures"][name]
    out = []
    for box in row["boxes"]:
        paints = [shelf.add(p, _FILE["paints"][p]) for p in box[6:]]
        out.append(([v / row["height"] for v in box[:6]], paints))
    return out


def _item(shelf: _Shelf, faces: NDArray[np.int32], name: str) -> list[tuple[list[float], list[int]]]:
    if name in _NON_BLOCK_ITEMS:
        front = shelf.add(f"item.{name}", ["noise", _NON_BLOCK_ITEMS[name], 10])
    else:
        front = int(faces[ID[name], 1])
    return [([-0.5, 0.0, -0.5, 0.5, 1.0, 0.5], [front, front])]


def _models(
    shelf: _Shelf, faces: NDArray[np.int32]
) -> tuple[list[list[float]], list[list[int]], list[list[int]]]:
    boxes: list[list[float]] = []
    paints: list[list[int]] = []
    spans = []
    for kind in SPRITE_KIND:
        name = kind.removeprefix("item:") if kind != "item" else "other"
        creature = kind in _FILE["creatures"]
        parts = _creature(shelf, kind) if creature else _item(shelf, faces, name)
        spans.append([len(boxes), len(boxes) + len(parts)])
        boxes += [part[0] for part in parts]
        paints += [part[1] for part in parts]
    return boxes, paints, spans


@cache
def look() -> Look:
    """Draws everything: a pure function of colours.yaml and the blocks. Raises ConfigError on bad data."""
    shelf = _Shelf()
    faces = _block_faces(shelf)
    boxes, paints, spans = _models(shelf, faces)
    return Look(
        np.stack(shelf.rows),
        faces,
        _kinds(),
        np.array(boxes, np.float32),
        np.array(paints, np.int32),
        np.array(spans, np.int32),
    )
