"""What the agent does with its hands: strike, dig, place, use, craft, and what its deeds' events lead to.

Functional actions are MineDojo's (index 5): 0 none, 1 use, 2 drop, 3 attack, 4 craft or smelt, 5 equip,
6 place, 7 destroy. Functions take the `Game`. Knows nothing of observations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from peam.sims.base import Cell
from peam.sims.voxel import deeds, experience, meals
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.blocks import HARDNESS, NAMES
from peam.sims.voxel.building import break_block, put_down, target
from peam.sims.voxel.combat import loose, wound
from peam.sims.voxel.crafting import make
from peam.sims.voxel.items import (
    ATTACK_SPEED,
    DAMAGE,
    ITEM_ID,
    NATURAL,
    OFFHAND,
    PLACES,
    WEAR_DIG,
    WEAR_HIT,
)
from peam.sims.voxel.rules import DIG
from peam.sims.voxel.vitals import EXHAUSTION

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

MELEE = 3.0  # metres from the eye
DRAW_TICKS, PLACE_PAUSE, DIG_PAUSE, RAISE_TICKS = 20, 4, 5, 5
_BOW, _ARROW, _SHIELD = ITEM_ID["bow"], ITEM_ID["arrow"], ITEM_ID["shield"]


@dataclass(slots=True)
class Hands:
    """What the hands are at.

    Attributes:
        cell: Block being dug, with `progress` 0..1.
        pause: Ticks until the next block may be begun, or the next be placed.
        charge: Ticks since the last blow.
        held: Ticks that `use` has been held with `item`.
        pressed: Whether the last tick attacked.
        guard: Whether a shield is held up, for `raised` ticks so far; it stops blows from the fifth on.
    """

    cell: tuple[int, int, int] = (0, -1, 0)
    progress: float = 0.0
    pause: int = 0
    charge: int = 100
    held: int = 0
    item: int = 0
    pressed: bool = False
    guard: bool = False
    raised: int = 0

    @property
    def busy(self) -> bool:
        """Whether eating, drawing or guarding slows the walk."""
        return self.held > 0 or self.guard

    @property
    def shielded(self) -> bool:
        """Whether the shield stops blows."""
        return self.guard and self.raised >= RAISE_TICKS

    def rest(self) -> None:
        """Lets go of everything, as at the start of a life."""
        for field in fields(self):
            setattr(self, field.name, field.default)

    def state(self) -> dict[str, Any]:
        """Returns the fields for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__} | {"cell": list(self.cell)}

    def load(self, state: dict[str, Any]) -> None:
        """Takes a snapshot's fields over."""
        for name in self.__slots__:
            setattr(self, name, state[name])
        x, y, z = state["cell"]
        self.cell = (int(x), int(y), int(z))


def act(game: Game, verb: int, craft: int, slot: int) -> None:
    """Carries out the functional part of an action."""
    hands = game.hands
    hands.charge += 1
    if hands.pause:
        hands.pause -= 1
    if verb != 3 and hands.pressed:
        hands.pressed, hands.progress = False, 0.0
    if verb != 1:
        game.extras.pressed = False
        if hands.held or hands.guard:
            _release(game)
    if verb:
        _VERBS[verb](game, craft, slot)


# -- attack: strike or dig ---------------------------------------------------------------------------------


def _attack(game: Game, craft: int, slot: int) -> None:
    hands = game.hands
    fresh, hands.pressed = not hands.pressed, True
    hit = target(game)
    if game.entities.rows:
        look = direction(game.body[ph.YAW], game.body[ph.PITCH])
        reach = min(MELEE, hit[2]) if hit else MELEE
        row, _ = ent.pick(game.entities.table, game.entities.rows, game.eye, look, reach)
        if row >= 0:
            hands.progress = 0.0
            _strike(game, row, fresh)
            return
    if hit:
        _dig(game, hit[0])
    else:
        hands.progress = 0.0


def _strike(game: Game, row: int, fresh: bool) -> None:
    """Strikes a creature. A held button strikes again as soon as the blow is charged and can hurt."""
    hands, inventory = game.hands, game.inventory
    item = inventory.items[0]
    charge = min(1.0, (hands.charge + 0.5) * ATTACK_SPEED[item] / 20.0)
    shielded = game.entities.table[row, ent.HURT] > 0
    if not fresh and (charge < 1.0 or shielded):
        return
    hands.charge = 0
    game.vitals.exert(EXHAUSTION["attack"])
    if shielded:
        return
    damage = DAMAGE[item] * (0.2 + 0.8 * charge * charge)
    falling = game.body[ph.FALL] > 0 and not game.body[ph.GROUND] and not game.body[ph.WATER]
    if falling and charge > 0.9:
        damage *= 1.5
    inventory.wear(0, WEAR_HIT[item])
    yaw = math.radians(game.body[ph.YAW])
    wound(game, row, damage, (-math.sin(yaw), math.cos(yaw)), "killed")


def _dig(game: Game, cell: Cell) -> None:
    hands, item = game.hands, game.inventory.items[0]
    if cell != hands.cell:
        hands.cell, hands.progress = cell, 0.0
    if hands.pause:
        return
    block = game.world.get(*cell)
    speed = float(DIG[block, item])
    if game.body[ph.SUBMERGED]:
        speed /= 5.0
    if not game.body[ph.GROUND]:
        speed /= 5.0
    hands.progress += speed
    if hands.progress < 1.0 - 1e-9 or cell[1] < 0:
        return
    if speed <= 1.0:
        hands.pause = DIG_PAUSE
    hands.progress = 0.0
    if break_block(game, cell, item):
        game.count("mined", NAMES[block])
        experience.mined(game, block)
    game.vitals.exert(EXHAUSTION["dig"])
    if HARDNESS[block] > 0:
        game.inventory.wear(0, WEAR_DIG[item])


def _place(game: Game, craft: int, slot: int) -> None:
    put_down(game, slot)


# -- use -----------------------------------------------------------------------------------------------------


def _use(game: Game, craft: int, slot: int) -> None:
    """Uses what is under the crosshair, eats, draws the bow, places the block in hand, or raises a shield."""
    hands, item = game.hands, game.inventory.items[0]
    if item != hands.item:
        hands.held, hands.item = 0, item
    if deeds.use(game, craft, slot):
        return
    if meals.may(game, item):
        hands.held += 1
        if hands.held >= meals.TICKS:
            hands.held = 0
            meals.finish(game, item)
    elif item == _BOW and game.inventory.count(_ARROW):
        hands.held += 1
    elif PLACES[item]:
        if not hands.pause and put_down(game, 0):
            hands.pause = PLACE_PAUSE
    else:
        hands.guard = game.inventory.items[OFFHAND] == _SHIELD
        hands.raised = hands.raised + 1 if hands.guard else 0


def _release(game: Game) -> None:
    """Ends a use: a drawn bow shoots."""
    hands = game.hands
    held, hands.held, hands.guard, hands.raised = hands.held, 0, False, 0
    if hands.item == _BOW == game.inventory.items[0]:
        draw = held / DRAW_TICKS
        power = min(1.0, (draw * draw + 2 * draw) / 3)
        if power >= 0.1 and game.inventory.count(_ARROW):
            loose(game, power)
    hands.item = 0


# -- slots ---------------------------------------------------------------------------------------------------


def _drop(game: Game, craft: int, slot: int) -> None:
    """Throws one of the hand's items ahead."""
    item, worn = game.inventory.items[0], game.inventory.worn[0]
    if not game.inventory.take(0, 1):
        return
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    x, y, z = game.eye
    speed = (look[0] * 0.3, look[1] * 0.3 + 0.1, look[2] * 0.3)
    game.entities.item(item, 1, (x, y - 0.3, z), speed, delay=40, worn=worn)


def _equip(game: Game, craft: int, slot: int) -> None:
    """Puts a slot's item where it is worn: armour on the body, a shield on the off hand, else in the hand."""
    item = game.inventory.items[slot]
    if item and slot != NATURAL[item]:
        game.inventory.swap(slot, NATURAL[item])


def _destroy(game: Game, craft: int, slot: int) -> None:
    game.inventory.take(slot, game.inventory.counts[slot])


def _craft(game: Game, craft: int, slot: int) -> None:
    make(game, craft, slot)


_Verb = Callable[["Game", int, int], None]
_VERBS: Final[dict[int, _Verb]] = {
    1: _use,
    2: _drop,
    3: _attack,
    4: _craft,
    5: _equip,
    6: _place,
    7: _destroy,
}
