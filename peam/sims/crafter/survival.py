"""What a body does unasked: strikes back, picks up what lies in reach, drinks, eats, rests and sleeps.

Knows the chart, the pilot and the rules; no task and no plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.crafter.chart import ID, Chart, Place, around, distance
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.roam import roam
from peam.sims.crafter.routes import AIRY, nearby_share, steps_into, ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.shelter import pocket, sleep, stay
from peam.sims.crafter.templates import ARROWS, FACINGS

HOSTILE: Final = ("zombie", "skeleton")
GRAB: Final = {
    "coal": 3,
    "iron": 3,
    "diamond": 1,
    "stone": 0,
    "tree": 0,
}  # picked up in passing, up to so many
LOW: Final = 4  # food or drink at which they are seen to by day
URGENT: Final = 2  # food, drink or health at which even a short task waits
SEEK: Final = 6  # at which they are looked for where none is known
CHANCE: Final = 6  # at which a cow or water close by is taken
CHANCE_BEFORE_NIGHT: Final = 7
LOW_AT_NIGHT: Final = -1
DAY: Final = 300  # steps
TIRED: Final = 3
SHAKEN: Final = 5  # health at which a night in the rock is given up
CHARGE: Final = 12  # steps for which a skeleton is pursued
WEAK: Final = 3  # health at which one rests, until it is `RESTED`
RESTED: Final = 7
STOCK: Final = 4  # stones below which more are dug, up to `ENOUGH`, where some are `CLOSE` (steps)
ENOUGH: Final = 9
CLOSE: Final = 12.0
SUPPLY: Final = 8  # stones that one should have in the evening, fetched from `FAR`
FAR: Final = 30.0
EVENING: Final = 135  # step of the day from which one hides: zombies multiply below a light of 0.5 (148)
LATE: Final = 165  # from which the health that fights cost is no longer worth the work
MORNING: Final = 280  # and until which: they vanish again as the light comes (env.py, `_balance_chunk`)
FAR_AT_NIGHT: Final = 40.0  # steps up to which one goes into the rock for the night
STANDING: Final = [ID[name] for name in ("stone", "path", "coal")]
ROCKY: Final = 10  # cells of grass among the 81 around, at most
PAUSE: Final = 25  # steps after which a need that could not be met is tried again
STALE: Final = 2000  # steps for which a cow is remembered


class Survival:
    """The reflexes and needs of one episode."""

    def __init__(self, pilot: Pilot) -> None:
        self.pilot = pilot
        self.chart: Chart = pilot.chart
        self.put_off: dict[str, int] = {}
        self.patient = False
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
        return self._dodge() or self._charge() or self._bar() or self._grab()

    def _charge(self) -> bool:
        """Goes at a skeleton that is close: they shoot from afar and seldom escape; returns whether so."""
        chart = self.chart
        foe = chart.of(("skeleton",), reach=4)
        last, row = chart.charge
        row = row if chart.step - last <= 20 else 0
        armed = chart.count("stone_sword") or chart.count("iron_sword") or chart.count("wood_sword")
        if not foe or not armed or chart.count("health") <= WEAK or row >= CHARGE:
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
        (x, y) = chart.place
        sides = [(x + 1, y), (x - 1, y)] if arrow[0] == x else [(x, y + 1), (x, y - 1)]
        free = [side for side in sides if chart.free(side) and not any(map(chart.things.get, around(side)))]
        ahead = chart.free(chart.front) and _between(chart.place, arrow, chart.front)
        if ahead and chart.count("stone"):
            chart.bars[chart.front] = chart.step
            self.pilot.act("place_stone")
            return True
        if not free:
            return False
        self.pilot.act(steps_into(chart.place, free[0]))
        return True

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
        known = chart.noted.get("defeat_zombie", 0) > 0 or chart.count("health") <= WEAK
        if not known or chart.count("stone") < 2 or not chart.free(chart.front):
            return False
        ahead = [(x + dx * k, y + dy * k) for k in (2, 3)]
        if any(chart.things.get(c) in HOSTILE and chart.seen_at[c] == chart.step for c in ahead):
            chart.bars[chart.front] = chart.step
            self.pilot.act("place_stone")
            return True
        return False

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
        night = chart.shun_grass = self._night()
        low, handy = (
            (LOW_AT_NIGHT, -1) if night else (LOW, CHANCE_BEFORE_NIGHT if self._afternoon() else CHANCE)
        )
        drink, food = chart.count("drink"), chart.count("food")
        if self.patient and not night and min(drink, food, chart.count("health")) > URGENT:
            return False
        urgent = [
            ("drink", drink <= 1 and not night, self.drink),
            ("food", food <= 1 and not night, self.feed),
            ("rest", chart.count("health") <= WEAK and min(food, drink) > 0, self.rest),
            ("drink", drink <= (low if night or self._known("water") else SEEK), self.drink),
            ("food", food <= (low if night or self._cows() else SEEK), self.feed),
            ("sip", drink <= handy and self._close("water"), self.drink),
            ("bite", food <= handy and self._close("cow"), self.feed),
            (
                "stock",
                chart.count("stone") < (SUPPLY if self._afternoon() else STOCK) and not night,
                self.stock,
            ),
            ("hide", night and self._exposed(), self.hide),
            ("go in", self._evening() and not self._safe_at_night(), self._into_rock),
            ("sleep", chart.count("energy") <= TIRED, lambda: sleep(self.pilot)),
        ]
        for name, pressing, meet in urgent:
            if pressing and chart.step >= self.put_off.get(name, 0):
                if not meet():
                    self.put_off[name] = chart.step + PAUSE
                if chart.step > begun:
                    return True
        return False

    def _close(self, what: str) -> bool:
        """Returns whether water or a cow is so near that a chance would be missed."""
        near = self.chart.cells("water")[:3] if what == "water" else self._cows()[:3]
        reach = 15 if self._afternoon() else 12
        return any(distance(cell, self.chart.place) <= reach for cell in near)

    def _afternoon(self) -> bool:
        return EVENING - 40 <= self.chart.step % DAY < EVENING + 15

    def _left(self) -> int:
        """Returns the steps that a search may take: until the evening, or some even then."""
        return max(30, EVENING - self.chart.step % DAY)

    def _evening(self) -> bool:
        """Returns whether it is time to be off to the rock, for one who can work there at night."""
        soon = EVENING - 20 <= self.chart.step % DAY < EVENING
        return soon and self.chart.count("wood_pickaxe") > 0

    def _night(self) -> bool:
        """Returns whether the zombies of the night are about, or will be before one has found shelter."""
        return EVENING <= self.chart.step % DAY < MORNING

    def _exposed(self) -> bool:
        """Returns whether one must not be out: shaken, or late in the evening where zombies come."""
        shaken = self.chart.count("health") <= SHAKEN
        late = self.chart.step % DAY >= LATE
        return (shaken or late) and not self._safe_at_night()

    def _safe_at_night(self) -> bool:
        """Returns whether so little grass is near that zombies will be few."""
        if self.chart.count("health") <= SHAKEN:
            return False
        return bool(nearby_share(self.chart, ("grass",), 4)[self.chart.place] <= ROCKY)

    def rest(self) -> bool:
        """Stays closed in until health is back."""
        return self._shelter(lambda: self.chart.count("health") >= RESTED)

    def hide(self) -> bool:
        """Spends the night in the rock, digging, where there is some; else closed in until the day comes."""
        again = self.chart.step - self.chart.retreat < 40  # the work leads out into the night: leave it
        fit = self.chart.count("wood_pickaxe") and self.chart.count("health") > SHAKEN
        if fit and not again and self._into_rock():
            self.chart.retreat = self.chart.step
            return True

        def day() -> bool:
            hour = (self.chart.step - MORNING) % DAY
            many = len(self.chart.of(("zombie",), reach=7)) > hour // 25
            fit = self.chart.count("health") >= 8 and self.chart.count("energy") >= rules().limit
            to_work = fit and self.chart.step - self.chart.retreat >= 40 and self._rock_near()
            return bool(to_work) or (not self._night() and not many)

        return self._shelter(day)

    def _into_rock(self) -> bool:
        """Goes where little grass and much stone is, if that is near; returns whether it is there."""
        place = self._rock_near()
        return place is not None and (place == self.chart.place or self.pilot.go([place]))

    def _rock_near(self) -> Place | None:
        """Returns the nearest place in the rock, this one if it is; None where none is near."""
        rock = self._rock()
        if rock[self.chart.place]:
            return self.chart.place
        self.chart.shun_grass = False  # or no way over grass would seem short
        cost = np.where(rock & np.isin(self.chart.ground, STANDING), ways(self.chart).cost, np.inf)
        if not cost.min() <= FAR_AT_NIGHT:
            return None
        x, y = np.unravel_index(int(np.argmin(cost)), cost.shape)
        return int(x), int(y)

    def _rock(self) -> NDArray[np.bool_]:
        grass = nearby_share(self.chart, ("grass",), 4)
        return np.asarray((grass <= ROCKY) & (nearby_share(self.chart, ("stone",), 4) >= 20))

    def _shelter(self, enough: Callable[[], bool]) -> bool:
        if self.chart.count("stone") < STOCK and pocket(self.chart) is None:
            self.stock()
        return stay(self.pilot, enough)

    def stock(self) -> bool:
        """Digs stones for a shelter, where some are near; returns whether there are enough then."""
        if not self.chart.count("wood_pickaxe"):
            return False
        for _ in range(12):
            if self.chart.count("stone") >= ENOUGH or self.chart.step % DAY > EVENING + 15:
                break
            cost = ways(self.chart).cost
            reach, fences = FAR if self._afternoon() else CLOSE, self.chart.fences()
            near = [c for c in self.chart.cells("stone")[:40] if cost[c] <= reach and c not in fences]
            if not near or not self.pilot.go(near, near=1):
                break
            beside = [c for c in around(self.chart.place) if self.chart.material(c) == "stone"]
            stone = [c for c in beside if c not in fences]
            if not self.pilot.reflex() and stone and self.pilot.turn(stone[0]):
                self.pilot.act("do")
        return self.chart.count("stone") >= STOCK

    def drink(self) -> bool:
        """Drinks to the full; returns whether it drank."""
        if not self.chart.cells("water") and (
            self.chart.count("drink") > SEEK
            or not roam(self.pilot, "land", lambda: self._known("water"), self._left())
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
        return self.chart.count("drink") > LOW

    def feed(self) -> bool:
        """Eats a cow, or a ripe plant; returns whether food rose."""
        before = self.chart.count("food")
        ripe = self.chart.of(("plant-ripe",), reach=25, age=10_000)
        if ripe and self.eat_plant(ripe[0]):
            return True
        if not self._cows() and before <= SEEK:
            roam(self.pilot, "grass", lambda: bool(self._cows()), self._left())
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
        found = ways(self.chart, fear=False)
        spots = [spot for cell in known for spot in around(cell) if min(spot) >= 0 and max(spot) < 64]
        way = found.to(min(spots, key=lambda spot: found.cost[spot]))
        if not way:
            return False
        self.pilot.enter(way[0])
        return True

    def _cows(self) -> list[Place]:
        return self.chart.of(("cow",), age=STALE)

    def _known(self, ground: str) -> bool:
        return bool(self.chart.cells(ground))


def _between(a: Place, b: Place, cell: Place) -> bool:
    """Returns whether a cell lies on the straight line between two others."""
    return cell not in (a, b) and distance(a, cell) + distance(cell, b) == distance(a, b)
