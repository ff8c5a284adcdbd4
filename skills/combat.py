"""Fighting and feeding: kill, shoot, equip, eat.

Knows the contract through `Context` only.
"""

from __future__ import annotations

from peam.actions import Action
from peam.sims.base import Entity
from peam.skills.archery import close_in_to_shoot, in_range, loose
from peam.skills.context import Context
from peam.skills.control import USE
from peam.skills.defence import defend
from peam.skills.diagnosis import Result, Stop, missing_material, not_found
from peam.skills.melee import beset, close_in, find, hit, strike
from peam.types import Diagnosis

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
    """Eats one item, unless disturbed by a blow or by who is about to strike; what was in hand returns there.

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
    life = control.body.life
    for _ in range(60):
        control.tick(act=USE)
        if control.count(item) < before or control.body.life < life or beset(context):
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
    before, last, failures = context.sim.stats().get(key, 0), -100, 0
    while context.sim.stats().get(key, 0) == before:
        mob = _same(context, name, find(context, identity))
        if mob is None:
            raise Stop(Diagnosis.TARGET_LOST, f"the {name} got away")
        aim = strike(context, mob)
        if aim is not None:
            last = hit(context, aim, mob, last)
            continue
        if beset(context, mob.id) and _defended(context):
            continue
        failures = 0 if close_in(context, mob) else failures + 1
        if failures > 4:
            raise Stop(Diagnosis.UNREACHABLE, f"no way to the {name}")
    _loot(context, name)
    context.level()
    return Result()


def _defended(context: Context) -> bool:
    """Fights who strikes meanwhile; returns whether that took any time."""
    before = context.control.body.tick
    defend(context)
    return context.control.body.tick > before


def _loot(context: Context, name: str) -> None:
    """Walks over what the creature dropped."""
    for item in SPOILS.get(name, ()):
        context.control.wait_until(lambda item=item: bool(context.control.things(item, "item", 8.0)), 22)  # type: ignore[misc]
        context.collect(item, 8.0, 3)


def shoot(context: Context, action: Action) -> Result:
    """Shoots arrows at a creature in view until one dies of them.

    Raises:
        Stop: MISSING_MATERIAL, NOT_FOUND, TARGET_LOST, UNREACHABLE, DIED, TIMEOUT.
    """
    control, name = context.control, action.target
    for item in ("bow", "arrow"):
        if control.body.hand != item and control.count(item) == 0:
            raise missing_material({item: 1})
    identity = _target(context, name)
    control.hold("bow")
    before = _shot(context, name)
    while _shot(context, name) == before:
        mob = find(context, identity) or _next_quarry(context, name, before)
        if beset(context) and _defended(context):
            continue
        if mob is not None:
            identity = mob.id
            _shoot_at(context, mob)
    context.level()
    return Result()


def _shot(context: Context, name: str) -> int:
    return context.sim.stats().get(f"shot.{name}", 0)


def _next_quarry(context: Context, name: str, before: int) -> Entity | None:
    """Returns another creature of the name; None where the arrow in the air has just hit."""
    if context.control.wait_until(lambda: _shot(context, name) > before, 20):
        return None
    others = context.control.things(name, "creature", 20.0)
    if not others:
        raise Stop(Diagnosis.TARGET_LOST, f"the {name} got away, or died of something else")
    return others[0]


def _shoot_at(context: Context, mob: Entity) -> None:
    """Looses one arrow, or walks to where one can be loosed."""
    if in_range(context, mob):
        if context.control.count("arrow") == 0:
            raise missing_material({"arrow": 1})
        loose(context, mob.id)
    elif not close_in_to_shoot(context, mob):
        raise Stop(Diagnosis.UNREACHABLE, f"no line to the {mob.name}")
