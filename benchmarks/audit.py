"""The books of the embedded world: whether one tick's change of items follows from known causes.

Reads the running `Game` and changes nothing. A holding is the inventory, the stacks that lie about, and the
furnaces. Sources and sinks: pick-up, recipe, furnace, block broken or placed, creature's death, meal, throw,
destruction, shot, worn-out tool, and the 5 minutes that a stack lies.

What it cannot see: whether a drop's chance is right (only that no drop exceeds its most); durability, but for
a tool that is gone; which of the agent's arrows that vanish in a tick were picked up; what appears and
vanishes within a tick; blocks, lying stacks and arrows that vanish for no reason: it looks for things made
from nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import repeat
from typing import Final, NamedTuple

from peam.sims.base import Cell
from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import ID, NAMES, ROWS
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import DURABILITY, ITEM_ID, ITEMS, PLACES
from peam.sims.voxel.rules import ENTRIES, FUEL, PRODUCT, SMELT_TICKS, drops_of, resolve

USE, DROP, CRAFT, DESTROY = 1, 2, 4, 7  # verbs, action index 5
LAST_USES: Final = 20  # a tool that breaks in a tick had at most these left: no blow wears more
_NOTHING: Final = (ID["air"], ID["water"], ID["lava"])
Slot = tuple[int, int, int]  # item, count, worn


class Change(NamedTuple):
    """One block written."""

    was: int
    now: int


class Stack(NamedTuple):
    """A stack that lies about."""

    item: str
    number: int
    age: int


class Book(NamedTuple):
    """Who held what at one moment.

    Attributes:
        version: Of the inventory, with its `slots`, and `held`, the sums by item.
        lying: Entity id -> dropped stack.
        arrows: Ids of the agent's arrows in flight or stuck.
        creatures: Entity id -> kind.
        furnaces: Cell -> its state.
        stats: Episode counters.
        drawn: Whether a bow is being drawn.
    """

    version: int
    slots: list[Slot]
    held: Counter[str]
    lying: dict[int, Stack]
    arrows: set[int]
    creatures: dict[int, str]
    furnaces: dict[Cell, Furnace]
    stats: dict[str, int]
    drawn: bool


def read(game: Game, last: Book | None = None) -> Book:
    """Returns the books of this moment; `last` saves reading an inventory that has not changed since."""
    inventory = game.inventory
    if last is not None and last.version == inventory.version:
        slots, held = last.slots, last.held
    else:
        slots = list(zip(inventory.items, inventory.counts, inventory.worn, strict=True))
        held = Counter()
        for item, count, _ in slots:
            held[ITEMS[item]] += count
    lying, arrows, creatures = {}, set(), {}
    columns = [ent.KIND, ent.EID, ent.A, ent.B, ent.AGE]
    for kind, eid, a, b, age in game.entities.table[: game.entities.rows, columns].tolist():
        if kind == ent.ITEM:
            lying[int(eid)] = Stack(ITEMS[int(a)], int(b), int(age))
        elif kind == ent.ARROW and b == 1:
            arrows.add(int(eid))
        elif kind > ent.ARROW:
            creatures[int(eid)] = ent.KINDS[int(kind)]
    furnaces = {cell: replace(furnace) for cell, furnace in game.furnaces.items()}
    drawn = bool(game.hands.held) and ITEMS[slots[0][0]] == "bow"
    return Book(inventory.version, slots, held, lying, arrows, creatures, furnaces, dict(game.stats), drawn)


def audit(before: Book, after: Book, action: Sequence[int], changes: Sequence[Change]) -> list[str]:
    """Returns what does not balance between two moments one tick apart, a line each.

    Args:
        before: The books before the tick.
        after: The books after it.
        action: What the agent did.
        changes: Every block written in the tick.
    """
    facts = _facts(before, after)
    fresh: Counter[str] = Counter()
    for eid, stack in after.lying.items():
        if eid not in before.lying:
            fresh[stack.item] += stack.number
    problems = _inventory(before, after, action, facts, fresh)
    problems += _furnaces(before, after, facts)
    problems += _ground(before, after, action, changes, facts, fresh)
    problems += _blocks(changes, facts)
    return problems


def _facts(before: Book, after: Book) -> dict[str, Counter[str]]:
    """Returns what the episode's counters gained: fact -> item -> number."""
    facts: dict[str, Counter[str]] = {
        name: Counter() for name in ("crafted", "smelted", "placed", "eaten", "mined", "killed", "shot")
    }
    if before.stats != after.stats:
        for key, number in after.stats.items():
            fact, _, item = key.partition(".")
            facts.setdefault(fact, Counter())[item] += number - before.stats.get(key, 0)
    return facts


def _gone_by_hand(before: Book, action: Sequence[int]) -> Counter[str]:
    """What throwing or destroying takes from the inventory."""
    slot = {DROP: 0, DESTROY: action[7]}.get(action[5])
    if slot is None:
        return Counter()
    item, count, _ = before.slots[slot]
    return Counter({ITEMS[item]: min(1, count) if action[5] == DROP else count})


def _picked(before: Book, after: Book) -> Counter[str]:
    out: Counter[str] = Counter()
    for eid, stack in before.lying.items():
        left = after.lying[eid].number if eid in after.lying else 0
        if left != stack.number and not (left == 0 and stack.age >= ent.ITEM_LIFE - 1):
            out[stack.item] += stack.number - left
    return out


def _fed(before: Book, after: Book) -> Counter[str]:
    """What went into furnaces."""
    out: Counter[str] = Counter()
    for cell, now in after.furnaces.items():
        was = before.furnaces.get(cell, Furnace())
        lit = was.burn == 0 and now.burn > 0
        done = was.progress == SMELT_TICKS - 1 and now.progress == 0
        fuel = _either(was.fuel, now.fuel)
        if (
            lit and fuel == "air"
        ):  # put in and burnt within the tick: it shows in the length of the fire alone
            fuel = min(
                (name for name, ticks in FUEL.items() if ticks == now.burn + 1),
                key=lambda name: after.held[name] - before.held[name],
            )
        out[_either(was.item, now.item)] += now.count - was.count + done
        out[fuel] += now.fuel_count - was.fuel_count + lit
    return out


def _either(was: str, now: str) -> str:
    return was if now == "air" else now


def _inventory(
    before: Book, after: Book, action: Sequence[int], facts: dict[str, Counter[str]], fresh: Counter[str]
) -> list[str]:
    """Every item: what it gained must be what the causes say."""
    if before.version == after.version and before.stats == after.stats:
        return []
    change: Counter[str] = Counter(after.held)
    change.subtract(before.held)
    for cause in (_picked(before, after), facts["crafted"], facts["smelted"]):
        change.subtract(cause)
    for cause in (facts["placed"], facts["eaten"], _gone_by_hand(before, action), _fed(before, after)):
        change.update(cause)
    problems = []
    if facts["crafted"].total():
        entry = ENTRIES[action[6]]
        paid = resolve(entry.takes, lambda item: before.held[item])
        change.update(paid)
        if facts["crafted"] != Counter({entry.item: entry.count}) or action[5] != CRAFT:
            problems.append(f"crafted {dict(facts['crafted'])} by the recipe of {entry.item}")
        if sum(paid.values()) != sum(entry.takes.values()):
            problems.append(f"paid {paid} for {dict(entry.takes)}")
    for item, number in change.items():
        if number and item != "air" and not _excused(item, number, before, after, action, facts, fresh):
            problems.append(f"inventory: {number:+d} {item} unexplained")
    return problems


def _excused(
    item: str,
    number: int,
    before: Book,
    after: Book,
    action: Sequence[int],
    facts: dict[str, Counter[str]],
    fresh: Counter[str],
) -> bool:
    """Whether what the exact causes leave open has one of the causes that are seen only in part."""
    if item == "arrow":
        shot = before.drawn and action[5] != USE
        return -1 * shot <= number <= len(before.arrows - after.arrows)
    if number < 0 and facts["crafted"][item]:
        return -number <= fresh[item]  # a full inventory: the rest lies at the feet
    most = DURABILITY[ITEM_ID[item]]
    worn = sum(ITEMS[i] == item and w + LAST_USES >= most for i, _, w in before.slots)
    return bool(most) and -worn <= number < 0


def _furnaces(before: Book, after: Book, facts: dict[str, Counter[str]]) -> list[str]:
    """Products come of inputs, a piece for a piece, and are taken out but once."""
    taken: Counter[str] = Counter()
    problems = []
    for cell, was in before.furnaces.items():
        now = after.furnaces.get(cell)
        if now is None:
            continue
        done = was.progress == SMELT_TICKS - 1 and now.progress == 0
        product = PRODUCT[was.item] if done else _either(was.output, now.output)
        taken[product] += was.made + done - now.made
        if now.made and now.output != product:
            problems.append(f"furnace: {now.output} where {product} was made")
    if +taken != +facts["smelted"]:
        problems.append(f"furnaces gave {dict(+taken)}, counted {dict(facts['smelted'])}")
    return problems


@cache
def _yield(block: int) -> dict[str, int]:
    """The most that a block drops of each item, to a fit tool."""
    tools = ROWS[block]["tools"]
    tool = next((ITEM_ID[name] for name in tools if name in ITEM_ID), 0)
    most: dict[str, int] = {}
    for luck in (0.0, 1.0 - 1e-9):
        for item, number in drops_of(block, tool, repeat(luck).__next__)[1]:
            most[ITEMS[item]] = max(most.get(ITEMS[item], 0), number)
    return most


def _net(changes: Sequence[Change]) -> Counter[int]:
    """Blocks won and lost, by id: sand that falls is neither."""
    net: Counter[int] = Counter()
    for change in changes:
        net[change.now] += 1
        net[change.was] -= 1
    for block in _NOTHING:
        del net[block]
    return net


def _ground(
    before: Book,
    after: Book,
    action: Sequence[int],
    changes: Sequence[Change],
    facts: dict[str, Counter[str]],
    fresh: Counter[str],
) -> list[str]:
    """New stacks need a source; old ones do not grow."""
    problems = [
        f"a stack of {stack.item} grew"
        for eid, stack in after.lying.items()
        if eid in before.lying and stack.number > before.lying[eid].number
    ]
    if not fresh:
        return problems
    source: Counter[str] = Counter(facts["crafted"])
    if action[5] == DROP:
        source.update(_gone_by_hand(before, action))
    for block, number in _net(changes).items():
        if number < 0:
            source.update({item: -number * most for item, most in _yield(block).items()})
    for eid, name in before.creatures.items():
        if eid not in after.creatures:
            source.update({item: most for item, (_, most) in ent.DATA[name]["drops"].items()})
    for cell, furnace in before.furnaces.items():
        if cell not in after.furnaces:
            for item, number in furnace.contents():
                source[item] += number
    return problems + [
        f"ground: {number} {item} appeared, at most {source[item]} explained"
        for item, number in fresh.items()
        if number > source[item]
    ]


def _blocks(changes: Sequence[Change], facts: dict[str, Counter[str]]) -> list[str]:
    """Blocks appear by being placed."""
    if not changes:
        return []
    placed: Counter[int] = Counter()
    for item, number in facts["placed"].items():
        placed[PLACES[ITEM_ID[item]]] += number
    return [
        f"block: {number} {NAMES[block]} appeared, {placed[block]} placed"
        for block, number in _net(changes).items()
        if number > placed[block]
    ]
