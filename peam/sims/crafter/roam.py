"""Looking for what has not been seen: the edge of the known, or places not looked at for long.

Knows the chart and the pilot; not what is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.crafter.chart import ID, Chart, Place
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.routes import Ways, nearby_share, unseen_edge, ways

KINDS: Final = {
    "rock": ("stone", "path", "coal", "iron", "diamond"),
    "tunnel": ("path",),
    "land": ("grass", "sand", "water", "tree"),
    "grass": ("grass",),
    "anywhere": (),
}
PULL: Final = 0.5  # steps that one more fitting cell near an edge is worth
OLD: Final = 80  # steps after which a place may have become another


def target(chart: Chart, found: Ways, kind: str) -> Place | None:
    """Returns the cell to look at next: the edge of the known, best where much of the kind is near.

    Once no edge is left, a place of the kind that was not looked at for long.
    """
    share = nearby_share(chart, KINDS[kind]) if KINDS[kind] else np.zeros(found.cost.shape)
    reachable = np.isfinite(found.cost)
    for cell in chart.barred:
        reachable[cell] = False
    edge = unseen_edge(chart) & reachable
    if kind not in ("anywhere", "land") and (edge & (share >= 3)).any():
        edge &= share >= 3
    if kind == "grass":
        return _pasture(chart, found, edge, share, reachable)
    if edge.any() and kind != "tunnel":
        return _least(np.where(edge, found.cost - PULL * np.minimum(share, 24), np.inf))
    grounds = [ID[name] for name in KINDS[kind] or KINDS["land"] if name not in ("water", "tree")]
    old = np.isin(chart.ground, grounds) & (chart.step - chart.looked > OLD) & reachable
    if kind == "tunnel" and edge.any():
        old |= edge
    return _least(np.where(old, found.cost - PULL * np.minimum(share, 24), np.inf)) if old.any() else None


def _pasture(
    chart: Chart,
    found: Ways,
    edge: NDArray[np.bool_],
    share: NDArray[np.float64],
    reachable: NDArray[np.bool_],
) -> Place | None:
    """Returns where a cow may be: an edge with grass beside, or grass not looked at for long."""
    old = (chart.ground == ID["grass"]) & (chart.step - chart.looked > 2 * OLD) & (share >= 16) & reachable
    wanted = (edge & (share >= 8)) | old
    if not wanted.any():
        wanted = edge if edge.any() else reachable & (chart.step - chart.looked > OLD)
    return (
        _least(np.where(wanted, found.cost - PULL * np.minimum(share, 24), np.inf)) if wanted.any() else None
    )


def _least(score: NDArray[np.float64]) -> Place:
    x, y = np.unravel_index(int(np.argmin(score)), score.shape)
    return int(x), int(y)


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
