"""The robustness fuzz, in short, and that its checks can fail: the long one is `peam.benchmarks.fuzz`."""

import json
import subprocess
import sys

import numpy as np
import pytest

from peam.benchmarks import fuzz
from peam.benchmarks.audit import Change, audit, read
from peam.sims.base import NOOP
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import ITEM_ID
from tests.sims.arena import ATTACK, CRAFT, DESTROY, DROP, FLOOR, act, arena, give, put


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


CHEATS = {
    "inventory: +1 coal unexplained": lambda game: game.inventory.add(ITEM_ID["coal"], 1),
    "inventory: -5 dirt unexplained": lambda game: game.inventory.remove(ITEM_ID["dirt"], 5),
    "ground: 3 diamond appeared": lambda game: game.drop(ITEM_ID["diamond"], 3, (0, FLOOR, 0)),
    "block: 1 furnace appeared, 0 placed": lambda game: game.world.set(
        int(game.body[0]), FLOOR + 3, int(game.body[2]), ID["furnace"]
    ),
    "crafted": lambda game: game.count("crafted", "stick", 4),
    "furnaces gave {'iron_ingot': 1}": lambda game: setattr(next(iter(game.furnaces.values())), "made", 0),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_cheats_are_found(cheat):
    sim = arena()
    give(sim, "dirt", 5)
    sim.game.furnaces[put(sim, 6, 0, 6, "furnace")] = Furnace(output="iron_ingot", made=1)
    assert any(problem.startswith(cheat) for problem in told(sim, NOOP, CHEATS[cheat]))


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
