import numpy as np
import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import combat, explosion, fauna
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES
from peam.sims.voxel.items import ITEM_ID, OFFHAND
from tests.sims.arena import FLOOR, USE, act, arena, give, put, run


def creeper(sim, dz=3.0):
    x, y, z = sim.game.body[:3].tolist()
    return sim.game.entities.creature("creeper", (x, y, z + dz))


def stay(sim, row, dz):
    sim.game.entities.table[row, ph.Z] = sim.game.body[ph.Z] + dz


@pytest.mark.parametrize("world", ["classic", "overworld"])
@pytest.mark.parametrize(("difficulty", "damage"), [("easy", 22.5), ("normal", 43.0), ("hard", 64.5)])
def test_a_blast_at_the_centre_costs_the_published_half_hearts(world, difficulty, damage):
    assert explosion.scaled(explosion.damage_of(3.0, 1.0), difficulty) == damage
    assert ent.DATA["creeper"]["damage"][("easy", "normal", "hard").index(difficulty)] == damage
    sim = arena(world=world, difficulty=difficulty, time=18000)
    sim.game.vitals.life = 1000.0
    explosion.explode(sim.game, tuple(sim.game.body[:3]), 3.0)
    assert sim.game.vitals.life == 1000.0 - damage and sim.game.vitals.cause == "explosion"


@pytest.mark.parametrize("world", ["classic", "overworld"])
def test_it_comes_swells_for_thirty_ticks_and_explodes(world):
    sim = arena(world=world, radius=20, time=18000)
    sim.game.vitals.life = 1000.0
    row = creeper(sim, 10.0)
    began = exploded = None
    for tick in range(300):
        sim.tick()
        e = sim.game.entities.table[row]
        if began is None and e[fauna.SWELL] > 0:
            began = tick
            far = float(np.linalg.norm(e[:3] - sim.game.body[:3]))
            assert 2.8 < far < 3.0
        if e[ent.KIND] != ent.KIND_ID["creeper"]:
            exploded = tick
            break
    assert exploded - began == 29, "thirty ticks with the first and the last"
    assert sim.game.vitals.life < 1000.0 and not sim.stats()
    assert "gunpowder" not in {e.name for e in sim.entities()}


def test_the_fuse_runs_back_beyond_seven_blocks_and_behind_a_wall():
    for wall in (False, True):
        sim = arena(radius=20, time=18000)
        row = creeper(sim, 2.5)
        run(sim, NOOP, 20)
        e = sim.game.entities.table[row]
        swell = e[fauna.SWELL]
        assert swell > 10
        if wall:
            for dx in range(-3, 4):
                for dy in range(3):
                    put(sim, dx, dy, 1, "stone")
            run(sim, NOOP, 8)
        else:
            stay(sim, row, 6.5)
            sim.tick()
            assert e[fauna.SWELL] == swell + 1, "within seven it goes on"
            stay(sim, row, 8.0)
            run(sim, NOOP, 2)
        assert e[fauna.LIT] == 0 and e[fauna.SWELL] < swell
        before = e[fauna.SWELL]
        stay(sim, row, 9.0)
        run(sim, NOOP, 3)
        assert e[fauna.SWELL] == before - 3


def test_none_in_peace():
    sim = arena(time=18000, peaceful=True)
    row = creeper(sim, 2.0)
    run(sim, NOOP, 60)
    assert sim.body().life == 20 and sim.game.entities.table[row, fauna.SWELL] == 0


def test_a_dead_one_leaves_gunpowder_by_the_published_chance():
    sim = arena(world="overworld")
    counts = []
    for _ in range(600):
        row = creeper(sim)
        combat.die(sim.game, row, "killed")
        counts.append(sum(e.name == "gunpowder" for e in sim.entities()))
        for other in range(sim.game.entities.rows):
            sim.game.entities.remove(other)
    number = sim.stats()["killed.creeper"]
    assert number == 600 and np.mean(counts) == pytest.approx(2 / 3, abs=0.08), (
        "0, 1 or 2: a stack in two of three"
    )


def solid_rock(block):
    sim = arena()
    blocks = sim.game.world.blocks.copy()
    blocks[:] = ID[block]
    return sim, blocks


def reach_along(resistance, strength, step=0.3, loss=0.225):
    """The formula of one ray: how many samples it breaks in one material."""
    broken, left = 0, strength
    while left > 0:
        left -= (resistance + 0.3) * 0.3
        broken += left > 0
        left -= loss
    return broken * step


@pytest.mark.parametrize("block", ["dirt", "oak_log", "oak_planks", "stone"])
def test_rays_break_as_far_as_the_formula_says(block):
    sim, blocks = solid_rock(block)
    resistance = explosion.RESISTANCE[ID[block]]
    centre, far = (0.5, 40.5, 0.5), []
    for _ in range(20):
        cells = explosion.rays(blocks, centre, 3.0, sim.game.rng)
        if len(cells):
            far.append(np.abs(cells + 0.5 - np.array(centre)).max())
        else:
            far.append(0.0)
    least, most = (reach_along(resistance, 3.0 * f) for f in (0.7, 1.3))
    assert max(far) <= most + 0.5 and (max(far) >= least - 0.5)


def test_rays_do_what_a_second_reckoning_of_the_rule_does():
    """Shares of 200 explosions in a mixed ground, against a plain loop over the same rule with other dice."""
    sim, blocks = solid_rock("air")
    blocks[:, :40], blocks[:, 36:38] = ID["dirt"], ID["stone"]
    blocks[10, 40:44, :] = ID["oak_planks"]
    centre = (8.5, 40.0, 8.5)
    ours = np.zeros((24, 24, 24))
    for _ in range(200):
        for x, y, z in explosion.rays(blocks, centre, 3.0, sim.game.rng).tolist():
            ours[x, y - 30, z] += 1 / 200
    theirs, dice = np.zeros_like(ours), np.random.default_rng(0)
    for _ in range(40):
        theirs += plain(blocks, centre, 3.0, dice) / 40
    close = np.abs(ours - theirs)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.05) and ours.sum() > 40
    assert close.max() < 5 * np.sqrt(0.25 / 40 + 0.25 / 200) and close[ours + theirs > 0].mean() < 0.06


def plain(blocks, centre, power, dice):
    side = np.arange(16)
    i, j, k = (v.ravel() for v in np.meshgrid(side, side, side, indexing="ij"))
    edge = np.isin(i, (0, 15)) | np.isin(j, (0, 15)) | np.isin(k, (0, 15))
    look = np.stack([i, j, k], 1)[edge] / 7.5 - 1
    look /= np.linalg.norm(look, axis=1, keepdims=True)
    assert len(look) == 1352
    left = power * dice.uniform(0.7, 1.3, len(look))
    at, broken = np.tile(np.array(centre), (len(look), 1)), np.zeros((24, 24, 24))
    while (left > 0).any():
        cell = np.floor(at).astype(int)
        block = blocks[cell[:, 0] & 255, cell[:, 1], cell[:, 2] & 255]
        left = np.where(block > 0, left - (explosion.RESISTANCE[block] + 0.3) * 0.3, left)
        for x, y, z in cell[(left > 0) & (block > 0)]:
            broken[x, y - 30, z] = 1
        at, left = at + look * 0.3, left - 0.225
    return broken


def test_a_third_of_the_blocks_items_is_left():
    kept = broken = 0
    sim = arena(peaceful=True)
    x, _, z = sim.body().cell
    box = np.ix_(np.arange(x - 6, x + 7) & 255, np.arange(FLOOR - 6, FLOOR), np.arange(z + 1, z + 12) & 255)
    for _ in range(12):
        for dx in range(-5, 6):
            for dz in range(-4, 5):
                for dy in range(1, 5):
                    sim.game.world.set(x + dx, FLOOR - dy, z + 6 + dz, ID["oak_planks"])
        before = (sim.game.world.blocks[box] == ID["oak_planks"]).sum()
        explosion.explode(sim.game, (x + 0.5, FLOOR, z + 6.5), 3.0)
        broken += before - (sim.game.world.blocks[box] == ID["oak_planks"]).sum()
        rows = sim.game.entities.table[: sim.game.entities.rows]
        kept += rows[(rows[:, ent.KIND] == ent.ITEM) & (rows[:, ent.A] == ITEM_ID["oak_planks"]), ent.B].sum()
        for row in range(sim.game.entities.rows):
            sim.game.entities.remove(row)
    assert broken > 60
    assert kept / broken == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / broken))


def test_stone_gives_cobblestone_and_bedrock_and_water_stand():
    sim = arena(seed=2, peaceful=True)
    x, _, z = sim.body().cell
    sim.game.world.set(x, FLOOR - 1, z + 5, ID["bedrock"])
    sim.game.world.set(x + 1, FLOOR - 1, z + 5, ID["water"])
    found = set()
    for _ in range(6):
        for dx, dz in ((0, 1), (1, 1), (-1, 0)):
            sim.game.world.set(x + dx, FLOOR, z + 5 + dz, ID["stone"])
        explosion.explode(sim.game, (x + 0.5, FLOOR, z + 5.5), 3.0)
        found |= {e.name for e in sim.entities(32)}
    assert "cobblestone" in found
    assert sim.block((x, FLOOR - 1, z + 5)) == "bedrock" and sim.block((x + 1, FLOOR - 1, z + 5)) == "water"


def test_cover_halves_the_exposure_and_distance_weakens_the_blow():
    sim = arena(time=6000)
    x, y, z = sim.game.body[:3].tolist()
    blocks, feet = sim.game.world.blocks, (x, y, z + 4.0)
    assert explosion.exposure(blocks, (x, y, z), feet, 0.6, 1.8) == 1.0
    for dx in range(-3, 4):
        put(sim, dx, 0, 2, "stone")
    half = explosion.exposure(blocks, (x, y + 1.2, z), feet, 0.6, 1.8)
    assert 0.0 < half < 1.0
    for dx in range(-3, 4):
        for dy in range(1, 4):
            put(sim, dx, dy, 2, "stone")
    assert explosion.exposure(blocks, (x, y, z), feet, 0.6, 1.8) == 0.0
    assert explosion.impact(3.0, 3.0, 1.0) == 0.5
    assert explosion.damage_of(3.0, 0.5) == int((0.25 + 0.5) / 2 * 42 + 1) == 16
    assert explosion.impact(3.0, 6.5, 1.0) == 0.0


def test_resistance_is_the_hardness_but_for_the_listed():
    expected = {
        "stone": 6.0,
        "oak_planks": 3.0,
        "bedrock": 3.6e6,
        "dirt": 0.5,
        "oak_log": 2.0,
        "water": 100.0,
    }
    assert {name: explosion.RESISTANCE[ID[name]] for name in expected} == expected
    assert len(explosion.RESISTANCE) == 256 and explosion.RESISTANCE[: len(NAMES)].min() >= 0.0


@pytest.mark.parametrize(("ticks", "hurts"), [(4, True), (6, False)])
def test_a_raised_shield_stops_a_blast_before_it(ticks, hurts):
    sim = arena(time=18000)
    give(sim, "shield", 1, slot=OFFHAND)
    run(sim, act(verb=USE), ticks)
    sim.game.vitals.life = 1000.0
    x, y, z = sim.game.body[:3].tolist()
    explosion.explode(sim.game, (x, y + 1, z + 2), 3.0)
    assert (sim.game.vitals.life < 1000.0) == hurts
    assert (sim.game.inventory.worn[OFFHAND] > 3) != hurts


def test_a_blast_spills_a_chest():
    sim = arena(time=18000)
    cell = put(sim, 0, 0, 3, "chest")
    sim.game.extras.chests[cell] = [[ITEM_ID["diamond"], 5, 0], *([0, 0, 0] for _ in range(26))]
    x, y, z = cell
    explosion.explode(sim.game, (x + 0.5, y + 1.5, z + 0.5), 3.0)
    assert sim.block(cell) == "air" and cell not in sim.game.extras.chests
    table = sim.game.entities.table
    found = [int(e[ent.B]) for e in table if e[ent.KIND] == ent.ITEM and e[ent.A] == ITEM_ID["diamond"]]
    assert found == [5]
