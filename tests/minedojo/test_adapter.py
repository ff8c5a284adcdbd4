"""The adapter over the real client, on the stand-in: the contract, and a task by the contract's own calls."""

from contextlib import closing

import numpy as np
import pytest

from peam.agents.planner_only import PlannerOnly
from peam.build import make_planner, make_sim
from peam.config import load_config
from peam.errors import SimError
from peam.evaluation.suites import load_suite
from peam.rollout import Rollout
from peam.sims.base import check_sim
from peam.sims.minedojo.env import MineDojoSim
from tests.minedojo import policies
from tests.minedojo.policies import ATTACK, CRAFT, PLACE, THREE_LOGS, act


@pytest.fixture(scope="module")
def sim(server):
    sim = MineDojoSim(image_size=(24, 32), port=server[0].port)
    yield sim
    sim.close()


def test_the_contract_check_passes(sim, server):
    server[1][:] = []
    check_sim(sim)


def test_from_logs_to_a_placed_table_by_the_contract(sim, server):
    server[1][:] = [lambda avatar: policies.arena(avatar.game, THREE_LOGS)]
    sim.reset(
        seed=4, options={"inventory": {"birch_log": 2, "furnace": 1}, "hand": "iron_axe", "peaceful": True}
    )
    assert sim.slots()[:3] == [("iron_axe", 1), ("birch_log", 2), ("furnace", 1)]
    assert sim.body().on_ground and not sim.body().in_water and sim.body().hand == "iron_axe"
    x, y, z = sim.body().cell
    assert sim.block((x, y + 1, z + 1)) == "oak_log" and sim.block((x, y - 1, z)) == "stone"
    seen = [s for s in sim.sight() if s.name == "oak_log"]
    assert seen[0].position == (x, y + 1, z + 1) and seen[0].rays > 4
    for _ in range(12):
        sim.tick(act(verb=ATTACK))
    assert sim.block((x, y + 1, z + 1)) == "air" and sim.stats() == {"mined.oak_log": 1}
    assert sim.craft_id("crafting_table") == -1
    for _ in range(2):
        sim.tick(act(verb=CRAFT, craft=sim.craft_id("birch_planks")))
    sim.tick(act(verb=CRAFT, craft=sim.craft_id("crafting_table")))
    assert sim.stations("crafting_table", 4.5) == []
    sim.tick(act(pitch=15))
    table = [name for name, _ in sim.slots()].index("crafting_table")
    sim.tick(act(verb=PLACE, slot=table))
    assert len(sim.stations("crafting_table", 4.5)) == 1
    assert sim.stats()["placed.crafting_table"] == 1 and sim.stats()["crafted.crafting_table"] == 1
    assert sim.craft_id("wooden_pickaxe") == -1, "no sticks yet"
    assert sim.observe().inventory["birch_planks"] == 4


def test_a_creature_is_seen_where_it_stands(sim, server):
    server[1][:] = [lambda avatar: policies.arena(avatar.game)]
    sim.reset(seed=4, options={"creatures": [{"name": "cow", "distance": 4}], "peaceful": True})
    avatar = server[0].avatar
    row = next(iter(avatar.game.entities.of(range(3, 99))))
    avatar.game.entities.table[row, :3] = avatar.game.body[:3] + np.array((0, 0, 4))
    sim.tick()
    cows = [e for e in sim.entities() if e.name == "cow"]
    assert len(cows) == 1
    x, _, z = cows[0].position
    assert abs(x - avatar.game.body[0]) < 0.6 and 3 < z - avatar.game.body[2] < 4.6


def test_what_minedojo_cannot_is_refused(sim):
    with pytest.raises(SimError, match=r"radius 9 is not in 0\.\.4"):
        sim.voxels(9)
    with pytest.raises(SimError, match="cannot save"):
        sim.snapshot()
    with pytest.raises(SimError, match="did you mean 'oak_log'"):
        sim.reset(seed=1, options={"inventory": {"oak_lo": 1}})
    with pytest.raises(SimError, match=r"1\.11\.2 has no 'crossbow'"):
        sim.reset(seed=1, options={"inventory": {"crossbow": 1}})
    with pytest.raises(SimError, match="action"):
        sim.tick([0, 0, 0, 25, 12, 0, 0, 0])


def test_an_agent_acts_there_by_configuration_alone(server):
    """Planner, skills and verifier as everywhere: two logs are felled, a table is made of them."""
    settings = [f"sim.minedojo.port={server[0].port}", "observation.image=[24, 32]"]
    sure = ["slow.rulebook.p_unknown=0", "slow.rulebook.p_wrong=0"]
    config = load_config(["minedojo"], [*settings, *sure])
    server[1][:] = [lambda avatar: policies.arena(avatar.game, THREE_LOGS)]
    with closing(make_sim(config)) as sim:
        assert isinstance(sim, MineDojoSim)
        rollout = Rollout(sim, PlannerOnly(make_planner(config)), config)
        episode = rollout.run(load_suite("paper11").task("crafting_table"), seed=4)
        assert sim.voxels(8).ids.shape == (17, 17, 17)
        assert episode.success and sim.stats()["mined.oak_log"] >= 1
        assert sim.observe().inventory["crafting_table"] == 1
