"""Fighting and feeding: kill, shoot, equip, eat.

Knows the contract through `Context` only. Attack cooldowns and arrow flight: Minecraft Wiki, "Damage"
(attack speed) and "Arrow" (3 blocks a tick at full draw, drag 0.99, gravity 0.05), Java 1.19.
"""

from __future__ import annotations

import math
from itertools import pairwise

from peam.actions import Action
from peam.sims.base import Cell, Entity, Vector
from peam.skills.aim import Aim, direction, pitch_to, yaw_to
from peam.skills.context import Context
from peam.skills.control import ATTACK, BACK, FORWARD, JUMP, LEFT, RIGHT, SPRINT, USE
from peam.skills.diagnosis import Result, Stop, missing_material, not_found
from peam.skills.path import NEAR, Goal
from peam.types import Diagnosis

SIZES = {"cow": (0.9, 1.4), "pig": (0.9, 0.9), "sheep": (0.9, 1.3), "skeleton": (0.6, 1.99)}
PERSON = (0.6, 1.95)
COOLDOWN = {"_sword": 13, "_pickaxe": 17, "_axe": 25, "_shovel": 20}  # ticks to a full-strength hit
MELEE = 2.9
FULL_DRAW = 21
SHOT_RANGE = 14.0
SPOILS = {"cow": ("beef",), "pig": ("porkchop",), "sheep": ("mutton",), "skeleton": ("arrow",)}


def equip(context: Context, action: Action) -> Result:
    """Takes an item in hand.

    Raises:
        Stop: MISSING_MATERIAL.
    """
    if context.control.body.hand != action.target and context.control.slot(action.target) < 0:
        raise missing_material({action.target: 1})
    if not context.control.hold(action.target):
        raise Stop(Diagnosis.STUCK, f"{action.target} did not come to hand")
    return Result()


def eat(context: Context, action: Action) -> Result:
    """Eats one item; what was in hand returns there.

    Raises:
        Stop: MISSING_MATERIAL, NO_SPACE where the agent is full, DIED.
    """
    item, control = action.target, context.control
    if control.slot(item) < 0:
        raise missing_material({item: 1})
    if control.body.food >= 20:
        raise Stop(Diagnosis.NO_SPACE, "not hungry")
    before, hand = control.count(item), control.body.hand
    control.hold(item)
    for _ in range(60):
        control.tick(act=USE)
        if control.count(item) < before:
            break
    eaten = control.count(item) < before
    if hand not in ("air", item):
        control.hold(hand)
    if not eaten:
        raise Stop(Diagnosis.STUCK, f"{item} was not eaten")
    return Result()


def _target(context: Context, name: str) -> int:
    """Returns the id of the nearest such creature in the picture."""
    seen = context.seen((name,), "creature")
    if not seen:
        raise not_found(name)
    return seen[0].id


def _find(context: Context, identity: int) -> Entity | None:
    return next((e for e in context.sim.entities(32.0) if e.id == identity), None)


def _same(context: Context, name: str, mob: Entity | None) -> Entity | None:
    """Returns the pursued creature, or a nearer one of the same name."""
    near = context.control.things(name, "creature", 4.0)
    return near[0] if near else mob


def kill(context: Context, action: Action) -> Result:
    """Pursues a creature in view and strikes it until one dies.

    Raises:
        Stop: NOT_FOUND, TARGET_LOST, UNREACHABLE, DIED, TIMEOUT.
    """
    name = action.target
    identity, key = _target(context, name), f"killed.{action.target}"
    before, last, failures, there = context.sim.stats().get(key, 0), -100, 0, (0.0, 0.0, 0.0)
    while context.sim.stats().get(key, 0) == before:
        mob = _same(context, name, _find(context, identity))
        if mob is None:
            raise Stop(Diagnosis.TARGET_LOST, f"the {name} got away")
        there = mob.position
        aim = strike(context, mob)
        if aim is not None:
            last = hit(context, aim, mob, last)
            continue
        failures = 0 if close_in(context, mob) else failures + 1
        if failures > 4:
            raise Stop(Diagnosis.UNREACHABLE, f"no way to the {name}")
    _loot(context, name, there)
    context.level()
    return Result()


def strike(context: Context, mob: Entity) -> Aim | None:
    """Returns the grid view that hits a creature within reach, None where none does."""
    body = context.control.body
    if math.dist(body.eye, mob.position) > MELEE + 2.5:
        return None
    return context.control.world.aim_box(body.eye, body.yaw, mob.position, SIZES.get(mob.name, PERSON), MELEE)


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
    near = _flat(body.position, mob.position)
    if near < (2.5 if mob.name == "zombie" else 1.2) and _safe_behind(context):
        return BACK
    return FORWARD if near > 2.0 and mob.name != "zombie" else 0


def _safe_behind(context: Context) -> bool:
    """Returns whether a step back stays on firm ground."""
    body, world = context.control.body, context.control.world
    dx, _, dz = direction(body.yaw, 0.0)
    x, y, z = (math.floor(body.position[0] - 0.7 * dx), body.cell[1], math.floor(body.position[2] - 0.7 * dz))
    return world.is_solid((x, y - 1, z)) and not world.near_hazard((x, y, z))


def close_in(context: Context, mob: Entity) -> bool:
    """Walks towards a creature: straight where that works, else along a short stretch of a path."""
    control = context.control
    flat = _flat(control.body.position, mob.position)
    level = abs(mob.position[1] - control.body.position[1]) < 1.3
    if mob.name == "zombie" and flat < 4.0 and level and _await(context, mob):
        return True
    if flat < 4.5 and level and _straight(context, mob):
        return True
    cell = _cell(mob)
    route = context.navigator.plan(Goal(NEAR, (cell,), 1.5), control.dig_costs(), nodes=4000)
    if len(route.cells) < 2 or (not route.complete and route.gain < 4.0):
        control.forget()
        return _straight(context, mob)
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
    before = _flat(control.body.position, mob.position)
    for _ in range(12):
        control.tick(yaw=yaw_to(control.body.position, foe.position), pitch=0.0)
        now = _find(context, mob.id)
        if now is None or strike(context, now) is not None:
            return True
        foe = now
    return _flat(control.body.position, foe.position) < before - 0.3


def _straight(context: Context, mob: Entity) -> bool:
    """Takes four steps straight at a creature; returns whether the body moved."""
    control = context.control
    start, side = control.body.position, 0
    for turn in range(4):
        body = control.body
        flat = _flat(body.position, mob.position)
        walk = FORWARD if flat > 1.0 else BACK
        side = (LEFT if (body.tick // 8) % 2 else RIGHT) if flat < 2.6 else 0
        stuck = body.in_water or (turn > 1 and math.dist(start, body.position) < 0.1)
        jump = JUMP if stuck else SPRINT if flat > 2.0 else 0
        control.tick(walk=walk, side=side, jump=jump, yaw=yaw_to(body.position, mob.position), pitch=0.0)
    return math.dist(start, control.body.position) > 0.15


def _loot(context: Context, name: str, where: Vector) -> None:
    """Walks over what the creature dropped."""
    for item in SPOILS.get(name, ()):
        context.control.wait_until(lambda item=item: bool(context.control.things(item, "item", 8.0)), 22)  # type: ignore[misc]
        context.collect(item, 8.0, 3)


def shoot(context: Context, action: Action) -> Result:
    """Shoots arrows at a creature in view until one dies of them.

    Raises:
        Stop: MISSING_MATERIAL, NOT_FOUND, TARGET_LOST, DIED, TIMEOUT.
    """
    control, name, key = context.control, action.target, f"shot.{action.target}"
    for item in ("bow", "arrow"):
        if control.body.hand != item and control.count(item) == 0:
            raise missing_material({item: 1})
    identity = _target(context, name)
    control.hold("bow")
    before = context.sim.stats().get(key, 0)
    killed = f"killed.{name}"
    dead = context.sim.stats().get(killed, 0)
    while context.sim.stats().get(key, 0) == before:
        mob = _find(context, identity)
        if mob is None:
            control.wait_until(lambda: context.sim.stats().get(key, 0) > before, 20)
            if context.sim.stats().get(key, 0) > before:
                break
            others = control.things(name, "creature", 20.0)
            if not others:
                lost = "died of something else" if context.sim.stats().get(killed, 0) > dead else "got away"
                raise Stop(Diagnosis.TARGET_LOST, f"the {name} {lost}")
            identity = others[0].id
            continue
        if control.count("arrow") == 0:
            raise missing_material({"arrow": 1})
        if not _in_range(context, mob):
            if not _close_in_for_shot(context, mob):
                raise Stop(Diagnosis.UNREACHABLE, f"no line to the {name}")
            continue
        _loose(context, identity)
    context.level()
    return Result()


def _flat(a: Vector, b: Vector) -> float:
    return math.hypot(b[0] - a[0], b[2] - a[2])


def _cell(mob: Entity) -> Cell:
    x, y, z = mob.position
    return (math.floor(x), math.floor(y + 0.05), math.floor(z))


def _middle(mob: Entity) -> Vector:
    x, y, z = mob.position
    return (x, y + SIZES.get(mob.name, PERSON)[1] * 0.55, z)


def _in_range(context: Context, mob: Entity) -> bool:
    eye = context.control.body.eye
    return math.dist(eye, mob.position) <= SHOT_RANGE and context.control.world.clear_line(eye, _middle(mob))


def _close_in_for_shot(context: Context, mob: Entity) -> bool:
    cell = _cell(mob)
    route = context.navigator.plan(Goal(NEAR, (cell,), 5.0), context.control.dig_costs(), nodes=4000)
    if len(route.cells) < 2:
        context.control.forget()
        return _straight(context, mob)
    for a, b in pairwise(route.cells[:4]):
        if not context.navigator.step(a, b, last=False):
            context.control.forget()
            return True
    return True


def _loose(context: Context, identity: int) -> None:
    """Draws the bow, waits for a grid view whose arrow will hit, and lets go."""
    control = context.control
    position: Vector | None = None
    for drawn in range(90):
        mob = _find(context, identity)
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
        flat = _flat(control.body.position, mob.position)
        walk = BACK if flat < 5.0 else 0
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
    width, height = SIZES.get(mob.name, PERSON)
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
        flat = max(0.0, math.hypot(px - bx, pz - bz) - width * 0.25)
        high = max(0.0, by + 0.1 - py, py - by - height + 0.1)
        best = min(best, math.hypot(flat, high))
        x, y, z = x + vx, y + vy, z + vz
        vx, vy, vz = vx * 0.99, vy * 0.99 - 0.05, vz * 0.99
        if math.hypot(x - eye[0], z - eye[2]) > math.hypot(feet[0] - eye[0], feet[2] - eye[2]) + 2.0:
            break
    return best
