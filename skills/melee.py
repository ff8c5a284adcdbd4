"""Fighting hand to hand: when a blow lands, how to come near, what to do between two blows.

Knows the contract through `Context` only. Attack cooldowns: Minecraft Wiki, "Damage" (attack speed),
Java 1.19.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from peam.sims.base import Cell, Entity, Vector
from peam.skills.aim import Aim, direction, yaw_to
from peam.skills.context import Context
from peam.skills.control import ATTACK, BACK, FORWARD, JUMP, LEFT, RIGHT, SPRINT
from peam.skills.path import NEAR, Goal

SIZES = {"cow": (0.9, 1.4), "pig": (0.9, 0.9), "sheep": (0.9, 1.3), "skeleton": (0.6, 1.99)}
PERSON = (0.6, 1.95)
COOLDOWN = {"_sword": 13, "_pickaxe": 17, "_axe": 25, "_shovel": 20}  # ticks to a full-strength hit
MELEE = 2.9  # metres from the eye; the game's limit is 3


def size(mob: Entity) -> tuple[float, float]:
    """Returns a creature's (width, height), metres."""
    return SIZES.get(mob.name, PERSON)


def flat(a: Vector, b: Vector) -> float:
    """Returns the horizontal distance, metres."""
    return math.hypot(b[0] - a[0], b[2] - a[2])


def cell_of(mob: Entity) -> Cell:
    """Returns the cell of a creature's feet."""
    x, y, z = mob.position
    return (math.floor(x), math.floor(y + 0.05), math.floor(z))


def find(context: Context, identity: int) -> Entity | None:
    """Returns a creature by its id, None where it is gone."""
    return next((e for e in context.sim.entities(32.0) if e.id == identity), None)


def strike(context: Context, mob: Entity) -> Aim | None:
    """Returns the grid view that hits a creature within reach, None where none does."""
    body = context.control.body
    if math.dist(body.eye, mob.position) > MELEE + 2.5:
        return None
    return context.control.world.aim_box(body.eye, body.yaw, mob.position, size(mob), MELEE)


def hit(context: Context, aim: Aim, mob: Entity, last: int) -> int:
    """Strikes when the weapon has recovered, else keeps facing; returns the last strike's tick."""
    control = context.control
    hand = control.body.hand
    cooldown = next((ticks for tail, ticks in COOLDOWN.items() if hand.endswith(tail)), 6)
    if control.body.tick - last < cooldown:
        control.tick(yaw=aim.yaw, pitch=aim.pitch, walk=_spacing(context, mob))
        return last
    control.look(aim.yaw, aim.pitch)
    control.tick(act=ATTACK)
    return control.body.tick


def _spacing(context: Context, mob: Entity) -> int:
    """Chooses the step between two blows: out of a monster's reach, after a beast that flees."""
    body = context.control.body
    near = flat(body.position, mob.position)
    if near < (2.5 if mob.name == "zombie" else 1.2) and _safe_behind(context):
        return BACK
    return FORWARD if near > 2.0 and mob.name != "zombie" else 0


def _safe_behind(context: Context) -> bool:
    """Returns whether a step back, and a slide beyond it, stay on firm ground."""
    yaw = context.control.body.yaw
    return all(_footing(context, yaw, -far, (1,)) for far in (0.7, 1.4))


def _floor_ahead(context: Context, yaw: float) -> bool:
    """Returns whether a step in a direction leads to a floor at most three blocks down."""
    return _footing(context, yaw, 0.7, range(4))


def _footing(context: Context, yaw: float, far: float, drops: Iterable[int]) -> bool:
    """Returns whether, so many metres off, a block stands one of the drops below the feet, and no hazard."""
    body, world = context.control.body, context.control.world
    dx, _, dz = direction(yaw, 0.0)
    x, y, z = (math.floor(body.position[0] + far * dx), body.cell[1], math.floor(body.position[2] + far * dz))
    return any(world.is_solid((x, y - drop, z)) for drop in drops) and not world.near_hazard((x, y, z))


def close_in(context: Context, mob: Entity) -> bool:
    """Walks towards a creature: straight where that works, else along a short stretch of a path."""
    control = context.control
    near = flat(control.body.position, mob.position)
    level = abs(mob.position[1] - control.body.position[1]) < 1.3
    if mob.name == "zombie" and near < 4.0 and level and _await(context, mob):
        return True
    if near < 4.5 and level and straight(context, mob):
        return True
    cell = cell_of(mob)
    route = context.navigator.plan(Goal(NEAR, (cell,), 1.5), control.dig_costs(), nodes=4000)
    if len(route.cells) < 2 or (not route.complete and route.gain < 4.0):
        control.forget()
        return straight(context, mob)
    cells = route.cells[:5]
    walked = True
    for a, b in pairwise(cells):
        walked = context.navigator.step(a, b, last=False)
        if not walked or strike(context, mob) is not None:
            break
    return walked


def _await(context: Context, mob: Entity) -> bool:
    """Stands facing a creature that comes nearer; returns False where it does not."""
    control, foe = context.control, mob
    before = flat(control.body.position, mob.position)
    for _ in range(12):
        control.tick(yaw=yaw_to(control.body.position, foe.position), pitch=0.0)
        now = find(context, mob.id)
        if now is None or strike(context, now) is not None:
            return True
        foe = now
    return flat(control.body.position, foe.position) < before - 0.3


def straight(context: Context, mob: Entity) -> bool:
    """Takes four steps straight at a creature; returns whether the body moved."""
    control = context.control
    start, side = control.body.position, 0
    for turn in range(4):
        body = control.body
        near = flat(body.position, mob.position)
        if near > 1.0 and not _floor_ahead(context, yaw_to(body.position, mob.position)):
            return False
        walk = FORWARD if near > 1.0 else BACK
        side = (LEFT if (body.tick // 8) % 2 else RIGHT) if near < 2.6 else 0
        stuck = body.in_water or (turn > 1 and math.dist(start, body.position) < 0.1)
        jump = JUMP if stuck else SPRINT if near > 2.0 else 0
        control.tick(walk=walk, side=side, jump=jump, yaw=yaw_to(body.position, mob.position), pitch=0.0)
    return math.dist(start, control.body.position) > 0.15
