"""What a body does unasked: strikes back, picks up what lies in reach, drinks, eats, rests and sleeps.

Knows the chart, the pilot and the rules; no task and no plan.
"""

from __future__ import annotations

from typing import Final

from peam.sims.crafter.chart import Chart, Place, around, distance
from peam.sims.crafter.eyes import daylight
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.roam import roam
from peam.sims.crafter.routes import ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.shelter import recover, sleep, wait_for_day

HOSTILE: Final = ("zombie", "skeleton")
GRAB: Final = {"coal": 3, "iron": 3, "diamond": 1, "stone": 0, "tree": 0}  # picked up in passing, up to so many
THIRSTY: Final = 4
HUNGRY: Final = 4
TIRED: Final = 3
WEAK: Final = 3
PAUSE: Final = 25  # steps after which a need that could not be met is tried again
STALE: Final = 400  # steps for which a cow is remembered


class Survival:
    """The reflexes and needs of one episode."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart
        self.put_off: dict[str, int] = {}
        pilot.reflex, pilot.needs = self.reflex, self.needs

    def reflex(self) -> bool:
        """Strikes an attacker beside, or picks up an ore beside; returns whether it acted."""
        if self.chart.asleep:
            return False
        foe = next(iter(self.chart.of(HOSTILE, reach=1)), None)
        if foe is not None:
            if self.pilot.turn(foe):
                self.pilot.act("do")
            return True
        return self._grab()

    def _grab(self) -> bool:
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

    def needs(self) -> bool:
        """Sees to the most urgent need; returns whether it acted."""
        chart, begun = self.chart, self.chart.step
        if chart.asleep:
            self.pilot.act("sleep")
            return True
        urgent = [
            ("rest", chart.count("health") <= WEAK, lambda: recover(self.pilot, 7)),
            ("drink", chart.count("drink") <= THIRSTY, self.drink),
            ("food", chart.count("food") <= HUNGRY, self.feed),
            ("sleep", self._sleepy(), self.sleep),
        ]
        for name, pressing, meet in urgent:
            if pressing and chart.step >= self.put_off.get(name, 0):
                if not meet():
                    self.put_off[name] = chart.step + PAUSE
                if chart.step > begun:
                    return True
        return False

    def _sleepy(self) -> bool:
        energy, evening = self.chart.count("energy"), daylight(self.chart.step) < 0.35
        return energy <= TIRED or (evening and energy <= 6)

    def sleep(self) -> bool:
        """Sleeps, and waits for the day where the night is no time to be out."""
        rested = sleep(self.pilot)
        if rested:
            wait_for_day(self.pilot)
        return rested

    def drink(self) -> bool:
        """Drinks to the full; returns whether it drank."""
        if not self.chart.cells("water") and (
            self.chart.count("drink") > 2 or not roam(self.pilot, "land", lambda: self._known("water"), 150)
        ):
            return False
        if not self.pilot.go(self.chart.cells("water")[:40], near=1):
            return False
        for _ in range(12):
            if self.chart.count("drink") >= rules().limit:
                break
            water = next((c for c in around(self.chart.place) if self.chart.material(c) == "water"), None)
            if water is None:
                break
            if not self.pilot.reflex() and self.pilot.turn(water):
                self.pilot.act("do")
        return self.chart.count("drink") > THIRSTY

    def feed(self) -> bool:
        """Eats a cow, or a ripe plant; returns whether food rose."""
        before = self.chart.count("food")
        ripe = self.chart.of(("plant-ripe",), reach=25, age=10_000)
        if ripe and self.eat_plant(ripe[0]):
            return True
        if not self._cows() and before <= 2:
            roam(self.pilot, "land", lambda: bool(self._cows()), 200)
        return self.hunt("cow") and self.chart.count("food") > before

    def eat_plant(self, plant: Place) -> bool:
        """Goes to a ripe plant and eats it; returns whether it did."""
        if not self.pilot.go([plant], near=1) or not self.pilot.turn(plant):
            return False
        before = self.chart.noted.get("eat_plant", 0)
        self.pilot.act("do")
        return self.chart.noted.get("eat_plant", 0) > before

    def hunt(self, name: str, steps: int = 200) -> bool:
        """Pursues the nearest creature of a name and strikes until one falls; returns whether one did."""
        chart = self.chart
        key = "eat_cow" if name == "cow" else f"defeat_{name}"
        before, end = chart.noted.get(key, 0), chart.step + steps
        while chart.step < end and chart.noted.get(key, 0) == before:
            known = chart.of((name,), age=STALE if name == "cow" else 60)[:5]
            if not known:
                return False
            beside = [cell for cell in known if distance(cell, chart.place) == 1]
            if beside:
                if self.pilot.turn(beside[0]):
                    self.pilot.act("do")
            elif not self._approach(name, known):
                return False
        return chart.noted.get(key, 0) > before

    def _approach(self, name: str, known: list[Place]) -> bool:
        """Takes one step, or sees to a need, on the way to a creature; returns whether there is a way."""
        if self.pilot.heed():
            return True
        found = ways(self.chart)
        spots = [spot for cell in known for spot in around(cell) if 0 <= min(spot) and max(spot) < 64]
        way = found.to(min(spots, key=lambda spot: found.cost[spot]))
        if not way:
            return False
        self.pilot.enter(way[0])
        return True

    def _cows(self) -> list[Place]:
        return self.chart.of(("cow",), age=STALE)

    def _known(self, ground: str) -> bool:
        return bool(self.chart.cells(ground))
