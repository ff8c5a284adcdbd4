"""What the agent does with its hands: strike, dig, place, use, craft, and what its deeds' events lead to.

Functional actions are MineDojo's (index 5): 0 none, 1 use, 2 drop, 3 attack, 4 craft or smelt, 5 equip,
6 place, 7 destroy. Functions take the `Game`. Knows nothing of observations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from peam.sims.base import Cell
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction, ray
from peam.sims.voxel.blocks import HARDNESS, ID, LIQUID, REPLACEABLE, SOLID, UNSUPPORTED
from peam.sims.voxel.items import (
    ATTACK_SPEED,
    DAMAGE,
    FOOD,
    ITEM_ID,
    ITEMS,
    NATURAL,
    OFFHAND,
    PLACES,
    SATURATION,
    WEAR_DIG,
    WEAR_HIT,
)
from peam.sims.voxel.rules import DIG, ENTRIES, resolve
from peam.sims.voxel.vitals import EXHAUSTION

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

REACH, MELEE = 4.5, 3.0  # metres from the eye
EAT_TICKS, DRAW_TICKS, PLACE_PAUSE, DIG_PAUSE = 32, 20, 4, 5
_BOW, _ARROW, _SHIELD = ITEM_ID["bow"], ITEM_ID["arrow"], ITEM_ID["shield"]
_SOIL = (ID["grass_block"], ID["dirt"])


@dataclass(slots=True)
class Hands:
    """What the hands are at.

    Attributes:
        cell: Block being dug, with `progress` 0..1.
        pause: Ticks until the next block may be begun, or the next be placed.
        charge: Ticks since the last blow.
        held: Ticks that `use` has been held with `item`.
        pressed: Whether the last tick attacked.
        guard: Whether a shield is up.
    """

    cell: tuple[int, int, int] = (0, -1, 0)
    progress: float = 0.0
    pause: int = 0
    charge: int = 100
    held: int = 0
    item: int = 0
    pressed: bool = False
    guard: bool = False

    @property
    def busy(self) -> bool:
        """Whether eating, drawing or guarding slows the walk."""
        return self.held > 0 or self.guard

    def state(self) -> dict[str, Any]:
        """Returns the fields for a snapshot."""
        return {**asdict(self), "cell": list(self.cell)}

    def load(self, state: dict[str, Any]) -> None:
        """Takes a snapshot's fields over."""
        for field in fields(self):
            setattr(self, field.name, state[field.name])
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
    if verb != 1 and (hands.held or hands.guard):
        _release(game)
    if verb:
        _VERBS[verb](game, craft, slot)


# -- attack: strike or dig ---------------------------------------------------------------------------------


_TARGET = np.zeros(6, np.int64)


def target(game: Game, reach: float = REACH) -> tuple[Cell, Cell, float] | None:
    """Returns (cell, face normal, distance) of the block under the crosshair, or None."""
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    far = ray(game.world.blocks, game.eye, look, reach, _TARGET)
    if far < 0:
        return None
    x, y, z, nx, ny, nz = _TARGET.tolist()
    return (x, y, z), (nx, ny, nz), far


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


def wound(game: Game, row: int, damage: float, push: tuple[float, float], fact: str) -> None:
    """Hurts a creature by the agent's deed, pushes it, and settles its death under `fact`."""
    e = game.entities.table[row]
    points = ent.DATA[ent.KINDS[int(e[ent.KIND])]]["armor"]
    cut = min(20.0, max(points / 5.0, points - damage / 2.0))
    e[ent.HEALTH] -= damage * (1.0 - cut / 25.0)
    e[ent.HURT], e[ent.FLEE], e[ent.SEEN], e[ent.TIMER] = 10.0, 100.0, 60.0, 0.0
    e[ph.VX], e[ph.VZ] = e[ph.VX] / 2 + push[0] * 0.4, e[ph.VZ] / 2 + push[1] * 0.4
    if e[ph.GROUND]:
        e[ph.VY] = min(0.4, e[ph.VY] / 2 + 0.4)
    if e[ent.HEALTH] <= 0:
        die(game, row, fact)


def die(game: Game, row: int, fact: str = "") -> None:
    """Removes a dead creature, drops its loot, and counts it under `fact` if the agent did it."""
    e = game.entities.table[row]
    name, place = ent.KINDS[int(e[ent.KIND])], e[:3].tolist()
    game.entities.remove(row)
    for item, (least, most) in ent.DATA[name]["drops"].items():
        number = least + int(game.random() * (most - least + 1))
        if number:
            game.entities.item(ITEM_ID[item], number, (place[0], place[1] + 0.3, place[2]))
    if fact:
        game.count(fact, name)


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
    if game.break_block(cell, item):
        game.count("mined", ROW_NAMES[block])
    game.vitals.exert(EXHAUSTION["dig"])
    if HARDNESS[block] > 0:
        game.inventory.wear(0, WEAR_DIG[item])


# -- place ---------------------------------------------------------------------------------------------------


def _place(game: Game, craft: int, slot: int) -> None:
    put_down(game, slot)


def put_down(game: Game, slot: int) -> bool:
    """Places a slot's block on the face under the crosshair; returns whether it could."""
    block = PLACES[game.inventory.items[slot]]
    hit = target(game) if block else None
    if hit is None:
        return False
    (x, y, z), (nx, ny, nz), _ = hit
    cell = (x, y, z) if REPLACEABLE[game.world.get(x, y, z)] else (x + nx, y + ny, z + nz)
    if not _free(game, cell, block) or not _holds(game, cell, block):
        return False
    name = ITEMS[game.inventory.items[slot]]
    game.inventory.take(slot, 1)
    game.put(cell, block)
    game.count("placed", name)
    return True


def _free(game: Game, cell: Cell, block: int) -> bool:
    """Whether a cell may take the block: replaceable, in the world, and in nobody's body."""
    if not 0 <= cell[1] < game.world.blocks.shape[1] or not REPLACEABLE[game.world.get(*cell)]:
        return False
    if not SOLID[block]:
        return True
    if _overlaps(cell, game.body[:3].tolist(), ph.WIDTH, ph.HEIGHT):
        return False
    table = game.entities.table
    creatures = np.flatnonzero(table[: game.entities.rows, ent.KIND] > ent.ARROW)
    return not any(
        _overlaps(cell, table[row, :3].tolist(), ent.WIDTHS[kind], ent.HEIGHTS[kind])
        for row, kind in ((row, int(table[row, ent.KIND])) for row in creatures)
    )


def _overlaps(cell: Cell, feet: list[float], width: float, height: float) -> bool:
    half = width / 2 - 1e-6
    return (
        cell[0] - half < feet[0] < cell[0] + 1 + half
        and cell[1] - height + 1e-6 < feet[1] < cell[1] + 1 - 1e-6
        and cell[2] - half < feet[2] < cell[2] + 1 + half
    )


def _holds(game: Game, cell: Cell, block: int) -> bool:
    """Whether what needs support has it: plants soil, cactus sand, torches and ladders anything solid."""
    if not UNSUPPORTED[block]:
        return True
    if LIQUID[game.world.get(*cell)]:
        return False
    if block in (ID["torch"], ID["ladder"]):
        return game.supported(*cell)
    below = game.world.get(cell[0], cell[1] - 1, cell[2])
    return below in ((ID["sand"], ID["cactus"]) if block == ID["cactus"] else _SOIL)


# -- use -----------------------------------------------------------------------------------------------------


def _use(game: Game, craft: int, slot: int) -> None:
    """Eats, draws the bow, places the block in hand, or raises a shield, whichever the hand allows."""
    hands, item = game.hands, game.inventory.items[0]
    if item != hands.item:
        hands.held, hands.item = 0, item
    if FOOD[item] and (game.vitals.food < 20 or ITEMS[item] == "golden_apple"):
        hands.held += 1
        if hands.held >= EAT_TICKS:
            hands.held = 0
            game.inventory.take(0, 1)
            game.vitals.eat(FOOD[item], SATURATION[item])
            game.count("eaten", ITEMS[item])
    elif item == _BOW and game.inventory.count(_ARROW):
        hands.held += 1
    elif PLACES[item]:
        if not hands.pause and put_down(game, 0):
            hands.pause = PLACE_PAUSE
    else:
        hands.guard = game.inventory.items[OFFHAND] == _SHIELD


def _release(game: Game) -> None:
    """Ends a use: a drawn bow shoots."""
    hands = game.hands
    held, hands.held, hands.guard = hands.held, 0, False
    if hands.item == _BOW == game.inventory.items[0]:
        draw = held / DRAW_TICKS
        power = min(1.0, (draw * draw + 2 * draw) / 3)
        if power >= 0.1 and game.inventory.count(_ARROW):
            _loose(game, power)
    hands.item = 0


def _loose(game: Game, power: float) -> None:
    game.inventory.remove(_ARROW, 1)
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    x, y, z = game.eye
    spread = [value + 0.0075 * gauss(game) for value in look]
    velocity = [value * 3.0 * power for value in spread]
    damage = math.ceil(6.0 * power)
    if power >= 1.0:
        damage += int(game.random() * (damage // 2 + 2))
    row = game.entities.add(ent.ARROW, (x, y - 0.1, z), velocity)
    game.entities.table[row, [ent.A, ent.B]] = damage, 1.0
    game.inventory.wear(0, 1)


def gauss(game: Game) -> float:
    """Draws from the normal distribution (Box and Muller)."""
    return math.sqrt(-2 * math.log(1 - game.random())) * math.cos(2 * math.pi * game.random())


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


# -- craft and smelt -----------------------------------------------------------------------------------------


def _craft(game: Game, craft: int, slot: int) -> None:
    """Makes what the argument names, if it can be paid and the station is near; else nothing happens."""
    if craft >= len(ENTRIES):
        return
    entry = ENTRIES[craft]
    if entry.station == "furnace":
        _load(game, entry.item)
        return
    if entry.station and not game.near(entry.station):
        return
    takes = resolve(entry.takes, game.held)
    if any(game.held(item) < number for item, number in takes.items()):
        return
    for item, number in takes.items():
        game.inventory.remove(ITEM_ID[item], number)
    game.give(ITEM_ID[entry.item], entry.count)
    game.count("crafted", entry.item, entry.count)


def smelter(game: Game, product: str) -> tuple[Cell, str, tuple[str, int] | None] | None:
    """Returns (furnace, input, fuel to add) for the nearest furnace that can take one more, or None."""
    for cell in game.near("furnace"):
        plan = game.furnaces[cell].plan(product, game.held)
        if plan:
            return cell, plan[0], plan[1]
    return None


def _load(game: Game, product: str) -> None:
    found = smelter(game, product)
    if found is None:
        return
    cell, item, fuel = found
    game.inventory.remove(ITEM_ID[item], 1)
    if fuel:
        game.inventory.remove(ITEM_ID[fuel[0]], fuel[1])
    game.furnaces[cell].load(item, fuel)


# -- events of the entity kernel -----------------------------------------------------------------------------


def _picked(game: Game, row: int, value: float) -> None:
    e = game.entities.table[row]
    if e[ent.KIND] == ent.ARROW:
        if game.inventory.add(_ARROW, 1) == 0:
            game.entities.remove(row)
        return
    item, number = int(e[ent.A]), int(e[ent.B])
    left = game.inventory.add(item, number, int(e[ent.C])) if game.inventory.room(item) else number
    if left:
        e[ent.B] = left
    else:
        game.entities.remove(row)


def _bitten(game: Game, row: int, value: float) -> None:
    e = game.entities.table[row]
    _suffer(game, value, ent.KINDS[int(e[ent.KIND])], (e[ph.X], e[ph.Z]))


def _suffer(game: Game, damage: float, cause: str, source: tuple[float, float]) -> None:
    """Takes a blow from a place: a raised shield that faces it stops it; otherwise it hurts and pushes."""
    body = game.body
    dx, dz = source[0] - body[ph.X], source[1] - body[ph.Z]
    far = math.hypot(dx, dz) or 1.0
    yaw = math.radians(body[ph.YAW])
    if game.hands.guard and (-math.sin(yaw) * dx + math.cos(yaw) * dz) > 0:
        game.inventory.wear(OFFHAND, 1 + int(damage))
        return
    if game.vitals.hurt(damage, cause, game.inventory):
        body[ph.VX], body[ph.VZ] = body[ph.VX] / 2 - dx / far * 0.4, body[ph.VZ] / 2 - dz / far * 0.4
        if body[ph.GROUND]:
            body[ph.VY] = min(0.4, body[ph.VY] / 2 + 0.4)


def _shot_at(game: Game, row: int, value: float) -> None:
    """A skeleton looses an arrow: velocity 1.6, aimed above the chest by a fifth of the distance."""
    e, body = game.entities.table[row], game.body
    x, y, z = e[ph.X], e[ph.Y] + 1.7, e[ph.Z]
    dx, dz = body[ph.X] - x, body[ph.Z] - z
    flat = math.hypot(dx, dz)
    dy = body[ph.Y] + ph.HEIGHT / 3 - y + flat * 0.2
    norm = math.sqrt(dx * dx + dy * dy + dz * dz) or 1.0
    spread = 0.0075 * (14 - 4 * ("peaceful", "easy", "normal", "hard").index(game.difficulty))
    velocity = [(value / norm + spread * gauss(game)) * 1.6 for value in (dx, dy, dz)]
    shot = game.entities.add(ent.ARROW, (x, y, z), velocity)
    game.entities.table[shot, ent.A] = value


def _hit(game: Game, row: int, value: float) -> None:
    """An arrow meets a body: the agent's (-1) or a creature's row."""
    e = game.entities.table[row].copy()
    game.entities.remove(row)
    if value < 0:
        _suffer(game, e[ent.A], "arrow", (e[ph.X] - e[ph.VX], e[ph.Z] - e[ph.VZ]))
    elif game.entities.table[int(value), ent.HURT] <= 0:
        speed = math.hypot(e[ph.VX], e[ph.VZ]) or 1.0
        wound(game, int(value), e[ent.A], (e[ph.VX] / speed, e[ph.VZ] / speed), "shot")


def _died(game: Game, row: int, value: float) -> None:
    die(game, row)


def _gone(game: Game, row: int, value: float) -> None:
    game.entities.remove(row)


ROW_NAMES: Final = tuple(ID)
_Verb = Callable[["Game", int, int], None]
_VERBS: Final[dict[int, _Verb]] = {1: _use, 2: _drop, 3: _attack, 4: _craft, 5: _equip, 6: _place, 7: _destroy}
EVENTS: Final[tuple[Callable[[Game, int, float], None], ...]] = (_picked, _bitten, _shot_at, _died, _hit, _gone)
