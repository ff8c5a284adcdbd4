"""The blocks of the embedded world: ids, names and per-id arrays, from `data/voxel/{blocks.json,drops.yaml}`.

A block's id is its row in the file. A block with states has one row a state, "wheat[age=3]"; its plain name
is the state in which it is placed. Knows nothing of items, worlds or pictures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any, Final, cast

import numpy as np
import yaml
from numpy.typing import NDArray


def data(name: str) -> dict[str, Any]:
    """Reads a data file of the embedded world, JSON or YAML by its suffix."""
    text = resources.files("peam").joinpath(f"data/voxel/{name}").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text) if name.endswith(".json") else yaml.safe_load(text))


_FILE: Final = data("blocks.json")
_EXTRA: Final = data("drops.yaml")
ROWS: Final[list[dict[str, Any]]] = _FILE["blocks"]
NAMES: Final[tuple[str, ...]] = tuple(row["name"] for row in ROWS)
ID: Final[dict[str, int]] = {name: index for index, name in enumerate(NAMES)}
SPEEDS: Final[dict[str, dict[str, float]]] = _FILE["speeds"]  # material -> tool -> speed


def base(name: str) -> str:
    """Returns a block's name without its state."""
    return name.partition("[")[0]


STATES: Final[dict[str, tuple[int, ...]]] = {  # plain name -> ids of its states, in the file's order
    name: tuple(index for index, other in enumerate(NAMES) if base(other) == name)
    for name in dict.fromkeys(map(base, NAMES))
}


def _named(names: Iterable[str]) -> NDArray[np.bool_]:
    """Flags the blocks of these names; a plain name means all its states."""
    flags = np.zeros(256, np.bool_)
    for name in names:
        flags[list(STATES[name]) if name in STATES else ID[name]] = True
    flags.setflags(write=False)
    return flags


def _where(test: Iterable[bool]) -> NDArray[np.bool_]:
    flags = np.zeros(256, np.bool_)
    flags[: len(NAMES)] = list(test)
    flags.setflags(write=False)
    return flags


_PASSABLE = set(_EXTRA["passable"])
# All arrays are read-only and 256 long, so that any uint8 id indexes them.
SOLID: Final = _where(row["box"] == "block" and row["name"] not in _PASSABLE for row in ROWS)
OPAQUE: Final = _where(row["box"] == "block" and not row["transparent"] for row in ROWS)
LIQUID: Final = _named(_EXTRA["liquid"])
HAZARD: Final = _named(_EXTRA["hazard"])
CUTOUT: Final = _named(_EXTRA["cutout"])  # drawn with holes: light and sight pass through them
CLIMBABLE: Final = _named(_EXTRA["climbable"])
FALLING: Final = _named(_EXTRA["falling"])
UNSUPPORTED: Final = _named(_EXTRA["unsupported"])  # breaks when what it stands on goes
REPLACEABLE: Final = _named(_EXTRA["replaceable"])  # a block may be placed into it
TARGET: Final = _where(row["name"] not in ("air", "water", "lava") for row in ROWS)  # stops the crosshair
HARDNESS: Final[NDArray[np.float32]] = np.full(256, -1.0, np.float32)  # of the dig formula; -1 never breaks
HARDNESS[: len(ROWS)] = [row["hardness"] for row in ROWS]
HARDNESS.setflags(write=False)
LIGHT: Final[NDArray[np.uint8]] = np.zeros(256, np.uint8)  # emitted, 0..15
LIGHT[: len(ROWS)] = [row["light"] for row in ROWS]
LIGHT.setflags(write=False)
