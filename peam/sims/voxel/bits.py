"""Words of 64 bits in compiled code: their ends, spans and runs. Knows nothing of what a bit stands for."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

WORD: Final = 64
NONE, ONE, ALL = np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)
_Emitted = tuple[Any, Any]  # a signature, and what emits the instruction


@intrinsic  # type: ignore[untyped-decorator]
def trailing_zeros(_: Any, word: Any) -> _Emitted:
    """Returns the number of the lowest bit that is set, 64 where none is."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), emit


@intrinsic  # type: ignore[untyped-decorator]
def leading_zeros(_: Any, word: Any) -> _Emitted:
    """Returns how many bits over the highest that is set are not, 64 where none is."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), emit


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def between(word: np.uint64, first: int, last: int) -> np.uint64:
    """Returns the bits from `first` to `last`, both within 0..63, the others cleared."""
    return ((word >> np.uint64(first)) << np.uint64(first)) & (ALL >> np.uint64(63 - last))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def lowest_run(word: np.uint64) -> tuple[int, int]:
    """Returns (first bit, bits) of the lowest run of ones; there must be one."""
    first = trailing_zeros(word)
    return int(first), int(trailing_zeros(~(word >> first)))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def highest_run(word: np.uint64) -> tuple[int, int]:
    """Returns (first bit, bits) of the highest run of ones; there must be one."""
    above = leading_zeros(word)
    number = int(leading_zeros(~(word << above)))
    return WORD - int(above) - number, number
