"""Going on in one direction: over open ground, by caves or by a tunnel, with open eyes.

A march stops where a tunnel lays bare an ore, or where a hostile creature comes into plain view that no
march has stopped at before. Knows the contract through `Context` only.
"""

from __future__ import annotations

from itertools import pairwise

from peam.sims.base import Cell, Entity
from peam.skills.context import Context, distance
from peam.skills.defence import stranger
from peam.skills.path import PLANE, WALK, Goal, Route
from peam.skills.world import neighbours6

TUNNEL = 20.0  # estimated ticks a block where the way is dug
SHOWN = 5.0  # metres within which a noticed ore is looked at


class March:
    """One walk along a horizontal axis.

    Attributes:
        axis: Unit step (x, 0, z).
        ore: The ore that stopped it, or None.
        foe: The creature that stopped it, or None.
    """

    def __init__(self, context: Context, axis: Cell) -> None:
        self.context, self.axis = context, axis
        self.start = context.control.body.cell
        self.ore: Cell | None = None
        self.foe: Entity | None = None
        self._known = frozenset(context.memory.noticed)

    @property
    def moved(self) -> int:
        """How many blocks the agent has advanced along the axis."""
        here = self.context.control.body.cell
        return sum((h - s) * a for h, s, a in zip(here, self.start, self.axis, strict=True))

    @property
    def stopped(self) -> bool:
        """Whether something was met that is worth a decision."""
        return self.ore is not None or self.foe is not None

    def over_ground(self) -> None:
        """Walks as far as open ground leads."""
        for _ in range(3):
            left = self.context.stride - self.moved
            if left <= 0 or self.stopped:
                return
            goal = Goal(PLANE, radius=left, axis=self.axis, unit=WALK * 1.3)
            route = self.context.navigator.plan(goal, nodes=6000)
            if len(route.cells) < 2 or (self._follow(route, ores=False) and not route.complete):
                return
            self.context.control.forget()

    def underground(self) -> None:
        """Goes on by caves or by a tunnel, digging with what the inventory has."""
        self.context.control.forget()
        for _ in range(4):
            left = self.context.stride - self.moved
            if left <= 0 or self.stopped:
                return
            goal = Goal(PLANE, radius=left, axis=self.axis, unit=TUNNEL)
            route = self.context.navigator.plan(goal, self.context.control.dig_costs(), nodes=8000)
            if len(route.cells) < 2 or route.gain < goal.unit:
                return
            if self._follow(route, ores=True) and not route.complete:
                return
            self.context.control.forget()

    def _follow(self, route: Route, ores: bool) -> bool:
        """Follows a route until it ends or something is met; returns False where a step failed."""
        for a, b in pairwise(route.cells):
            if not self.context.navigator.step(a, b, last=ores):
                return False
            if ores and notice(self.context, b):
                self.ore = shown_ore(self.context, self._known)
            self.foe = stranger(self.context)
            if self.stopped:
                return True
        return True


def notice(context: Context, cell: Cell) -> bool:
    """Notices the ores that adjoin the body's two cells; returns whether one is new."""
    world, noticed, found = context.control.world, context.memory.noticed, False
    for part in (cell, (cell[0], cell[1] + 1, cell[2])):
        for side in neighbours6(part):
            if side not in noticed and world.name(side).endswith("_ore"):
                noticed.add(side)
                found = True
    return found


def shown_ore(context: Context, known: frozenset[Cell] = frozenset()) -> Cell | None:
    """Returns the nearest noticed ore, not among the `known`, that can be aimed at from here."""
    control = context.control
    for cell in sorted(context.memory.noticed - known, key=lambda c: (distance(control.body.cell, c), c)):
        if distance(control.body.cell, cell) > SHOWN:
            return None
        if not control.world.name(cell).endswith("_ore"):
            continue
        if control.world.aim(control.body.eye, control.body.yaw, cell) is not None:
            return cell
    return None
