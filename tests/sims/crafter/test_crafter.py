"""Crafter behind the contract: the same bytes each time, read from its picture alone."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from peam.benchmarks import crafter22
from peam.errors import SimError

pytest.importorskip("crafter")

from peam.sims.crafter.env import CrafterEnv
from peam.sims.crafter.eyes import see
from peam.sims.crafter.game import ACHIEVEMENTS, Game
from peam.sims.crafter.sim import CrafterSim
from peam.sims.crafter.templates import MATERIALS

SCRIPT = """
import hashlib, numpy as np
from peam.sims.crafter.env import CrafterEnv
env = CrafterEnv(); frame, _ = env.reset(seed=1004)
digest, rng = hashlib.sha256(frame.tobytes()), np.random.default_rng(0)
for steps in range(1, 241):
    frame, _, dead, _, _ = env.step(np.int64(rng.integers(5)))
    digest.update(frame.tobytes())
    if dead:
        break
print(digest.hexdigest(), steps)
"""


def played(seed: int, steps: int) -> Game:
    game, rng = Game(), np.random.default_rng(seed)
    game.begin(seed)
    for _ in range(steps):
        game._player.inventory.update(health=9, food=9, drink=9)
        game.act(int(rng.integers(5)))
    return game


def test_another_process_gives_the_same_bytes_by_day_and_night() -> None:
    here = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    there = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert here.stdout == there.stdout and int(here.stdout.split()[1]) > 200  # it was night by then


def test_gymnasium_accepts_it() -> None:
    check_env(CrafterEnv(), skip_render_check=True)


@pytest.mark.parametrize("seed", [1001, 1002])
def test_the_picture_tells_the_materials_and_the_inventory(seed: int) -> None:
    """By day every cell of the view; the game's own map is the judge."""
    game = played(seed, 60)
    view = see(game.picture(), game.steps)
    right = total = 0
    px, py = map(int, game._player.pos)
    for x in range(9):
        for y in range(7):
            material = game._world[(px + x - 4, py + y - 3)][0]
            if material is not None and view.materials[x, y] >= 0:
                total += 1
                right += MATERIALS[view.materials[x, y]] == material
    assert total >= 40 and right == total
    assert view.inventory == {name: n for name, n in game._player.inventory.items() if n}


def test_a_snapshot_goes_on_as_the_original() -> None:
    sim, rng = CrafterSim(), np.random.default_rng(3)
    sim.reset(seed=7)
    for _ in range(40):
        sim.tick((int(rng.integers(17)),))
    saved = sim.snapshot()

    def on() -> str:
        digest, dice = hashlib.sha256(), np.random.default_rng(4)
        for _ in range(60):
            sim.tick((int(dice.integers(17)),))
            digest.update(sim.frame(64, 64).tobytes())
        return digest.hexdigest()

    first = on()
    sim.restore(saved)
    assert on() == first
    with pytest.raises(SimError):
        sim.restore(saved[:-20])


def test_bad_arguments_are_named() -> None:
    sim = CrafterSim()
    with pytest.raises(SimError, match="reset the environment"):
        sim.tick((0,))
    with pytest.raises(SimError, match="reset options"):
        sim.reset(seed=1, options={"time": 5})
    with pytest.raises(SimError, match="one index"):
        sim.reset(seed=1)
        sim.tick((1, 2))


def test_the_score_is_crafters() -> None:
    """exp(mean ln(1 + s)) - 1: half of the achievements always, half never: sqrt(101) - 1."""
    assert crafter22.score([100.0] * 22) == pytest.approx(100.0)
    assert crafter22.score([0.0] * 22) == pytest.approx(0.0)
    assert crafter22.score([100.0] * 11 + [0.0] * 11) == pytest.approx(101**0.5 - 1)


def test_an_episode_earns_what_the_game_says() -> None:
    """Development world; the agent notes from pictures what the game counts."""
    played = crafter22.episode(1003, crafter22.PERFECT)
    assert {"collect_wood", "place_table", "make_wood_pickaxe", "collect_stone"} <= set(played["unlocked"])
    assert set(played["unlocked"]) <= set(ACHIEVEMENTS) and played["steps"] <= 10_000
