"""The agent's body against published numbers of Minecraft Java 1.19: motion, hunger, healing, harm.

Sources: Minecraft Wiki, the pages named above the tests; `docs/fidelity.md` lists all, and what deviates.
"""

from itertools import pairwise

import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import physics as ph
from peam.sims.voxel.glow import sunlight
from peam.sims.voxel.items import ITEMS
from tests.sims.arena import ATTACK, FLOOR, USE, act, arena, give, put, run


def vitals(sim, **values):
    for key, value in values.items():
        setattr(sim.game.vitals, key, value)
    return sim.game.vitals


def pool(sim, depth=4, radius=10):
    for dx in range(-radius, radius + 1):
        for dz in range(-radius, radius + 1):
            for dy in range(depth):
                put(sim, dx, dy, dz, "water")


def losses(sim, action, ticks):
    """Ticks (from 1) at which life was lost, and how much."""
    out, before = [], sim.body().life
    for tick in range(1, ticks + 1):
        sim.tick(action)
        if sim.body().life < before:
            out.append((tick, round(before - sim.body().life, 6)))
        before = sim.body().life
    return out


# -- motion: "Transportation", "Jumping", "Ladder", "Entity" -----------------------------------------------

SPEEDS = [  # ahead, left, pose, metres a second
    (1, 0, 0, 4.317),
    (1, 1, 0, 4.405),
    (1, 0, 3, 5.612),
    (1, 0, 2, 1.295),
    (1, 1, 2, 1.83),
]


@pytest.mark.parametrize(("ahead", "left", "pose", "speed"), SPEEDS)
def test_speed_on_flat_ground(ahead, left, pose, speed):
    sim = arena(radius=20)
    run(sim, act(move=ahead, left=left, pose=pose), 20)
    x, _, z = sim.body().position
    run(sim, act(move=ahead, left=left, pose=pose), 20)
    dx, dz = sim.body().position[0] - x, sim.body().position[2] - z
    assert (dx * dx + dz * dz) ** 0.5 == pytest.approx(speed, abs=0.006)


def test_a_jump_is_1_2522_high_and_takes_12_ticks():
    sim, heights = arena(), []
    for tick in range(13):
        sim.tick(act(pose=1 if tick == 0 else 0))
        heights.append(sim.body().position[1] - FLOOR)
    assert max(heights) == pytest.approx(1.2522, abs=1e-4)
    assert [h > 0 for h in heights] == [True] * 11 + [False] * 2


def test_a_fall_gains_speed_by_gravity_and_drag():
    """Blocks a tick after n ticks of fall: 3.92 (1 - 0.98^n); terminal 78.4 m/s."""
    sim = arena(height=50)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + 45, 0
    for n in range(30):
        before = sim.body().position[1]
        sim.tick()
        assert before - sim.body().position[1] == pytest.approx(3.92 * (1 - 0.98**n), abs=1e-9)


def test_swimming_under_water():
    sim = arena(radius=12)
    pool(sim)
    run(sim, act(move=1), 30)
    start = sim.body().position[2]
    run(sim, act(move=1), 40)
    assert (sim.body().position[2] - start) / 2 == pytest.approx(1.97, abs=0.02)


@pytest.mark.parametrize(("pose", "down", "speed"), [(1, False, 2.35), (0, True, -3.0), (2, True, 0.0)])
def test_ladders(pose, down, speed):
    sim = arena(height=14)
    for dy in range(12):
        put(sim, 0, dy, 1, "stone")
        put(sim, 0, dy, 0, "ladder")
    if down:
        sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + 9, 0
    run(sim, act(pose=pose), 5)
    start = sim.body().position[1]
    run(sim, act(pose=pose), 20)
    assert sim.body().position[1] - start == pytest.approx(speed, abs=0.01)


# -- hunger: "Hunger" --------------------------------------------------------------------------------------


def spent(sim, action, times):
    """Exhaustion that this costs; food and saturation are high enough not to fall."""
    before = sim.game.vitals.exhaustion
    run(sim, action, times)
    return sim.game.vitals.exhaustion - before


def test_exhaustion_of_walking_sprinting_jumping_swimming():
    sim = arena(radius=20)
    assert spent(sim, act(move=1), 20) == 0
    start = sim.body().position[2]
    assert spent(sim, act(move=1, pose=3), 30) == pytest.approx(0.1 * (sim.body().position[2] - start))
    assert spent(arena(), act(pose=1), 1) == pytest.approx(0.05)
    assert spent(arena(), act(pose=1), 24) == pytest.approx(0.10), "two jumps, held"
    wet = arena(radius=12)
    pool(wet)
    run(wet, NOOP, 1)
    start = wet.body().position[2]
    assert spent(wet, act(move=1), 40) == pytest.approx(0.01 * (wet.body().position[2] - start))


def test_exhaustion_of_digging_and_striking():
    sim = arena()
    put(sim, 0, 1, 1, "dirt")
    assert spent(sim, act(verb=ATTACK), 15) == pytest.approx(0.005)
    x, y, z = sim.body().position
    sim.game.entities.creature("cow", (x, y, z + 1.5))
    sim.game.body[ph.PITCH] = 30
    assert spent(sim, act(verb=ATTACK), 1) == pytest.approx(0.1)


def test_the_hunger_effect_exhausts_a_tenth_a_second():
    sim = arena()
    vitals(sim, hunger=600)
    assert spent(sim, NOOP, 600) == pytest.approx(3.0)
    assert spent(sim, NOOP, 20) == 0


def test_four_of_exhaustion_cost_a_point_of_saturation_then_of_food():
    sim = arena()
    v = vitals(sim, saturation=1.0, exhaustion=8.5)
    run(sim, NOOP, 1)
    assert (v.food, v.saturation, v.exhaustion) == (20, 0.0, 4.5)
    run(sim, NOOP, 1)
    assert (v.food, v.saturation, v.exhaustion) == (19, 0.0, 0.5)


def test_a_bite_that_armour_may_soften_exhausts_a_tenth():
    sim = arena(time=18000)
    x, y, z = sim.body().position
    sim.game.entities.creature("zombie", (x, y, z + 1))
    v = vitals(sim, food=17, saturation=0.0)
    while sim.body().life == 20:
        sim.tick()
    assert v.exhaustion == pytest.approx(0.1)


@pytest.mark.parametrize(("food", "sprints"), [(7, True), (6, False)])
def test_sprinting_needs_more_than_6_food(food, sprints):
    sim = arena(radius=20)
    vitals(sim, food=food)
    run(sim, act(move=1, pose=3), 20)
    start = sim.body().position[2]
    run(sim, act(move=1, pose=3), 20)
    assert sim.body().position[2] - start == pytest.approx(5.612 if sprints else 4.317, abs=0.006)


# -- healing and starving: "Hunger", "Health" --------------------------------------------------------------

HEALING = [  # food, saturation, ticks, life gained, exhaustion of it
    (20, 20.0, 10, 1.0, 6.0),
    (20, 3.0, 10, 0.5, 3.0),
    (20, 0.0, 80, 1.0, 6.0),
    (18, 5.0, 80, 1.0, 6.0),
    (17, 5.0, 400, 0.0, 0.0),
]


@pytest.mark.parametrize(("food", "saturation", "ticks", "gain", "cost"), HEALING)
def test_natural_healing(food, saturation, ticks, gain, cost):
    sim = arena()
    v = vitals(sim, life=10.0, food=food, saturation=saturation)
    run(sim, NOOP, ticks - 1)
    assert v.life == 10.0
    run(sim, NOOP, 1)
    assert v.life == pytest.approx(10.0 + gain) and v.exhaustion == pytest.approx(cost)


def test_a_full_belly_heals_a_point_every_half_second():
    sim = arena()
    v = vitals(sim, life=10.0, saturation=20.0)
    run(sim, NOOP, 20)
    assert v.life == pytest.approx(12.0)


def test_peace_heals_a_point_a_second_and_feeds_two():
    sim = arena(difficulty="peaceful")
    v = vitals(sim, life=10.0, food=10, saturation=0.0, exhaustion=12.0)
    run(sim, NOOP, 40)
    assert (v.life, v.food) == (12.0, 14)


def test_harm_that_armour_does_not_soften_exhausts_nothing():
    sim = arena(height=28)
    v = vitals(sim, food=17, saturation=0.0)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + 13, 0
    run(sim, NOOP, 50)
    assert (v.life, v.exhaustion) == (10.0, 0.0)


@pytest.mark.parametrize(("difficulty", "floor"), [("easy", 10), ("normal", 1), ("hard", 0)])
def test_starving_takes_a_point_every_four_seconds_down_to_its_floor(difficulty, floor):
    sim = arena(difficulty=difficulty)
    vitals(sim, food=0, saturation=0.0, life=12.0)
    assert losses(sim, NOOP, 240) == [(80, 1.0), (160, 1.0), (240, 1.0)][: 12 - floor]
    run(sim, NOOP, 80 * 12)
    assert sim.body().life == floor and sim.body().alive == (floor > 0)


# -- harm: "Damage", "Fall damage", "Drowning", "Lava", "Fire", "Suffocation", "Cactus" --------------------


@pytest.mark.parametrize("height", range(1, 24))
def test_a_fall_costs_its_height_less_three(height):
    sim = arena(height=28)
    vitals(sim, food=17)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + height, 0
    run(sim, NOOP, 50)
    assert sim.body().on_ground and sim.body().life == 20 - max(0, height - 3)


@pytest.mark.parametrize("soft", ["water", "ladder"])
def test_water_and_ladders_break_a_fall(soft):
    sim = arena(height=28)
    put(sim, 0, 0, 0, soft)
    vitals(sim, food=17)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + 20, 0
    run(sim, NOOP, 60)
    assert sim.body().life == 20 and sim.body().position[1] < FLOOR + 1


def test_armour_does_not_soften_a_fall():
    sim = arena(height=28)
    for slot, piece in zip(range(36, 40), ("boots", "leggings", "chestplate", "helmet"), strict=True):
        give(sim, f"diamond_{piece}", slot=slot)
    vitals(sim, food=17)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND] = FLOOR + 13, 0
    run(sim, NOOP, 50)
    assert sim.body().life == 10


def test_breath_lasts_fifteen_seconds_and_drowning_costs_two_a_second():
    sim = arena()
    pool(sim, radius=1)
    vitals(sim, food=17)
    assert losses(sim, NOOP, 362) == [(320, 2.0), (340, 2.0), (360, 2.0)]


def test_air_comes_back_four_a_tick():
    sim = arena()
    vitals(sim, air=100)
    run(sim, NOOP, 10)
    assert sim.game.vitals.air == 140


def test_lava_costs_four_every_half_second_and_burns_for_fifteen_more():
    sim = arena()
    put(sim, 0, 0, 0, "lava")
    vitals(sim, life=1000.0, food=17)
    assert losses(sim, NOOP, 31)[:3] == [(1, 4.0), (11, 4.0), (21, 4.0)]
    put(sim, 0, 0, 0, "air")
    run(sim, NOOP, 10)
    before = sim.body().life
    hurt = losses(sim, NOOP, 400)
    assert {loss for _, loss in hurt} == {1.0} and before - sim.body().life == 15.0
    assert {b - a for (a, _), (b, _) in pairwise(hurt)} == {20}


def test_water_puts_fire_out():
    sim = arena()
    put(sim, 0, 0, 0, "water")
    vitals(sim, fire=200, food=17)
    run(sim, NOOP, 100)
    assert sim.game.vitals.fire == 0 and sim.body().life == 20


@pytest.mark.parametrize(("block", "dy", "dx"), [("stone", 1, 0), ("cactus", 0, 1)])
def test_suffocation_and_cactus_cost_one_every_half_second(block, dy, dx):
    sim = arena()
    put(sim, dx, dy, 0, block)
    sim.game.body[ph.X] += 0.19 * dx
    vitals(sim, food=17)
    assert losses(sim, act(left=dx), 21) == [(1, 1.0), (11, 1.0), (21, 1.0)]


# -- the day: "Daylight cycle" -----------------------------------------------------------------------------


def test_a_day_is_24000_ticks_of_a_twentieth_second():
    sim = arena(time=23990, difficulty="peaceful")
    run(sim, NOOP, 20)
    assert sim.observe().time == 10 and sim.metadata["render_fps"] == 20
    assert sunlight(6000) == 1.0 and sunlight(18000) == 0.0
    assert 0 < sunlight(12786) < 1, "sunset is gradual"


# -- eating: "Food" ----------------------------------------------------------------------------------------

FOOD = {  # item: (hunger points, saturation)
    "apple": (4, 2.4),
    "golden_apple": (4, 9.6),
    "bread": (5, 6.0),
    "porkchop": (3, 1.8),
    "cooked_porkchop": (8, 12.8),
    "beef": (3, 1.8),
    "cooked_beef": (8, 12.8),
    "mutton": (2, 1.2),
    "cooked_mutton": (6, 9.6),
    "rotten_flesh": (4, 0.8),
    "carrot": (3, 3.6),
    "potato": (1, 0.6),
    "baked_potato": (5, 6.0),
    "poisonous_potato": (2, 1.2),
    "golden_carrot": (6, 14.4),
    "chicken": (2, 1.2),
    "cooked_chicken": (6, 7.2),
    "spider_eye": (2, 3.2),
    "pumpkin_pie": (8, 4.8),
}


@pytest.mark.parametrize("item", FOOD)
def test_a_meal_takes_32_ticks_and_feeds(item):
    sim = arena()
    give(sim, item, 2)
    v = vitals(sim, food=6, saturation=0.0)
    run(sim, act(verb=USE), 31)
    assert v.food == 6
    run(sim, act(verb=USE), 1)
    points, saturation = FOOD[item]
    assert v.food == 6 + points and v.saturation == pytest.approx(min(saturation, v.food), abs=1e-6)
    assert sim.observe().inventory == {item: 1}


def test_no_food_is_left_out():
    rules = arena().rules
    assert {item for item in ITEMS if rules.food_points(item)} == set(FOOD)
