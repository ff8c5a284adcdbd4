"""Blows, arrows, armour and creatures against published numbers of Minecraft Java 1.19, by fighting.

Sources: Minecraft Wiki, the pages named above the tests; `docs/fidelity.md` lists all, and what deviates.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.combat import die
from peam.sims.voxel.items import ITEMS
from tests.sims.arena import ATTACK, FLOOR, USE, act, arena, give, put, run


def creature(sim, name, dz=1.5, **columns):
    x, _, z = sim.game.body[:3].tolist()
    row = sim.game.entities.creature(name, (x, FLOOR, z + dz))
    for column, value in columns.items():
        sim.game.entities.table[row, getattr(ent, column)] = value
    return row


def hold(sim, row, dz=1.5):
    """Sets a creature still before the agent, unhurt a moment ago, and has the agent look at it."""
    e = sim.game.entities.table[row]
    e[ph.X], e[ph.Y], e[ph.Z] = sim.game.body[ph.X], FLOOR, sim.game.body[ph.Z] + dz
    e[[ph.VX, ph.VY, ph.VZ]] = 0
    sim.game.body[ph.YAW], sim.game.body[ph.PITCH] = 0, 35


# -- blows: "Damage", "Attribute", "Armor" -----------------------------------------------------------------

WEAPONS = {  # damage, attacks a second
    "air": (1, 4.0),
    "wooden_sword": (4, 1.6),
    "golden_sword": (4, 1.6),
    "stone_sword": (5, 1.6),
    "iron_sword": (6, 1.6),
    "diamond_sword": (7, 1.6),
    "wooden_axe": (7, 0.8),
    "golden_axe": (7, 1.0),
    "stone_axe": (9, 0.8),
    "iron_axe": (9, 0.9),
    "diamond_axe": (9, 1.0),
    "wooden_pickaxe": (2, 1.2),
    "stone_pickaxe": (3, 1.2),
    "iron_pickaxe": (4, 1.2),
    "diamond_pickaxe": (5, 1.2),
    "wooden_shovel": (2.5, 1.0),
    "stone_shovel": (3.5, 1.0),
    "iron_shovel": (4.5, 1.0),
    "diamond_shovel": (5.5, 1.0),
    "wooden_hoe": (1, 1.0),
    "stone_hoe": (1, 2.0),
    "iron_hoe": (1, 3.0),
    "diamond_hoe": (1, 4.0),
}


def armed(weapon, name="cow", **columns):
    sim = arena(radius=4, peaceful=True, time=18000)
    if weapon != "air":
        give(sim, weapon)
    return sim, creature(sim, name, **columns)


def struck(sim, row, pause):
    """Waits, strikes once, and returns the life that it cost."""
    e = sim.game.entities.table[row]
    for _ in range(pause - 1):
        hold(sim, row)
        sim.tick()
    hold(sim, row)
    e[ent.HURT], before = 0, e[ent.HEALTH]
    sim.tick(act(verb=ATTACK))
    return before - e[ent.HEALTH]


@pytest.mark.parametrize("weapon", WEAPONS)
def test_damage_and_the_cooldown_curve(weapon):
    """A blow t ticks after the last does 0.2 + 0.8 ((t + 0.5) / T)^2 of its damage, T = 20 / speed."""
    damage, speed = WEAPONS[weapon]
    sim, row = armed(weapon, HEALTH=1000.0)
    assert struck(sim, row, 1) == pytest.approx(damage), "rested"
    for pause in (2, 5, 9, 13, 20, 26):
        share = min(1.0, (pause + 0.5) * speed / 20)
        assert struck(sim, row, pause) == pytest.approx(damage * (0.2 + 0.8 * share**2)), pause


HITS = {  # full blows to kill, by hand, wooden, stone, iron, diamond sword, and iron axe
    "zombie": (22, 6, 5, 4, 3, 3),  # 20 health, 2 armour
    "skeleton": (20, 5, 4, 4, 3, 3),
    "cow": (10, 3, 2, 2, 2, 2),
    "pig": (10, 3, 2, 2, 2, 2),
    "sheep": (8, 2, 2, 2, 2, 1),
}
ARMS = ("air", "wooden_sword", "stone_sword", "iron_sword", "diamond_sword", "iron_axe")


@pytest.mark.parametrize("name", HITS)
@pytest.mark.parametrize("weapon", ARMS)
def test_hits_to_kill(name, weapon):
    sim, row = armed(weapon, name)
    hits = 0
    while not sim.stats() and hits < 30:
        struck(sim, row, 26)
        hits += 1
    assert hits == HITS[name][ARMS.index(weapon)]


def test_a_blow_in_a_fall_is_critical():
    sim, row = armed("stone_sword", HEALTH=1000.0)
    hold(sim, row)
    sim.game.body[ph.Y], sim.game.body[ph.GROUND], sim.game.body[ph.FALL] = FLOOR + 0.5, 0, 0.1
    before = sim.game.entities.table[row, ent.HEALTH]
    sim.tick(act(verb=ATTACK))
    assert before - sim.game.entities.table[row, ent.HEALTH] == pytest.approx(7.5)


def test_a_hurt_creature_is_not_hurt_again_for_ten_ticks():
    sim, row = armed("stone_sword", HEALTH=1000.0)
    e, hurt = sim.game.entities.table[row], []
    for tick in range(22):
        hold(sim, row)
        before = e[ent.HEALTH]
        sim.tick(act(verb=ATTACK) if tick % 2 == 0 else NOOP)
        hurt += [tick] * int(e[ent.HEALTH] < before)
    assert hurt == [0, 10, 20]


def test_knock_back_is_four_tenths():
    sim, row = armed("stone_sword")
    hold(sim, row)
    sim.game.entities.table[row, ph.GROUND] = 1
    sim.tick(act(verb=ATTACK))
    e = sim.game.entities.table[row]
    assert e[ph.Z] - sim.game.body[ph.Z] - 1.5 == pytest.approx(0.4, abs=0.12), "the first tick's way"
    assert e[ph.Y] - FLOOR == pytest.approx(0.4, abs=0.01)


def test_reach_is_three_metres():
    for dz, hit in ((3.0 + 0.44, True), (3.0 + 0.46, False)):
        sim, row = armed("stone_sword")
        hold(sim, row, dz)
        sim.game.body[ph.PITCH], sim.game.body[ph.Y] = 0, FLOOR - 0.5
        put(sim, 0, 0, 0, "air")
        sim.game.entities.table[row, ph.Y] = FLOOR
        sim.tick(act(verb=ATTACK))
        assert (sim.game.entities.table[row, ent.HEALTH] < 10) == hit


# -- arrows: "Bow", "Arrow" --------------------------------------------------------------------------------


def drawn(ticks, pitch=0.0):
    """A bow drawn for some ticks and let go; returns the sim and the arrow's row, one tick of flight old."""
    sim = arena(radius=20, height=40, peaceful=True)
    give(sim, "bow")
    give(sim, "arrow", 1)
    sim.game.body[ph.PITCH] = pitch
    run(sim, act(verb=USE), ticks)
    sim.tick(NOOP)
    rows = list(sim.game.entities.of([ent.ARROW]))
    return sim, (sim.game.entities.table[rows[0]] if rows else None)


@pytest.mark.parametrize("ticks", [3, 5, 10, 15, 20, 40])
def test_speed_and_damage_of_an_arrow_by_the_draw(ticks):
    draw = ticks / 20
    power = min(1.0, (draw * draw + 2 * draw) / 3)
    _, arrow = drawn(ticks)
    start = arrow[[ph.VX, ph.VY, ph.VZ]] / 0.99 + (0, 0.05 / 0.99, 0)
    assert np.linalg.norm(start) == pytest.approx(3.0 * power, rel=0.05), "blocks a tick, with its spread"
    least = math.ceil(6 * power)
    assert least <= arrow[ent.A] <= least + (least // 2 + 1 if ticks >= 20 else 0)


def test_a_bow_hardly_drawn_does_not_shoot():
    assert drawn(2)[1] is None


def test_an_arrow_falls_by_five_hundredths_and_slows_by_a_hundredth():
    sim, arrow = drawn(20, pitch=-30)
    for _ in range(15):
        place, speed = arrow[:3].copy(), arrow[[ph.VX, ph.VY, ph.VZ]].copy()
        sim.tick()
        assert arrow[:3] - place == pytest.approx(speed)
        assert arrow[[ph.VX, ph.VY, ph.VZ]] == pytest.approx(speed * 0.99 - (0, 0.05, 0))


def test_full_shots_do_6_to_11_and_are_spread_evenly():
    damage = [drawn(20)[1][ent.A] for _ in range(1)]
    sim = arena(radius=20, height=40, peaceful=True)
    give(sim, "bow")
    give(sim, "arrow", 64)
    for _ in range(60):
        run(sim, act(verb=USE), 20)
        sim.tick(NOOP)
        row = list(sim.game.entities.of([ent.ARROW]))[-1]
        damage.append(sim.game.entities.table[row, ent.A])
        sim.game.entities.remove(row)
    assert {6, 7, 8, 9, 10} <= set(damage) <= {6, 7, 8, 9, 10, 11}


# -- armour and shield: "Armor", "Shield" ------------------------------------------------------------------

BITE = {  # life that a zombie's bite of 3 costs, full sets
    "none": 3.0,
    "leather": 2.34,  # 7 points: 7 - 3/2 = 5.5, 22 %
    "golden": 1.86,  # 11: 9.5, 38 %
    "iron": 1.38,  # 15: 13.5, 54 %
    "diamond": 0.69,  # 20 and toughness 8: 20 - 3/4 = 19.25, 77 %
}
PIECES = ("boots", "leggings", "chestplate", "helmet")


@pytest.mark.parametrize("material", BITE)
def test_armour_softens_a_bite_and_wears(material):
    sim = arena(radius=4, time=18000)
    for slot, piece in zip(range(36, 40), PIECES, strict=True):
        if material != "none":
            give(sim, f"{material}_{piece}", slot=slot)
    sim.game.vitals.food = 17
    creature(sim, "zombie", dz=1.2)
    for _ in range(100):
        if sim.body().life == 20:
            sim.tick()
    assert 20 - sim.body().life == pytest.approx(BITE[material])
    assert set(sim.game.inventory.worn[36:40]) == {int(material != "none")}


POINTS = {"leather": (1, 2, 3, 1), "golden": (1, 3, 5, 2), "iron": (2, 5, 6, 2), "diamond": (3, 6, 8, 3)}


@pytest.mark.parametrize("material", POINTS)
def test_armour_points_of_each_piece(material):
    for slot, piece, points in zip(range(36, 40), PIECES, POINTS[material], strict=True):
        sim = arena(radius=1)
        give(sim, f"{material}_{piece}", slot=slot)
        assert sim.step(np.array(NOOP))[0]["life_stats"]["armor"][0] == points


@pytest.mark.parametrize(("yaw", "loss"), [(0, 0), (60, 0), (120, 3), (180, 3)])
def test_a_shield_stops_what_comes_from_ahead(yaw, loss):
    sim = arena(radius=4, time=18000)
    give(sim, "shield", slot=40)
    sim.game.vitals.food = 17
    sim.game.body[ph.YAW] = yaw
    run(sim, act(verb=USE), 10)
    creature(sim, "zombie", dz=1.2)
    run(sim, act(verb=USE), 10)
    assert 20 - sim.body().life == loss


# -- creatures: their pages --------------------------------------------------------------------------------

CREATURES = {  # health, width, height, drops {item: (least, most)}
    "zombie": (20, 0.6, 1.95, {"rotten_flesh": (0, 2)}),
    "skeleton": (20, 0.6, 1.99, {"bone": (0, 2), "arrow": (0, 2)}),
    "cow": (10, 0.9, 1.4, {"beef": (1, 3), "leather": (0, 2)}),
    "pig": (10, 0.9, 0.9, {"porkchop": (1, 3)}),
    "sheep": (8, 0.9, 1.3, {"white_wool": (1, 1), "mutton": (1, 2)}),
    "creeper": (20, 0.6, 1.7, {"gunpowder": (0, 2)}),
    "spider": (16, 1.4, 0.9, {"string": (0, 2)}),
    "chicken": (4, 0.4, 0.7, {"feather": (0, 2), "chicken": (1, 1)}),
}


@pytest.mark.parametrize("name", CREATURES)
def test_health_size_and_drops(name):
    health, width, height, drops = CREATURES[name]
    sim, found = arena(radius=3), {item: [] for item in CREATURES[name][3]}
    for _ in range(400):
        row = creature(sim, name)
        assert sim.game.entities.table[row, ent.HEALTH] == health
        die(sim.game, row)
        fallen = dict.fromkeys(found, 0)
        for item in list(sim.game.entities.of([ent.ITEM])):
            fallen[ITEMS[int(sim.game.entities.table[item, ent.A])]] += int(
                sim.game.entities.table[item, ent.B]
            )
            sim.game.entities.remove(item)
        for item, number in fallen.items():
            found[item].append(number)
    kind = ent.KIND_ID[name]
    assert (ent.WIDTHS[kind], ent.HEIGHTS[kind]) == (width, height)
    for item, (least, most) in drops.items():
        shares = np.bincount(found[item], minlength=most + 1)[least:] / 400
        assert sum(shares) == 1 and shares == pytest.approx(1 / (most - least + 1), abs=0.1), "evenly"


def test_no_creature_is_left_out():
    assert set(ent.DATA) == set(CREATURES)


@pytest.mark.parametrize(("difficulty", "damage"), [("easy", 2.5), ("normal", 3.0), ("hard", 4.5)])
def test_a_zombie_bites_once_a_second(difficulty, damage):
    sim = arena(radius=4, time=18000, difficulty=difficulty)
    sim.game.vitals.life, sim.game.vitals.food = 1000.0, 17
    row = creature(sim, "zombie")
    bites, before = [], 1000.0
    for tick in range(70):
        hold(sim, row, 1.2)
        sim.tick()
        bites += [(tick, before - sim.body().life)] * (sim.body().life < before)
        before = sim.body().life
    assert [loss for _, loss in bites] == [pytest.approx(damage)] * len(bites)
    assert {b[0] - a[0] for a, b in pairwise(bites)} == {20} and len(bites) >= 3


@pytest.mark.parametrize(("name", "reach"), [("zombie", 35), ("skeleton", 16)])
def test_how_far_a_monster_notices(name, reach):
    for dz, seen in ((reach - 1, True), (reach + 1, False)):
        sim = arena(radius=38, height=3, time=18000)
        row = creature(sim, name, dz=float(dz))
        run(sim, NOOP, 6)
        assert (sim.game.entities.table[row, ent.SEEN] > 0) == seen


def test_a_zombie_chases_at_its_published_speed():
    """Attribute 0.23: 0.23^2 * 0.98 / (1 - 0.546) blocks a tick."""
    sim = arena(radius=20, time=18000)
    row = creature(sim, "zombie", dz=18.0)
    run(sim, NOOP, 20)
    before = sim.game.entities.table[row, ph.Z]
    run(sim, NOOP, 40)
    walked = (before - sim.game.entities.table[row, ph.Z]) / 2
    assert walked == pytest.approx(20 * 0.23**2 * 0.98 / 0.454, rel=0.02)


@pytest.mark.parametrize(
    ("clock", "burns"), [(0, True), (6000, True), (12400, True), (13000, False), (23300, False)]
)
@pytest.mark.parametrize("name", ["zombie", "skeleton"])
def test_the_undead_burn_from_23460_to_12542(name, clock, burns):
    sim = arena(radius=8, time=clock)
    row = creature(sim, name, dz=6.0)
    run(sim, NOOP, 60)
    assert (sim.game.entities.table[row, ent.HEALTH] < 20) == burns


def test_burning_costs_one_a_second_and_lasts_eight():
    sim = arena(radius=8, time=18000, peaceful=True)
    row = creature(sim, "zombie", dz=6.0, FIRE=160.0)
    losses, before = [], 20.0
    for tick in range(300):
        sim.tick()
        now = sim.game.entities.table[row, ent.HEALTH]
        losses += [(tick, before - now)] * int(now < before)
        before = now
    assert [loss for _, loss in losses] == [1.0] * 8
    assert {b[0] - a[0] for a, b in pairwise(losses)} == {20}
