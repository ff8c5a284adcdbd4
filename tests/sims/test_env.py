import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.rules import DIG
from tests.sims.arena import (
    ATTACK,
    CRAFT,
    DESTROY,
    DROP,
    EQUIP,
    FLOOR,
    PLACE,
    USE,
    act,
    arena,
    census,
    give,
    put,
    run,
)

DOWN = {"pitch": 14}  # 30 degrees a tick


def look(sim, yaw, pitch):
    sim.game.body[ph.YAW], sim.game.body[ph.PITCH] = yaw, pitch


# -- bodies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pose", "speed"), [(0, 4.317), (3, 5.612), (2, 1.295)])
def test_walking_sprinting_and_sneaking_speeds(pose, speed):
    sim = arena(radius=20)
    run(sim, act(move=1, pose=pose), 20)
    start = sim.body().position[2]
    run(sim, act(move=1, pose=pose), 20)
    assert sim.body().position[2] - start == pytest.approx(speed, abs=0.01)


def test_a_jump_clears_one_block_and_not_more():
    sim = arena()
    heights = []
    for tick in range(13):
        sim.tick(act(pose=1 if tick == 0 else 0))
        heights.append(sim.body().position[1] - FLOOR)
    assert max(heights) == pytest.approx(1.252, abs=0.001)
    assert heights[-1] == 0 and sim.body().on_ground


def test_walls_stop_and_steps_need_a_jump():
    sim = arena()
    put(sim, 0, 0, 2, "stone")
    run(sim, act(move=1), 30)
    assert sim.body().position[2] % 1 == pytest.approx(0.7, abs=1e-6)
    run(sim, act(move=1, pose=1), 12)
    assert sim.body().position[1] >= FLOOR + 1 - 1e-6


def test_sneaking_holds_the_edge():
    sim = arena()
    for dx in range(-2, 3):
        for dz in range(2, 6):
            put(sim, dx, -1, dz, "air")
            put(sim, dx, -2, dz, "air")
    run(sim, act(move=1, pose=2), 100)
    assert sim.body().on_ground and sim.body().position[1] == FLOOR
    run(sim, act(move=1), 20)
    assert sim.body().position[1] < FLOOR


@pytest.mark.parametrize(("height", "damage"), [(3, 0), (4, 1), (8, 5), (13, 10), (23, 20)])
def test_fall_damage_is_a_point_a_block_beyond_three(height, damage):
    sim = arena(height=28)
    sim.game.body[ph.Y] = FLOOR + height
    sim.game.vitals.food = 17
    run(sim, NOOP, 60)
    assert sim.body().life == 20 - damage
    assert sim.body().alive == (damage < 20)


def test_water_breaks_a_fall_drowns_and_carries_up():
    sim = arena()
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            for dy in range(4):
                put(sim, dx, dy, dz, "water")
    sim.game.body[ph.Y] = FLOOR + 12
    run(sim, NOOP, 80)
    assert sim.body().life == 20 and sim.body().in_water
    run(sim, act(pose=1), 60)
    assert sim.body().position[1] > FLOOR + 2
    run(sim, NOOP, 60 + 320)
    assert sim.body().life < 20


def test_lava_burns_to_death():
    sim = arena()
    put(sim, 0, 0, 0, "lava")
    run(sim, NOOP, 100)
    assert not sim.body().alive


# -- digging and placing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "tool", "ticks"),
    [
        ("stone", "wooden_pickaxe", 23),
        ("dirt", "air", 15),
        ("oak_log", "air", 60),
        ("iron_ore", "stone_pickaxe", 23),
        ("oak_leaves", "air", 6),
        ("coal_ore", "iron_pickaxe", 15),
        ("glass", "air", 9),
    ],
)
def test_digging_takes_the_ticks_that_the_rules_say(block, tool, ticks):
    sim = arena()
    cell = put(sim, 0, 1, 1, block)
    if tool != "air":
        give(sim, tool)
    taken = 0
    while sim.block(cell) == block and taken < 200:
        sim.tick(act(verb=ATTACK))
        taken += 1
    assert taken == ticks == sim.rules.dig_ticks(block, tool)


def test_digging_is_five_times_slower_in_the_air_and_forgets_when_released():
    sim = arena()
    cell = put(sim, 0, 1, 1, "dirt")
    run(sim, act(verb=ATTACK), 14)
    run(sim, NOOP)
    run(sim, act(verb=ATTACK), 14)
    assert sim.block(cell) == "dirt"
    sim.tick(act(verb=ATTACK))
    assert sim.block(cell) == "air"
    assert sim.game.hands.progress == 0
    put(sim, 0, 1, 1, "dirt")
    sim.game.body[ph.GROUND] = 0
    sim.game.hands.pause = 0
    sim.tick(act(verb=ATTACK))
    assert sim.game.hands.progress == pytest.approx(DIG[ID["dirt"], 0] / 5)


def test_a_drop_is_picked_up_and_counted_once():
    sim = arena()
    put(sim, 0, 1, 1, "oak_log")
    run(sim, act(verb=ATTACK), 60)
    assert sim.stats() == {"mined.oak_log": 1}
    assert [e.name for e in sim.entities()] == ["oak_log"]
    run(sim, act(move=1), 30)
    assert sim.observe().inventory == {"oak_log": 1}
    assert not sim.entities()


def test_the_wrong_tool_breaks_without_a_drop():
    sim = arena()
    put(sim, 0, 1, 1, "iron_ore")
    give(sim, "wooden_pickaxe")
    run(sim, act(verb=ATTACK), 160)
    assert sim.stats() == {} and not sim.entities()


def test_tools_wear_and_break():
    sim = arena()
    give(sim, "wooden_pickaxe")
    sim.game.inventory.worn[0] = 58
    put(sim, 0, 1, 1, "stone")
    run(sim, act(verb=ATTACK), 23)
    assert sim.body().hand == "air"


def test_bedrock_stays():
    sim = arena()
    cell = put(sim, 0, 1, 1, "bedrock")
    run(sim, act(verb=ATTACK), 200)
    assert sim.block(cell) == "bedrock"


def test_sand_falls_and_torches_need_something_to_hold():
    sim = arena()
    put(sim, 0, 1, 1, "dirt")
    put(sim, 0, 2, 1, "sand")
    put(sim, 1, 1, 1, "torch")
    run(sim, act(verb=ATTACK), 15)
    x, y, z = sim.body().cell
    assert [sim.block((x, y + dy, z + 1)) for dy in range(4)] == ["sand", "air", "air", "air"]
    assert sim.block((x + 1, y + 1, z + 1)) == "air"
    assert "torch" in [e.name for e in sim.entities()]


def test_placing_goes_on_the_face_under_the_crosshair():
    sim = arena()
    give(sim, "dirt", 2, slot=5)
    look(sim, 0, 45)
    sim.tick(act(verb=PLACE, slot=5))
    x, y, z = sim.body().cell
    assert sim.block((x, y, z + 2)) == "dirt"
    assert sim.stats() == {"placed.dirt": 1} and sim.observe().inventory == {"dirt": 1}


def test_placing_fails_into_bodies_without_target_and_without_block():
    sim = arena()
    give(sim, "dirt", 5)
    give(sim, "stick", 1, slot=3)
    look(sim, 0, 90)
    sim.tick(act(verb=PLACE, slot=0))
    look(sim, 0, -60)
    sim.tick(act(verb=PLACE, slot=0))
    look(sim, 0, 45)
    sim.tick(act(verb=PLACE, slot=3))
    sim.tick(act(verb=PLACE, slot=9))
    assert sim.stats() == {} and sim.observe().inventory == {"dirt": 5, "stick": 1}


def test_using_a_block_places_it_and_a_pillar_can_be_jumped():
    sim = arena()
    give(sim, "cobblestone", 8)
    look(sim, 0, 90)
    for _ in range(3):
        for tick in range(14):
            sim.tick(act(pose=1 if tick == 0 else 0, verb=USE if tick == 6 else 0))
    assert sim.body().position[1] == FLOOR + 3
    assert sim.stats()["placed.cobblestone"] == 3


# -- crafting and smelting ---------------------------------------------------------------------------------


def craft(sim, item):
    argument = sim.craft_id(item)
    if argument >= 0:
        sim.tick(act(verb=CRAFT, craft=argument))
    return argument >= 0


def test_from_logs_to_a_wooden_pickaxe():
    sim = arena()
    give(sim, "birch_log", 3)
    assert not craft(sim, "stick")
    for _ in range(3):
        assert craft(sim, "birch_planks")
    assert craft(sim, "stick") and craft(sim, "crafting_table")
    assert not craft(sim, "wooden_pickaxe")
    look(sim, 0, 45)
    sim.tick(act(verb=PLACE, slot=[n for n, _ in sim.slots()].index("crafting_table")))
    assert sim.stations("crafting_table", 4.5)
    assert craft(sim, "wooden_pickaxe")
    assert sim.observe().inventory == {"birch_planks": 3, "stick": 2, "wooden_pickaxe": 1}
    assert sim.stats()["crafted.wooden_pickaxe"] == 1 and sim.stats()["crafted.stick"] == 4


def test_a_table_out_of_reach_does_not_serve():
    sim = arena()
    give(sim, "oak_planks", 3)
    give(sim, "stick", 2)
    put(sim, 0, 0, 5, "crafting_table")
    assert sim.craft_id("wooden_pickaxe") == -1
    run(sim, act(move=1), 5)
    assert sim.craft_id("wooden_pickaxe") >= 0


def furnace_sim(**held):
    sim = arena()
    cell = put(sim, 0, 0, 2, "furnace")
    for item, count in held.items():
        give(sim, item, count)
    return sim, cell


def test_smelting_takes_two_hundred_ticks_and_fuel():
    sim, _ = furnace_sim(raw_iron=1, oak_planks=1)
    sim.tick(act(verb=CRAFT, craft=sim.smelt_id("iron_ingot")))
    assert sim.observe().inventory == {}
    run(sim, NOOP, 198)
    assert sim.observe().inventory == {}
    run(sim, NOOP)
    assert sim.observe().inventory == {"iron_ingot": 1} and sim.stats() == {"smelted.iron_ingot": 1}


def test_one_coal_smelts_eight_and_planks_one_and_a_half():
    sim, _ = furnace_sim(raw_iron=16, coal=3)
    for _ in range(9):
        sim.tick(act(verb=CRAFT, craft=sim.smelt_id("iron_ingot")))
    assert sim.observe().inventory == {"raw_iron": 7, "coal": 1}
    run(sim, NOOP, 9 * 200)
    assert sim.observe().inventory == {"raw_iron": 7, "coal": 1, "iron_ingot": 9}
    sim, _ = furnace_sim(cobblestone=3, oak_planks=2)
    for _ in range(3):
        sim.tick(act(verb=CRAFT, craft=sim.smelt_id("stone")))
    run(sim, NOOP, 600)
    assert sim.observe().inventory == {"stone": 3}


def test_no_fuel_no_furnace_no_input():
    sim, _ = furnace_sim(raw_iron=1)
    assert sim.smelt_id("iron_ingot") == -1
    give(sim, "stick", 1)
    assert sim.smelt_id("iron_ingot") == -1
    give(sim, "stick", 1)
    assert sim.smelt_id("iron_ingot") >= 0 and sim.smelt_id("glass") == -1
    far = arena()
    give(far, "raw_iron")
    give(far, "coal")
    assert far.smelt_id("iron_ingot") == -1


def test_a_log_is_not_both_input_and_fuel():
    sim, _ = furnace_sim(oak_log=1)
    assert sim.smelt_id("charcoal") == -1
    give(sim, "oak_log")
    sim.tick(act(verb=CRAFT, craft=sim.smelt_id("charcoal")))
    run(sim, NOOP, 200)
    assert sim.observe().inventory == {"charcoal": 1}


def test_a_dug_furnace_gives_its_contents_back():
    sim, _ = furnace_sim(raw_iron=2, coal=1)
    run(sim, act(verb=CRAFT, craft=sim.smelt_id("iron_ingot")), 2)
    give(sim, "wooden_pickaxe")
    look(sim, 0, 30)
    sim.game.inventory.swap(0, [n for n, _ in sim.slots()].index("wooden_pickaxe"))
    run(sim, act(verb=ATTACK), 60)
    assert sim.stations("furnace", 4.5) == []
    assert {e.name for e in sim.entities()} == {"raw_iron", "furnace"}
    assert census(sim)["raw_iron"] == 2


# -- vitals, slots -----------------------------------------------------------------------------------------


def test_eating_takes_32_ticks_and_needs_hunger():
    sim = arena()
    give(sim, "apple", 2)
    run(sim, act(verb=USE), 40)
    assert sim.observe().inventory == {"apple": 2}
    sim.game.vitals.food = 10
    run(sim, act(verb=USE), 31)
    assert sim.body().food == 10
    run(sim, act(verb=USE), 1)
    assert sim.body().food == 14 and sim.observe().inventory == {"apple": 1}


def test_rotten_flesh_feeds_and_makes_hungry_four_times_in_five():
    sim, hungry = arena(peaceful=False), 0
    for _ in range(40):
        give(sim, "rotten_flesh", 1)
        sim.game.vitals.food, sim.game.vitals.hunger = 10, 0
        run(sim, act(verb=USE), 32)
        assert sim.body().food == 14
        hungry += sim.game.vitals.hunger > 0
    assert 24 <= hungry <= 39
    sim.game.vitals.hunger, sim.game.vitals.exhaustion = 600, 0.0
    before = sim.game.vitals.food + sim.game.vitals.saturation
    run(sim, NOOP, 801)
    assert sim.game.vitals.hunger == 0 and sim.game.vitals.food + sim.game.vitals.saturation == before
    assert sim.game.vitals.exhaustion == pytest.approx(3.0), "three quarters of a point"


def test_hunger_heals_starves_and_forbids_sprint():
    sim = arena(peaceful=False)
    sim.game.vitals.life, sim.game.vitals.saturation = 10.0, 0.0
    run(sim, NOOP, 80)
    assert sim.body().life == 11
    sim.game.vitals.food, sim.game.vitals.life = 0, 2.0
    run(sim, NOOP, 200)
    assert sim.body().life == 1
    sim.game.vitals.food = 6
    run(sim, act(move=1, pose=3), 20)
    start = sim.body().position[2]
    run(sim, act(move=1, pose=3), 20)
    assert sim.body().position[2] - start == pytest.approx(4.317, abs=0.01)


def test_sprinting_costs_food():
    sim = arena(radius=12)
    sim.game.vitals.saturation = 0.0
    start = sim.body().position[2]
    run(sim, act(move=1, pose=3), 20)
    assert sim.game.vitals.exhaustion == pytest.approx(0.1 * (sim.body().position[2] - start))


def test_equip_drop_destroy():
    sim = arena()
    give(sim, "stick", 3)
    give(sim, "stone_sword")
    give(sim, "iron_helmet")
    sim.tick(act(verb=EQUIP, slot=1))
    assert sim.body().hand == "stone_sword"
    sim.tick(act(verb=EQUIP, slot=2))
    assert sim.slots()[2] == ("air", 0) and sim.observe().inventory["iron_helmet"] == 1
    sim.tick(act(verb=DROP))
    assert sim.body().hand == "air" and sim.entities()[0].name == "stone_sword"
    sim.tick(act(verb=DESTROY, slot=1))
    assert sim.observe().inventory == {"iron_helmet": 1}


def test_a_full_inventory_leaves_items_where_they_lie():
    sim = arena()
    for slot in range(36):
        give(sim, "dirt", 64, slot=slot)
    sim.game.entities.item(1, 1, sim.body().position)
    sim.game.entities.item(sim.game.inventory.items[0], 5, sim.body().position)
    run(sim, NOOP, 30)
    assert len(sim.entities()) == 2
    assert census(sim)["dirt"] == 64 * 36 + 5
