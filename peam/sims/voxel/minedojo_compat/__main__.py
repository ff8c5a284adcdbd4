"""Prints what of MineDojo the embedded world has, as the tables of docs/minedojo.md.

Use: python -m peam.sims.voxel.minedojo_compat
"""

from __future__ import annotations

from collections.abc import Iterator

from peam.sims.voxel.minedojo_compat.crafting import makeable
from peam.sims.voxel.minedojo_compat.names import NAMELESS
from peam.sims.voxel.minedojo_compat.specs import lacks, possible, specs
from peam.sims.voxel.minedojo_compat.tables import CRAFTS
from peam.sims.voxel.minedojo_compat.tasks import KINDS

STATIONS = {"": "by hand", "table": "at a table", "furnace": "in a furnace"}


def lines() -> Iterator[str]:
    """Yields the report, Markdown."""
    able = set(possible())
    yield "| tasks | possible | of |"
    yield "|---|---|---|"
    for kind in KINDS:
        named = [name for name, spec in specs().items() if spec["__cls__"] == kind]
        yield f"| {kind} | {sum(name in able for name in named)} | {len(named)} |"
    yield ""
    yield "| craft arguments | makeable | of |"
    yield "|---|---|---|"
    for station, words in STATIONS.items():
        rows = [i for i, craft in enumerate(CRAFTS) if craft.station == station]
        yield f"| {words} | {sum(makeable(i) for i in rows)} | {len(rows)} |"
    yield ""
    why = {what for name in specs() for what in lacks(name)}
    for kind in ("biome", "creature", "item"):
        names = sorted(what.split("'")[1] for what in why if what.startswith(f"the {kind} "))
        yield f"What tasks ask for and the world lacks, {kind}s: {', '.join(names)}."
        yield ""
    missing = [craft.name for i, craft in enumerate(CRAFTS) if not makeable(i)]
    yield f"Craft arguments that do nothing: {', '.join(missing)}."
    yield ""
    yield f"Items of the world that 1.11.2 cannot name, so that their slot reads air: {', '.join(NAMELESS)}."


if __name__ == "__main__":
    print("\n".join(lines()))
