"""The simulator's benchmark: which figures it gives, and what it says where one cannot be had."""

import numpy as np
import pytest

from peam.benchmarks import rivals, sim
from peam.commands.bench import bench

KEYS = {
    "rgb64_steps_per_s",
    "rgb64_looking_down_steps_per_s",
    "rgb64_overworld_steps_per_s",
    "norender_overworld_steps_per_s",
    "rgb160x256_overworld_steps_per_s",
    "reset_overworld_ms",
    "snapshot_overworld_ms",
    "restore_overworld_ms",
    "memory_overworld_mb_after_10k",
    "crafter_ratio_rgb64_overworld",
    "norender_steps_per_s",
    "rgb160x256_steps_per_s",
    "rgb360x640_steps_per_s",
    "render64_per_s",
    "render128_per_s",
    "dda_steps_per_ray",
    "ns_per_ray_128",
    "sight_ms",
    "reset_ms",
    "snapshot_ms",
    "restore_ms",
    "fork_ms",
    "chunk_ms",
    "memory_mb_after_10k",
    "crafter_ratio_rgb64",
    "noop_steps_per_s",
    "vector_2proc_ratio",
}


@pytest.fixture
def quick(monkeypatch):
    """The benchmark's own code with as little work as there can be."""
    modes = {name: mode._replace(image=mode.image and (8, 8), steps=3) for name, mode in sim.MODES.items()}
    monkeypatch.setattr(sim, "MODES", modes)
    monkeypatch.setattr(sim, "SEEDS", (1,))
    monkeypatch.setattr(sim.run, "__defaults__", ((1,),))
    monkeypatch.setattr(sim, "seconds", lambda work, repeats=1: 0.5 + 0 * bool(work()))
    monkeypatch.setattr(rivals, "memory_mb", lambda world="classic": 12.345 if world == "classic" else 20.0)
    monkeypatch.setattr(rivals, "two_process_ratio", lambda: None)
    monkeypatch.setattr(rivals, "noop_steps_per_s", lambda: 1e6)


def test_every_figure_is_there_and_ratios_are_of_the_same_run(quick, monkeypatch):
    monkeypatch.setattr(rivals, "crafter_steps_per_s", lambda seeds: 100.0)
    figures = sim.run()
    assert set(figures) >= KEYS
    assert figures["crafter_ratio_rgb64"] == pytest.approx(figures["rgb64_steps_per_s"] / 100, abs=0.006)
    assert figures["chunk_ms"] == pytest.approx(500 / 49, abs=0.001) and figures["reset_ms"] == 500.0
    assert figures["dda_steps_per_ray"] > 1 and figures["memory_mb_after_10k"] == 12.3
    assert figures["memory_overworld_mb_after_10k"] == 20.0
    assert 3 < figures["snapshot_kb"] < figures["snapshot_edited_kb"] < 20


def test_what_cannot_be_had_is_null_and_says_so(quick, monkeypatch, capsys):
    monkeypatch.setattr(rivals.importlib.util, "find_spec", lambda name: None)
    assert bench("sim", as_json=False) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["crafter"] == rivals.NO_CRAFTER
    assert {rows[key] for key in ("crafter_ratio_rgb64", "vector_2proc_ratio")} == {"not measured"}


def test_a_walker_walks_on(monkeypatch):
    made = []
    monkeypatch.setattr(sim, "VoxelSim", lambda **more: made.append(Counted()) or made[0])
    walk_on = sim.walker(3, sim.Mode(None, 5, pitch=15))
    assert walk_on(5) >= 0.0 and walk_on(2) >= 0.0
    looks, *walked = made[0].actions
    assert len(walked) == 7 and all(action.shape == (8,) for action in made[0].actions)
    assert looks[3] == 13 and {int(action[3]) for action in walked} == {12}
    assert made[0].seed == 3


class Counted:
    def __init__(self):
        self.actions = []

    def reset(self, seed, options):
        self.seed = seed

    def step(self, action):
        self.actions.append(np.array(action))
