import numpy as np
import pytest

from peam.actions import Action
from peam.build import make_sim
from peam.config import Config, load_config
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.skills import combat, defence, executor, melee
from peam.skills.control import BACK
from peam.skills.diagnosis import Stop
from peam.skills.executor import Executor
from peam.types import Diagnosis
from tests.sims.arena import arena, give
from tests.skills.agent import Agent
from tests.skills.script import fight


def test_who_strikes_first_loses_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same nights, with and without an eye for what comes near."""
    config = load_config()
    sim = make_sim(config)

    def left(seed: int) -> float:
        foe = {"name": "zombie", "distance": 7}
        agent = Agent(sim, config, seed, time=14000, inventory={"wooden_pickaxe": 1}, creatures=[foe])
        for _ in range(3):
            agent.executor.execute(Action("wait", "", 100))
        return sim.body().life

    seeds = (4, 5, 6, 8)
    wary = sum(20.0 - left(seed) for seed in seeds)
    monkeypatch.setattr(executor, "menaced", lambda context, answered: False)
    assert wary < 0.75 * sum(20.0 - left(seed) for seed in seeds)


def test_giving_ground_between_two_blows_costs_less_life(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config()

    def lost(seed: int) -> float:
        field = arena(seed, difficulty="normal")
        give(field, "wooden_pickaxe")
        x, y, z = field.body().position
        for side in (-4.0, 4.0):
            field.game.entities.creature("zombie", (x + side, y, z + 5.0))
        Executor(field, config).execute(Action("wait", "", 200))
        return 20.0 - field.body().life

    seeds = range(1, 7)
    yielding = sum(lost(seed) for seed in seeds)
    monkeypatch.setattr(melee, "_away", lambda context: (0, 0))
    assert yielding < 0.75 * sum(lost(seed) for seed in seeds)


def test_a_plant_hides_no_foe_and_does_not_shield_it(config: Config) -> None:
    field = arena(difficulty="normal")
    (x, y, z), (i, j, k) = field.body().position, field.body().cell
    field.game.entities.creature("zombie", (x, y, z + 2.2))
    for up in (0, 1):
        field.game.world.set(i, j + up, k + 1, ID["grass"])
    context = Executor(field, config)._context()
    foe = context.sim.entities(4.0)[0]
    assert defence.sees(context, foe)
    aim, life = melee.strike(context, foe), field.game.entities.table[0, ent.HEALTH]
    assert aim is not None
    assert melee.hit(context, aim, foe, -100) == -100, "the first blow mows"
    assert melee.hit(context, aim, foe, -100) > 0 and field.game.entities.table[0, ent.HEALTH] < life


@pytest.mark.parametrize(
    ("life", "away", "hunted"), [(20.0, 6.0, True), (20.0, 11.0, False), (8.0, 11.0, True)]
)
def test_who_has_nothing_to_eat_hunts_what_is_near(
    config: Config, life: float, away: float, hunted: bool
) -> None:
    field = arena(difficulty="normal", radius=16)
    x, y, z = field.body().position
    field.game.entities.creature("cow", (x, y, z + away))
    field.game.vitals.life, field.game.vitals.food = life, 12
    assert Executor(field, config).execute(Action("wait", "", 20)).ok
    assert field.stats().get("killed.cow", 0) == hunted
    assert field.stats().get("eaten.beef", 0) == 0 if life > 14 else hunted, "a whole body keeps it"


def test_a_beast_that_got_away_is_let_go(config: Config) -> None:
    field = arena(difficulty="normal")
    x, y, z = field.body().position
    field.game.entities.creature("cow", (x, y, z + 6.0))
    agent = Executor(field, config)
    agent._memory.spared.add(field.entities(16.0)[0].id)
    assert agent.execute(Action("wait", "", 20)).ticks == 20
    agent.reset()
    assert agent.execute(Action("wait", "", 20)).ticks > 20


def test_gravel_on_the_head_is_dug_away(config: Config) -> None:
    field = arena(difficulty="normal")
    i, j, k = field.body().cell
    for side in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        for up in range(3):
            field.game.world.set(i + side[0], j + up, k + side[1], ID["stone"])
    for up in (1, 2):
        field.game.world.set(i, j + up, k, ID["gravel"])
    Executor(field, config).execute(Action("wait", "", 60))
    assert field.block((i, j + 1, k)) == "air" and field.body().life > 17


def test_no_step_back_over_a_ledge(config: Config) -> None:
    field = arena(difficulty="normal")
    (x, y, z), (i, j, k) = field.body().position, field.body().cell
    field.game.body[ph.YAW] = 0.0
    field.game.entities.creature("zombie", (x, y, z + 1.5))
    context = Executor(field, config)._context()
    assert melee._away(context)[0] == BACK
    for dx in range(-3, 4):
        for dz in range(-4, 0):
            for down in range(1, 5):
                field.game.world.set(i + dx, j - down, k + dz, ID["air"])
    context.control.forget()
    assert melee._away(context)[0] != BACK and not melee._backed(context)


@pytest.mark.parametrize("mob", ["zombie", "skeleton"])
def test_night_fights_are_won(mob: str) -> None:
    config = load_config()
    sim = make_sim(config)
    wins = [fight(sim, Executor(sim, config), mob, seed).success for seed in (3, 4, 5)]
    assert np.sum(wins) >= 2


@pytest.mark.parametrize(("sword", "least"), [("iron_sword", 5), ("", 5)])
def test_a_creeper_is_killed_from_a_distance_or_run_from(config: Config, sword: str, least: int) -> None:
    lived = killed = 0
    for shift in range(6):
        field = arena(radius=24, height=6, difficulty="normal", time=18000)
        if sword:
            give(field, sword)
        x, y, z = field.body().position
        field.game.entities.creature("creeper", (x + shift - 3, y, z + 7))
        Executor(field, config).execute(Action("wait", "", 200))
        lived += field.body().alive
        killed += field.stats().get("killed.creeper", 0)
    assert lived >= least and killed >= (least if sword else 0)


@pytest.mark.parametrize(("mob", "away"), [("skeleton", 11.0), ("zombie", 4.5)])
def test_a_bow_is_drawn_in_defence(config: Config, mob: str, away: float) -> None:
    shot, left = 0, {"arrow": 0.0, "stick": 0.0}
    for shift in range(6):
        for ammunition in left:
            field = arena(radius=16, height=6, difficulty="normal", time=18000)
            give(field, "bow")
            give(field, ammunition, 32)
            x, y, z = field.body().position
            field.game.entities.creature(mob, (x + shift - 3, y, z + away))
            for _ in range(4):
                Executor(field, config).execute(Action("wait", "", 100))
            left[ammunition] += field.body().life
            shot += field.stats().get(f"shot.{mob}", 0)
    assert shot >= 5 and left["arrow"] > left["stick"]


def test_nobody_eats_beside_a_striker(config: Config) -> None:
    field = arena(difficulty="normal")
    give(field, "beef")
    field.game.vitals.food = 10
    context = Executor(field, config)._context()
    x, y, z = field.body().position
    field.game.entities.creature("zombie", (x, y, z + 2.8))
    with pytest.raises(Stop) as stop:
        combat.eat(context, Action("eat", "beef"))
    assert stop.value.result.diagnosis is Diagnosis.STUCK and field.body().tick < 10
    assert context.control.count("beef") == 1


def test_a_hunt_is_broken_off_for_who_strikes(config: Config) -> None:
    field = arena(radius=16, difficulty="normal", time=18000)
    give(field, "stone_sword")
    x, y, z = field.body().position
    field.game.entities.creature("skeleton", (x, y, z + 12))
    field.game.entities.creature("zombie", (x + 2, y, z + 6))
    field.observe((128, 128), False)
    outcome = Executor(field, config).execute(Action("kill", "skeleton"))
    assert outcome.ok and field.stats()["killed.zombie"] == 1 and field.body().life > 10


@pytest.mark.parametrize(("life", "through"), [(20.0, True), (8.0, False)])
def test_a_weak_body_lets_no_gravel_fall_on_its_head(config: Config, life: float, through: bool) -> None:
    field = arena(difficulty="normal")
    field.game.vitals.life = life
    i, j, k = field.body().cell
    field.game.world.set(i, j + 2, k, ID["dirt"])
    for up in range(3, 6):
        field.game.world.set(i, j + up, k, ID["gravel"])
    context = Executor(field, config)._context()
    assert context.navigator._open([(i, j + 2, k)]) == through
    assert (field.block((i, j + 2, k)) == "dirt") == (not through)
