"""Recovery: a hurt body that is too hungry to heal hunts near by and eats; a weak one rests first.

A reflex of the controller like self-defence; to seek food far off is the decision maker's business. Natural
healing needs 18 food (Minecraft Wiki, "Hunger", Java 1.19). Knows the contract through `Context` only.
"""

from __future__ import annotations

from peam.actions import Action
from peam.sims.base import Entity
from peam.skills.aim import yaw_to
from peam.skills.combat import eat, kill
from peam.skills.context import Context
from peam.skills.control import ATTACK, LOOSE
from peam.skills.defence import arm, attacker, sees
from peam.skills.diagnosis import Stop
from peam.types import Diagnosis

HEALING = 18.0  # food from which the body heals
HURT = 14.0  # life at or below which it eats
WEAK = 12.0  # life at or below which it rests
REST = 800  # ticks
BURIED = 200  # ticks
PREY = 14.0  # metres within which a beast is hunted by a body that cannot heal
PASSING = 8.0  # metres within which one is taken for provisions
MEAT = ("cow", "pig", "sheep")
POOR = "rotten_flesh"  # eaten last: it makes hungry


def unbury(context: Context) -> None:
    """Digs away what has fallen on the head: from inside a block every view aims at it.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control = context.control
    x, y, z = control.body.cell
    head = (x, y + 1, z)
    until = control.body.tick + BURIED
    while control.refresh(head) and control.world.name(head) in LOOSE and control.body.tick < until:
        control.ready(control.world.name(head))
        control.tick(act=ATTACK)


def forage(context: Context) -> None:
    """Kills the nearest beast in plain view where there is nothing to eat; a whole body goes less far for it.

    Not counted against the skill's own time. A beast that got away is let go.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control = context.control
    if _meal(context) or attacker(context) is not None:
        return
    hurt = control.body.life <= HURT and control.body.food < HEALING
    beast = next((e for e in context.sim.entities(PREY if hurt else PASSING) if _is_prey(context, e)), None)
    if beast is None:
        return
    began, hand = control.body.tick, control.body.hand
    context.memory.spared.add(beast.id)
    arm(context)
    control.look(yaw_to(control.body.position, beast.position), 0.0)
    try:
        kill(context, Action("kill", beast.name))
    except Stop as stop:
        if stop.result.diagnosis in (Diagnosis.DIED, Diagnosis.TIMEOUT):
            raise
    if hand != "air":
        control.hold(hand)
    control.deadline += control.body.tick - began


def _is_prey(context: Context, beast: Entity) -> bool:
    known = beast.kind == "creature" and beast.name in MEAT and beast.id not in context.memory.spared
    return known and sees(context, beast)


def recover(context: Context) -> None:
    """Eats while hurt and hungry, then rests while weak and healing, unless an enemy is near or strikes.

    Not under water.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control = context.control
    if control.body.life > HURT or context.memory.lungs.under or attacker(context) is not None:
        return
    while control.body.food < HEALING and (food := _meal(context)):
        try:
            eat(context, Action("eat", food))
        except Stop as stop:
            if stop.result.diagnosis is not Diagnosis.STUCK:
                raise
            return
    until, life = control.body.tick + REST, control.body.life
    while life <= WEAK and control.body.food >= HEALING and control.body.tick < until:
        if control.tick().life < life:
            return
        life = control.body.life


def _meal(context: Context) -> str:
    """Returns the food that is eaten first, "" where there is none."""
    held = [item for item in context.control.inventory() if context.sim.rules.food_points(item)]
    return max(held, key=lambda item: (item != POOR, context.sim.rules.food_points(item), item), default="")
