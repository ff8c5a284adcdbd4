"""Self-defence: who hurts an agent, or comes for an armed one, is fought at once; then the skill goes on.

A reflex of the controller, as a person has it; which fights to seek is the decision maker's business.
Knows the contract through `Context` only.
"""

from __future__ import annotations

import math

from peam.sims.base import Entity
from peam.skills.archery import in_range, loose
from peam.skills.context import Context
from peam.skills.melee import close_in, hit, strike, withdraw

# Metres at which each kind can have been the attacker; a creeper, at which it is fought or run from.
REACH = {"zombie": 5.0, "skeleton": 15.0, "spider": 6.0, "creeper": 12.0}
WEAPONS = ("iron_sword", "stone_sword", "wooden_sword", "iron_axe", "stone_axe", "wooden_axe",
           "iron_pickaxe", "stone_pickaxe", "wooden_pickaxe",
           "iron_shovel", "stone_shovel", "wooden_shovel")  # fmt: skip
UNARMED = 4.0  # metres within which bare hands fight
DRAW = 3.0  # metres from which a bow is drawn
PATIENCE = 300  # ticks
TOUCH = 2.2  # metres within which blows go round corners
WARY = {"zombie": 4.0, "spider": 4.0, "creeper": 6.0}  # metres at which each is turned to before it strikes
STARTLE = 9.0  # metres at which a walk stops for a hostile creature, once each


def defend(context: Context) -> None:
    """Fights the attacker until none is near, then restores hand and view.

    Who has but a bow shoots until the foe is near, and then beats it.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control, foe = context.control, attacker(context)
    if foe is None:
        return
    hand, yaw, pitch = control.body.hand, control.body.yaw, control.body.pitch
    if foe.name == "creeper" and not _armed(context):
        withdraw(context, foe)
        return
    arm(context)
    until, last = control.body.tick + PATIENCE, -100
    while foe is not None and control.body.tick < until:
        aim = strike(context, foe)
        if _archer(context) and math.dist(control.body.position, foe.position) > DRAW:
            if not in_range(context, foe):
                break
            control.hold("bow")
            loose(context, foe.id)
        elif aim is not None:
            last = hit(context, aim, foe, last)
        elif not close_in(context, foe):
            break
        foe = attacker(context)
    if hand != "air" and control.body.hand != hand:
        control.hold(hand)
    control.look(yaw, pitch)


def attacker(context: Context) -> Entity | None:
    """Returns the nearest hostile creature worth fighting from here, or None: in plain view, or in touch.

    An archer far off is charged, or shot at, only with a weapon in the inventory: bare hands lose.
    """
    body, ready = context.control.body, _armed(context)
    for foe in context.sim.entities(max(REACH.values())):
        distance = math.dist(body.position, foe.position)
        reach = min(REACH.get(foe.name, -1.0), 15.0 if ready or foe.name == "creeper" else UNARMED)
        if foe.kind == "creature" and distance <= reach and (distance < TOUCH or sees(context, foe)):
            return foe
    return None


def menaced(context: Context, answered: set[int]) -> bool:
    """Returns whether a striker comes near an armed agent, once each: the first blow decides where one falls.

    A creeper is answered unarmed too: it is run from. A spider is, by day too, when it might be no foe.

    Args:
        context: Of the action.
        answered: Ids of the creatures that this action has been told of; the new one joins them.
    """
    body = context.control.body
    for foe in context.sim.entities(max(WARY.values())):
        near = math.dist(foe.position, body.position) <= WARY.get(foe.name, -1.0)
        level = abs(foe.position[1] - body.position[1]) < 4.0
        if near and foe.kind == "creature" and foe.id not in answered and level and sees(context, foe):
            answered.add(foe.id)
            return _armed(context) or foe.name == "creeper"
    return False


def stranger(context: Context) -> Entity | None:
    """Returns the nearest hostile creature in plain view that no march has stopped at, and remembers it."""
    for foe in context.sim.entities(STARTLE):
        if foe.name in REACH and foe.id not in context.memory.met and sees(context, foe):
            context.memory.met.add(foe.id)
            return foe
    return None


def sees(context: Context, foe: Entity) -> bool:
    """Returns whether no solid block stands between the agent's eye and the creature's head."""
    x, y, z = foe.position
    return context.control.world.sees(context.control.body.eye, (x, y + 1.6, z))


def _armed(context: Context) -> bool:
    return _bladed(context) or _archer(context)


def _bladed(context: Context) -> bool:
    return any(context.control.slot(weapon) >= 0 for weapon in WEAPONS)


def _archer(context: Context) -> bool:
    """Returns whether a bow and an arrow are all that the inventory has to fight with."""
    return not _bladed(context) and all(context.control.slot(item) >= 0 for item in ("bow", "arrow"))


def arm(context: Context) -> None:
    """Takes the best weapon of the inventory in hand."""
    control = context.control
    weapon = next((w for w in WEAPONS if w == control.body.hand or control.slot(w) >= 0), None)
    if weapon:
        control.hold(weapon)
