"""The robustness fuzz, in short, and that its checks can fail: the long one is `peam.benchmarks.fuzz`."""

import json
import subprocess
import sys

import numpy as np
import pytest

from peam.benchmarks import fuzz
from peam.benchmarks.audit import audit
from peam.benchmarks.books import Change, read
from peam.sims.base import NOOP
from peam.sims.voxel import building, chests, fauna
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.rules import ENTRIES
from tests.sims.arena import (
    ATTACK,
    CRAFT,
    DESTROY,
    DROP,
    FLOOR,
    PLACE,
    USE,
    act,
    aim,
    arena,
    census,
    give,
    put,
)

STICK = ITEM_ID["stick"]


def test_random_play_breaks_nothing():
    report = fuzz.run(seeds=4, steps=1000, picture_every=250)
    assert report["problems"] == []
    assert (report["steps"], report["pictures"]) == (4000, 16)
    assert {"crafted", "mined", "placed"} <= set(report["facts"])


def test_an_item_from_nothing_is_found(monkeypatch):
    real = Game.tick

    def generous(self, action):
        real(self, action)
        if self.ticks == 50:
            self.inventory.add(ITEM_ID["diamond"], 2)

    monkeypatch.setattr(Game, "tick", generous)
    problems = fuzz.run(seeds=1, steps=60)["problems"]
    assert len(problems) == 1 and "seed 0 step 50: inventory: +2 diamond unexplained" in problems[0]


def test_an_exception_is_reported_and_the_next_world_is_played(monkeypatch):
    real = Game.tick

    def frail(self, action):
        real(self, action)
        if self.world.seed == 0 and self.ticks == 7:
            raise ZeroDivisionError("made up")

    monkeypatch.setattr(Game, "tick", frail)
    report = fuzz.run(seeds=2, steps=20)
    assert report["steps"] == 7 + 20
    (problem,) = report["problems"]
    assert "seed 0 step 7" in problem and "ZeroDivisionError: made up" in problem


BROKEN = {
    "life_stats/food": lambda obs: obs["life_stats"]["food"].fill(21),
    "life_stats/life": lambda obs: obs["life_stats"]["life"].fill(np.nan),
    "location_stats/yaw": lambda obs: obs["location_stats"].update(yaw=np.zeros(1, np.float64)),
    "inventory/quantity": lambda obs: obs["inventory"].update(quantity=np.zeros(35, np.float32)),
    "inventory/name": lambda obs: obs["inventory"]["name"].fill(3),
    "inventory/variant": lambda obs: obs["inventory"]["variant"].fill(121),
    "location_stats/biome_id": lambda obs: obs["location_stats"].update(biome_id=168),
    "masks/equip": lambda obs: obs["masks"].pop("equip"),
    "surplus": lambda obs: obs.update(surplus=1),
}


@pytest.mark.parametrize("path", BROKEN)
def test_the_gauge_names_what_lies_outside(path):
    sim = arena()
    obs = sim.step(np.array(NOOP))[0]
    gauge = fuzz.Gauge(sim.observation_space)
    assert gauge.outside(obs) == "" and sim.observation_space.contains(obs)
    BROKEN[path](obs)
    assert gauge.outside(obs) == path


def told(sim, action, meddle=lambda game: None):
    """One tick's problems; `meddle` cheats after it."""
    before, changes = read(sim.game), []
    fuzz.spy(sim, changes)
    sim.tick(action)
    meddle(sim.game)
    del sim.game.world.set
    return audit(before, read(sim.game, before), action, changes)


def test_honest_ticks_balance():
    sim = arena()
    give(sim, "dirt", 5)
    assert told(sim, act(verb=DROP)) == []
    assert told(sim, act(verb=DESTROY, slot=0)) == []
    give(sim, "oak_log", 1)
    assert told(sim, act(verb=CRAFT, craft=sim.craft_id("oak_planks"))) == []
    put(sim, 0, 1, 1, "clay")
    for _ in range(18):
        assert told(sim, act(verb=ATTACK)) == []
    assert sim.stats() == {"crafted.oak_planks": 4, "mined.clay": 1}


def test_fuel_that_is_lit_in_its_tick_and_a_dug_furnace_balance():
    sim = arena()
    cell = put(sim, 0, 1, 1, "furnace")
    give(sim, "wooden_pickaxe")
    give(sim, "raw_iron", 2)
    give(sim, "charcoal", 1)
    for _ in range(2):
        assert told(sim, act(verb=CRAFT, craft=sim.smelt_id("iron_ingot"))) == []
    for _ in range(250):
        assert told(sim, NOOP) == []
    assert sim.stats() == {"smelted.iron_ingot": 1}
    for _ in range(53):
        assert told(sim, act(verb=ATTACK)) == []
    assert sim.block(cell) == "air"


def deed(sim, item, action, number=1, pitch=40.0, yaw=0.0):
    """Does it with an item in hand, after a pause: the tick's problems."""
    give(sim, item, number, slot=0)
    aim(sim, pitch, yaw)
    idle = [problem for _ in range(5) for problem in told(sim, NOOP)]
    return idle + told(sim, action)


def test_a_farm_balances():
    sim = arena()
    put(sim, 0, -1, 2, "dirt")
    for item in ("iron_hoe", "wheat_seeds", "bone_meal", "bone_meal", "bone_meal", "bone_meal", "shears"):
        assert deed(sim, item, act(verb=ATTACK if item == "shears" else USE)) == []
    assert sim.stats()["mined.wheat[age=7]"] == sim.stats()["tilled.dirt"] == 1


def test_buckets_balance_also_where_they_do_not_fit_and_in_a_furnace():
    sim = arena()
    cell = put(sim, 0, 0, 3, "furnace")
    assert deed(sim, "water_bucket", act(verb=USE), yaw=90.0) == []
    assert deed(sim, "bucket", act(verb=USE), 3, yaw=90.0) == []
    assert sim.game.inventory.counts[0] == 2 and sim.game.held("water_bucket") == 1
    for slot in range(1, 36):
        give(sim, "dirt", 64, slot=slot)
    x, y, z = sim.body().position
    sim.game.entities.creature("cow", (x, y, z - 1.5))
    assert deed(sim, "bucket", act(verb=USE), 3, yaw=180.0, pitch=25.0) == []
    assert sim.stats()["filled.milk_bucket"] == 1
    give(sim, "raw_iron", 1, slot=0)
    give(sim, "lava_bucket", 1, slot=1)
    assert told(sim, act(verb=CRAFT, craft=sim.smelt_id("iron_ingot"))) == []
    assert sim.game.furnaces[cell].burn == 19999 and sim.game.held("bucket") == 1


def test_doors_beds_chests_and_the_second_page_balance():
    sim = arena(time=15000)
    put(sim, 2, 0, 1, "crafting_table")
    assert deed(sim, "oak_door", act(verb=PLACE)) == []
    assert deed(sim, "stick", act(verb=USE), pitch=0.0) == []
    assert deed(sim, "dirt", act(verb=ATTACK), pitch=0.0) == []
    for _ in range(95):
        assert told(sim, act(verb=ATTACK)) == []
    assert sim.stats()["mined.oak_door[half=upper,open=true]"] == 1
    assert deed(sim, "white_bed", act(verb=PLACE), yaw=180.0) == []
    assert deed(sim, "stick", act(verb=USE), pitch=40.0, yaw=180.0) == []
    assert sim.game.extras.asleep and told(sim, act(verb=DROP)) == [] and sim.game.held("stick") == 1
    assert told(sim, act(pose=2)) == [] and not sim.game.extras.asleep
    cell = put(sim, 0, 1, 2, "chest")
    assert deed(sim, "dirt", act(verb=USE, craft=1), 20, pitch=0.0) == []
    assert deed(sim, "stick", act(verb=USE, craft=2), pitch=0.0) == [] and sim.chest(cell)[0][1] == 0
    assert told(sim, act(verb=USE, craft=1, slot=0)) == [] and sim.chest(cell)[0] == ("stick", 1)
    assert told(sim, NOOP, lambda game: building.break_block(game, cell, 0)) == []
    assert census(sim)["stick"] == census(sim)["chest"] == 1, "what it held lies there"
    index = next(i for i, entry in enumerate(ENTRIES) if entry.item == "white_bed")
    give(sim, "white_wool", 3, slot=9)
    give(sim, "oak_planks", 3, slot=10)
    assert told(sim, act(verb=CRAFT, craft=index - 244, slot=1)) == []
    assert sim.stats()["crafted.white_bed"] == 1


def test_a_ladder_that_breaks_another_balances():
    sim = arena()
    put(sim, 0, 0, 3, "stone")
    put(sim, 0, 1, 3, "stone")
    upper = put(sim, 0, 1, 2, "ladder")
    assert deed(sim, "ladder", act(verb=PLACE), 2, pitch=35.0) == []
    assert sim.stats()["placed.ladder"] == 1 and sim.block(upper) == "air"


@pytest.mark.parametrize("respawn", [False, True])
def test_a_death_balances(respawn):
    sim = arena(respawn=respawn)
    give(sim, "dirt", 20)
    give(sim, "iron_helmet", slot=39)
    put(sim, 0, 0, 0, "lava")
    sim.game.vitals.life = 3.0
    x, y, z = sim.body().position
    sim.game.entities.item(ITEM_ID["dirt"], 3, (x, y + 0.2, z), delay=100)  # burns in the tick of the death
    assert told(sim, act(verb=DROP)) == [] and sim.game.held("dirt") == 0
    assert sim.body().alive == respawn


def test_shorn_wool_and_what_burns_balance():
    sim = arena()
    x, y, z = sim.body().position
    sim.game.entities.creature("sheep", (x, y, z + 1.5))
    assert deed(sim, "shears", act(verb=USE), pitch=25.0) == []
    assert sim.stats()["shorn.white_wool"] >= 1
    put(sim, 0, 0, 4, "lava")
    sim.game.entities.item(ITEM_ID["dirt"], 9, (x, y + 0.5, z + 4.0))
    assert told(sim, NOOP) == [] and 9 not in sim.game.entities.table[:, 23]


def test_a_blast_and_an_egg_balance():
    sim = arena(time=18000, world="overworld")
    x, y, z = sim.body().position
    sim.game.vitals.life = 1000.0
    chest = put(sim, 0, 0, 3, "chest")
    sim.game.extras.chests[chest] = [[STICK, 9, 0], *chests.empty()[1:]]
    for dz in (1.0, 3.0):
        sim.game.entities.item(ITEM_ID["dirt"], 7, (x + 2.0, y + 0.1, z + dz), delay=1000)
    sim.game.entities.creature("cow", (x - 2.0, y, z + 1.0))
    sim.game.entities.creature("creeper", (x, y, z + 1.5))
    for _ in range(40):
        assert told(sim, NOOP) == []
    assert sim.block(chest) == "air" and 7 not in sim.game.entities.table[:, 23]
    row = sim.game.entities.creature("chicken", (x, y + 1.0, z))
    assert told(sim, NOOP) == []
    sim.game.entities.table[row, fauna.EGG] = 1
    for _ in range(3):
        assert told(sim, NOOP) == []
    assert "egg" in census(sim)


CHEATS = {
    "inventory: +1 coal unexplained": lambda game: game.inventory.add(ITEM_ID["coal"], 1),
    "inventory: -5 dirt unexplained": lambda game: game.inventory.remove(ITEM_ID["dirt"], 5),
    "ground: 3 diamond appeared": lambda game: game.drop(ITEM_ID["diamond"], 3, (0, FLOOR, 0)),
    "block: 1 furnace appeared, 0 explained": lambda game: game.world.set(
        int(game.body[0]), FLOOR + 3, int(game.body[2]), ID["furnace"]
    ),
    "inventory: +9 stick unexplained": lambda game: game.extras.chests.update(
        {(1, FLOOR, 1): [[STICK, 9, 0]]}
    ),
    "block: 1 wheat appeared, 0 explained": lambda game: game.world.set(
        int(game.body[0]), FLOOR + 3, int(game.body[2]), ID["wheat[age=5]"]
    ),
    "inventory: -1 bucket unexplained": lambda game: game.count("poured", "water_bucket"),
    "inventory: +1 bone_meal unexplained": lambda game: game.count("fertilized", "wheat"),
    "crafted": lambda game: game.count("crafted", "stick", 4),
    "furnaces gave {'iron_ingot': 1}": lambda game: setattr(next(iter(game.furnaces.values())), "made", 0),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_cheats_are_found(cheat):
    sim = arena()
    give(sim, "dirt", 5)
    sim.game.furnaces[put(sim, 6, 0, 6, "furnace")] = Furnace(output="iron_ingot", made=1)
    assert any(problem.startswith(cheat) for problem in told(sim, NOOP, CHEATS[cheat]))


def test_a_door_drops_but_once():
    sim = arena()
    book = read(sim.game)
    for _ in range(2):
        sim.game.drop(ITEM_ID["oak_door"], 1, (0, FLOOR, 0))
    halves = [Change(ID["oak_door"], 0), Change(ID["oak_door[half=upper]"], 0)]
    found = audit(book, read(sim.game), NOOP, halves)
    assert found == ["ground: 2 oak_door appeared, at most 1 explained"]


def test_a_stack_may_not_grow_and_a_block_gives_no_more_than_its_most():
    sim = arena()
    row = sim.game.entities.item(ITEM_ID["dirt"], 2, (0.5, FLOOR + 1, 0.5), delay=100)
    assert told(sim, NOOP, lambda game: game.entities.table.__setitem__((row, 23), 3)) == [
        "a stack of dirt grew"
    ]
    book = read(sim.game)
    sim.game.drop(ITEM_ID["snowball"], 5, (0, FLOOR, 0))
    found = audit(book, read(sim.game), NOOP, [Change(ID["snow_block"], 0)])
    assert found == ["ground: 5 snowball appeared, at most 4 explained"]


def test_the_command_tells_and_refuses():
    line = [sys.executable, "-m", "peam.benchmarks.fuzz", "--seeds"]
    done = subprocess.run([*line, "1", "--steps", "30", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["steps"] == 30 and "seed 0: 30 steps" in done.stderr
    bad = subprocess.run([*line, "-1"], capture_output=True, text=True)
    assert bad.returncode == 2 and "Traceback" not in bad.stderr


def test_a_run_repeats():
    first, second = (fuzz.run(seeds=1, steps=300) for _ in range(2))
    assert first["facts"] == second["facts"] and first["deaths"] == second["deaths"]
