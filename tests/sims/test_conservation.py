"""Nothing comes from nothing: random and scripted episodes under the ledger."""

import numpy as np
import pytest

from peam.sims.voxel import chests, farming, saplings
from peam.sims.voxel import physics as ph
from peam.sims.voxel.items import ITEMS, STACK
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES
from tests.sims.arena import ATTACK, CRAFT, DROP, PLACE, USE, act, arena, give, put
from tests.sims.ledger import Ledger

KIT = """
wooden_hoe iron_axe stone_pickaxe iron_shovel shears bow arrow bucket water_bucket lava_bucket milk_bucket
bone_meal wheat_seeds carrot potato oak_sapling oak_door white_bed chest furnace crafting_table dirt sand
torch coal oak_log raw_iron beef iron_helmet shield
""".split()  # noqa: SIM905
AROUND = """
chest dirt dirt dirt grass_block grass_block farmland water lava furnace crafting_table oak_leaves
sand oak_log
""".split()  # noqa: SIM905


def start(seed):
    """A floor with a few things on it and in it, four creatures, and a kit of items."""
    rng = np.random.default_rng(seed)
    sim = arena(seed=seed, difficulty="easy", respawn=bool(seed % 2), time=12000)
    for dx, dz in ((dx, dz) for dx in range(-3, 4) for dz in range(-3, 4) if max(abs(dx), abs(dz)) > 1):
        if rng.random() < 0.8:
            put(sim, dx, -int(rng.random() < 0.7), dz, str(rng.choice(AROUND)))
    x, y, z = sim.body().position
    for name, dx in (("cow", 2.0), ("sheep", -2.0), ("pig", 5.0), ("zombie", 7.0)):
        sim.game.entities.creature(name, (x + dx, y, z + 1.0))
    for name in (*KIT, *rng.choice(ITEMS[1:], 4, replace=False)):
        give(sim, str(name), int(rng.integers(1, min(STACK[ITEMS.index(name)], 20) + 1)))
    sim.game.vitals.food = 8
    return sim, rng


def draw(rng):
    verb = int(rng.choice(8, p=[0.05, 0.35, 0.02, 0.2, 0.1, 0.15, 0.12, 0.01]))
    craft = int(rng.integers(8)) if verb == USE else int(rng.integers(CRAFT_SLOTS))
    slot = int(rng.integers(2)) if verb == CRAFT else int(rng.integers(30))
    turn = [12, int(rng.integers(9, 16))]
    move = [int(rng.choice(3, p=[0.7, 0.2, 0.1])), 0, int(rng.choice(4, p=[0.7, 0.1, 0.1, 0.1]))]
    return [*move, *turn, verb, craft, slot]


def episode(seed, ticks=900):
    """Runs a random episode; returns (what did not balance, counters)."""
    sim, rng = start(seed)
    ledger, action = Ledger(sim), draw(rng)
    for tick in range(ticks):
        if rng.random() < (0.25, 0.04)[seed % 2]:
            action = draw(rng)
            sim.game.body[ph.PITCH] = rng.uniform(0, 80)
            sim.game.inventory.swap(0, int(rng.integers(30)))
            sim.game.vitals.life = 20.0 if seed % 3 else sim.game.vitals.life
        wrong = ledger.tick(action)
        action[4] = 12
        if wrong:
            return [f"seed {seed}, tick {tick}, {action}: {wrong}"], sim.stats()
        if not sim.body().alive:
            break
    return [], sim.stats()


def test_random_episodes_balance_and_try_the_rules():
    tried = set()
    for seed in range(24):
        wrong, stats = episode(seed)
        assert wrong == []
        tried |= {key.partition(".")[0] for key in stats}
    rules = "placed mined crafted eaten tilled fertilized grown poured"
    assert set(rules.split()) <= tried


@pytest.mark.parametrize("index", range(len(ENTRIES)))
def test_every_recipe_balances(index):
    entry = ENTRIES[index]
    if entry.station == "furnace":
        return
    sim = arena(radius=2)
    put(sim, 1, 0, 1, "crafting_table")
    ledger = Ledger(sim)
    wrong = {"#planks": "birch_planks", "#coals": "charcoal", "#logs": "oak_wood"}
    for name, number in entry.takes.items():
        give(sim, wrong.get(name, name), number)
    assert ledger.tick(act(verb=CRAFT, craft=index % CRAFT_SLOTS, slot=index // CRAFT_SLOTS)) == []
    assert sim.stats() == {f"crafted.{entry.item}": entry.count}


def test_a_farm_a_door_a_chest_and_a_bucket_balance():
    sim = arena()
    ledger = Ledger(sim)
    put(sim, 0, -1, 2, "dirt")
    put(sim, 0, -1, 3, "water")
    sim.game.body[ph.PITCH] = 40.0

    def do(item, action, times=1):
        give(sim, item, min(8, STACK[ITEMS.index(item)]), slot=0)
        for _ in range(5):
            assert ledger.tick(act()) == []
        for _ in range(times):
            assert ledger.tick(action) == []

    do("iron_hoe", act(verb=USE))
    do("wheat_seeds", act(verb=USE))
    do("bone_meal", act(verb=USE), 24)
    assert sim.stats()["fertilized.wheat"] >= 2
    do("stick", act(verb=ATTACK), 2)
    assert sim.stats()["mined.wheat[age=7]"] == 1
    sim.game.body[ph.YAW] = 90.0
    do("oak_door", act(verb=PLACE))
    do("dirt", act(verb=ATTACK), 100)
    sim.game.body[ph.YAW] = 180.0
    do("chest", act(verb=PLACE))
    do("iron_pickaxe", act(verb=USE, craft=1, slot=0), 3)
    do("dirt", act(verb=USE, craft=2))
    do("dirt", act(verb=ATTACK), 120)
    assert sim.stats()["mined.chest"] == 1
    sim.game.body[ph.YAW] = -90.0
    do("water_bucket", act(verb=USE))
    do("bucket", act(verb=USE))
    assert sim.stats()["poured.water_bucket"] == sim.stats()["filled.water_bucket"] == 1
    do("oak_sapling", act(verb=DROP))


def test_a_tree_from_a_sapling_balances():
    sim = arena()
    put(sim, 0, -1, 4, "dirt")
    cell = put(sim, 0, 0, 4, "oak_sapling[stage=1]")
    ledger = Ledger(sim)
    ticked = farming.tick

    def grow(game):
        saplings.advance(game, cell)
        ticked(game)

    farming.tick = grow
    try:
        assert ledger.tick(act()) == []
    finally:
        farming.tick = ticked
    assert sim.block(cell) == "oak_log"


def test_the_ledger_sees_what_comes_from_nothing(monkeypatch):
    sim = arena()
    put(sim, 0, 1, 2, "chest")
    ledger = Ledger(sim)
    give(sim, "dirt", 5, slot=0)
    assert ledger.tick(act(verb=USE, craft=1)) == []
    monkeypatch.setattr(
        chests, "_take", lambda game, place: game.inventory.add(place[0], place[1])
    )  # the stack stays in the chest
    assert ledger.tick(act(verb=USE, craft=2)) == ["+5 dirt, 0 explained"]
    monkeypatch.setattr(sim.game.hands, "pause", 0)
    monkeypatch.setattr(sim.game.inventory, "take", lambda slot, count: count)
    give(sim, "dirt", 5, slot=0)
    sim.game.body[ph.PITCH] = 60.0
    assert ledger.tick(act(verb=PLACE)) == ["+1 dirt, 0 explained"]
