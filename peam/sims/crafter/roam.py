"""Looking for what has not been seen: the edge of the known, or places not looked at for long.

Knows the chart and the pilot; not what is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from peam.sims.crafter.chart import ID, Chart, Place
from peam.sims.crafter.eyes import OPEN
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.routes import Ways, box_sum, nearby_share, ways

KINDS: Final = {
    "rock": ("stone", "path", "coal", "iron", "diamond"),
    "tunnel": ("path",),
    "land": ("grass", "sand", "water", "tree"),
    "grass": ("grass",),
    "anywhere": (),
}
OLD: Final = 80  # steps after which a place may have become another; twice that for grass, as cows are slow
LEAST: Final = {"rock": 3, "tunnel": 3, "grass": 8, "land": 0, "anywhere": 0}  # cells of the kind near
START: Final = 8.0  # steps added to a way, so that what is close does not outweigh what is new


def target(chart: Chart, found: Ways, kind: str) -> Place | None:
    """Returns the cell to look at next: where most that is new will be seen, a step, and of the kind.

    New is what was never told; for tunnels and grass, and where nothing else is left, what was not looked at
    for long.
    """
    share = np.minimum(nearby_share(chart, KINDS[kind]), 24) if KINDS[kind] else np.zeros(found.cost.shape)
    reachable = np.isfinite(found.cost)
    for cell in chart.barred:
        reachable[cell] = False
    unseen = chart.ground == OPEN
    grounds = [ID[name] for name in KINDS[kind] or KINDS["land"] if name not in ("water", "tree")]
    age = 2 * OLD if kind == "grass" else OLD
    old = np.isin(chart.ground, grounds) & (chart.step - chart.looked > age)
    for new in (unseen | old,) if kind in ("tunnel", "grass") else (unseen, unseen | old):
        gain = box_sum(new) * (0.5 + share / 24)
        wanted = new & reachable & (share >= LEAST[kind])
        if wanted.any():
            score = np.where(wanted, gain / (found.cost + START), -1.0)
            x, y = np.unravel_index(int(np.argmax(score)), score.shape)
            return int(x), int(y)
    return target(chart, found, "anywhere") if kind != "anywhere" else None


def roam(pilot: Pilot, kind: str, found: Callable[[], bool], steps: int) -> bool:
    """Looks around until something is found or the steps are spent; returns whether it was found."""
    chart, end = pilot.chart, pilot.chart.step + steps
    while chart.step < end and not found():
        goal = target(chart, ways(chart), kind)
        if goal is None:
            return False
        before = int(chart.looked[goal])

        def arrived(goal: Place = goal, before: int = before) -> bool:
            return found() or int(chart.looked[goal]) > before or chart.step >= end

        if not pilot.follow(lambda _, goal=goal: goal, arrived):  # type: ignore[misc]
            chart.barred.add(goal)
            if chart.step >= end:
                break
            pilot.act("noop")
    return found()
