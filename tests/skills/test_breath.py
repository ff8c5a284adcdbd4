"""Breath under water: reckoned as the game does, and sought again while there is time."""

import numpy as np
import pytest

from peam.actions import parse_action
from peam.config import load_config
from peam.sims.voxel import physics as ph
from peam.skills import executor
from peam.skills.breath import airy
from peam.skills.executor import Executor
from peam.skills.lungs import FULL, PAUSE, SHORT, Lungs
from peam.types import Diagnosis
from tests.sims.arena import FLOOR, arena, put
from tests.skills.worlds import at, world

DEPTH = 8


def drowned(world="classic"):
    """Returns a sim whose agent floats near the bottom of a pool of 5 x 5, 8 deep, walled with stone."""
    sim = arena(difficulty="normal", world=world, time=6000)
    x, y, z = sim.body().cell
    for dx in range(-4, 5):
        for dz in range(-4, 5):
            for dy in range(DEPTH):
                put(sim, dx, dy, dz, "water" if max(abs(dx), abs(dz)) < 3 else "stone")
    sim.game.body[:3] = x + 0.5, y + 1.0, z + 0.5
    sim.game.body[ph.GROUND] = 0
    return sim


def wait(performer, *ticks):
    return [performer.execute(parse_action(f"wait({n})")) for n in ticks][-1]


def test_it_is_reckoned_as_the_game_counts_it():
    sim, lungs = drowned(), Lungs()
    for _ in range(80):
        sim.tick()
        lungs.watch(sim, sim.body())
        assert lungs.air == sim.game.vitals.air
    assert lungs.under and lungs.air == FULL - 80
    sim.game.body[1] = FLOOR + DEPTH + 2
    sim.tick()
    lungs.watch(sim, sim.body())
    assert not lungs.under and lungs.air == sim.game.vitals.air == FULL - 76


def test_it_is_short_only_under_water_and_not_asked_for_twice_at_once():
    lungs = Lungs(air=SHORT + 1, under=True)
    assert not lungs.short(500)
    lungs.air = SHORT
    assert lungs.short(500)
    lungs.tried = 500
    assert not lungs.short(500 + PAUSE - 1) and lungs.short(500 + PAUSE)
    lungs.under = False
    assert not lungs.short(900)


@pytest.mark.parametrize("world", ["classic", "overworld"])
def test_who_waits_under_water_comes_up_in_time(world):
    sim = drowned(world)
    outcome = wait(Executor(sim, load_config()), *[200] * 4)
    assert outcome.ok and sim.body().alive and sim.body().life == 20.0
    assert sim.game.vitals.air > 0


def test_without_the_reflex_it_drowns(monkeypatch):
    monkeypatch.setattr(executor, "breathe", lambda context: None)
    sim = drowned()
    assert wait(Executor(sim, load_config()), *[200] * 4).diagnosis is Diagnosis.DIED
    assert sim.game.vitals.cause == "drowning"


def test_nobody_rests_under_water():
    sim = drowned()
    sim.game.vitals.life = 6.0
    run = Executor(sim, load_config())
    wait(run, 20)
    assert wait(run, 20).ticks == 20


def test_air_is_where_the_feet_stand_or_swim_and_the_head_is_free():
    w = world(floor=10)
    w.ids[:, 10:14, :] = 2
    w.ids[16, 10:14, 20] = 1
    w.ids[15:18, 14, 15:18] = 1
    cells = airy(w, at(16, 11, 16))
    assert len(cells) == 16 and cells == tuple(dict.fromkeys(cells))
    assert all(w.name((x, y + 1, z)) == "air" and y in (63, 64) for x, y, z in cells)
    assert at(16, 14, 20) in airy(w, at(16, 13, 20)) and at(16, 13, 16) not in cells
    distances = [float(np.sum((np.array(c) - at(16, 11, 16)) ** 2)) for c in cells]
    assert distances == sorted(distances)
    assert airy(world(floor=33), at(16, 11, 16)) == ()
