"""Recovery: a hurt body that is too hungry to heal eats what it has, and a weak one rests before it goes on.

A reflex of the controller like self-defence; where to get food is the decision maker's business. Natural
healing needs 18 food (Minecraft Wiki, "Hunger", Java 1.19). Knows the contract through `Context` only.
"""

from __future__ import annotations

from peam.actions import Action
from peam.skills.combat import eat
from peam.skills.context import Context
from peam.skills.defence import attacker
from peam.skills.diagnosis import Stop
from peam.types import Diagnosis

HEALING = 18.0  # food from which the body heals
HURT = 14.0  # life at or below which it eats
WEAK = 12.0  # life at or below which it rests
REST = 800  # ticks
POOR = "rotten_flesh"  # eaten last: it makes hungry


def recover(context: Context) -> None:
    """Eats while hurt and hungry, then rests while weak and healing, unless an enemy is near or strikes.

    Raises:
        Stop: DIED or TIMEOUT.
    """
    control = context.control
    if control.body.life > HURT or attacker(context) is not None:
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
