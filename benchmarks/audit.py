"""An audit of the embedded world: whether one tick's change of items follows from known causes.

Compares two `books`. Sources and sinks: pick-up, recipe, furnace, chest, bucket, block broken, placed or
grown, creature shorn or dead, meal, bone meal, throw, destruction, shot, worn-out tool, the agent's death,
egg laid, explosion, lava, and the 5 minutes that a stack lies.

What it cannot see: whether a drop's chance is right (only that no drop exceeds its most); durability, but for
a tool that is gone; which of the agent's arrows that vanish in a tick were picked up; what appears and
vanishes within a tick; blocks, lying stacks and arrows that vanish for no reason: it looks for things made
from nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from peam.benchmarks.books import Book, Change
from peam.benchmarks.yields import broken, loot
from peam.sims.base import NOOP
from peam.sims.voxel import entities as ent
from peam.sims.voxel import pairs
from peam.sims.voxel.blocks import FALLING, NAMES, base
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.items import DURABILITY, ITEM_ID, ITEMS, PLACES, PLANTS
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES, FUEL, PRODUCT, SMELT_TICKS, resolve

USE, DROP, CRAFT, DESTROY = 1, 2, 4, 7  # verbs, action index 5
LAST_USES: Final = 20  # a tool that breaks in a tick had at most these left: no blow wears more
_NOTHING: Final = ("air", "water", "lava")
_FACTS: Final = "crafted smelted placed eaten filled poured fertilized tilled grown hardened shorn died"
_DOUBLE: Final = frozenset(base(NAMES[block]) for block in pairs.PARTNER)
Facts = dict[str, Counter[str]]


def audit(before: Book, after: Book, action: Sequence[int], changes: Sequence[Change]) -> list[str]:
    """Returns what does not balance between two moments one tick apart, a line each.

    Args:
        before: The books before the tick.
        after: The books after it.
        action: What the agent did.
        changes: Every block written in the tick.
    """
    facts = _facts(before, after)
    action = NOOP if before.asleep else action
    fresh: Counter[str] = Counter()
    for eid, stack in after.lying.items():
        if eid not in before.lying:
            fresh[stack.item] += stack.number
    problems = _inventory(before, after, action, facts, fresh)
    problems += _furnaces(before, after, facts)
    problems += _ground(before, after, action, changes, facts, fresh)
    problems += _blocks(changes, facts)
    return problems


def _facts(before: Book, after: Book) -> Facts:
    """Returns what the episode's counters gained: fact -> item -> number."""
    facts: Facts = {name: Counter() for name in _FACTS.split()}
    if before.stats != after.stats:
        for key, number in after.stats.items():
            fact, _, item = key.partition(".")
            facts.setdefault(fact, Counter())[item] += number - before.stats.get(key, 0)
    return facts


def _dead(after: Book, facts: Facts) -> bool:
    """Whether the agent died in the tick: then all that it held drops."""
    return not after.alive or facts["died"].total() > 0


def _given(facts: Facts) -> Counter[str]:
    """What was handed over, into the inventory or, where it is full, at the feet."""
    buckets = facts["poured"].total() + facts["eaten"]["milk_bucket"]
    return facts["crafted"] + facts["filled"] + Counter(bucket=buckets)


def _spent(facts: Facts) -> Counter[str]:
    """What deeds took from the inventory."""
    used = Counter(bucket=facts["filled"].total(), bone_meal=facts["fertilized"].total())
    return facts["placed"] + facts["eaten"] + facts["poured"] + used


def _gone_by_hand(before: Book, action: Sequence[int]) -> Counter[str]:
    """What throwing or destroying takes from the inventory."""
    slot = {DROP: 0, DESTROY: action[7]}.get(action[5])
    if slot is None:
        return Counter()
    item, count, _ = before.slots[slot]
    return Counter({ITEMS[item]: min(1, count) if action[5] == DROP else count})


def _picked(before: Book, after: Book) -> Counter[str]:
    """What lay about and was picked up, or burnt."""
    out: Counter[str] = Counter()
    for eid, stack in before.lying.items():
        left = after.lying[eid].number if eid in after.lying else 0
        if left != stack.number and not (left == 0 and stack.age >= ent.ITEM_LIFE - 1):
            out[stack.item] += stack.number - left
    return out


def _burnt(before: Book, after: Book, facts: Facts) -> Counter[str]:
    """What of it may have burnt, or gone in an explosion."""
    out: Counter[str] = Counter()
    blast = any(name == "creeper" for name in _gone(before, after))
    for eid, stack in before.lying.items():
        if eid not in after.lying and (stack.hot or blast or facts["poured"]["lava_bucket"]):
            out[stack.item] += stack.number
    return out


def _gone(before: Book, after: Book) -> list[str]:
    """The creatures that are no more."""
    return [name for eid, name in before.creatures.items() if eid not in after.creatures]


def _stored(before: Book, after: Book) -> Counter[str]:
    """What went into chests; negative what came out."""
    out: Counter[str] = Counter()
    if before.chests != after.chests:
        for cell, now in after.chests.items():
            out.update(now)
            out.subtract(before.chests.get(cell, Counter()))
    return out


def _fed(before: Book, after: Book) -> Counter[str]:
    """What went into furnaces."""
    out: Counter[str] = Counter()
    for cell, now in after.furnaces.items():
        was = before.furnaces.get(cell, Furnace())
        lit = was.burn == 0 and now.burn > 0
        done = was.progress == SMELT_TICKS - 1 and now.progress == 0
        fuel = _either(was.fuel, now.fuel)
        if lit and fuel == "air":  # put in and burnt within the tick: only the fire's length shows it
            fuel = min(
                (name for name, ticks in FUEL.items() if ticks == now.burn + 1),
                key=lambda name: after.held[name] - before.held[name],
            )
        out[_either(was.item, now.item)] += now.count - was.count + done
        out[fuel] += now.fuel_count - was.fuel_count + lit
        out["bucket"] += now.buckets - was.buckets - (lit and fuel == "lava_bucket")
    return out


def _either(was: str, now: str) -> str:
    return was if now == "air" else now


def _inventory(
    before: Book, after: Book, action: Sequence[int], facts: Facts, fresh: Counter[str]
) -> list[str]:
    """Every item: what it gained must be what the causes say."""
    still = before.version == after.version and before.stats == after.stats
    if still and before.chests == after.chests:
        return []
    change: Counter[str] = Counter(after.held)
    change.subtract(before.held)
    for cause in (_picked(before, after), facts["smelted"], _given(facts)):
        change.subtract(cause)
    hands = _gone_by_hand(before, action)
    for cause in (_spent(facts), hands, _fed(before, after), _stored(before, after)):
        change.update(cause)
    problems = []
    if facts["crafted"].total():
        problems = _paid(before, action, facts, change)
    for item, number in change.items():
        if number and item != "air" and not _excused(item, number, before, after, action, facts, fresh):
            problems.append(f"inventory: {number:+d} {item} unexplained")
    return problems


def _paid(before: Book, action: Sequence[int], facts: Facts, change: Counter[str]) -> list[str]:
    """Adds a recipe's price to what is explained; returns what is wrong with it."""
    entry = ENTRIES[min(action[6] + CRAFT_SLOTS * action[7], len(ENTRIES) - 1)]
    paid = resolve(entry.takes, lambda item: before.held[item])
    change.update(paid)
    problems = []
    if facts["crafted"] != Counter({entry.item: entry.count}) or action[5] != CRAFT:
        problems.append(f"crafted {dict(facts['crafted'])} by the recipe of {entry.item}")
    if sum(paid.values()) != sum(entry.takes.values()):
        problems.append(f"paid {paid} for {dict(entry.takes)}")
    return problems


def _excused(
    item: str,
    number: int,
    before: Book,
    after: Book,
    action: Sequence[int],
    facts: Facts,
    fresh: Counter[str],
) -> bool:
    """Whether what the exact causes leave open has one of the causes that are seen only in part."""
    most, given = DURABILITY[ITEM_ID[item]], _given(facts)[item]
    lost = bool(most) * sum(ITEMS[i] == item and w + LAST_USES >= most for i, _, w in before.slots)
    lost += _burnt(before, after, facts)[item]
    if given or _dead(after, facts):  # what a full inventory does not take, and all that the dead held
        lost += fresh[item]
    if number < 0 and given and (before.bathed or after.bathed):
        return True
    found = 0
    if item == "arrow":
        lost += before.drawn and action[5] != USE
        found = len(before.arrows - after.arrows)
    return -lost <= number <= found


def _furnaces(before: Book, after: Book, facts: Facts) -> list[str]:
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


def _written(changes: Sequence[Change]) -> Iterator[Change]:
    """What was written, but for blocks that changed their state alone."""
    return (change for change in changes if base(NAMES[change.now]) != base(NAMES[change.was]))


def _dropped(changes: Sequence[Change]) -> Counter[str]:
    """The most that the blocks lost have dropped: sand that falls is not lost, doors and beds drop once."""
    lost: Counter[int] = Counter()
    for change in _written(changes):
        lost[change.was] += 1
        if FALLING[change.now]:
            lost[change.now] -= 1
    halves: Counter[str] = Counter()
    for block, number in lost.items():
        if number > 0:
            weight = 1 if block in pairs.PARTNER else 2
            halves.update({item: number * most * weight for item, most in broken(block).items()})
    return Counter({item: number // 2 for item, number in halves.items()})


def _ground(
    before: Book,
    after: Book,
    action: Sequence[int],
    changes: Sequence[Change],
    facts: Facts,
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
    source = _given(facts) + facts["shorn"] + _dropped(changes)
    if action[5] == DROP:
        source.update(_gone_by_hand(before, action))
    if _dead(after, facts):
        source += before.held + _picked(before, after) + facts["smelted"]
    for name in _gone(before, after):
        source.update(loot(name))
    source["egg"] += sum(name == "chicken" for name in before.creatures.values())
    source.update(_spilt(before, after))
    return problems + [
        f"ground: {number} {item} appeared, at most {source[item]} explained"
        for item, number in fresh.items()
        if number > source[item]
    ]


def _spilt(before: Book, after: Book) -> Counter[str]:
    """What the furnaces and chests that are gone held."""
    out: Counter[str] = Counter()
    for cell, furnace in before.furnaces.items():
        if cell not in after.furnaces:
            for item, number in furnace.contents():
                out[item] += number
    for cell, chest in before.chests.items():
        if cell not in after.chests:
            out.update(chest)
    return out


def _blocks(changes: Sequence[Change], facts: Facts) -> list[str]:
    """Blocks appear by being placed, tilled, grown or hardened; dirt is what soil turns to."""
    if not changes:
        return []
    net: Counter[str] = Counter()
    for change in _written(changes):
        net[base(NAMES[change.now])] += 1
        net[base(NAMES[change.was])] -= 1
    source = Counter(facts["grown"])
    source.update(facts["hardened"])
    for item, number in facts["placed"].items():
        name = base(NAMES[PLACES[ITEM_ID[item]] or PLANTS[ITEM_ID[item]]])
        source[name] += number * (2 if name in _DOUBLE else 1)
    for name, number in facts["tilled"].items():
        source["dirt" if name == "coarse_dirt" else "farmland"] += number
    source["dirt"] += max(0, -net["farmland"]) + max(0, -net["grass_block"])
    return [
        f"block: {number} {name} appeared, {source[name]} explained"
        for name, number in net.items()
        if name not in _NOTHING and number > source[name]
    ]
