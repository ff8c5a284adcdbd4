"""`peam bench sim|fast|memory`: runs a benchmark of the benchmarks folder and prints its figures.

Knows only that a benchmark is a module with `run() -> dict`, and that it may have `lines(figures)`, which
tells them better than name by name, and `write(figures, folder)`, which leaves files.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from peam.errors import PeamError, unknown

BENCHMARKS = ("sim", "fast", "memory")


def bench(what: str, as_json: bool, out: Path | None = None) -> int:
    """Runs one benchmark.

    Raises:
        PeamError: Unknown benchmark; names the nearest. A folder for one that leaves no files.
    """
    if what not in BENCHMARKS:
        raise PeamError(unknown("benchmark", what, BENCHMARKS))
    module = importlib.import_module(f"peam.benchmarks.{what}")
    if out is not None and not hasattr(module, "write"):
        raise PeamError(f"'peam bench {what}' writes no files: leave --out away")
    figures = module.run()
    if out is not None:
        module.write(figures, out)
    if as_json:
        print(json.dumps(figures, indent=2))
        return 0
    if hasattr(module, "lines"):
        print("\n".join(module.lines(figures)))
        return 0
    width = max(map(len, figures))
    for name, value in figures.items():
        shown = f"{value:,.2f}" if isinstance(value, float) else "not measured" if value is None else value
        print(f"{name:<{width}}  {shown}")
    return 0
