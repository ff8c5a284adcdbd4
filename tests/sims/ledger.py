"""A ledger of the embedded world: every gain of an item or block in a tick has a source that a rule names.

Losses are no matter here, except where a rule takes one thing for another: then the price must be paid.
"""

from collections import Counter
from dataclasses import replace
from functools import cache

from peam.sims.voxel import entities as ent
from peam.sims.voxel import pairs
from peam.sims.voxel.blocks import NAMES, ROWS, base
from peam.sims.voxel.items import ITEM_ID, ITEMS, PLACES, PLANTS
from peam.sims.voxel.rules import COOKED, CRAFT_SLOTS, ENTRIES, PRODUCT, SMELT_TICKS, drops_of, resolve
from tests.sims.arena import CRAFT

EMPTY = ("air", "water", "lava")
# Rule (its episode counter) -> what a unit of it takes and gives, beside the unit itself.
PRICES = {
    "placed": lambda item: ({item: 1}, {}),
    "eaten": lambda item: ({item: 1}, {"bucket": 1} if item == "milk_bucket" else {}),
    "filled": lambda item: ({"bucket": 1}, {item: 1}),
    "poured": lambda item: ({item: 1}, {"bucket": 1}),
    "fertilized": lambda name: ({"bone_meal": 1}, {}),
    "shorn": lambda item: ({}, {item: 1}),
}


@cache
def most(block):
    """The most that a block drops of each item, to a bare hand, its own tool, or shears."""
    out = Counter()
    own = [ITEM_ID[name] for name in ROWS[block]["tools"] if name in ITEM_ID]
    tools = (0, ITEM_ID["shears"], *own[:1])
    for tool in tools:
        for luck in (0.0, 1.0 - 1e-9):
            for item, number in drops_of(block, tool, lambda luck=luck: luck)[1]:
                out[ITEMS[item]] = max(out[ITEMS[item]], number)
    return out


class Ledger:
    """Watches one sim; `tick` advances it and returns what does not balance."""

    def __init__(self, sim):
        self.sim, self.changes = sim, []
        world = sim.game.world
        write = world.set

        def spy(x, y, z, block):
            self.changes.append((world.get(x, y, z), block))
            write(x, y, z, block)

        world.set = spy

    def _read(self):
        game, held = self.sim.game, Counter()
        for item, count in zip(game.inventory.items, game.inventory.counts, strict=True):
            held[ITEMS[item]] += count
        creatures = {}
        for e in game.entities.table[: game.entities.rows]:
            kind = int(e[ent.KIND])
            if kind == ent.ITEM:
                held[ITEMS[int(e[ent.A])]] += int(e[ent.B])
            elif kind == ent.ARROW:
                held["arrow"] += int(e[ent.B])  # of the agent's own
            elif kind:
                creatures[int(e[ent.EID])] = ent.KINDS[kind]
        for slots in game.extras.chests.values():
            for item, count, _ in slots:
                held[ITEMS[item]] += count
        for furnace in game.furnaces.values():
            for item, count in furnace.contents():
                held[item] += count
        del held["air"]
        ovens = {cell: replace(furnace) for cell, furnace in game.furnaces.items()}
        return held, creatures, ovens, dict(game.stats)

    def tick(self, action):
        self.changes.clear()
        held, creatures, ovens, stats = self._read()
        self.sim.tick(action)
        now, alive, hot, known = self._read()
        facts = {key: n - stats.get(key, 0) for key, n in known.items() if n != stats.get(key, 0)}
        source, price = Counter(), Counter()
        for key, number in facts.items():
            fact, _, item = key.partition(".")
            for side, units in zip(
                (price, source), PRICES.get(fact, lambda item: ({}, {}))(item), strict=True
            ):
                for name, n in units.items():
                    side[name] += n * number
            if fact == "crafted" and action[5] == CRAFT:
                entry = ENTRIES[action[6] + CRAFT_SLOTS * action[7]]
                price.update(resolve(entry.takes, lambda name: held[name]))
                source[entry.item] += entry.count
        for cell, was in ovens.items():
            if cell in hot and was.progress == SMELT_TICKS - 1 and hot[cell].progress == 0:
                source[PRODUCT[was.item]] += 1
                price[was.item] += 1
        for eid, name in creatures.items():
            if eid not in alive:
                for item, (_, n) in ent.DATA[name]["drops"].items():
                    source.update({item: n, COOKED.get(item, item): n})
                source.update(ent.DATA[name].get("rare", {}).get("items", ()))
        lost = self._net(lambda block: block)
        for block, number in lost.items():
            if number < 0:
                source.update({item: -number * n for item, n in most(block).items()})
        wrong = [
            f"{now[item] - held[item] + price[item]:+d} {item}, {source[item]} explained"
            for item in {*now, *held, *price}
            if now[item] - held[item] + price[item] > source[item]
        ]
        return wrong + self._blocks(facts)

    def _net(self, key):
        net = Counter()
        for was, new in self.changes:
            if base(NAMES[was]) != base(NAMES[new]):
                net[key(new)] += 1
                net[key(was)] -= 1
        return net

    def _blocks(self, facts):
        net = self._net(lambda block: base(NAMES[block]))
        source = Counter()
        for key, number in facts.items():
            fact, _, name = key.partition(".")
            if fact == "placed":
                block = PLACES[ITEM_ID[name]] or PLANTS[ITEM_ID[name]]
                source[base(NAMES[block])] += number * (2 if block in pairs.PARTNER else 1)
            elif fact in ("grown", "hardened"):
                source[name] += number
            elif fact == "tilled":
                source["dirt" if name == "coarse_dirt" else "farmland"] += number
        source["dirt"] += max(0, -net["farmland"]) + max(0, -net["grass_block"])
        return [
            f"block: {number:+d} {name}, {source[name]} explained"
            for name, number in net.items()
            if name not in EMPTY and number > source[name]
        ]
