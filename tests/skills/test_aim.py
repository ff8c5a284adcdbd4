import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.sims.base import Entity
from peam.skills.aim import UP_FACE, direction, pitch_to, turn, yaw_to
from peam.skills.archery import best_shot
from peam.skills.world import centre, neighbours6, neighbours26
from tests.skills.worlds import at, world


@pytest.mark.parametrize(
    ("yaw", "axis"), [(0, (0, 0, 1)), (90, (-1, 0, 0)), (180, (0, 0, -1)), (-90, (1, 0, 0))]
)
def test_yaw_is_minecrafts(yaw: float, axis: tuple[int, int, int]) -> None:
    assert np.allclose(direction(yaw, 0.0), axis, atol=1e-9)
    assert math.isclose(math.cos(math.radians(yaw_to((0, 0, 0), axis) - yaw)), 1.0, abs_tol=1e-9)


def test_positive_pitch_looks_down() -> None:
    assert direction(0.0, 90.0)[1] == pytest.approx(-1.0)
    assert pitch_to((0, 1, 0), (0, 0, 1)) == pytest.approx(45.0)


@given(st.floats(-720, 720), st.floats(-720, 720))
def test_turn_brings_within_half_a_step(now: float, wanted: float) -> None:
    argument = turn(now, wanted)
    assert 0 <= argument <= 24
    error = (wanted - now - 15.0 * (argument - 12) + 180.0) % 360.0 - 180.0
    assert abs(error) <= 7.5 + 1e-6


@settings(max_examples=200, deadline=None)
@given(st.integers(-3, 3), st.integers(-2, 4), st.integers(-3, 3), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_aim_found_really_hits(dx: int, dy: int, dz: int, ox: float, oz: float) -> None:
    if (dx, dz) == (0, 0) and dy in (0, 1):
        return
    cell = (16 + dx, 16 + dy, 16 + dz)
    w = world((cell, 1))
    eye = (116.5 + ox, 66 + 1.62, 0.5 + oz)
    aim = w.aim(eye, 0.0, at(*cell))
    if aim is None:
        assert math.dist(eye, centre(at(*cell))) > 3.0  # near blocks are always hit
        return
    assert aim.pitch % 15 == 0 and aim.yaw % 15 == 0
    hit = w.hit(eye, aim.yaw, aim.pitch)
    assert hit is not None and hit[0] == at(*cell)


def test_hidden_block_is_not_aimed_at() -> None:
    wall = [((i, j, 18), 1) for i in range(10, 23) for j in range(12, 24)]
    w = world(((16, 17, 19), 1), *wall)
    assert w.aim((116.5, 67.6, 0.5), 0.0, at(16, 17, 19)) is None
    assert w.aim((116.5, 67.6, 0.5), 0.0, at(16, 17, 18)) is not None


def test_plants_stop_the_aim_and_liquids_do_not() -> None:
    eye, target = (116.5, 67.62, 0.5), at(16, 17, 19)
    assert world(((16, 17, 19), 1), ((16, 17, 18), 2)).hit(eye, 0.0, 0.0)[0] == target  # type: ignore[index]
    assert world(((16, 17, 19), 1), ((16, 17, 18), 3)).hit(eye, 0.0, 0.0)[0] != target  # type: ignore[index]


def test_face_is_respected() -> None:
    w = world(floor=16)
    aim = w.aim((116.5, 67.62, 0.5), 0.0, at(16, 15, 18), UP_FACE)
    assert aim is not None
    assert w.hit((116.5, 67.62, 0.5), aim.yaw, aim.pitch) == (at(16, 15, 18), UP_FACE)


def test_creature_is_aimed_at_unless_hidden() -> None:
    eye, feet = (116.5, 67.62, 0.5), (116.6, 66.0, 2.6)
    assert world(floor=16).aim_box(eye, 0.0, feet, (0.6, 1.95), 3.0) is not None
    wall = [((i, j, 17), 1) for i in range(14, 20) for j in range(14, 22)]
    assert world(*wall, floor=16).aim_box(eye, 0.0, feet, (0.6, 1.95), 3.0) is None


def test_open_sky_ignores_leaves() -> None:
    assert world(((16, 20, 16), 5)).open_sky(at(16, 16, 16))
    assert not world(((16, 20, 16), 1)).open_sky(at(16, 16, 16))


def test_neighbours() -> None:
    assert len(set(neighbours6((0, 0, 0)))) == 6
    assert len(set(neighbours26((0, 0, 0)))) == 26
    assert world(((16, 16, 16), 4)).near_hazard(at(16, 17, 16))


@pytest.mark.parametrize("distance", [3.0, 6.0, 10.0, 14.0])
def test_level_shot_hits_what_stands_straight_ahead(distance: float) -> None:
    mob = Entity(1, "skeleton", "creature", (0.5, 64.0, 0.5 + distance), 20.0)
    yaw, pitch, miss, _ = best_shot((0.5, 65.62, 0.5), 0.0, mob, (0.0, 0.0, 0.0))
    assert yaw == 0.0 and pitch in (0.0, 15.0) and miss < 0.1


def test_shot_between_grid_yaws_asks_for_a_strafe() -> None:
    x = 10.0 * math.sin(math.radians(7.5))
    mob = Entity(1, "skeleton", "creature", (-x, 64.0, 10.0 * math.cos(math.radians(7.5))), 20.0)
    _, _, miss, side = best_shot((0.0, 65.62, 0.0), 0.0, mob, (0.0, 0.0, 0.0))
    assert miss > 0.5 and side in (1, 2)
