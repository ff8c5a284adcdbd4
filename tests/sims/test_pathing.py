import math

import numpy as np
import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import entities as ent
from peam.sims.voxel import pathing
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, SOLID
from tests.sims.arena import FLOOR, arena, put, run


def creature(sim, name, dx=0.0, dz=8.0, dy=0.0):
    x, y, z = sim.game.body[:3].tolist()
    return sim.game.entities.creature(name, (x + dx, y + dy, z + dz))


def bitten(sim, ticks):
    """Ticks until the agent is hurt, None for never."""
    for tick in range(ticks):
        sim.tick()
        if sim.body().life < 20:
            return tick
    return None


def wall(sim, dz, half, block="glass", height=3, gap=()):
    for dx in range(-half, half + 1):
        for dy in range(height):
            if dx not in gap:
                put(sim, dx, dy, dz, block)


def way(sim, start, goal, drop=3, nodes=560):
    x, y, z = sim.body().cell
    found = pathing.find_way(
        sim.game.world.blocks,
        (x + start[0], y + start[1], z + start[2]),
        (x + goal[0], y + goal[1], z + goal[2]),
        drop,
        nodes,
    )
    return [tuple(cell) for cell in (found - np.array((x, y, z))).tolist()]


def test_the_way_is_free_connected_and_no_longer_than_it_must():
    sim = arena()
    assert way(sim, (0, 0, 6), (0, 0, 0)) == [(0, 0, z) for z in range(5, -1, -1)]
    wall(sim, 3, 4)
    found = way(sim, (0, 0, 6), (0, 0, 0))
    assert found[-1] == (0, 0, 0)
    world, (x, y, z) = sim.game.world, sim.body().cell
    for a, b in zip([(0, 0, 6), *found], found, strict=False):
        assert max(abs(a[0] - b[0]), abs(a[2] - b[2])) == 1
        assert not SOLID[world.get(x + b[0], y + b[1], z + b[2])]
        assert a[0] == b[0] or a[2] == b[2] or not SOLID[world.get(x + a[0], y, z + b[2])], "no corner is cut"
    length = sum(math.dist(a, b) for a, b in zip([(0, 0, 6), *found], found, strict=False))
    assert length < 2 * math.dist((0, 6), (5, 3)) + 2.5


def test_the_way_climbs_steps_and_takes_only_falls_that_it_may():
    sim = arena()
    for dx in range(-12, 13):
        for dz in range(1, 13):
            for depth in range(1, 6):
                x, y, z = sim.body().cell
                sim.game.world.set(x + dx, y - depth, z + dz, 0)
            sim.game.world.set(x + dx, y - 6, z + dz, ID["stone"])
    assert way(sim, (0, 0, 0), (0, -5, 4), drop=5)[-1] == (0, -5, 4)
    assert way(sim, (0, 0, 0), (0, -5, 4), drop=4)[-1:] != [(0, -5, 4)]
    put(sim, 1, -5, 1, "stone")
    assert way(sim, (0, -5, 4), (0, 0, 0), drop=4)[-1:] != [(0, 0, 0)], "no jump of five"
    for n in range(1, 6):
        for depth in range(n):
            put(sim, 0, depth - 5, 6 - n, "stone")
    assert way(sim, (0, -5, 6), (0, 0, 0), drop=4)[-1] == (0, 0, 0), "five steps of one"


def test_the_way_shuns_lava_and_cactus():
    for block in ("lava", "cactus"):
        sim = arena()
        for dx in range(-2, 3):
            put(sim, dx, -1 if block == "lava" else 0, 3, block)
        found = way(sim, (0, 0, 6), (0, 0, 0))
        assert found[-1] == (0, 0, 0) and not {(dx, 3) for dx in range(-2, 3)} & {(c[0], c[2]) for c in found}


@pytest.mark.parametrize("name", ["zombie", "creeper"])
def test_hunters_get_round_a_wall_of_glass_in_the_overworld(name):
    sim = arena(world="overworld", radius=14, time=18000)
    wall(sim, 3, 5)
    creature(sim, name)
    assert bitten(sim, 400) is not None


def test_a_zombie_finds_the_one_gap_and_out_of_a_pen():
    sim = arena(world="overworld", radius=14, time=18000)
    for side in (3, 11):
        wall(sim, side, 4, gap=(4,) if side == 11 else ())
    for dz in range(3, 12):
        for dy in range(3):
            for dx in (-4, 4):
                put(sim, dx, dy, dz, "air" if (dx, dz) == (4, 11) else "glass")
    for dy in range(3):
        put(sim, 3, dy, 11, "air")
    creature(sim, "zombie", dz=7.0)
    assert bitten(sim, 700) is not None


def test_a_zombie_comes_round_a_pit_that_it_does_not_dare():
    sim = arena(world="overworld", radius=14, time=18000, difficulty="easy")
    x, y, z = sim.body().cell
    for dx in range(-5, 6):
        for dz in range(3, 6):
            for depth in range(1, 30):
                sim.game.world.set(x + dx, y - depth, z + dz, 0)
    row = creature(sim, "zombie")
    assert bitten(sim, 500) is not None
    assert sim.game.entities.table[row, ph.Y] == FLOOR and sim.game.entities.table[row, ent.HEALTH] == 20


def test_a_zombie_leaves_a_pit_by_its_stairs():
    sim = arena(world="overworld", radius=14, time=18000)
    x, y, z = sim.body().cell
    for dx in range(-4, 5):
        for dz in range(3, 10):
            for depth in (1, 2):
                sim.game.world.set(x + dx, y - depth, z + dz, 0)
            sim.game.world.set(x + dx, y - 3, z + dz, ID["stone"])
    put(sim, 4, -2, 9, "stone")
    creature(sim, "zombie", dz=5.0, dy=-2.0)
    assert bitten(sim, 600) is not None


def test_no_way_leads_to_a_pillar_and_the_hunter_waits_below():
    sim = arena(world="overworld", radius=14, time=18000)
    sim.game.body[ph.Y] += 4
    for dy in range(4):
        x, y, z = sim.body().cell
        sim.game.world.set(x, y - 1 - dy, z, ID["stone"])
    x, y, z = sim.game.body[:3].tolist()
    row = sim.game.entities.creature("zombie", (x, FLOOR, z + 8))
    assert bitten(sim, 300) is None
    e = sim.game.entities.table[row]
    assert math.hypot(e[ph.X] - x, e[ph.Z] - z) < 3.0


@pytest.mark.parametrize(
    ("name", "sight"), [("zombie", 35), ("skeleton", 16), ("creeper", 16), ("spider", 16)]
)
def test_the_follow_range_is_the_published_one(name, sight):
    for far, hunts in ((sight - 2.0, True), (sight + 1.5, False)):
        sim = arena(world="overworld", radius=sight + 3, height=4, time=18000)
        row = creature(sim, name, dz=far)
        run(sim, NOOP, 12)
        assert (sim.game.entities.table[row, ent.SEEN] > 0) == hunts, far


def test_interest_is_lost_beyond_the_range_at_once_and_behind_a_wall_in_three_seconds():
    sim = arena(world="overworld", radius=30, height=4, time=18000)
    row = creature(sim, "creeper", dz=12.0)
    run(sim, NOOP, 10)
    e = sim.game.entities.table[row]
    e[ph.Z] += 12
    run(sim, NOOP, 5)
    assert e[ent.SEEN] == 0
    sim = arena(world="overworld", radius=14, time=18000)
    row = creature(sim, "zombie", dz=10.0)
    run(sim, NOOP, 10)
    e = sim.game.entities.table[row]
    for dx in range(-2, 3):
        for dz in range(-2, 3):
            for dy in range(4):
                if max(abs(dx), abs(dz)) == 2 or dy == 3:
                    put(sim, dx, dy, dz, "stone")
    run(sim, NOOP, 50)
    assert e[ent.SEEN] > 0
    run(sim, NOOP, 15)
    assert e[ent.SEEN] == 0
