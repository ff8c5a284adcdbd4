"""The space of item names, and how Gymnasium's vector environments stack it and share it between processes.

Gymnasium knows how to stack numbers only: without the functions below, names would come as a tuple of arrays,
and environments in processes of their own would have to give up shared memory. Through it go item ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ctypes import c_int32
from types import ModuleType
from typing import Any, Final

import gymnasium as gym
import numpy as np
from gymnasium.vector.utils import (
    batch_space,
    concatenate,
    create_empty_array,
    create_shared_memory,
    iterate,
    read_from_shared_memory,
    write_to_shared_memory,
)
from numpy.typing import NDArray

from peam.sims.voxel.items import ITEM_ID, ITEMS

NAMES: Final = np.array(ITEMS, object)


class Names(gym.Space[NDArray[np.object_]]):
    """A space of object arrays of item names: Gymnasium's checks cannot compare arrays of strings."""

    def __init__(self, shape: tuple[int, ...], seed: int | None = None) -> None:
        super().__init__(shape, np.dtype(object), seed)
        self.size: tuple[int, ...] = shape

    @property
    def is_np_flattenable(self) -> bool:
        """Names have no numeric form."""
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> NDArray[np.object_]:
        """Draws names."""
        return NAMES[self.np_random.integers(len(ITEMS), size=self.shape)]

    def contains(self, x: Any) -> bool:
        """Whether x is an array of strings of this shape."""
        return isinstance(x, np.ndarray) and x.shape == self.shape and all(isinstance(v, str) for v in x.flat)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and other.shape == self.shape

    def __repr__(self) -> str:
        return f"Names({self.shape})"


class Shared:
    """Names of all environments in shared memory, read when copied or turned into an array.

    What a vector environment made with `copy=False` hands out; `numpy.asarray` gives the present names.
    """

    def __init__(self, ids: NDArray[np.int32]) -> None:
        self.ids = ids

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.object_]:
        return NAMES[self.ids]

    def __deepcopy__(self, memo: dict[int, Any]) -> NDArray[np.object_]:
        return NAMES[self.ids]


@batch_space.register(Names)
def _batch(space: Names, n: int = 1) -> Names:
    return Names((n, *space.size))


@iterate.register(Names)
def _iterate(  # type: ignore[misc]  # the fallback's annotation is narrower than what it takes
    space: Names, items: NDArray[np.object_]
) -> Iterator[NDArray[np.object_]]:
    return iter(items)


@create_empty_array.register(Names)
def _empty(space: Names, n: int = 1, fn: object = None) -> NDArray[np.object_]:
    return np.full((n, *space.size), ITEMS[0], object)


@concatenate.register(Names)
def _concatenate(
    space: Names, items: Iterable[NDArray[np.object_]], out: NDArray[np.object_]
) -> NDArray[np.object_]:
    return np.stack(list(items), axis=0, out=out)


@create_shared_memory.register(Names)
def _create_shared(space: Names, n: int, ctx: ModuleType) -> Any:
    return ctx.Array(c_int32, n * int(np.prod(space.size)))


@read_from_shared_memory.register(Names)
def _read_shared(space: Names, shared_memory: Any, n: int = 1) -> Shared:
    return Shared(np.frombuffer(shared_memory.get_obj(), np.int32).reshape(n, *space.size))


@write_to_shared_memory.register(Names)
def _write_shared(space: Names, index: int, value: NDArray[np.object_], shared_memory: Any) -> None:
    ids = _read_shared(space, shared_memory, -1).ids
    ids[index].flat[:] = [ITEM_ID[str(name)] for name in value.flat]
