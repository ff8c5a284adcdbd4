"""Fighting hand to hand: when a blow lands, how to come near, what to do between two blows.

Knows the contract through `Context` only. Attack cooldowns: Minecraft Wiki, "Damage" (attack speed),
Java 1.19. A creeper's fuse burns from 3 metres on and goes out beyond 7 (Wiki, "Creeper").
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

SIZES = {"cow": (0.9, 1.4), "pig": (0.9, 0.9), "sheep": (0.9, 1.3), "skeleton": (0.6, 1.99),
         "creeper": (0.6, 1.7), "spider": (1.4, 0.9), "chicken": (0.4, 0.7)}  # fmt: skip
PERSON = (0.6, 1.95)
HOSTILE = ("zombie", "skeleton", "creeper", "spider")
ROOM = {"zombie": 2.5, "creeper": 5.0, "spider": 3.0}  # metres kept between blows from who strikes by touch
FALL = 7  # ticks from a jump until the body falls, when a blow hurts half as much again
COOLDOWN = {"_sword": 13, "_pickaxe": 17, "_axe": 25, "_shovel": 20}  # ticks to a full-strength hit
FISTS = 11  # ticks between blows without one: a creature cannot be hurt for 10 after a blow
MELEE = 2.9  # metres from the eye; the game's limit is 3
CLOSE = 1.9  # metres at which a zombie that cannot be struck is backed away from; it strikes at 1.43
# Ways to give ground while facing a foe: walk, side, degrees from the view.
LIT, SAFE = 2.95, 7.5  # metres at which a creeper's fuse burns, and at which it has gone out
WEAVE = 24  # ticks to one side
BESET = 3.0  # metres
RUN = 40  # ticks of running from a creeper
AWAY = ((BACK, 0, 180), (BACK, LEFT, 225), (BACK, RIGHT, 135), (0, LEFT, 270), (0, RIGHT, 90))


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
    """Strikes when the weapon has recovered, else keeps facing; returns the last strike's tick.

    A creeper is run from after each blow, and where its fuse burns before the next.
    """
    control = context.control
    hand = control.body.hand
    cooldown = next((ticks for tail, ticks in COOLDOWN.items() if hand.endswith(tail)), FISTS)
    left = cooldown - (control.body.tick - last)
    if left > 0 and mob.name == "creeper" and flat(control.body.position, mob.position) < LIT:
        withdraw(context, mob)
        return last
    if left > 0:
        walk, side = _spacing(context, mob)
        jump = JUMP if left == FALL and control.body.on_ground and _backed(context) else 0
        control.tick(yaw=aim.yaw, pitch=aim.pitch, walk=walk, side=side, jump=jump)
        return last
    control.look(aim.yaw, aim.pitch)
    veil = control.world.hit(control.body.eye, control.body.yaw, control.body.pitch, MELEE)
    control.tick(act=ATTACK)
    mown = veil is not None and not control.refresh(veil[0])
    struck = control.body.tick
    if mob.name == "creeper":
        withdraw(context, mob)
    return last if mown else struck


def _spacing(context: Context, mob: Entity) -> tuple[int, int]:
    """Chooses the step between two blows: out of a striker's reach, after a beast that flees."""
    near = flat(context.control.body.position, mob.position)
    if near < ROOM.get(mob.name, 1.2):
        return _away(context)
    after = near > 2.0 and mob.name not in ROOM and _floor_ahead(context, context.control.body.yaw)
    return (FORWARD if after else 0), 0


def _away(context: Context) -> tuple[int, int]:
    """Returns the (walk, side) that leads farthest from the monsters at hand, (0, 0) where none is safe."""
    body = context.control.body
    foes = [e for e in context.sim.entities(5.0) if e.name in HOSTILE and e.kind == "creature"]
    best, choice = 0.0, (0, 0)
    for walk, side, angle in AWAY:
        gain = min((_gain(body.position, body.yaw + angle, foe) for foe in foes), default=0.0)
        if gain > best and _passable(context, body.yaw + angle):
            best, choice = gain, (walk, side)
    return choice


def _gain(position: Vector, yaw: float, foe: Entity) -> float:
    """Returns by how much a metre in a direction lengthens the distance to a creature."""
    dx, _, dz = direction(yaw, 0.0)
    return flat((position[0] + dx, 0.0, position[2] + dz), foe.position) - flat(position, foe.position)


def _passable(context: Context, yaw: float) -> bool:
    """Returns whether a step in a direction, and a slide beyond it, are free and at most two blocks down."""
    return all(_footing(context, yaw, far, (1, 2, 3)) and _free(context, yaw, far) for far in (0.7, 1.4))


def _backed(context: Context) -> bool:
    """Returns whether a blow from ahead carries the body to firm ground or against a wall."""
    yaw, world = context.control.body.yaw + 180, context.control.world
    return all(
        world.is_solid(_cell_at(context, yaw, far)) or _footing(context, yaw, far, (1, 2, 3))
        for far in (0.7, 1.4)
    )


def _free(context: Context, yaw: float, far: float) -> bool:
    """Returns whether no block is in the body's way so many metres off."""
    (x, y, z), world = _cell_at(context, yaw, far), context.control.world
    return not world.is_solid((x, y, z)) and not world.is_solid((x, y + 1, z))


def _floor_ahead(context: Context, yaw: float) -> bool:
    """Returns whether a step in a direction leads to a floor at most three blocks down."""
    return _footing(context, yaw, 0.7, range(4))


def _footing(context: Context, yaw: float, far: float, drops: Iterable[int]) -> bool:
    """Returns whether, so many metres off, a block stands one of the drops below the feet, and no hazard."""
    (x, y, z), world = _cell_at(context, yaw, far), context.control.world
    return any(world.is_solid((x, y - drop, z)) for drop in drops) and not world.near_hazard((x, y, z))


def _cell_at(context: Context, yaw: float, far: float) -> Cell:
    """Returns the cell level with the feet, so many metres off in a direction."""
    body = context.control.body
    dx, _, dz = direction(yaw, 0.0)
    return (math.floor(body.position[0] + far * dx), body.cell[1], math.floor(body.position[2] + far * dz))


def close_in(context: Context, mob: Entity) -> bool:
    """Walks towards a creature: straight where that works, else along a short stretch of a path."""
    control = context.control
    near = flat(control.body.position, mob.position)
    level = abs(mob.position[1] - control.body.position[1]) < 1.3
    if mob.name in ROOM and near < 4.5 and _meet(context, mob):
        return True
    if mob.name == "skeleton" and level and near > 2.0 and weave(context, mob):
        return True
    if near < 4.5 and level and straight(context, mob):
        return True
    cell = cell_of(mob)
    route = context.navigator.plan(Goal(NEAR, (cell,), 1.5), control.dig_costs(), nodes=4000)
    if len(route.cells) < 2 or (not route.complete and route.gain < 4.0):
        control.forget()
        return straight(context, mob)

    def halt() -> bool:
        return strike(context, find(context, mob.id) or mob) is not None or beset(context)

    began = control.body.tick
    steps = (context.navigator.step(a, b, False, halt) for a, b in pairwise(route.cells[:5]))
    return all(steps) or (halt() and control.body.tick > began)


def _meet(context: Context, mob: Entity) -> bool:
    """Faces a striker that comes nearer, out of its reach, until a blow lands; False where none comes."""
    control, foe, near = context.control, mob, False
    before = flat(control.body.position, mob.position)
    for _ in range(24):
        here = control.body.position
        near = abs(foe.position[1] - here[1]) < 2.5 and flat(here, foe.position) < CLOSE
        walk, side = _away(context) if near else (0, 0)
        control.tick(walk=walk, side=side, yaw=yaw_to(here, foe.position), pitch=0.0)
        now = find(context, mob.id)
        if now is None or strike(context, now) is not None:
            return True
        foe = now
    return near or flat(control.body.position, foe.position) < before - 0.3


def beset(context: Context, but: int = -1) -> bool:
    """Returns whether a striker, not the one with the id `but`, is about to strike."""
    near = context.sim.entities(BESET)
    return any(e.name in ROOM and e.kind == "creature" and e.id != but for e in near)


def withdraw(context: Context, mob: Entity) -> None:
    """Runs from a creeper, looking ahead, until its fuse has gone out, or for RUN ticks."""
    control = context.control
    for _ in range(RUN):
        here, foe = control.body.position, find(context, mob.id)
        if foe is None or flat(here, foe.position) > SAFE:
            return
        away = yaw_to(foe.position, here)
        ways = [away + turn for turn in (0, 30, -30, 60, -60, 90, -90)]
        yaw = next((way for way in ways if _passable(context, way)), away)
        control.tick(walk=FORWARD, jump=SPRINT, yaw=yaw, pitch=0.0)


def weave(context: Context, mob: Entity) -> bool:
    """Comes nearer to an archer, now left, now right of the line: its arrows go to where the body was."""
    control = context.control
    start = control.body.position
    for _ in range(WEAVE):
        body = control.body
        yaw = yaw_to(body.position, mob.position)
        side = LEFT if (body.tick // WEAVE) % 2 else RIGHT
        angle = -45 if side == LEFT else 45
        if not _passable(context, yaw + angle):
            side, angle = (RIGHT, 45) if side == LEFT else (LEFT, -45)
            if not _passable(context, yaw + angle):
                return False
        control.tick(walk=FORWARD, side=side, jump=SPRINT, yaw=yaw, pitch=0.0)
        now = find(context, mob.id)
        if now is None or strike(context, now) is not None:
            return True
        mob = now
    return math.dist(start, control.body.position) > 0.15


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
