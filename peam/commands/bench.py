"""`peam bench sim|fast`: runs a benchmark of the benchmarks folder and prints its figures.

Knows only that a benchmark is a module with `run() -> dict`.
"""

from __future__ import annotations

import importlib
import json

from peam.errors import PeamError, unknown

BENCHMARKS = ("sim", "fast")


def bench(what: str, as_json: bool) -> int:
    """Runs one benchmark.

    Raises:
        PeamError: Unknown benchmark; names the nearest.
    """
    if what not in BENCHMARKS:
        raise PeamError(unknown("benchmark", what, BENCHMARKS))
    figures = importlib.import_module(f"peam.benchmarks.{what}").run()
    if as_json:
        print(json.dumps(figures, indent=2))
        return 0
    width = max(map(len, figures))
    for name, value in figures.items():
        shown = f"{value:,.2f}" if isinstance(value, float) else "not measured" if value is None else value
        print(f"{name:<{width}}  {shown}")
    return 0
