"""The game from outside: the package's own worlds, one course for one seed, snapshots, what is refused."""

import os
import subprocess
import sys

import crafter
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from peam.errors import SimError
from peam.sims.base import check_sim
from peam.sims.crafter import CrafterSim
from peam.sims.crafter.env import CrafterEnv
from peam.sims.crafter.game import ACTIONS, Game

COURSE = """
import hashlib
import numpy as np
from peam.sims.crafter.game import Game
game, rng, digest = Game(), np.random.default_rng(3), hashlib.sha256()
game.begin(3)
for step in range(170):
    game._player.health = 9
    game.act(int(rng.integers(5)))
    digest.update(bytes(game._world._obj_map.tobytes()))
digest.update(game.picture().tobytes())
print(digest.hexdigest())
"""


def walk(sim, seed, steps, heal=True):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        if heal:
            sim.game._player.inventory["health"] = 9
        sim.tick((int(rng.integers(17)),))


@pytest.mark.parametrize("seed", [0, 11])
def test_a_seed_makes_the_packages_own_world_and_first_picture(seed):
    game, package = Game(), crafter.Env(seed=seed)
    game.begin(seed)
    assert (package.reset() == game.picture()).all()
    assert (package._world._mat_map == game._world._mat_map).all()


def test_two_processes_take_the_same_course_into_the_night():
    runs = [
        subprocess.run(
            [sys.executable, "-c", COURSE],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    ]
    assert runs[0] == runs[1] and len(runs[0]) == 65


def test_pictures_change_nothing_even_at_night():
    quiet, watched = Game(), Game()
    quiet.begin(5)
    watched.begin(5)
    for step in range(230):
        for game in (quiet, watched):
            game._player.health = 9
            game.act(step % 5)
        first = watched.picture()
        assert (first == watched.picture()).all()
    assert (quiet._world._obj_map == watched._world._obj_map).all()
    assert (quiet.picture() == watched.picture()).all()


def test_gymnasium_and_the_contract_accept_both_faces():
    check_sim(CrafterSim())
    check_env(CrafterSim(), skip_render_check=True)
    check_env(CrafterEnv(), skip_render_check=True)


def test_a_restored_state_goes_on_as_the_saved_one():
    sim, other = CrafterSim(), CrafterSim()
    sim.reset(seed=4)
    sim.game._player.inventory.update(sapling=2, stone=4, wood=5)
    walk(sim, 4, 190)
    state = sim.snapshot()
    other.restore(state)
    assert other.snapshot() == state
    for one in (sim, other):
        walk(one, 9, 120)
    assert other.snapshot() == sim.snapshot()
    assert (other.frame(64, 64) == sim.frame(64, 64)).all()


def test_what_is_no_snapshot_is_refused():
    sim = CrafterSim()
    sim.reset(seed=1)
    state = sim.snapshot()
    for broken in (b"", b"rubbish", state[: len(state) // 2]):
        with pytest.raises(SimError, match="not a snapshot of crafter"):
            sim.restore(broken)


def test_mistakes_are_named():
    game = Game()
    with pytest.raises(SimError, match="nearest: 0"):
        game.begin(-1)
    game.begin(0)
    with pytest.raises(SimError, match=r"action 17 is not in 0\.\.16"):
        game.act(17)
    with pytest.raises(SimError, match="at least 9 x 9"):
        game.picture(8, 64)
    with pytest.raises(SimError, match="reset options, got 'time'"):
        CrafterSim().reset(seed=0, options={"time": 1})
    with pytest.raises(SimError, match="reset the environment"):
        CrafterSim().step(np.int64(0))


def test_the_episode_ends_at_death_and_then_takes_no_action():
    env = CrafterEnv()
    env.reset(seed=2)
    env.game._player.inventory.update(health=1, food=0, drink=0, energy=0)
    for _ in range(40):
        _, _, terminated, truncated, _ = env.step(ACTIONS.index("noop"))
        if terminated:
            break
    assert terminated and not truncated
    with pytest.raises(SimError, match="over"):
        env.step(0)
