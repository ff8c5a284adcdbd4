"""A run folder is written by one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from peam.errors import PeamError


@contextmanager
def claim(run: Path) -> Iterator[None]:
    """Keeps every other process from living or consolidating in a run; ends with this one, however it ends.

    Raises:
        PeamError: Another process has claimed it.
    """
    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise PeamError(f"{run} is in use by another process: wait for it, or stop it") from None
    try:
        yield
    finally:
        lock.release()
