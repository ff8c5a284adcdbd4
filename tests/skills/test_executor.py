import itertools

import pytest

from peam.actions import Action, InvalidAction
from peam.config import Config, load_config
from peam.sims.base import Sim
from peam.skills import defence, gathering, recovery
from peam.skills.context import Context
from peam.skills.control import Control
from peam.skills.executor import Executor
from peam.skills.lungs import Lungs
from peam.types import Diagnosis
from tests.sims.arena import arena, give, put
from tests.skills.agent import Agent
from tests.skills.script import WOODS, play


def test_a_hurt_and_hungry_body_eats_before_it_goes_on(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"rotten_flesh": 3, "beef": 1})
    sim._game.vitals.life, sim._game.vitals.food = 10.0, 8  # type: ignore[attr-defined]
    outcome = agent.do("wait(20)")
    assert dict(outcome.delta) == {"beef": -1, "rotten_flesh": -1}, "best food first, until it heals"
    assert sim.body().food >= 18 and outcome.ok
    sim._game.vitals.life, sim._game.vitals.food = 16.0, 11  # type: ignore[attr-defined]
    assert not agent.do("wait(20)").delta, "a scratch"


def test_a_weak_body_rests_while_it_heals(sim: Sim, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Agent(sim, config)
    sim._game.vitals.life, sim._game.vitals.food = 6.0, 20  # type: ignore[attr-defined]
    outcome = agent.do("wait(20)")
    assert sim.body().life > 8 and 20 < outcome.ticks <= 420
    sim._game.vitals.life, sim._game.vitals.food = 6.0, 10  # type: ignore[attr-defined]
    monkeypatch.setattr(recovery, "PREY", 0.0)
    assert agent.do("wait(20)").ticks == 20, "what does not heal is not waited for"


def test_invalid_action_costs_nothing(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config)
    outcome = agent.executor.execute(InvalidAction("dance()", "no verb 'dance'"))
    assert outcome.diagnosis is Diagnosis.INVALID_ACTION and outcome.ticks == 0 and "dance" in outcome.detail


@pytest.mark.parametrize(
    ("inventory", "text", "diagnosis", "missing"),
    [
        ({}, "mine(diamond_ore, 1)", Diagnosis.NOT_FOUND, {}),
        ({}, "craft(stick, 4)", Diagnosis.MISSING_MATERIAL, {"oak_planks": 2}),
        ({}, "craft(torch, 4)", Diagnosis.MISSING_MATERIAL, {"coal": 1, "stick": 1}),
        ({"oak_planks": 1}, "craft(crafting_table, 1)", Diagnosis.MISSING_MATERIAL, {"oak_planks": 3}),
        (
            {"oak_planks": 3, "stick": 2},
            "craft(wooden_pickaxe, 1)",
            Diagnosis.NO_STATION,
            {"crafting_table": 1},
        ),
        ({"stick": 2}, "craft(stone_pickaxe, 1)", Diagnosis.MISSING_MATERIAL, {"cobblestone": 3}),
        ({}, "place(furnace)", Diagnosis.MISSING_MATERIAL, {"furnace": 1}),
        ({}, "smelt(iron_ingot, 1)", Diagnosis.MISSING_MATERIAL, {"raw_iron": 1}),
        ({"raw_iron": 1}, "smelt(iron_ingot, 1)", Diagnosis.NO_STATION, {"furnace": 1}),
        ({}, "goto(furnace)", Diagnosis.NOT_FOUND, {}),
        ({}, "equip(bow)", Diagnosis.MISSING_MATERIAL, {"bow": 1}),
        ({}, "eat(apple)", Diagnosis.MISSING_MATERIAL, {"apple": 1}),
        ({"apple": 1}, "eat(apple)", Diagnosis.NO_SPACE, {}),
        ({}, "kill(zombie)", Diagnosis.NOT_FOUND, {}),
        ({}, "shoot(zombie)", Diagnosis.MISSING_MATERIAL, {"bow": 1}),
        ({"bow": 1}, "shoot(zombie)", Diagnosis.MISSING_MATERIAL, {"arrow": 1}),
        ({}, "explore(up)", Diagnosis.UNREACHABLE, {}),
        ({}, "wait(20)", Diagnosis.OK, {}),
    ],
)
def test_diagnoses(
    sim: Sim,
    config: Config,
    inventory: dict[str, int],
    text: str,
    diagnosis: Diagnosis,
    missing: dict[str, int],
) -> None:
    agent = Agent(sim, config, inventory=inventory)
    outcome = agent.do(text)
    assert outcome.diagnosis is diagnosis, outcome
    assert dict(outcome.missing) == missing


def test_crafting_chain_with_stations(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"oak_log": 4, "cobblestone": 11, "raw_iron": 3, "coal": 1})
    assert agent.do("craft(oak_planks, 8)").ok and agent.have("oak_planks") == 8
    assert agent.do("craft(crafting_table, 1)").ok
    assert agent.executor.stations() == ()
    assert agent.do("place(crafting_table)").ok and agent.executor.stations() == ("crafting_table",)
    assert agent.do("craft(furnace, 1)").ok and agent.do("place(furnace)").ok
    assert agent.executor.stations() == ("crafting_table", "furnace")
    outcome = agent.do("smelt(iron_ingot, 3)")
    assert outcome.ok and outcome.delta["iron_ingot"] == 3 and 600 <= outcome.ticks < 700
    assert agent.do("craft(stick, 4)").ok and agent.do("craft(iron_pickaxe, 1)").ok
    agent.executor.reset()
    assert agent.executor.stations() == ()


def test_no_fuel(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"furnace": 1, "raw_iron": 1})
    assert agent.do("place(furnace)").ok
    outcome = agent.do("smelt(iron_ingot, 1)")
    assert outcome.diagnosis is Diagnosis.NO_FUEL and dict(outcome.missing) == {"coal": 1}


def test_partial_craft_is_ok(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"oak_log": 1})
    outcome = agent.do("craft(oak_planks, 8)")
    assert outcome.ok and agent.have("oak_planks") == 4 and "4 of 8" in outcome.detail


def test_returns_to_a_station_from_afar(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"crafting_table": 1, "oak_planks": 3, "stick": 2})
    assert agent.do("place(crafting_table)").ok
    assert any(agent.do(f"explore({way})").ok for way in ("north", "east", "south", "west"))
    assert agent.do("craft(wooden_pickaxe, 1)").ok


def test_mines_a_tree_and_says_what_stone_needs(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config)
    seen = {s.name for s in sim.sight(16.0)}
    log = next(f"{w}_log" for w in WOODS if f"{w}_log" in seen)
    outcome = agent.do(f"mine({log}, 4)")
    assert outcome.ok and outcome.delta[log] >= 4 and agent.sim.body().pitch == 0.0
    agent.do("explore(down)")
    agent.do("explore(down)")
    assert "stone" in {s.name for s in sim.sight(16.0)}
    outcome = agent.do("mine(stone, 1)")
    assert outcome.diagnosis is Diagnosis.MISSING_TOOL and dict(outcome.missing) == {"wooden_pickaxe": 1}


def test_digs_down_with_a_pickaxe_and_comes_up_again(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"iron_pickaxe": 1, "cobblestone": 20})
    top = sim.body().position[1]
    assert agent.do("explore(down)").ok and agent.do("explore(down)").ok
    assert sim.body().position[1] <= top - 14
    assert agent.do("mine(stone, 4)").ok or agent.do("explore(north)").ok
    for _ in range(4):
        agent.do("explore(up)")
    assert sim.body().position[1] >= top - 4


def test_comes_down_from_its_own_pillar_with_bare_hands(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"cobblestone": 16})
    context = agent.executor._context()
    for _ in range(14):
        x, y, z = context.navigator.feet()
        assert context.navigator.step((x, y, z), (x, y + 1, z))
    high = sim.body().position[1]
    assert agent.do("explore(down)").ok
    assert sim.body().position[1] <= high - 4


@pytest.mark.parametrize("held", [{}, {"sand": 12}])
def test_sand_builds_a_pillar_out_of_a_pit(config: Config, held: dict[str, int]) -> None:
    pit = arena(difficulty="peaceful")
    for dx, dz in [(dx, dz) for dx in range(-9, 10) for dz in range(-9, 10)]:
        for dy in range(-1, 0 if (dx, dz) == (0, 0) else 8):
            put(pit, dx, dy, dz, "bedrock")
        put(pit, dx, 12, dz, "bedrock")  # a roof: no open sky
    for item, count in held.items():
        give(pit, item, count)
    before, outcome = pit.body().position[1], Executor(pit, config).execute(Action("explore", "up"))
    assert outcome.ok == bool(held)
    assert pit.body().position[1] == before + (8 if held else 0)


@pytest.mark.parametrize(("away", "fought"), [(1.5, True), (3.0, False)])
def test_what_stands_in_touch_is_fought_even_behind_a_corner(
    config: Config, monkeypatch: pytest.MonkeyPatch, away: float, fought: bool
) -> None:
    field = arena(difficulty="normal")
    x, y, z = field.body().position
    field.game.entities.creature("zombie", (x, y, z + away))
    monkeypatch.setattr(defence, "sees", lambda context, foe: False)
    assert (defence.attacker(Executor(field, config)._context()) is not None) == fought


def test_a_body_that_was_carried_off_does_not_walk_on_by_the_old_plan(sim: Sim, config: Config) -> None:
    context = Agent(sim, config).executor._context()
    (x, y, z), tick = context.navigator.feet(), sim.body().tick
    assert not context.navigator.step((x + 4, y, z), (x + 5, y, z)), "thrown aside"
    assert not context.navigator.step((x, y + 5, z), (x + 1, y + 5, z)), "fallen"
    assert sim.body().tick == tick


def test_a_station_that_cannot_be_got_to_is_no_longer_near(
    sim: Sim, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = Agent(sim, config, inventory={"crafting_table": 1, "oak_planks": 3, "stick": 2})
    assert agent.do("place(crafting_table)").ok
    monkeypatch.setattr(Context, "_serves", lambda self, name: None)
    assert agent.executor.stations() == ("crafting_table",)
    assert agent.do("craft(wooden_pickaxe, 1)").diagnosis is Diagnosis.NO_STATION
    assert agent.executor.stations() == ()


@pytest.mark.parametrize(("way", "axis", "sign"), [("east", 0, 1), ("north", 2, -1)])
def test_explore_goes_and_faces_its_way(sim: Sim, config: Config, way: str, axis: int, sign: int) -> None:
    agent = Agent(sim, config)
    before = sim.body().position[axis]
    outcome = agent.do(f"explore({way})")
    assert outcome.ok and (sim.body().position[axis] - before) * sign >= 4
    assert sim.body().pitch == 0.0 and abs((sim.body().yaw - {"east": -90, "north": 180}[way]) % 360) < 8


def test_equips(sim: Sim, config: Config) -> None:
    agent = Agent(sim, config, inventory={"stone_sword": 1, "stone_pickaxe": 1})
    assert agent.do("equip(stone_pickaxe)").ok and sim.body().hand == "stone_pickaxe"
    assert agent.do("equip(stone_sword)").ok and sim.body().hand == "stone_sword"


def test_a_skill_is_cut_at_its_budget(sim: Sim) -> None:
    config = load_config(overrides=["skills.max_ticks=20"])
    outcome = Agent(sim, config).do("wait(200)")
    assert outcome.diagnosis is Diagnosis.TIMEOUT and outcome.ticks <= 21


def test_kills_a_beast_in_view(sim: Sim, config: Config) -> None:
    spoils = {"cow": "beef", "pig": "porkchop", "sheep": "mutton"}
    for seed in range(40):
        agent = Agent(sim, config, seed, inventory={"stone_sword": 1}, hand="stone_sword")
        beast = next((s.name for s in sim.sight(16.0) if s.name in spoils), None)
        if beast is not None:
            outcome = agent.do(f"kill({beast})")
            assert outcome.ok and sim.stats()[f"killed.{beast}"] == 1
            assert outcome.delta.get(spoils[beast], 0) >= 1
            return
    raise AssertionError("no beast in view in forty worlds")


def test_same_seed_same_calls(sim: Sim, config: Config) -> None:
    def run() -> tuple[list[str], bytes]:
        record = play(sim, Executor(sim, config), "wooden_pickaxe", 12, limit=15)
        return [
            f"{a} {o.diagnosis} {o.ticks} {sorted(o.delta.items())}" for a, o in record.calls
        ], sim.snapshot()

    assert run() == run()


def test_script_reaches_a_stone_pickaxe(sim: Sim, config: Config) -> None:
    records = [play(sim, Executor(sim, config), "stone_pickaxe", seed) for seed in (7, 8)]
    assert all(record.success for record in records)


@pytest.mark.parametrize("walked", [0.0, 9.0, 15.0])
def test_what_is_in_view_is_on_the_map(config: Config, walked: float) -> None:
    field = arena(difficulty="peaceful", radius=48)
    x, y, z = field.body().position
    control = Control(field, config.skills.perception_radius, 2400, Lungs())
    assert control.world.inside(control.body.cell)
    field.game.body[2] = z + walked
    control.tick()
    far = int(config.sim.sight)
    assert control.world.inside((int(x), int(y), int(z + walked) + far))


def test_mine_takes_what_stands_far_off(config: Config) -> None:
    field = arena(difficulty="peaceful", radius=30)
    put(field, 0, 0, 22, "oak_log")
    assert Executor(field, config).execute(Action("mine", "oak_log", 1)).ok


def test_mine_ends_where_what_it_sees_is_nowhere(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    field = arena(difficulty="peaceful")
    put(field, 0, 0, 6, "oak_log")
    monkeypatch.setattr(gathering.Vein, "_next", lambda self: None)
    assert Executor(field, config).execute(Action("mine", "oak_log", 1)).diagnosis is Diagnosis.UNREACHABLE


@pytest.mark.parametrize(
    ("uses", "action"),
    [(3, Action("mine", "stone", 8)), (7, Action("explore", "south")), (3, Action("explore", "south"))],
)
def test_nothing_is_dug_by_hand_once_the_tool_has_worn_out(config: Config, uses: int, action: Action) -> None:
    rock = arena(difficulty="peaceful", radius=20)
    for dx, dy, dz in itertools.product(range(-4, 5), range(6), range(-4, 20)):
        if (dx, dz) != (0, 0) or dy > 1:
            put(rock, dx, dy, dz, "stone")
    give(rock, "wooden_pickaxe", slot=0)
    rock.game.inventory.worn[0] = 59 - uses
    outcome = Executor(rock, config).execute(action)
    assert outcome.delta["wooden_pickaxe"] == -1 and outcome.delta["cobblestone"] <= uses
    assert outcome.ticks < 60 * uses + 150, "a block of stone takes 150 ticks by hand"
    assert outcome.ok or outcome.diagnosis is Diagnosis.MISSING_TOOL
