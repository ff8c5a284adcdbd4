"""Making and placing: craft, place, guard.

Each carries out one action through the pilot and says how it ended. Knows the chart, the pilot and the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from peam.actions import Action
from peam.sims.crafter.chart import Chart, Place, around, distance, inside
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.roam import roam
from peam.sims.crafter.routes import open_sides, reachable, ways
from peam.sims.crafter.rules import rules
from peam.skills.diagnosis import Result, Stop, missing_material, no_station, not_found
from peam.types import Diagnosis

NEAR: Final = 70.0  # steps to a station that still counts as near
EARLY, LOOK, CARRY = 120, 40, 40.0  # steps: until when, and how far, the first table's place is looked for
NEARBY: Final = 25.0  # steps from which one still goes to fence a plant in


class Building:
    """The verbs that change what stands around."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart

    # -- making --------------------------------------------------------------------------------------------

    def craft(self, action: Action) -> Result:
        """Makes an item near the stations that it takes.

        Raises:
            Stop: MISSING_MATERIAL, NO_STATION, UNREACHABLE.
        """
        rule = rules().make[action.target]
        self._afford(rule.uses)
        for station in rule.near:
            if not self._near_stations(station):
                raise no_station(station)
        if not self._stand_by(rule.near):
            raise no_station(rule.near[-1])
        before = self.chart.earned(f"make_{action.target}")
        for _ in range(4):
            if not self.pilot.reflex():
                self.pilot.act(f"make_{action.target}")
            if self.chart.earned(f"make_{action.target}") > before:
                return Result(detail=f"made {action.target}")
        raise Stop(Diagnosis.STUCK, f"{action.target} was not made")

    def _stand_by(self, stations: tuple[str, ...]) -> bool:
        """Goes where every station is within one cell; returns whether that is so."""
        spots = [
            (x + dx, y + dy)
            for x, y in self._near_stations(stations[0])
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if (dx, dy) != (0, 0) and self._served((x + dx, y + dy), stations)
        ]
        return self._served(self.chart.place, stations) or bool(spots and self.pilot.go(spots))

    def _served(self, place: Place, stations: tuple[str, ...]) -> bool:
        x, y = place
        around9 = {self.chart.material((x + dx, y + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        return all(station in around9 for station in stations)

    def _near_stations(self, name: str) -> list[Place]:
        """Returns the stations of a name that are known and near by way."""
        cost, cells = ways(self.chart).cost, self.chart.cells(name)[:8]
        return [c for c in cells if min((cost[s] for s in around(c) if inside(s)), default=1e9) <= NEAR]

    def near(self) -> tuple[str, ...]:
        """Returns the names of the stations near."""
        return tuple(name for name in ("furnace", "table") if self._near_stations(name))

    def _afford(self, uses: Mapping[str, int]) -> None:
        held = self.chart.count
        lacking = {item: n - held(item) for item, n in uses.items() if n > held(item)}
        if lacking:
            raise missing_material(lacking)

    # -- placing -------------------------------------------------------------------------------------------

    def place(self, action: Action) -> Result:
        """Places a station, a stone or a sapling; a furnace by a table where one is near.

        Raises:
            Stop: MISSING_MATERIAL, NO_SPACE.
        """
        rule, item, chart = rules().place[action.target], action.target, self.chart
        self._afford(rule.uses)
        before = chart.earned(f"place_{item}")
        if item == "table":
            self._by_rock()
        table = item == "furnace" and bool(self._near_stations("table")) and self._stand_by(("table",))

        def good(place: Place, front: Place) -> bool:
            fits = chart.material(front) in rule.where and front not in chart.things
            return fits and (not table or self._served(place, ("table",)))

        for _ in range(8):
            if chart.earned(f"place_{item}") > before:
                return Result(detail=f"{item} placed")
            if self.pilot.heed():
                continue
            if not self.pilot.pose(good) and not (item == "plant" and self._to_grass()):
                break
            if good(chart.place, chart.front):
                self.pilot.act(f"place_{item}")
        if chart.earned(f"place_{item}") > before:
            return Result(detail=f"{item} placed")
        raise Stop(Diagnosis.NO_SPACE, f"no place for {item}")

    def _to_grass(self) -> bool:
        grass = [cell for cell in self.chart.cells("grass") if self.chart.free(cell)]
        return self.pilot.go(grass[3:20])

    def _by_rock(self) -> None:
        """Takes the table's wood to where stone is, if there is some near: all its tools are made there."""

        def known() -> bool:
            return bool(self.chart.cells("stone"))

        if not known() and self.chart.step < EARLY:
            roam(self.pilot, "rock", known, LOOK)
        stones = reachable(self.chart, self.chart.cells("stone")[:30])
        cost = ways(self.chart).cost
        if stones and min(float(cost[s]) for s in around(stones[0]) if inside(s)) <= CARRY:
            self.pilot.go(stones[:6], near=1)

    def guard(self, action: Action) -> Result:
        """Puts stones on every open side of the nearest plant.

        Raises:
            Stop: NOT_FOUND, MISSING_MATERIAL, UNREACHABLE.
        """
        plant = nearest_plant(self.chart)
        if ways(self.chart).cost[[x for x, _ in around(plant)], [y for _, y in around(plant)]].min() > NEARBY:
            raise Stop(Diagnosis.UNREACHABLE, "the plant is far")
        if not self.pilot.go([plant], near=2) and distance(self.chart.place, plant) > 2:
            raise Stop(Diagnosis.UNREACHABLE, "no way to the plant")
        for _ in range(16):
            openings = [c for c in open_sides(self.chart, [plant], arrows=True) if c not in self.chart.things]
            if not open_sides(self.chart, [plant], arrows=True):
                return Result(detail="the plant is fenced in")
            if not self.chart.count("stone"):
                raise missing_material({"stone": len(openings)})
            if self.pilot.heed():
                continue
            if not openings or not self.pilot.pose(lambda _, front, w=openings: front in w):  # type: ignore[misc]
                raise Stop(Diagnosis.UNREACHABLE, "the plant cannot be fenced in now")
            self.pilot.act("place_stone")
        raise Stop(Diagnosis.UNREACHABLE, "the plant could not be fenced in")


def nearest_plant(chart: Chart) -> Place:
    """Returns the nearest known plant.

    Raises:
        Stop: NOT_FOUND.
    """
    known = chart.of(("plant", "plant-ripe"), age=20_000)
    if not known:
        raise not_found("plant")
    return known[0]
