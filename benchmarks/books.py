"""Who holds what in the embedded world at one moment: the books that `audit.py` compares.

Reads the running `Game` and changes nothing. A holding is the inventory, the stacks that lie about, the
furnaces and the chests. Knows nothing of what may change them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from peam.sims.base import Cell
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import ITEMS

_LAVA = ID["lava"]
Slot = tuple[int, int, int]  # item, count, worn


class Change(NamedTuple):
    """One block written."""

    was: int
    now: int


class Stack(NamedTuple):
    """A stack that lies about; `hot` says that it lies in lava."""

    item: str
    number: int
    age: int
    hot: bool


class Book(NamedTuple):
    """Who held what at one moment.

    Attributes:
        version: Of the inventory, with its `slots`, and `held`, the sums by item.
        lying: Entity id -> dropped stack.
        arrows: Ids of the agent's arrows in flight or stuck.
        creatures: Entity id -> kind.
        furnaces: Cell -> its state.
        chests: Cell -> the sums by item.
        stats: Episode counters.
        drawn: Whether a bow is being drawn.
        alive: Whether the agent lives; `asleep` whether it sleeps, `bathed` whether it stands in lava.
    """

    version: int
    slots: list[Slot]
    held: Counter[str]
    lying: dict[int, Stack]
    arrows: set[int]
    creatures: dict[int, str]
    furnaces: dict[Cell, Furnace]
    chests: dict[Cell, Counter[str]]
    stats: dict[str, int]
    drawn: bool
    alive: bool
    asleep: bool
    bathed: bool


def read(game: Game, last: Book | None = None) -> Book:
    """Returns the books of this moment; `last` saves reading an inventory that has not changed since."""
    inventory = game.inventory
    if last is not None and last.version == inventory.version:
        slots, held = last.slots, last.held
    else:
        slots = list(zip(inventory.items, inventory.counts, inventory.worn, strict=True))
        held = _sums(slots)
    lying, arrows, creatures = {}, set(), {}
    columns = [ent.KIND, ent.EID, ent.A, ent.B, ent.AGE, ph.X, ph.Y, ph.Z]
    for kind, eid, a, b, age, x, y, z in game.entities.table[: game.entities.rows, columns].tolist():
        if kind == ent.ITEM:
            hot = game.world.get(int(x // 1), int((y + 0.1) // 1), int(z // 1)) == _LAVA
            lying[int(eid)] = Stack(ITEMS[int(a)], int(b), int(age), hot)
        elif kind == ent.ARROW and b == 1:
            arrows.add(int(eid))
        elif kind > ent.ARROW:
            creatures[int(eid)] = ent.KINDS[int(kind)]
    return Book(
        inventory.version,
        slots,
        held,
        lying,
        arrows,
        creatures,
        {cell: replace(furnace) for cell, furnace in game.furnaces.items()},
        {
            cell: _sums([(slot[0], slot[1], slot[2]) for slot in chest])
            for cell, chest in game.extras.chests.items()
        },
        dict(game.stats),
        bool(game.hands.held) and ITEMS[slots[0][0]] == "bow",
        game.alive,
        bool(game.extras.asleep),
        bool(game.body[ph.LAVA]),
    )


def _sums(slots: list[Slot]) -> Counter[str]:
    held: Counter[str] = Counter()
    for item, count, _ in slots:
        held[ITEMS[item]] += count
    del held["air"]
    return held
