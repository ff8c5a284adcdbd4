"""The other verbs of Crafter's action language: mine, kill, eat, sleep, explore, wait; and the whole list.

Each carries out one action through the pilot and says how it ended. Knows the chart, the pilot and the rules;
no task and no plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from peam.actions import Action
from peam.sims.crafter.building import Building, nearest_plant
from peam.sims.crafter.chart import Chart, Place, around, distance
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.roam import KINDS, roam
from peam.sims.crafter.routes import reachable
from peam.sims.crafter.rules import rules
from peam.sims.crafter.shelter import close_off, sleep
from peam.sims.crafter.survival import Survival
from peam.skills.diagnosis import Result, Stop, missing_tool, not_found, partial
from peam.types import Diagnosis

STRIDE: Final = 24  # steps of one exploration
TRIES: Final = 15  # blows at the grass for one sapling: one in ten gives it
TEND: Final = 600  # steps that one waits for a plant


class Skills:
    """The verbs, over one episode's body."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart
        self.body = Survival(pilot)
        self.building = Building(pilot)
        self.verbs: dict[str, Callable[[Action], Result]] = {
            "mine": self.mine,
            "craft": self.building.craft,
            "place": self.building.place,
            "guard": self.building.guard,
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
        key = f"collect_{rule.gives}"
        begun = self.chart.earned(key)
        for _ in range(4 * wanted + 8):
            if self.chart.earned(key) - begun >= wanted or self.chart.count(rule.gives) >= rules().limit:
                break
            cells = reachable(self.chart, self.chart.cells(action.target)[:60])
            if not cells:
                return partial(
                    self.chart.earned(key) - begun, wanted, rule.gives, not_found(action.target).result
                )
            if not self.pilot.go(cells[:6], near=1):
                self.chart.barred.add(cells[0])
                continue
            beside = [c for c in around(self.chart.place) if self.chart.material(c) == action.target]
            self._strike([c for c in beside if c in cells])
        stuck = Result(Diagnosis.UNREACHABLE, f"no way to {action.target}")
        return partial(self.chart.earned(key) - begun, wanted, rule.gives, stuck)

    def _strike(self, cells: list[Place]) -> None:
        if not self.pilot.reflex() and cells and self.pilot.turn(cells[0]):
            self.pilot.act("do")

    def _drink(self) -> Result:
        if not self.chart.cells("water"):
            raise not_found("water")
        before = self.chart.earned("collect_drink")
        if self.chart.count("drink") < rules().limit:
            self.body.drink()
        elif self.pilot.go(self.chart.cells("water")[:40], near=1):
            self._strike([c for c in around(self.chart.place) if self.chart.material(c) == "water"])
        if self.chart.earned("collect_drink") > before:
            return Result(detail="drunk")
        raise Stop(Diagnosis.UNREACHABLE, "no way to water")

    def _sapling(self) -> Result:
        before, chart = self.chart.earned("collect_sapling"), self.chart
        for _ in range(TRIES):
            if self.chart.earned("collect_sapling") > before:
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
        end, before = self.chart.step + TEND, self.chart.earned("eat_plant")
        if self.chart.growth.get(nearest_plant(self.chart), 0) < rules().ripe - TEND // 2:
            raise Stop(Diagnosis.TIMEOUT, "the plant has hardly grown")
        while self.chart.step < end:
            plant = nearest_plant(self.chart)
            if self.pilot.heed():
                continue
            if self.chart.things[plant] == "plant-ripe":
                self.body.eat_plant(plant)
            elif distance(self.chart.place, plant) > 3:
                if not self.pilot.go([plant], near=1):
                    raise Stop(Diagnosis.UNREACHABLE, "no way to the plant")
            else:
                self._bide(plant)
            if self.chart.earned("eat_plant") > before:
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
        before = self.chart.earned("wake_up")
        if self.chart.count("energy") >= rules().limit:
            raise Stop(Diagnosis.NO_SPACE, "not tired")
        sleep(self.pilot)
        if self.chart.earned("wake_up") > before:
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


def _counts(chart: Chart) -> dict[str, int]:
    """Returns how many cells of what is worth stopping for are known."""
    return {name: len(chart.cells(name)) for name in ("coal", "iron", "diamond", "water", "table")}
