"""Gymnasium's own ways to the simulator: by name, and many at once."""

import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import peam.sims
from peam.errors import SimError
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.names import NAMES, Names

NAME = "peam/Voxel-v0"
SIZE = (8, 12)
MODES = [("sync", {}), ("async", {"context": "fork"}), ("async", {"context": "spawn"})]


def vector(mode, n=2, **more):
    return gym.make_vec(NAME, num_envs=n, vectorization_mode=mode, image_size=SIZE, vector_kwargs=more)


def actions(n, steps, seed=0):
    space = VoxelSim(image_size=None).action_space
    space.seed(seed)
    return [np.stack([space.sample() for _ in range(n)]) for _ in range(steps)]


def part(tree, i):
    return {k: part(v, i) for k, v in tree.items()} if isinstance(tree, dict) else tree[i]


def told(info, i):
    """One environment's info out of the stacked one."""
    out = {}
    for key, value in info.items():
        if not key.startswith("_") and info[f"_{key}"][i]:
            out[key] = told(value, i) if isinstance(value, dict) else value[i]
    return out


@pytest.mark.parametrize(
    "code",
    [
        "import peam.sims; env = gymnasium.make('peam/Voxel-v0', image_size=(9, 8))",
        "import peam.sims.voxel; env = gymnasium.make('peam/Voxel-v0', image_size=(9, 8))",
        "env = gymnasium.make('peam.sims:peam/Voxel-v0', image_size=(9, 8))",
    ],
)
def test_every_documented_form_makes_it(code):
    code = f"import gymnasium; {code}; print(env.reset(seed=1)[0]['rgb'].shape, env.unwrapped.spec.id)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "(3, 9, 8) peam/Voxel-v0"


def test_registering_loads_no_kernel():
    code = (
        "import peam.sims, sys, gymnasium as g; print('numba' in sys.modules, peam.sims.NAME in g.registry)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False True"


def test_gymnasiums_check_passes_by_name():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*alternative render modes.*")
        env = gym.make(peam.sims.NAME, image_size=SIZE, render_mode="rgb_array")
        check_env(env.unwrapped)
    env.reset(seed=3)
    assert env.render().shape == (*SIZE, 3)
    with pytest.raises(SimError, match="did you mean 'normal'"):
        gym.make(NAME, difficulty="norml")


@pytest.mark.parametrize(("mode", "more"), MODES)
def test_a_vector_gives_the_bytes_of_single_environments(mode, more):
    singles = [VoxelSim(image_size=SIZE) for _ in range(2)]
    envs = vector(mode, **more)
    obs, info = envs.reset(seed=11, options={"time": 17000, "inventory": {"apple": 2, "oak_log": 5}})
    alone = [
        sim.reset(seed=11 + i, options={"time": 17000, "inventory": {"apple": 2, "oak_log": 5}})
        for i, sim in enumerate(singles)
    ]
    for i, (one, said) in enumerate(alone):
        np.testing.assert_equal(part(obs, i), one)
        assert told(info, i) == said
    for chosen in actions(2, 40):
        obs, reward, terminated, truncated, info = envs.step(chosen)
        for i, sim in enumerate(singles):
            one, *rest, said = sim.step(chosen[i])
            np.testing.assert_equal(part(obs, i), one)
            assert [reward[i], terminated[i], truncated[i]] == rest
            assert told(info, i) == said
    assert info["stats"] and obs["inventory"]["name"].shape == (2, 36)
    assert envs.observation_space.contains(obs)
    envs.close()


@pytest.mark.parametrize(("mode", "more"), MODES[:2])
def test_a_dead_agent_is_reset_at_the_next_step(mode, more):
    envs = vector(mode, **more)
    envs.reset(seed=2, options={"inventory": {"stick": 1}})
    chosen = np.stack([[0, 0, 0, 12, 12, 0, 0, 0]] * 2)
    envs.step(chosen)
    _die(envs, mode)
    *_, terminated, _, info = envs.step(chosen)
    assert terminated.tolist() == [False, True] and info["is_alive"].tolist() == [True, False]
    obs, _, terminated, _, info = envs.step(chosen)
    assert terminated.tolist() == [False, False] and info["tick"].tolist() == [3, 0]
    assert obs["life_stats"]["life"].ravel().tolist() == [20.0, 20.0]
    assert obs["inventory"]["name"][:, 0].tolist() == ["stick", "air"]  # options do not outlive the episode
    envs.close()


def _die(envs, mode):
    """Lets the second of two environments take a fatal state over."""
    dead = VoxelSim(image_size=SIZE)
    dead.reset(seed=3)
    dead.game.vitals.life = 0.0
    alive = VoxelSim(image_size=SIZE)
    alive.restore(envs.call("snapshot")[0])
    for env, sim in zip(_workers(envs, mode), (alive, dead), strict=True):
        env(sim.snapshot())


def _workers(envs, mode):
    if mode == "sync":
        return [env.unwrapped.restore for env in envs.envs]
    return [lambda state, i=i: _call(envs, i, "restore", state) for i in range(2)]


def _call(envs, i, name, *args):
    envs.parent_pipes[i].send(("_call", (name, args, {})))
    assert envs.parent_pipes[i].recv()[1]


def test_the_same_step_mode_keeps_the_last_observation():
    envs = vector("sync", autoreset_mode=AutoresetMode.SAME_STEP)
    envs.reset(seed=2)
    _die(envs, "sync")
    obs, *_, info = envs.step(np.stack([[0, 0, 0, 12, 12, 0, 0, 0]] * 2))
    assert info["final_obs"][1]["life_stats"]["life"] == 0.0 and info["final_obs"][0] is None
    assert not info["final_info"]["is_alive"][1] and obs["life_stats"]["life"][1] == 20.0
    envs.close()


def test_a_snapshot_goes_from_one_process_to_another():
    envs = vector("async", context="spawn")
    envs.reset(seed=5)
    for chosen in actions(2, 15, seed=3):
        envs.step(chosen)
    first, second = envs.call("snapshot")
    _call(envs, 1, "restore", first)
    assert first != second and envs.call("snapshot") == (first, first)
    envs.close()


def test_names_without_a_copy_follow_the_environments():
    envs = vector("async", copy=False)
    obs, _ = envs.reset(seed=5, options={"inventory": {"apple": 2}})
    assert np.asarray(obs["inventory"]["name"])[:, 0].tolist() == ["apple", "apple"]
    envs.step(np.stack([[0, 0, 0, 12, 12, 7, 0, 0], [0, 0, 0, 12, 12, 0, 0, 0]]))
    assert np.asarray(obs["inventory"]["name"])[:, 0].tolist() == ["air", "apple"]
    envs.close()


def test_a_batch_of_names_is_a_space_of_its_own():
    space = gym.vector.utils.batch_space(Names((4,)), 3)
    assert space == Names((3, 4)) and space.contains(space.sample())
    parts = list(gym.vector.utils.iterate(space, NAMES[:12].reshape(3, 4)))
    assert [names.tolist() for names in parts] == NAMES[:12].reshape(3, 4).tolist()
