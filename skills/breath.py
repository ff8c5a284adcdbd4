"""Breath: a body whose head has been under water for long makes for the air before it goes on.

A reflex of the controller, as a person has it. Knows the contract through `Context` only.
"""

from __future__ import annotations

import numpy as np

from peam.sims.base import Cell
from peam.skills.context import Context
from peam.skills.control import JUMP
from peam.skills.lungs import FULL
from peam.skills.path import NEAR, Goal
from peam.skills.world import World

REACH = 16  # blocks within which the air is sought
GASP = 60  # ticks that are breathed at most
CANDIDATES = 16


def breathe(context: Context) -> None:
    """Swims, or digs, to where the head is in the air, and breathes. Does nothing while there is breath.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control, lungs = context.control, context.memory.lungs
    if not lungs.short(control.body.tick):
        return
    lungs.tried = control.body.tick
    control.forget()
    goal = Goal(NEAR, airy(control.world, control.body.cell), 0.5)
    if not goal.targets or not (
        context.navigator.go(goal) or context.navigator.go(goal, control.dig_costs(by_hand=True))
    ):
        return
    for _ in range(GASP):
        if lungs.air >= FULL:
            return
        control.tick(jump=JUMP if control.body.in_water else 0)


def airy(world: World, cell: Cell) -> tuple[Cell, ...]:
    """Returns the nearest cells where the feet stand or swim and the head is in the air."""
    here = np.array(world.local(cell))
    low, high = np.maximum(here - REACH, (0, 1, 0)), np.minimum(here + REACH + 1, world.ids.shape)
    across, along = slice(low[0], high[0]), slice(low[2], high[2])
    below, feet, head = (world.ids[across, low[1] + up : high[1] - 1 + up, along] for up in (-1, 0, 1))
    closed = world.solid | world.hazard
    free = ~closed[feet] & ~closed[head] & ~world.liquid[head]
    found = np.argwhere(free & (world.liquid[feet] | world.solid[below])) + low
    order = np.argsort(np.sum((found - here) ** 2, axis=1), kind="stable")[:CANDIDATES]
    a, b, c = world.origin
    return tuple((int(x) + a, int(y) + b, int(z) + c) for x, y, z in found[order])
