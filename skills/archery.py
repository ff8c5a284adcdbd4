"""Archery: which view of the 15-degree grid sends an arrow into a moving creature, and letting it go.

Knows the contract through `Context` only. Arrow flight: Minecraft Wiki, "Arrow" (3 blocks a tick at full
draw, drag 0.99, gravity 0.05), Java 1.19.
"""

from __future__ import annotations

import math
from itertools import pairwise

from peam.sims.base import Entity, Vector
from peam.skills.aim import direction, pitch_to, yaw_to
from peam.skills.context import Context
from peam.skills.control import BACK, LEFT, RIGHT, USE
from peam.skills.melee import cell_of, find, flat, size, straight
from peam.skills.path import NEAR, Goal

FULL_DRAW = 21  # ticks
SHOT_RANGE = 14.0  # metres


def _middle(mob: Entity) -> Vector:
    x, y, z = mob.position
    return (x, y + size(mob)[1] * 0.55, z)


def in_range(context: Context, mob: Entity) -> bool:
    """Returns whether an arrow has a clear way to the creature."""
    eye = context.control.body.eye
    return math.dist(eye, mob.position) <= SHOT_RANGE and context.control.world.clear_line(eye, _middle(mob))


def close_in_to_shoot(context: Context, mob: Entity) -> bool:
    """Walks a few steps towards a creature; returns whether the body could move."""
    cell = cell_of(mob)
    route = context.navigator.plan(Goal(NEAR, (cell,), 5.0), context.control.dig_costs(), nodes=4000)
    if len(route.cells) < 2:
        context.control.forget()
        return straight(context, mob)
    for a, b in pairwise(route.cells[:4]):
        if not context.navigator.step(a, b, last=False):
            context.control.forget()
            return True
    return True


def loose(context: Context, identity: int) -> None:
    """Draws the bow, waits for a grid view whose arrow will hit, and lets go."""
    control = context.control
    position: Vector | None = None
    for drawn in range(90):
        mob = find(context, identity)
        if mob is None:
            break
        velocity = (0.0, 0.0, 0.0) if position is None else _minus(mob.position, position)
        position = mob.position
        yaw, pitch, miss, side = best_shot(control.body.eye, control.body.yaw, mob, velocity)
        if drawn >= FULL_DRAW and (miss < 0.28 or (drawn > 70 and miss < 0.6)):
            control.look(yaw, pitch)
            control.tick()
            control.wait_until(lambda: False, 3)
            return
        near = flat(control.body.position, mob.position)
        walk = BACK if near < 5.0 else 0
        control.tick(act=USE, yaw=yaw, pitch=pitch, side=side if drawn > FULL_DRAW - 6 else 0, walk=walk)
    control.tick()


def _minus(a: Vector, b: Vector) -> Vector:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def best_shot(eye: Vector, yaw: float, mob: Entity, velocity: Vector) -> tuple[float, float, float, int]:
    """Chooses the grid view whose arrow passes nearest to a moving creature.

    Args:
        eye: The archer's eye, metres.
        yaw: Any yaw of the camera grid.
        mob: The target.
        velocity: Its velocity, metres a tick.

    Returns:
        (yaw, pitch, miss in metres from its body, side: the strafe that lessens the error).
    """
    width, height = size(mob)
    exact_yaw, exact_pitch = yaw_to(eye, _middle(mob)), pitch_to(eye, _middle(mob))
    best = (yaw, 0.0, 1e9, 0)
    base = yaw + 15.0 * round(((exact_yaw - yaw + 180.0) % 360.0 - 180.0) / 15.0)
    for p in range(-4, 5):
        pitch = 15.0 * p
        if abs(pitch - exact_pitch) > 25.0:
            continue
        for offset in (-15.0, 0.0, 15.0):
            miss = _flight(eye, base + offset, pitch, mob.position, velocity, width, height)
            if miss < best[2]:
                error = (exact_yaw - base - offset + 180.0) % 360.0 - 180.0
                best = (base + offset, pitch, miss, RIGHT if error > 0 else LEFT)
    return best


def _flight(
    eye: Vector, yaw: float, pitch: float, feet: Vector, velocity: Vector, width: float, height: float
) -> float:
    """Returns how far a full-draw arrow passes from a moving body; near its axis is 0."""
    dx, dy, dz = direction(yaw, pitch)
    x, y, z = eye[0], eye[1] - 0.1, eye[2]
    vx, vy, vz = 3.0 * dx, 3.0 * dy, 3.0 * dz
    best = 1e9
    for t in range(1, 12):
        bx, by, bz = feet[0] + velocity[0] * t, feet[1], feet[2] + velocity[2] * t
        part = max(0.0, min(1.0, -((x - bx) * vx + (z - bz) * vz) / (vx * vx + vz * vz + 1e-9)))
        px, py, pz = x + vx * part, y + vy * part, z + vz * part
        near = max(0.0, math.hypot(px - bx, pz - bz) - width * 0.25)
        high = max(0.0, by + 0.1 - py, py - by - height + 0.1)
        best = min(best, math.hypot(near, high))
        x, y, z = x + vx, y + vy, z + vz
        vx, vy, vz = vx * 0.99, vy * 0.99 - 0.05, vz * 0.99
        if math.hypot(x - eye[0], z - eye[2]) > math.hypot(feet[0] - eye[0], feet[2] - eye[2]) + 2.0:
            break
    return best
