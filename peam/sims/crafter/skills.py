"""The verbs of Crafter's action language: mine, craft, place, guard, kill, eat, sleep, explore, wait.

Each carries out one action through the pilot and says how it ended. Knows the chart, the pilot and the rules;
no task and no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from peam.actions import Action
from peam.sims.crafter.chart import Chart, Place, around, distance
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.roam import KINDS, roam
from peam.sims.crafter.routes import open_sides, ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.shelter import close_off, sleep
from peam.sims.crafter.survival import Survival
from peam.skills.diagnosis import Result, Stop, missing_material, missing_tool, no_station, not_found, partial
from peam.types import Diagnosis

STRIDE: Final = 24  # steps of one exploration
TRIES: Final = 15  # blows at the grass for one sapling: one in ten gives it
NEAR: Final = 45.0  # steps to a station that still counts as near
EARLY, LOOK, CARRY = 120, 40, 40.0  # steps: until when, and how far, the first table's place is looked for
NEARBY: Final = 25.0  # steps from which one still goes to fence a plant
TEND: Final = 600  # steps that one waits for a plant


class Skills:
    """The verbs, over one episode's body."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart
        self.body = Survival(pilot)
        self.verbs: dict[str, Callable[[Action], Result]] = {
            "mine": self.mine,
            "craft": self.craft,
            "place": self.place,
            "guard": self.guard,
            "kill": self.kill,
            "eat": self.eat,
            "sleep": self.sleep,
            "explore": self.explore,
            "wait": self.wait,
        }

    # -- gathering -----------------------------------------------------------------------------------------

    def mine(self, action: Action) -> Result:
        """Collects n more of what a ground gives.

        Raises:
            Stop: MISSING_TOOL, NOT_FOUND, UNREACHABLE.
        """
        rule, wanted = rules().collect[action.target], action.count or 1
        if rule.tool and not self.chart.count(rule.tool):
            raise missing_tool(rule.tool)
        if action.target == "water":
            return self._drink()
        if action.target == "grass":
            return self._sapling()
        begun, key = self._earned(f"collect_{rule.gives}"), f"collect_{rule.gives}"
        for _ in range(4 * wanted + 8):
            if self._earned(key) - begun >= wanted or self.chart.count(rule.gives) >= rules().limit:
                break
            cells = self._reachable(self.chart.cells(action.target)[:60])
            if not cells:
                return partial(self._earned(key) - begun, wanted, rule.gives, not_found(action.target).result)
            if not self.pilot.go(cells[:6], near=1):
                self.chart.barred.add(cells[0])
                continue
            beside = [c for c in around(self.chart.place) if self.chart.material(c) == action.target]
            self._strike([c for c in beside if c in cells])
        stuck = Result(Diagnosis.UNREACHABLE, f"no way to {action.target}")
        return partial(self._earned(key) - begun, wanted, rule.gives, stuck)

    def _strike(self, cells: list[Place]) -> None:
        if not self.pilot.reflex() and cells and self.pilot.turn(cells[0]):
            self.pilot.act("do")

    def _reachable(self, cells: list[Place]) -> list[Place]:
        """Returns the cells that can be stood beside, nearest by way first."""
        cost, fences = ways(self.chart).cost, self.chart.fences()
        by_cost = [
            (min(float(cost[s]) for s in around(cell) if min(s) >= 0 and max(s) < len(cost)), cell)
            for cell in cells
            if cell not in self.chart.barred and cell not in fences
        ]
        return [cell for steps, cell in sorted(by_cost) if steps < float("inf")]

    def _drink(self) -> Result:
        if not self.chart.cells("water"):
            raise not_found("water")
        before = self._earned("collect_drink")
        if self.chart.count("drink") < rules().limit:
            self.body.drink()
        elif self.pilot.go(self.chart.cells("water")[:40], near=1):
            self._strike([c for c in around(self.chart.place) if self.chart.material(c) == "water"])
        if self._earned("collect_drink") > before:
            return Result(detail="drunk")
        raise Stop(Diagnosis.UNREACHABLE, "no way to water")

    def _sapling(self) -> Result:
        before, chart = self._earned("collect_sapling"), self.chart
        for _ in range(TRIES):
            if self._earned("collect_sapling") > before:
                return Result(detail="a sapling")
            if self.pilot.heed():
                continue
            if not self.pilot.pose(lambda _, front: chart.material(front) == "grass" and chart.free(front)):
                grass = [cell for cell in chart.cells("grass") if chart.free(cell)][:30]
                if not grass or not self.pilot.go(grass):
                    raise not_found("grass")
                continue
            self.pilot.act("do")
        raise Stop(Diagnosis.TIMEOUT, "no sapling in the grass")

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
        before = self._earned(f"make_{action.target}")
        for _ in range(4):
            if not self.pilot.reflex():
                self.pilot.act(f"make_{action.target}")
            if self._earned(f"make_{action.target}") > before:
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
        return [c for c in cells if min((cost[s] for s in around(c) if _on(s)), default=1e9) <= NEAR]

    def near(self) -> tuple[str, ...]:
        """Returns the names of the stations near."""
        return tuple(name for name in ("furnace", "table") if self._near_stations(name))

    def _afford(self, uses: Mapping[str, int]) -> None:
        lacking = {item: n - self.chart.count(item) for item, n in uses.items() if n > self.chart.count(item)}
        if lacking:
            raise missing_material(lacking)

    # -- placing -------------------------------------------------------------------------------------------

    def place(self, action: Action) -> Result:
        """Places a station, a stone or a sapling; a furnace by a table where one is near.

        Raises:
            Stop: MISSING_MATERIAL, NO_SPACE.
        """
        rule, item = rules().place[action.target], action.target
        self._afford(rule.uses)
        chart, before = self.chart, self._earned(f"place_{item}")
        if item == "table":
            self._by_rock()
        table = item == "furnace" and bool(self._near_stations("table"))
        if table and not self._stand_by(("table",)):
            table = False

        def good(place: Place, front: Place) -> bool:
            fits = chart.material(front) in rule.where and front not in chart.things
            return fits and (not table or self._served(place, ("table",)))

        for _ in range(8):
            if self._earned(f"place_{item}") > before:
                return Result(detail=f"{item} placed")
            if self.pilot.heed():
                continue
            if not self.pilot.pose(good):
                break
            self.pilot.act(f"place_{item}")
        if self._earned(f"place_{item}") > before:
            return Result(detail=f"{item} placed")
        if item == "plant":
            grass = [cell for cell in chart.cells("grass") if chart.free(cell)]
            if grass and self.pilot.go(grass[3:20]) and self.pilot.pose(good):
                self.pilot.act("place_plant")
                if self._earned("place_plant") > before:
                    return Result(detail="plant placed")
        raise Stop(Diagnosis.NO_SPACE, f"no place for {item}")

    def _by_rock(self) -> None:
        """Takes the table's wood to where stone is, if there is some near: all its tools are made there."""

        def known() -> bool:
            return bool(self.chart.cells("stone"))

        if not known() and self.chart.step < EARLY:
            roam(self.pilot, "rock", known, LOOK)
        stones = self._reachable(self.chart.cells("stone")[:30])
        cost = ways(self.chart).cost
        if stones and min(float(cost[s]) for s in around(stones[0]) if _on(s)) <= CARRY:
            self.pilot.go(stones[:6], near=1)

    def guard(self, action: Action) -> Result:
        """Puts stones on every open side of the nearest plant.

        Raises:
            Stop: NOT_FOUND, MISSING_MATERIAL, UNREACHABLE.
        """
        plant = self._plant()
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

    def _plant(self) -> Place:
        known = self.chart.of(("plant", "plant-ripe"), age=20_000)
        if not known:
            raise not_found("plant")
        return known[0]

    # -- creatures and the body ----------------------------------------------------------------------------

    def kill(self, action: Action) -> Result:
        """Hunts a creature until one falls.

        Raises:
            Stop: NOT_FOUND, TARGET_LOST.
        """
        if not self.chart.of((action.target,), age=60):
            raise not_found(action.target)
        if self.body.hunt(action.target):
            return Result(detail=f"{action.target} fell")
        raise Stop(Diagnosis.TARGET_LOST, f"{action.target} got away")

    def eat(self, action: Action) -> Result:
        """Eats a cow, or waits by a plant until it is ripe and eats it.

        Raises:
            Stop: NOT_FOUND, TARGET_LOST, TIMEOUT.
        """
        if action.target == "cow":
            if not self.chart.of(("cow",), age=400):
                raise not_found("cow")
            if self.body.hunt("cow"):
                return Result(detail="a cow eaten")
            raise Stop(Diagnosis.TARGET_LOST, "the cow got away")
        return self._tend()

    def _tend(self) -> Result:
        end, before = self.chart.step + TEND, self._earned("eat_plant")
        if self.chart.growth.get(self._plant(), 0) < rules().ripe - TEND // 2:
            raise Stop(Diagnosis.TIMEOUT, "the plant has hardly grown")
        while self.chart.step < end:
            plant = self._plant()
            if self.pilot.heed():
                continue
            if self.chart.things[plant] == "plant-ripe":
                self.body.eat_plant(plant)
            elif distance(self.chart.place, plant) > 3:
                if not self.pilot.go([plant], near=1):
                    raise Stop(Diagnosis.UNREACHABLE, "no way to the plant")
            else:
                self._bide(plant)
            if self._earned("eat_plant") > before:
                return Result(detail="a ripe plant eaten")
        raise Stop(Diagnosis.TIMEOUT, "the plant is not ripe")

    def _bide(self, plant: Place) -> None:
        """Passes some steps near a plant: closed in where stones allow."""
        if len(close_off(self.pilot)) == 0 or distance(self.chart.place, plant) > 12:
            self.pilot.act("noop")
            return
        for _ in range(40):
            shown = self.chart.things.get(plant, "plant")
            hungry = min(self.chart.count("food"), self.chart.count("drink")) <= 3
            if shown == "plant-ripe" or hungry or self.chart.hurt:
                return
            tired = self.chart.count("energy") < 7 or self.chart.asleep
            self.pilot.act("sleep" if tired else "noop")

    def sleep(self, action: Action) -> Result:
        """Sleeps in a closed pocket until rested.

        Raises:
            Stop: NO_SPACE where there is none or one is not tired, STUCK where woken by a blow.
        """
        before = self._earned("wake_up")
        if self.chart.count("energy") >= rules().limit:
            raise Stop(Diagnosis.NO_SPACE, "not tired")
        sleep(self.pilot)
        if self._earned("wake_up") > before:
            return Result(detail="rested")
        raise Stop(Diagnosis.STUCK, "no sleep to be had")

    def explore(self, action: Action) -> Result:
        """Looks at what has not been seen, most where the ground is of a kind.

        Raises:
            Stop: UNREACHABLE where nothing is left to look at.
        """
        chart, begun = self.chart, self.chart.step
        assert action.target in KINDS
        known, beasts = _counts(chart), set(chart.things.values())

        def news() -> bool:
            rich = any(_counts(chart)[k] > n for k, n in known.items())
            return rich or bool(set(chart.things.values()) - beasts)

        roam(self.pilot, action.target, news, STRIDE)
        if chart.step == begun:
            raise Stop(Diagnosis.UNREACHABLE, "nothing left to look at")
        return Result(detail="looked around")

    def wait(self, action: Action) -> Result:
        """Lets steps pass."""
        for _ in range(action.count or 1):
            if not self.pilot.heed():
                self.pilot.act("noop")
        return Result()

    def _earned(self, achievement: str) -> int:
        return self.chart.noted.get(achievement, 0)


def _counts(chart: Chart) -> dict[str, int]:
    """Returns how many cells of what is worth stopping for are known."""
    return {name: len(chart.cells(name)) for name in ("coal", "iron", "diamond", "water", "table")}


def _on(cell: Place) -> bool:
    return min(cell) >= 0 and max(cell) < 64
