"""`peam consolidate`: trains, gates and registers one category's adapter now, in the foreground.

Knows how to open a run's memory; every rule is the memory's own.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from peam.claim import claim
from peam.config import load_config
from peam.errors import PeamError, unknown
from peam.fast.roster import Roster
from peam.types import CATEGORIES


def consolidate(run: Path, category: str) -> int:
    """Consolidates one category of a run, or the one expert of all.

    Returns:
        0 where the gate accepted the candidate, 1 where it did not.

    Raises:
        PeamError: Not a run folder, or one in use; unknown category; nothing new to train on.
    """
    if not (run / "config.yaml").is_file():
        raise PeamError(f"{run} is not a run folder: it has no config.yaml")
    config = load_config([run / "config.yaml"], ["consolidation.background=false"])
    roster = Roster.from_config(config)
    known = sorted({*CATEGORIES, *map(roster.of, CATEGORIES)})
    if category not in known:
        raise PeamError(unknown("category", category, known))
    category = roster.of(category)
    from peam.fast.tier import LoraFastTier
    from peam.memory.memory import Memory

    with claim(run), closing(Memory.open(run, config, LoraFastTier(config))) as memory:
        memory.serve()
        if memory.consolidate(category, lambda stage: print(f"{category}: {stage}", flush=True)) is None:
            raise PeamError(
                f"{category} has too little to train on: no newly admitted experience, or none to hold out"
            )
        done = memory.finished()[-1]
    verdict = "serves now" if done.accepted else "was rejected by the gate; the old version goes on serving"
    print(f"{category} {done.version} {verdict}: {done.gate.get('reason', '')}")
    return int(not done.accepted)
