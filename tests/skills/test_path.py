import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.skills.navigation import blocking
from peam.skills.path import AIM, NEAR, PLANE, Goal, Route, search
from peam.skills.world import World
from tests.skills.worlds import NAMES, at, world

NO_DIG = np.full(len(NAMES), np.inf, np.float32)
DIG = np.array([np.inf, 12, np.inf, np.inf, np.inf, 6], np.float32)
START = at(16, 16, 16)


def find(w: World, goal: Goal, dig: np.ndarray = NO_DIG, blocks: int = 0) -> Route:
    return search(w, START, goal, dig, blocks, 0.0)


def near(*cells: tuple[int, int, int], radius: float = 0.5) -> Goal:
    return Goal(NEAR, cells, radius)


def test_walks_straight_on_open_ground() -> None:
    route = find(world(floor=16), near(at(22, 16, 16)))
    assert route.complete and route.cells[0] == START and route.cells[-1] == at(22, 16, 16)
    assert len(route.cells) == 7


def test_goes_round_a_wall_and_does_not_cut_its_corner() -> None:
    wall = [((18, j, k), 1) for j in (16, 17, 18) for k in range(10, 19)]
    w = world(*wall, floor=16)
    route = find(w, near(at(20, 16, 16)))
    assert route.complete and len(route.cells) > 5
    for a, b in zip(route.cells, route.cells[1:], strict=False):
        for corner in ((a[0], a[1], b[2]), (b[0], a[1], a[2])):
            assert not w.is_solid(corner)


def test_steps_up_one_but_not_two() -> None:
    assert find(world(*[((18, 16, k), 1) for k in range(33)], floor=16), near(at(20, 16, 16))).complete
    two = [((18, j, k), 1) for k in range(33) for j in (16, 17)]
    assert not find(world(*two, floor=16), near(at(20, 16, 16))).complete


def test_low_ceiling_stops_a_jump() -> None:
    step = [((i, 16, k), 1) for i in range(18, 33) for k in range(33)]
    roof = [((i, 18, k), 1) for i in range(33) for k in range(33)]
    assert find(world(*step, floor=16), near(at(20, 17, 16))).complete
    assert not find(world(*step, *roof, floor=16), near(at(20, 17, 16))).complete


def test_drops_three_but_not_four() -> None:
    def cliff(depth: int) -> World:
        w = world(floor=16)
        w.ids[18:, 16 - depth :, :] = 0
        return w

    assert find(cliff(3), near(at(20, 13, 16))).complete
    assert not find(cliff(4), near(at(20, 12, 16))).complete


def test_never_beside_or_through_lava_when_another_way_is_short() -> None:
    w = world(*[((18, 15, k), 4) for k in range(12, 18)], floor=16)
    route = find(w, near(at(20, 16, 16)))
    assert route.complete and all(w.name((c[0], c[1] - 1, c[2])) != "lava" for c in route.cells)


def test_swims_where_it_must() -> None:
    w = world(floor=16)
    w.ids[18:21, 15, :] = 2
    assert find(w, near(at(24, 16, 16))).complete


def test_digs_only_with_costs() -> None:
    w = world(floor=33)
    w.ids[16, 16:18, 16] = 0
    goal = Goal(AIM, (at(16, 17, 24),), 4.2)
    w.ids[16, 17, 24] = 5
    assert not find(w, goal).complete
    route = find(w, goal, DIG)
    assert route.complete and len(route.cells) >= 3


def test_never_digs_into_lava() -> None:
    w = world(floor=33)
    w.ids[16, 16:18, 16] = 0
    w.ids[17:20, 14:20, 19] = 4
    w.ids[13:20, 14:20, 20] = 4
    route = find(w, Goal(PLANE, radius=8, axis=(0, 0, 1), unit=20.0), DIG)
    for a, b in zip(route.cells, route.cells[1:], strict=False):
        assert not any(w.near_hazard(c) for c in blocking(a, b))


def test_staircase_down_keeps_its_direction() -> None:
    route = find(world(floor=16), Goal(PLANE, radius=8, axis=(0, -1, 0), unit=45.0, prefer=(0, 1)), DIG)
    assert route.complete and route.cells[-1] == at(16, 8, 24)
    assert [c[1] for c in route.cells] == list(range(66, 57, -1))


def test_pillars_up_with_blocks() -> None:
    w = world(floor=20)
    w.ids[15:18, 16:20, 15:18] = 0
    goal = Goal(PLANE, radius=4, axis=(0, 1, 0), unit=30.0)
    assert not find(w, goal).complete
    assert find(w, goal, blocks=8).complete


def test_aims_from_a_place_that_sees_the_target() -> None:
    w = world(((22, 17, 16), 3), floor=16)
    route = find(w, Goal(AIM, (at(22, 17, 16),), 4.2))
    x, y, z = route.cells[-1]
    assert route.complete and w.aim((x + 0.5, y + 1.62, z + 0.5), 0.0, at(22, 17, 16), reach=4.2) is not None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_move_of_a_route_is_possible(seed: int) -> None:
    w = world(floor=16)
    rng = np.random.default_rng(seed)
    for _ in range(150):
        i, k = rng.integers(2, 31, 2)
        w.ids[i, 16 : 16 + rng.integers(1, 3), k] = 1
    w.ids[16, 16:19, 16] = 0
    route = find(w, near(at(28, 16, 28), radius=2.0))
    for a, b in zip(route.cells, route.cells[1:], strict=False):
        assert not any(w.is_solid(c) for c in blocking(a, b))
        assert w.is_solid((b[0], b[1] - 1, b[2])) and b[1] - a[1] <= 1


def test_a_failed_search_is_short() -> None:
    w = world(floor=16)
    w.ids[24, 16:33, :] = 1
    goal = near(at(30, 16, 16))
    find(w, goal)
    began = time.perf_counter()
    for _ in range(5):
        assert not find(w, goal).complete
    assert (time.perf_counter() - began) / 5 < 0.05  # 10 ms when the machine is not shared


def test_a_head_above_water_is_not_put_under_and_one_under_comes_up() -> None:
    w = world(floor=10)
    w.ids[:, 10:16, :] = 2
    w.ids[14:19, 10:16, 14:19] = 1
    assert not find(w, near(at(24, 12, 16), radius=1.0)).complete, "no dive"
    assert find(w, near(at(24, 15, 16))).complete, "but swims"
    below = at(24, 11, 16)
    up = search(w, below, near(at(24, 15, 16)), NO_DIG, 0, 0.0)
    assert up.complete and [c[1] - 50 for c in up.cells] == [11, 12, 13, 14, 15]


def test_a_stair_is_not_dug_down_from_the_bed_of_a_pool() -> None:
    w = world(floor=16)
    w.ids[12:24, 15, 12:24] = 2
    start = at(16, 15, 16)
    route = search(w, start, Goal(PLANE, radius=6, axis=(0, -1, 0), unit=45.0), DIG, 0, 0.0)
    assert route.complete
    for x, y, z in route.cells:
        assert w.name((x, y + 1, z)) != "water"


def test_digging_under_water_is_reckoned_at_what_it_takes() -> None:
    w = world(floor=33)
    w.ids[16, 16:18, 16] = 2
    w.ids[16, 18, 16] = 0
    w.ids[20, 16:18, 16] = 0
    goal = near(at(20, 16, 16))
    assert find(w, goal, DIG).cells[1] == at(16, 17, 16), "comes up first"
