"""Pictures of the overworld by its light map."""

from __future__ import annotations

import numpy as np
import pytest

from peam.sims.voxel import VoxelSim, lamps
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.cameras import third_person
from peam.sims.voxel.overlay import Overlay
from peam.sims.voxel.recording import random_actions

NOON, MIDNIGHT = 6000, 18000


def sim_at(time: int, **more: object) -> VoxelSim:
    sim = VoxelSim(image_size=None, world="overworld", difficulty="peaceful")
    sim.reset(seed=5, options={"time": time, **more})
    return sim


def brightness(sim: VoxelSim) -> float:
    return float(sim.frame(48, 64).mean())


def room(sim: VoxelSim) -> tuple[int, int, int]:
    """Puts the agent into a closed room of stone, 7 x 4 x 8, deep below; returns the cell of its feet."""
    x, _, z = sim.body().cell
    world = sim.game.world
    for dx in range(-4, 5):
        for dy in range(-1, 5):
            for dz in range(-1, 9):
                shell = abs(dx) == 4 or dy in (-1, 4) or dz in (-1, 8)
                world.set(x + dx, 30 + dy, z + dz, ID["stone"] if shell else ID["air"])
    sim.game.body[:3] = x + 0.5, 30.0, z + 0.5
    sim.game.body[ph.YAW], sim.game.body[ph.PITCH] = 0.0, 8.0
    return x, 30, z


def test_night_is_darker_than_noon_and_bluer() -> None:
    noon, night = (sim_at(time).frame(48, 64).astype(float) for time in (NOON, MIDNIGHT))
    assert night.mean() < 0.5 * noon.mean()
    land, dim = noon[32:], night[32:]  # the lowest rows
    assert dim[..., 2].sum() / dim[..., 0].sum() > 1.1 * land[..., 2].sum() / land[..., 0].sum()


def test_dusk_falls_without_steps() -> None:
    levels = [brightness(sim_at(time)) for time in range(12000, 13800, 100)]
    falls = -np.diff(levels)
    assert (falls >= 0.0).all() and falls.max() < 0.15 * (levels[0] - levels[-1]) + 1.0


def test_a_closed_room_is_dark_at_noon_and_a_torch_lights_it() -> None:
    sim = sim_at(NOON)
    outside = brightness(sim)
    x, y, z = room(sim)
    dark = brightness(sim)
    assert dark < 0.2 * outside
    sim.game.world.set(x + 2, y, z + 6, ID["torch"])
    lit = sim.frame(48, 64).astype(float)
    assert lit.mean() > 3.0 * dark
    assert lit[..., 0].mean() > lit[..., 2].mean()  # a lamp's light is warm
    sim.game.world.set(x + 2, y, z + 6, ID["air"])
    assert brightness(sim) == dark


def test_a_torch_is_brightest_near_by() -> None:
    sim = sim_at(MIDNIGHT)
    x, y, z = room(sim)
    sim.game.world.set(x - 3, y, z + 6, ID["torch"])
    picture = sim.frame(48, 64).astype(float)
    far, near = picture[:, :16].mean(), picture[:, 48:].mean()
    assert near > 1.2 * far  # yaw 0 looks to +z: smaller x lies to the right


def test_a_hole_in_the_roof_lets_daylight_in() -> None:
    sim = sim_at(NOON)
    x, y, z = room(sim)
    dark = brightness(sim)
    for above in range(y + 4, 128):
        sim.game.world.set(x, above, z + 4, ID["air"])
    assert brightness(sim) > 2.0 * dark


def test_rain_is_darker_than_a_clear_sky() -> None:
    sim = sim_at(NOON)
    clear = brightness(sim)
    assert sim.game.weather is not None
    sim.game.weather.rain = 1.0
    assert brightness(sim) < 0.9 * clear


def test_creatures_are_lit_by_where_they_stand() -> None:
    sim = sim_at(NOON, creatures=[{"name": "pig", "distance": 2}])
    x, y, z = room(sim)
    rows = sim.game.entities.rows
    pig = sim.game.entities.table[:rows]
    pig[:, :3] = x + 0.5, y, z + 3.5
    with_pig = sim.frame(48, 64).astype(float)
    pig[:, 1] = 100.0
    shown = (with_pig != sim.frame(48, 64)).any(-1)
    pig[:, 1] = y
    assert shown.sum() > 30
    dark = with_pig[shown].mean()
    sim.game.world.set(x, y, z + 4, ID["torch"])
    assert sim.frame(48, 64).astype(float)[shown].mean() > 3.0 * dark


@pytest.mark.parametrize("rgb", [None, Overlay(sky=True, hand=True)])
def test_a_restored_state_gives_the_same_picture(rgb: Overlay | None) -> None:
    sim = sim_at(12600, inventory={"torch": 3}, hand="torch")
    for action in random_actions(3, 60):
        sim.tick(action)
    state, picture = sim.snapshot(), sim.frame(48, 64, rgb)
    again = VoxelSim(image_size=None, world="overworld", difficulty="peaceful")
    again.restore(state)
    assert (again.frame(48, 64, rgb) == picture).all()
    assert (sim.fork().frame(48, 64, rgb) == picture).all()
    for action in random_actions(4, 40):
        sim.tick(action)
    sim.restore(state)
    assert (sim.frame(48, 64, rgb) == picture).all()


def test_the_way_to_a_place_does_not_change_its_picture() -> None:
    here, there = sim_at(NOON), sim_at(NOON)
    x, y, z = here.body().position
    for place in ((x + 70.0, z), (x + 70.0, z - 90.0), (x, z)):
        there.game.body[0], there.game.body[2] = place
        there.game.world.ensure(*place)
        there.frame(16, 16)
    assert there.game.body[:3].tolist() == [x, y, z]
    for yaw in (0.0, 90.0, -180.0):
        here.game.body[ph.YAW] = there.game.body[ph.YAW] = yaw
        assert (here.frame(32, 32) == there.frame(32, 32)).all()


def test_beyond_the_rings_the_tops_tell_the_light() -> None:
    sim = sim_at(NOON)
    x, _, z = sim.body().cell
    chunk = (x >> 4, z >> 4)
    lit = lamps.lamps(sim.game.world.levels(chunk, lamps.RINGS), chunk, 0.0)
    tops = sim.game.world.tops
    edge = 16 * (chunk[0] + lamps.RINGS + 1)
    for column in (edge - 1, edge):
        top = int(tops[column & 255, z & 255])
        assert lamps.byte_at(lit, tops, column, top, z) == 240
    assert lamps.byte_at(lit, tops, x, 128, z) == 240 and lamps.byte_at(lit, tops, x, -1, z) == 0
    assert lamps.byte_at(lit, tops, edge, 2, z) == 0
    assert (
        lamps.byte_at(lit, tops, edge - 1, 2, z)
        == sim.game.world.levels(chunk, 2)[(edge - 1) & 255, 2, z & 255]
    )


def test_the_table_is_the_games_curve() -> None:
    noon, midnight = (lamps.lamps(np.zeros((1, 1, 1), np.uint8), (0, 0), n).table for n in (0.0, 11.0))
    assert noon[240] == pytest.approx(1.0)
    assert (np.diff(noon[:16].sum(1)) > 0.0).all() and (np.diff(noon[::16].sum(1)) > 0.0).all()
    assert (midnight <= noon).all() and (midnight[:16] == noon[:16]).all()
    moon = 0.24  # of the sky's brightness is left
    bright = 0.03 + 0.97 * moon
    red = 0.78 * bright
    assert midnight[240, 0] == pytest.approx(0.5 * red + 0.5 * (1.0 - (1.0 - red) ** 4))


def test_the_third_person_is_lit_too() -> None:
    noon, night = (third_person(sim_at(time).game, 36, 64).mean() for time in (NOON, MIDNIGHT))
    assert night < 0.5 * noon


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, 135.0, 180.0, -135.0, -90.0, -45.0])
def test_far_land_ends_in_fog_not_in_the_dark(yaw: float) -> None:
    sim = sim_at(NOON)
    x, _, z = sim.body().cell
    world = sim.game.world
    world.ensure(x, z)
    for dx in range(-48, 49):  # a plain with steps where the view ends, under open sky
        for dz in range(-48, 49):
            top = int(world.tops[(x + dx) & 255, (z + dz) & 255])
            floor = 80 + 4 * (max(abs(dx), abs(dz)) // 12)
            world.blocks[(x + dx) & 255, :floor, (z + dz) & 255] = ID["sand"]
            world.blocks[(x + dx) & 255, floor : max(top, floor), (z + dz) & 255] = 0
            world.tops[(x + dx) & 255, (z + dz) & 255] = floor
    world._light = None
    sim.game.body[:3], sim.game.body[ph.YAW], sim.game.body[ph.PITCH] = (x + 0.5, 80.0, z + 0.5), yaw, -5.0
    assert sim.frame(64, 96).min() > 40
