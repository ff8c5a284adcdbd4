"""What a body does at once and unasked: strikes back, steps out of an arrow's way, picks up what is beside.

Knows the chart, the pilot and the rules; no task and no plan.
"""

from __future__ import annotations

from typing import Final

from peam.sims.crafter.chart import Chart, Place, around, distance
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.routes import AIRY, steps_into, ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.templates import ARROWS, FACINGS

HOSTILE: Final = ("zombie", "skeleton")
GRAB: Final = {"coal": 3, "iron": 3, "diamond": 1, "tree": 5}  # picked up in passing, up to so many
CHARGE: Final = 12  # steps for which a skeleton is pursued
FAINT: Final = 3  # health at which nothing is pursued any more
ARMS: Final = ("wood_sword", "stone_sword", "iron_sword")


class Reflexes:
    """The reflexes of one body."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart

    def reflex(self) -> bool:
        """Strikes an attacker beside, or picks up an ore beside; returns whether it acted."""
        if self.chart.asleep:
            return False
        foe = next(iter(self.chart.of(HOSTILE, reach=1)), None)
        if foe is not None:
            if self.pilot.turn(foe):
                self.pilot.act("do")
            return True
        return self._dodge() or self._charge() or self._bar() or self._grab()

    def _charge(self) -> bool:
        """Goes at a skeleton that is close: they shoot from afar and seldom escape; returns whether so."""
        chart = self.chart
        foe = chart.of(("skeleton",), reach=4)
        last, row = chart.charge
        row = row if chart.step - last <= 20 else 0
        armed = any(map(chart.count, ARMS))
        if not foe or not armed or chart.count("health") <= FAINT or row >= CHARGE:
            return False
        found = ways(chart, dig=False, fear=False)
        spots = [spot for spot in around(foe[0]) if chart.free(spot)]
        way = found.to(min(spots, key=lambda spot: found.cost[spot])) if spots else []
        if not way or len(way) > 5 or not chart.free(way[0]):
            return False
        chart.charge = (chart.step, row + 1)
        self.pilot.act(steps_into(chart.place, way[0]))
        return True

    def _dodge(self) -> bool:
        """Steps out of the way of an arrow that comes straight on, or puts a stone before it."""
        chart = self.chart
        arrow = next((c for c in chart.of(ARROWS, reach=5) if self._aimed(c)), None)
        if arrow is None:
            return False
        x, y = chart.place
        sides = [(x + 1, y), (x - 1, y)] if arrow[0] == x else [(x, y + 1), (x, y - 1)]
        free = [side for side in sides if chart.free(side) and not any(map(chart.things.get, around(side)))]
        if chart.count("stone") and chart.free(chart.front) and _between(chart.place, arrow, chart.front):
            self._put_stone()
            return True
        if not free:
            return False
        self.pilot.act(steps_into(chart.place, free[0]))
        return True

    def _put_stone(self) -> None:
        self.chart.bars[self.chart.front] = self.chart.step
        self.pilot.act("place_stone")

    def _aimed(self, arrow: Place) -> bool:
        """Returns whether an arrow flies at the player with nothing solid between."""
        chart, (x, y) = self.chart, arrow
        dx, dy = FACINGS[chart.things[arrow].removeprefix("arrow-")]
        for _ in range(5):
            x, y = x + dx, y + dy
            if (x, y) == chart.place:
                return True
            if chart.material((x, y)) not in AIRY or (x, y) in chart.things:
                return False
        return False

    def _bar(self) -> bool:
        """Puts a stone in the way of a zombie that comes straight on; they do not find a way round."""
        (x, y), (dx, dy), chart = self.chart.place, self.chart.facing, self.chart
        known = chart.earned("defeat_zombie") > 0 or chart.count("health") <= FAINT
        if not known or chart.count("stone") < 2 or not chart.free(chart.front):
            return False
        ahead = [(x + dx * k, y + dy * k) for k in (2, 3)]
        if any(chart.things.get(c) in HOSTILE and chart.seen_at[c] == chart.step for c in ahead):
            self._put_stone()
            return True
        return False

    def _grab(self) -> bool:
        """Picks up an ore, or wood that is short, beside; returns whether it acted."""
        for cell in around(self.chart.place):
            ground = self.chart.material(cell)
            most = GRAB.get(ground, 0)
            if cell in self.chart.things or not most:
                continue
            rule = rules().collect[ground]
            able = not rule.tool or self.chart.count(rule.tool)
            if able and self.chart.count(rule.gives) < most and self.pilot.turn(cell):
                self.pilot.act("do")
                return True
        return False


def _between(a: Place, b: Place, cell: Place) -> bool:
    """Returns whether a cell lies on the straight line between two others."""
    return cell not in (a, b) and distance(a, cell) + distance(cell, b) == distance(a, b)
