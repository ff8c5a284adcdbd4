"""Walking: plans a path (`peam.skills.path`) and follows it tick by tick with a yaw quantised to 15 degrees.

Knows the contract through `Control` only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Cell
from peam.skills.aim import yaw_to
from peam.skills.control import FORWARD, JUMP, LOOSE, PLACE, Control
from peam.skills.path import NODES, Goal, Route, search
from peam.skills.world import centre

PATIENCE = 40  # ticks without reaching the next cell before a new plan
TRIES = 4
MIDDLE = 0.17  # metres off a cell's middle within which the body overlaps no other cell
ASTRAY, FALLEN = 2.2, 2.5  # metres beside, below a cell from which its step is given up
FRAIL = 10.0  # life at or below which no gravel is let fall on the head: each block of it costs up to 2
GREEDY = 20.0  # estimated ticks a block where the way must be dug


class Navigator:
    """Walks one agent along planned paths, and plans anew where the world disagrees."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self._tools = frozenset[str]()  # that the last plan counted on

    def feet(self) -> Cell:
        """Returns the cell that a path starts from: where the feet stand, be it over an edge."""
        control, world = self.control, self.control.world
        x, y, z = control.body.position
        cell = (math.floor(x), math.floor(y + 0.05), math.floor(z))
        if world.is_solid(cell):
            return (cell[0], cell[1] + 1, cell[2])
        below = (cell[0], cell[1] - 1, cell[2])
        if world.is_solid(below) or world.is_liquid(cell):
            return cell
        edges = [(math.floor(x + a), cell[1], math.floor(z + b)) for a in (-0.3, 0.3) for b in (-0.3, 0.3)]
        return next(
            (e for e in edges if world.is_solid((e[0], e[1] - 1, e[2])) and not world.is_solid(e)), cell
        )

    def plan(self, goal: Goal, dig: NDArray[np.float32] | None = None, nodes: int = NODES) -> Route:
        """Plans from where the agent stands; without `dig` costs nothing may be dug.

        Where digging is allowed and the careful search runs out of nodes, a greedy one follows.
        """
        self._tools = frozenset(self.control.tools())
        if dig is None:
            nothing = np.full(len(self.control.world.names), np.inf, dtype=np.float32)
            return self._search(goal, nothing, nodes)
        route = self._search(goal, dig, nodes // 2)
        if route.complete or goal.unit >= GREEDY:
            return route
        return self._search(replace(goal, unit=GREEDY), dig, nodes)

    def _search(self, goal: Goal, dig: NDArray[np.float32], nodes: int) -> Route:
        control = self.control
        blocks = control.filler()[1]
        route = search(control.world, self.feet(), goal, dig, blocks, control.body.yaw, nodes)
        if pillars(route) <= blocks:
            return route
        return search(control.world, self.feet(), goal, dig, 0, control.body.yaw, nodes)

    def go(self, goal: Goal, dig: NDArray[np.float32] | None = None, nodes: int = NODES) -> bool:
        """Walks until the goal is reached; returns False where no way leads there or none could be walked.

        Raises:
            Stop: DIED or TIMEOUT.
        """
        for _ in range(TRIES):
            route = self.plan(goal, dig, nodes)
            if not route.complete and route.gain < 10.0:
                return False
            if self.follow(route) and route.complete:
                return True
            self.control.forget()
        return False

    def follow(self, route: Route) -> bool:
        """Walks a planned path to its end; returns False where a step failed."""
        cells = route.cells
        return all(
            self.step(a, b, last=index == len(cells) - 2) for index, (a, b) in enumerate(pairwise(cells))
        )

    def step(self, a: Cell, b: Cell, last: bool = True, halt: Callable[[], bool] | None = None) -> bool:
        """Makes one move of a path: digs what is in its way, then walks, jumps, drops, swims or builds.

        Nothing is dug once a tool that the plan counted on has worn out.

        Returns:
            Whether it got there; False too where it walks and `halt` becomes true.
        """
        control = self.control
        cells = blocking(a, b)
        shut = any(control.world.is_solid(cell) for cell in cells)
        if shut and (self._tools.difference(control.tools()) or not self._open(cells)):
            return False
        if (a[0], a[2]) == (b[0], b[2]) and b[1] > a[1] and not control.world.is_liquid(a):
            return self._pillar(a, b)
        if b[1] > a[1] and self._low_ceiling(a) and not self._walk(a, MIDDLE):
            return False
        return self._walk(b, 0.22 if last else 0.36, halt)

    def _low_ceiling(self, a: Cell) -> bool:
        """Returns whether a block beside the head's way up would stop a jump off the cell's middle."""
        around = [(a[0] + x, a[1] + 2, a[2] + z) for x in (-1, 0, 1) for z in (-1, 0, 1) if x or z]
        return any(self.control.world.is_solid(cell) for cell in around)

    def _open(self, cells: list[Cell]) -> bool:
        control = self.control
        for cell in cells:
            if control.world.is_solid(cell) and (self._buries(cell) or not control.dig(cell)):
                return False
            if control.world.near_hazard(cell):
                control.forget()
                return False
        return True

    def _buries(self, cell: Cell) -> bool:
        """Returns whether digging a cell lets fall on the head what could kill a weak body."""
        (x, y, z), body = cell, self.control.body
        over = (x, z) == (body.cell[0], body.cell[2]) and y > body.cell[1]
        return over and body.life <= FRAIL and self.control.world.name((x, y + 1, z)) in LOOSE

    def _walk(self, b: Cell, tolerance: float, halt: Callable[[], bool] | None = None) -> bool:
        """Steers to the middle of a cell; returns False where a blow or a fall has carried the body off."""
        control = self.control
        target = centre(b)
        slow, patience, before = 0, PATIENCE, math.inf
        while patience > 0 and not (halt and halt()):
            body = control.body
            x, y, z = body.position
            flat = math.hypot(target[0] - x, target[2] - z)
            if flat > ASTRAY or (y < b[1] - FALLEN and not body.in_water):
                return False
            near = flat < tolerance or (flat < tolerance + 0.1 and slow > 4)
            standing = abs(y - b[1]) < 0.3 and (body.on_ground or body.in_water)
            if near and (standing or (body.in_water and y >= b[1])):
                return True
            slow = slow + 1 if before - flat < 0.03 else 0
            patience -= 1
            before = flat
            climb = b[1] > y + 0.1 or (slow > 3 and body.on_ground and flat > 0.45)
            swim = body.in_water and b[1] >= y - 0.6
            jump = JUMP if swim or (climb and (body.on_ground or body.in_water)) else 0
            yaw = yaw_to((x, y, z), target) if flat > 0.12 else None
            control.tick(walk=FORWARD if flat > 0.12 else 0, jump=jump, yaw=yaw)
        return False

    def _pillar(self, a: Cell, b: Cell) -> bool:
        """Jumps and puts a block under the feet."""
        control = self.control
        item, _ = control.filler()
        if not item or not self._walk(a, MIDDLE):
            return False
        control.settle(5)
        control.look(pitch=90.0)
        slot = control.slot(item)
        for _ in range(3):
            control.tick(jump=JUMP)
            for _ in range(14):
                high = control.body.position[1] > b[1] + 0.02
                control.tick(act=PLACE if high else 0, slot=slot if high else 0)
                if high or control.body.on_ground:
                    break
            if control.refresh(a):
                control.wait_until(lambda: control.body.on_ground, 10)
                return True
            control.wait_until(lambda: control.body.on_ground, 20)
        return False


def pillars(route: Route) -> int:
    """Returns how many blocks a route builds with."""
    return sum((a[0], a[2]) == (b[0], b[2]) and b[1] > a[1] for a, b in pairwise(route.cells))


def blocking(a: Cell, b: Cell) -> list[Cell]:
    """Returns the cells that must be free for a move, in the order in which they are dug."""
    x, z = b[0], b[2]
    if (a[0], a[2]) == (x, z):
        return [(x, b[1] + 1, z)] if b[1] > a[1] else [b]
    if b[1] > a[1]:
        return [(a[0], a[1] + 2, a[2]), (x, b[1] + 1, z), b]
    return [(x, y, z) for y in range(a[1] + 1, b[1] - 1, -1)]
