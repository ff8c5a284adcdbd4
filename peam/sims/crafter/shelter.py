"""Sleeping and resting where nothing can step in: a pocket of one, two or four cells closed with stones.

Creatures step and strike over the four sides alone. In the open a single cell cannot be closed from within
(one faces a free cell only by walking towards it), two in a row only at their ends, four in a square always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from peam.sims.crafter.chart import Chart, Place, around, distance, inside
from peam.sims.crafter.eyes import daylight
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.routes import open_sides, ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.templates import WALKABLE

SIP: Final = 7  # drink at which one drinks in a pocket
FAR: Final = 30.0  # steps that one goes for a better place
DRY: Final = 12.0  # steps that it is worth to have water to drink beside the pocket
HASTE: Final = 1.5  # a step on the way weighs more than a step of work: things give chase
SITES: Final = 250  # places that are looked at


@dataclass(frozen=True, slots=True)
class Pocket:
    """Cells to be closed off; the first is entered first."""

    cells: tuple[Place, ...]
    cost: float


def walls(chart: Chart, tables: bool) -> int:
    """Returns how many cells can be closed: by stones and, where need be, by tables."""
    wood = rules().place["table"].uses["wood"]
    return chart.count("stone") + (chart.count("wood") // wood if tables else 0)


def pocket(chart: Chart, tables: bool = False) -> Pocket | None:
    """Returns the cheapest pocket that what is held will close, None where there is none near."""
    found = ways(chart)
    near = np.argwhere(found.cost <= FAR)
    order = np.argsort(found.cost[tuple(near.T)], kind="stable")[:SITES]
    best: Pocket | None = None
    for x, y in near[order].tolist():
        base = HASTE * float(found.cost[x, y])
        if best is not None and base >= best.cost:
            break
        for cells in _shapes((x, y)):
            cost = _closing(chart, cells, walls(chart, tables))
            if cost is not None and (best is None or base + cost < best.cost):
                best = Pocket(cells, base + cost)
    return best


def _shapes(cell: Place) -> Iterator[tuple[Place, ...]]:
    x, y = cell
    yield (cell,)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        yield (cell, (x + dx, y + dy))
    for dx, dy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        yield (cell, (x + dx, y), (x + dx, y + dy), (x, y + dy))


def _closing(chart: Chart, cells: tuple[Place, ...], blocks: int) -> float | None:
    """Returns the steps that closing takes, None where it cannot be done."""
    if not all(inside(cell) and _usable(chart, cell) for cell in cells):
        return None
    digs = sum(not chart.free(cell) and cell != chart.place for cell in cells)
    openings = open_sides(chart, cells)
    if len(openings) > blocks + digs:
        return None
    if len(cells) == 1 and openings != []:
        return None
    if len(cells) == 2:
        (ax, ay), (bx, by) = cells
        behind, beyond = (2 * ax - bx, 2 * ay - by), (2 * bx - ax, 2 * by - ay)
        if any(side not in (behind, beyond) for side in openings):
            return None
        if chart.place not in (*cells, behind, beyond):
            return None if behind not in openings else DRY + 2.0 * digs + 3.0 * len(openings) + 1.0
    dry = 0.0 if any(chart.material(side) == "water" for cell in cells for side in around(cell)) else DRY
    return dry + 2.0 * digs + (2.0 if len(cells) < 4 else 3.0) * len(openings) + len(cells)


def _usable(chart: Chart, cell: Place) -> bool:
    ground = chart.material(cell)
    if cell == chart.place:
        return True
    if cell in chart.things:
        return False
    return ground in WALKABLE or (ground == "stone" and chart.count("wood_pickaxe") > 0)


def close_off(pilot: Pilot, tables: bool = False) -> tuple[Place, ...]:
    """Goes into a pocket and closes it; returns its cells, none where that failed.

    Args:
        pilot: Acts.
        tables: Whether tables may be spent where stones do not suffice.
    """
    chart = pilot.chart
    for _ in range(3):
        _clear(pilot)
        site = pocket(chart, tables)
        if site is None:
            return ()
        if not _enter(pilot, site.cells):
            continue
        for _ in range(60):
            openings = open_sides(chart, site.cells)
            if not openings:
                return site.cells
            if pilot.reflex():
                continue
            wanted = [side for side in openings if side not in chart.things]
            if not wanted:
                _drive_off(pilot, openings)
                continue
            fronts = frozenset(wanted)

            def opens(_: Place, front: Place, fronts: frozenset[Place] = fronts) -> bool:
                return front in fronts

            if not walls(chart, tables) or not pilot.pose(opens, within=site.cells):
                break
            pilot.act("place_stone" if chart.count("stone") else "place_table")
    return ()


def _drive_off(pilot: Pilot, openings: list[Place]) -> None:
    """Strikes a cow that stands where a stone belongs, or waits for what stands there to go."""
    beside = [c for c in openings if distance(c, pilot.chart.place) == 1]
    if beside and pilot.turn(beside[0]):
        pilot.act("do")
    else:
        pilot.act("noop")


def _clear(pilot: Pilot) -> None:
    """Awaits the zombies that are close: none lets one build in peace."""
    for _ in range(30):
        if not pilot.chart.of(("zombie",), reach=4, age=1) or pilot.chart.count("health") <= 2:
            return
        if not pilot.reflex():
            pilot.act("noop")


def _enter(pilot: Pilot, cells: tuple[Place, ...]) -> bool:
    """Stands in every cell of the pocket that is not free, the first one first."""
    chart = pilot.chart
    if chart.place not in cells and not _to_first(pilot, cells):
        return False
    for cell in cells:
        for _ in range(6):
            if chart.place == cell or chart.free(cell) or distance(chart.place, cell) != 1:
                break
            pilot.enter(cell)
    return chart.place in cells and all(chart.place == cell or chart.free(cell) for cell in cells)


def _to_first(pilot: Pilot, cells: tuple[Place, ...]) -> bool:
    if len(cells) == 2:  # by its end: what is dug at its sides cannot be closed again
        (ax, ay), (bx, by) = cells
        if pilot.chart.place != (2 * bx - ax, 2 * by - ay) and not pilot.go([(2 * ax - bx, 2 * ay - by)]):
            return False
    return pilot.go(cells[:1])


def sleep(pilot: Pilot) -> bool:
    """Sleeps in a closed pocket until rested; returns whether that came about."""
    chart = pilot.chart
    if chart.count("energy") >= rules().limit:
        return False
    if pocket(chart) is not None:
        stay(pilot, lambda: chart.count("energy") >= rules().limit)
    elif _may_sleep_open(chart):
        for _ in range(200):
            pilot.act("sleep")
            if not chart.asleep:
                break
    return chart.count("energy") >= rules().limit


def _may_sleep_open(chart: Chart) -> bool:
    """Returns whether sleep in the open is worth its risk: a nap by day with nobody about, or collapse."""
    if chart.of(("zombie", "skeleton"), age=10):
        return False
    nap = chart.count("energy") >= 7 and daylight(chart.step) > 0.6
    return nap or chart.count("energy") == 0


def _mend(pilot: Pilot, cells: tuple[Place, ...]) -> tuple[Place, ...]:
    """Closes a pocket that something has come into, against arrows too; returns it, or another, or none."""
    for _ in range(12):
        openings = open_sides(pilot.chart, cells, arrows=True)
        if not walls(pilot.chart, tables=True) or not pilot.pose(
            lambda _, front, w=openings: front in w and front not in pilot.chart.things,  # type: ignore[misc]
            within=cells,
        ):
            break
        pilot.act("place_stone" if pilot.chart.count("stone") else "place_table")
    return cells if not open_sides(pilot.chart, cells) else close_off(pilot, tables=True)


def _sip(pilot: Pilot, cells: tuple[Place, ...]) -> bool:
    """Drinks from within a pocket, where water is beside; returns whether it did."""
    before = pilot.chart.count("drink")
    if pilot.pose(lambda _, front: pilot.chart.material(front) == "water", within=cells):
        pilot.act("do")
    return pilot.chart.count("drink") > before


def stay(pilot: Pilot, enough: Callable[[], bool], steps: int = 250) -> bool:
    """Stays in a closed pocket, asleep where tired, till enough or hunger calls; returns whether it acted."""
    chart, begun = pilot.chart, pilot.chart.step
    cells = close_off(pilot) or close_off(pilot, tables=True)
    if not cells:
        return chart.step > begun
    for _ in range(steps):
        if chart.step - chart.struck <= 2 and not chart.asleep:
            chart.struck = -1000
            cells = _mend(pilot, cells)
            if not cells:
                break
        if not chart.asleep and chart.count("drink") <= SIP and _sip(pilot, cells):
            continue
        starving = min(chart.count("food"), chart.count("drink")) == 0 and daylight(chart.step) > 0.8
        if not chart.asleep and (starving or enough()):
            break
        pilot.act("sleep" if chart.count("energy") < rules().limit or chart.asleep else "noop")
    return chart.step > begun
