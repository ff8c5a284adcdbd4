"""The simulator as its callers see it: contract, determinism, snapshots, what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.base import NOOP, check_sim
from peam.sims.voxel import VoxelSim
from peam.sims.voxel import physics as ph
from tests.sims.arena import (
    DROP,
    arena,
    census,
)


def walk(rng):
    verbs = [0, 0, 0, 3, 3, 3, 2, 6, 5, 1]
    turn = [int(v) for v in rng.integers(11, 14, 2)]
    return [
        *(int(rng.integers(n)) for n in (3, 3, 4)),
        *turn,
        int(rng.choice(verbs)),
        0,
        int(rng.integers(36)),
    ]


def test_the_contract_check_passes():
    check_sim(VoxelSim(image_size=(24, 32)))


def test_the_contract_check_names_what_fails():
    class Broken(VoxelSim):
        def snapshot(self):
            return super().snapshot()

        def restore(self, state):
            super().restore(state)
            self.game.clock += 1

    with pytest.raises(SimError, match="snapshot"):
        check_sim(Broken(image_size=None))


@pytest.mark.parametrize("seed", [3, 11])
def test_items_are_conserved_on_a_random_walk(seed):
    """Nothing appears but by digging, nothing vanishes but by placing: counted after every tick."""
    sim = VoxelSim(image_size=None, difficulty="peaceful")
    sim.reset(seed=seed, options={"inventory": {"dirt": 20, "cobblestone": 10, "stone_pickaxe": 1}})
    rng = np.random.default_rng(seed)
    sim.game.body[ph.PITCH] = 45
    start, gained = census(sim), {}
    real = sim.game.entities.item

    def counted(item, count, *rest, **more):
        from peam.sims.voxel.items import ITEMS

        if not dropping[0]:
            gained[ITEMS[item]] = gained.get(ITEMS[item], 0) + count
        return real(item, count, *rest, **more)

    dropping = [False]
    sim.game.entities.item = counted
    for _ in range(1500):
        action = walk(rng)
        dropping[0] = action[5] == DROP
        sim.tick(action)
    expected = {k: start.get(k, 0) + gained.get(k, 0) for k in {*start, *gained}}
    for key, count in sim.stats().items():
        fact, name = key.split(".")
        if fact == "placed":
            expected[name] -= count
    found = census(sim)
    if found.get("stone_pickaxe", 0) == 0:
        expected["stone_pickaxe"] = 0
    assert {k: v for k, v in expected.items() if v} == found
    assert sim.stats()


def test_same_seed_and_actions_give_the_same_bytes_in_another_process():
    code = (
        "import numpy as np, hashlib\n"
        "from peam.sims.voxel import VoxelSim\n"
        "s = VoxelSim(image_size=None); s.reset(seed=9, options={'time': 18000})\n"
        "r = np.random.default_rng(4)\n"
        "for _ in range(600): s.tick([int(v) for v in (1, r.integers(3), r.integers(4), r.integers(11, 14),"
        " r.integers(11, 14), r.integers(4), 0, 0)])\n"
        "print(hashlib.sha256(s.snapshot() + s.frame(24, 24).tobytes()).hexdigest(), s.game.entities.rows)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": str(seed), "PATH": "/usr/bin"},
        ).stdout
        for seed in (1, 2)
    ]
    assert runs[0] == runs[1]


def test_a_restored_world_goes_on_as_the_original_did():
    sim = VoxelSim(image_size=None)
    sim.reset(seed=5, options={"time": 17000, "inventory": {"bow": 1, "arrow": 9, "dirt": 20}})
    rng = np.random.default_rng(0)
    for _ in range(300):
        sim.tick(walk(rng))
    saved = sim.snapshot()
    actions = [walk(rng) for _ in range(400)]
    for action in actions:
        sim.tick(action)
    first, picture = sim.snapshot(), sim.frame(32, 32)
    other = VoxelSim(image_size=None)
    other.reset(seed=1)
    other.restore(saved)
    assert other.snapshot() == saved
    for action in actions:
        other.tick(action)
    assert other.snapshot() == first
    assert np.array_equal(other.frame(32, 32), picture)


def test_broken_snapshots_are_refused_and_change_nothing():
    sim = VoxelSim(image_size=None)
    sim.reset(seed=5)
    good = sim.snapshot()
    altered = good[:60] + bytes([good[60] ^ 1]) + good[61:]
    for bad in (b"", b"junk", good[:-1], altered, good.replace(b"-3\n", b"-9\n")):
        with pytest.raises(SimError, match="snapshot"):
            sim.restore(bad)
    assert sim.snapshot() == good


@pytest.mark.parametrize(
    "action",
    [[0] * 7, [0] * 7 + [36], [3] + [0] * 7, [0, 0, 0, -1, 12, 0, 0, 0], ["a"] * 8, [0.5] * 8, None],
)
def test_malformed_actions_are_errors(action):
    sim = VoxelSim(image_size=None)
    sim.reset(seed=5)
    with pytest.raises(SimError, match="action"):
        sim.tick(action)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tim": 3}, "did you mean 'time'"),
        ({"time": 24000}, "time"),
        ({"inventory": {"oak_lo": 1}}, "oak_log"),
        ({"inventory": {"dirt": 0}}, "positive"),
        ({"inventory": {"bow": 40}}, "fit"),
        ({"creatures": [{"name": "zombi", "distance": 5}]}, "zombie"),
        ({"creatures": ["zombie"]}, "creatures"),
    ],
)
def test_bad_reset_options_are_errors(options, message):
    with pytest.raises(SimError, match=message):
        VoxelSim(image_size=None).reset(seed=1, options=options)


def test_reset_options_are_obeyed():
    sim = VoxelSim(image_size=None)
    sim.reset(
        seed=2,
        options={
            "time": 18000,
            "inventory": {"arrow": 32, "bow": 1},
            "hand": "bow",
            "peaceful": True,
            "creatures": [{"name": "cow", "distance": 8}],
        },
    )
    seen = sim.observe()
    assert seen.night and seen.hand == "bow" and seen.inventory == {"arrow": 32, "bow": 1}
    assert any(e.name == "cow" for e in sim.entities(12))


def test_use_before_reset_and_bad_arguments():
    with pytest.raises(SimError, match="reset"):
        VoxelSim().tick(NOOP)
    with pytest.raises(SimError, match="normal"):
        VoxelSim(difficulty="norml")
    sim = VoxelSim(image_size=None)
    sim.reset(seed=1)
    with pytest.raises(SimError, match="oak_planks"):
        sim.craft_id("oak_plank")


def test_voxels_agree_with_block():
    sim = VoxelSim(image_size=None)
    sim.reset(seed=6)
    grid = sim.voxels(12)
    rng = np.random.default_rng(0)
    for index in rng.integers(0, 25, (60, 3)):
        cell = tuple(int(v) for v in index + grid.origin)
        assert grid.names[grid.ids[tuple(index)]] == sim.block(cell)


def test_death_ends_the_episode_and_stops_time():
    sim = arena()
    sim.game.vitals.life = 0.0
    before = sim.snapshot()
    _, reward, terminated, truncated, info = sim.step(np.array(NOOP))
    assert (reward, terminated, truncated, info["is_alive"]) == (0.0, True, False, False)
    assert sim.snapshot() == before
