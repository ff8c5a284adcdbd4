"""Windows of bytes, 8 MiB each, used again when nobody holds them any more.

Fresh memory comes a page at a time as it is first touched, which costs a reset more than making its chunks;
clearing a window that is there takes less than a millisecond. Knows nothing of what is in them.
"""

from __future__ import annotations

from sys import getrefcount
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SHAPE: Final = (256, 128, 256)
KEPT: Final = 4  # at most: two worlds' blocks and light
_FREE: Final[list[NDArray[np.uint8]]] = []


def take() -> NDArray[np.uint8]:
    """Returns a window of zeros."""
    try:
        window = _FREE.pop()
    except IndexError:
        return np.zeros(SHAPE, np.uint8)
    window.fill(0)
    return window


def give(holder: dict[str, Any], name: str) -> None:
    """Takes a window out of what holds it; keeps it for `take` if nobody else has it or a view of it.

    Args:
        holder: Attributes of an object that goes.
        name: Of the window among them, if it is there.
    """
    window = holder.pop(name, None)
    # Two references: the name here, and getrefcount's own argument.
    if window is not None and getrefcount(window) == 2 and window.base is None and len(_FREE) < KEPT:
        _FREE.append(window)
