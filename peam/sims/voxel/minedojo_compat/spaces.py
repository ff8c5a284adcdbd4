"""MineDojo's observation and action spaces as plain tables: no Gym and no Gymnasium.

The rows are `data/minedojo/spaces.json`, taken from the package's live spaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel.minedojo_compat.mission import Mission
from peam.sims.voxel.minedojo_compat.tables import CRAFTS, SLOTS, data

_FILE: Final = data("spaces.json")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the observation dictionary, as MineDojo declares it.

    Attributes:
        key: Path, "life_stats/food".
        shape: Of the array.
        dtype: "float32", "int64", "bool", "uint8" or "str".
        low: Least value, None for unbounded or text.
        high: Greatest value, None for unbounded or text.
    """

    key: str
    shape: tuple[int, ...]
    dtype: str
    low: float | None
    high: float | None

    def contains(self, value: Any) -> bool:
        """Whether a value has this shape, kind and range; a boolean may stand for 0 and 1."""
        array = np.asarray(value)
        if array.shape != self.shape:
            return False
        if self.dtype == "str":
            return array.dtype.kind == "U"
        kinds = {"float32": "f", "int64": "ib", "bool": "b", "uint8": "u"}[self.dtype]
        low, high = self.low, self.high
        return (
            array.dtype.kind in kinds
            and (low is None or bool((array >= low).all()))
            and (high is None or bool((array <= high).all()))
        )


def leaves(mission: Mission) -> tuple[Leaf, ...]:
    """Returns every leaf of a mission's observations."""
    out = []
    for row in _FILE["observation"]:
        group = row["key"].split("/")[0]
        shape = tuple(row["shape"])
        if group == "rgb":
            shape = (3, *mission.image)
        elif group == "voxels":
            if mission.grid is None:
                continue
            shape = tuple(1 + high - low for low, high in mission.grid)
        elif group == "rays":
            if mission.rays is None:
                continue
            shape = (len(mission.rays),)
        out.append(Leaf(row["key"], shape, row["dtype"], row.get("low"), row.get("high")))
    return tuple(out)


def flat(obs: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns an observation as path -> value."""
    out: dict[str, Any] = {}
    for key, value in obs.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{key}/")
        else:
            out[f"{prefix}{key}"] = value
    return out


class ActionSpace:
    """MultiDiscrete([3, 3, 4, bins, bins, 8, 244, 36]).

    Attributes:
        nvec: Size of each part.
    """

    def __init__(self, cam_interval: float = 15.0) -> None:
        bins = int(np.ceil(360 / cam_interval)) + 1
        self.nvec = np.array([3, 3, 4, bins, bins, 8, len(CRAFTS), SLOTS], np.int64)

    def no_op(self) -> NDArray[np.int64]:
        """Returns the action that does nothing."""
        middle = (int(self.nvec[3]) - 1) // 2
        return np.array([0, 0, 0, middle, middle, 0, 0, 0], np.int64)

    def sample(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draws an action."""
        return rng.integers(0, self.nvec)

    def checked(self, action: Iterable[int]) -> list[int]:
        """Returns the action as a list of ints.

        Raises:
            SimError: If it is not eight integers in range.
        """
        values = np.asarray(action)
        if values.shape != (8,) or values.dtype.kind not in "iu":
            raise SimError(f"action: {action!r} is not 8 integers")
        wrong = np.flatnonzero((values < 0) | (values >= self.nvec))
        if len(wrong):
            at = int(wrong[0])
            raise SimError(f"action[{at}]: {values[at]} is not in 0..{self.nvec[at] - 1}")
        return [int(value) for value in values]
