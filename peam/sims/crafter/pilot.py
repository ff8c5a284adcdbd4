"""Hands, legs and eyes: one action, one picture, one look at a time, and the way from cell to cell.

Drives the game through one function that takes an action and returns the next picture; knows nothing else
of it. What must come before everything else (a blow at an attacker) is asked of `reflex` before each step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from peam.sims.crafter.chart import Chart, Place, around, distance, inside
from peam.sims.crafter.eyes import see
from peam.sims.crafter.routes import Ways, pose_moves, steps_into, ways
from peam.sims.crafter.rules import rules
from peam.sims.crafter.templates import FACINGS, WALKABLE
from peam.skills.diagnosis import Stop
from peam.types import Diagnosis, Image

Hands = Callable[[str], Image | None]  # an action -> the picture after it, None once the episode is over
PATIENCE: Final = 12  # steps for which something may stand in the way


class Pilot:
    """Acts under a budget of steps.

    Attributes:
        chart: What is known; kept current by every step.
        reflex: Asked before each step; returns whether it acted instead.
        needs: Asked after it, but not while it is at work itself; likewise.
    """

    def __init__(self, chart: Chart, hands: Hands, budget: int) -> None:
        self.chart = chart
        self.reflex: Callable[[], bool] = lambda: False
        self.needs: Callable[[], bool] = lambda: False
        self._hands = hands
        self._left = budget
        self._busy = False

    def act(self, action: str) -> None:
        """Takes one step.

        Raises:
            Stop: DIED at the episode's end, TIMEOUT where the budget is spent.
        """
        if self._left <= 0:
            raise Stop(Diagnosis.TIMEOUT, "out of steps")
        self._left -= 1
        action = "noop" if self._deadly(action) else action
        picture = self._hands(action)
        if picture is None:
            raise Stop(Diagnosis.DIED, "the episode is over")
        self.chart.update(action, see(picture, self.chart.step + 1))

    def _deadly(self, action: str) -> bool:
        """Returns whether an action would step into lava: it can be walked on, and kills."""
        dx, dy = FACINGS.get(action.removeprefix("move_"), (0, 0))
        cell = (self.chart.place[0] + dx, self.chart.place[1] + dy)
        return action.startswith("move_") and self.chart.material(cell) == "lava"

    def heed(self) -> bool:
        """Lets the reflex act, or else the needs; returns whether either did."""
        if self.reflex():
            return True
        if self._busy:
            return False
        self._busy = True
        try:
            return self.needs()
        finally:
            self._busy = False

    def turn(self, cell: Place) -> bool:
        """Faces a neighbour that cannot be stepped on; returns whether it is faced now."""
        if self.chart.front != cell and self.chart.material(cell) != "lava":
            self.act(steps_into(self.chart.place, cell))
        return self.chart.front == cell

    def enter(self, cell: Place) -> bool:
        """Takes one step of a way: digs, bridges or waits as need be; returns whether it is there now."""
        chart = self.chart
        if cell in chart.things:
            self._make_way(cell)
        elif chart.material(cell) in WALKABLE:
            self.act(steps_into(chart.place, cell))
        elif chart.material(cell) == "water" and chart.count("stone"):
            if self.turn(cell):
                self.act("place_stone")
        elif chart.material(cell) in rules().collect and chart.material(cell) != "water":
            if self.turn(cell):
                self.act("do")
        else:
            self.act("noop")
        return chart.place == cell

    def _make_way(self, cell: Place) -> None:
        """Strikes what is hostile, waits for the rest to go."""
        thing = self.chart.things[cell]
        strikes = thing in ("zombie", "skeleton") or (thing == "cow" and self.chart.step % 2 == 1)
        if strikes and self.turn(cell):
            self.act("do")
        else:
            self.act("noop")

    def follow(
        self, choose: Callable[[Ways], Place | None], done: Callable[[], bool], steps: int = 400
    ) -> bool:
        """Walks towards what `choose` names, asked anew each step, until `done`; returns whether it is."""
        waited = 0
        for _ in range(steps):
            if done():
                return True
            if self.heed():
                continue
            found = ways(self.chart)
            goal = choose(found)
            way = found.to(goal) if goal is not None else []
            if not way:
                return False
            before = (self.chart.place, self.chart.material(way[0]))
            self.enter(way[0])
            still = (self.chart.place, self.chart.material(way[0])) == before
            waited = waited + 1 if still else 0
            if waited > PATIENCE:
                return False
        return done()

    def go(self, cells: Collection[Place], near: int = 0) -> bool:
        """Walks to within `near` steps of the nearest of some cells; returns whether it got there."""

        def choose(found: Ways) -> Place | None:
            spots = [spot for cell in cells for spot in _spots(cell, near) if inside(spot)]
            return min(spots, key=lambda spot: found.cost[spot], default=None)

        return self.follow(choose, lambda: any(distance(self.chart.place, c) <= near for c in cells))

    def pose(
        self, good: Callable[[Place, Place], bool], within: Collection[Place] | None = None, radius: int = 8
    ) -> bool:
        """Takes up a pose (cell, cell faced) that is good; returns whether it has it."""
        for _ in range(40):
            if good(self.chart.place, self.chart.front):
                return True
            if self.heed():
                continue
            moves = pose_moves(self.chart, good, within, radius)
            if not moves:
                return moves == []
            self.act(moves[0])
        return good(self.chart.place, self.chart.front)


def _spots(cell: Place, near: int) -> list[Place]:
    return [cell] if near == 0 else around(cell)
