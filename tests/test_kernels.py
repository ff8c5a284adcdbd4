"""Compiled kernels must not outlive what they were compiled from."""

from __future__ import annotations

import os
from pathlib import Path

from peam.kernels import drop_stale


def written(path: Path, age: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def test_kernels_older_than_any_source_are_dropped(tmp_path: Path) -> None:
    package, data = tmp_path / "package", tmp_path / "data"
    written(package / "caller.py", 90)
    written(package / "callee.py", 50)
    written(data / "blocks.yaml", 70)
    old = [written(package / "__pycache__" / f"caller.walk-1.py311.{end}", 60) for end in ("nbi", "1.nbc")]
    new = written(package / "__pycache__" / "callee.step-9.py311.nbi", 40)
    bytecode = written(package / "__pycache__" / "caller.cpython-311.pyc", 80)
    assert drop_stale(package, data) == 2
    assert new.exists() and bytecode.exists() and not any(path.exists() for path in old)
    assert drop_stale(package, data) == 0
    written(data / "blocks.yaml", 30)
    assert drop_stale(package, data) == 1 and not new.exists()


def test_a_package_without_kernels_is_left_alone(tmp_path: Path) -> None:
    assert drop_stale(tmp_path) == 0
