"""Compiled kernels on disk.

numba keeps a kernel's machine code until the kernel's own file changes. It does not see a change in what the
kernel calls, nor in the tables that it was compiled with, so that after an update old rules would go on
working. Knows files alone.
"""

from __future__ import annotations

import contextlib
from pathlib import Path


def drop_stale(package: Path, *others: Path) -> int:
    """Deletes a package's compiled kernels that are older than any of its sources.

    Call it before the package's first kernel is imported.

    Args:
        package: Folder of the package's modules.
        others: Folders of data files that its kernels are compiled with.

    Returns:
        How many files were deleted; what cannot be deleted stays.
    """
    sources = [*package.glob("*.py"), *(path for other in others for path in other.glob("*.*"))]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    dropped = 0
    for kept in (package / "__pycache__").glob("*.nb[ci]"):
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime < newest:
                kept.unlink()
                dropped += 1
    return dropped
