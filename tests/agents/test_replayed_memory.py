"""Memory of the text agents: the same however it was learned, frozen in trials; whole lives by the CLI."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from peam.agents.base import Agent
from peam.agents.knn_policy import KnnPolicy
from peam.build import AGENTS, agent_names, make_agent, make_sim
from peam.cli import main
from peam.config import Config, load_config
from peam.evaluation.arms import ArmSpec, frozen, make_arm
from peam.evaluation.runner import play_trial
from peam.evaluation.suites import load_suite
from peam.memory.store import Store
from peam.types import Episode

from .scripted import LOGS, TABLE, Painted, Scripted, corrected_episode, decision, episode, segment, situation

TEXT = [name for name in AGENTS if name not in ("planner_only", "knn_policy")]
SUITE = {
    "name": "tiny",
    "seeds": [201],
    "max_decisions": 8,
    "attempts": 2,
    "tasks": [
        {
            "name": "sticks",
            "text": "craft sticks",
            "goal": "inventory.stick >= 4",
            "category": "craft",
            "start": {"inventory": {"birch_log": 2}, "time": 1000},
        }
    ],
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(SUITE))
    return path


def config_of(name: str, *more: str) -> Config:
    return load_config(overrides=[f"agent={name}", "retrieval.encoder=ngrams", "retrieval.prune=true", *more])


def lived() -> list[Episode]:
    idle = segment(
        [decision(0, "craft(chest, 1)", "NO_STATION", TABLE, missing={"crafting_table": 1})], 0, False
    )
    return [*map(corrected_episode, range(12)), *(episode(i, idle, success=False) for i in range(12, 19))]


def knows(agent: Agent) -> list[object]:
    """What it says in a few situations."""
    asked = [
        situation(LOGS),
        situation(TABLE, {"oak_log": 4}),
        situation(TABLE, {"oak_planks": 4}, [decision(0, "craft(oak_planks, 4)", subgoal=TABLE)]),
        situation(LOGS, history=[decision(0, "explore(north)")]),
    ]
    told: list[object] = []
    for one in asked:
        agent.begin(lived()[0].task, 5)
        proposal = agent.propose(one)
        told += [proposal.action, proposal.tier, proposal.calls, agent.recall(one.subgoal, one.state)]
    return told


@pytest.mark.parametrize("name", TEXT)
def test_memory_replayed_from_the_store_is_the_memory_that_was_lived(name: str, tmp_path: Path) -> None:
    agent = make_agent(config_of(name))
    newborn = knows(make_agent(config_of(name)))
    with Store.create(tmp_path / "store.db") as store:
        for one in lived():
            agent.begin(one.task, one.seed)
            agent.propose(situation(LOGS))  # what it does while it acts changes nothing that it remembers
            store.append_episode(one)
            agent.learn(one)
    again = knows(frozen(config_of(name), tmp_path))
    assert again == knows(agent)
    assert again != newborn, "it has learned something"


@pytest.mark.parametrize("name", TEXT)
def test_trials_do_not_change_what_is_remembered(
    name: str, tmp_path: Path, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.create(tmp_path / "store.db") as store:
        for one in lived():
            store.append_episode(one)
    before = (tmp_path / "store.db").read_bytes()
    arm = make_arm(ArmSpec(name, config_of("peam"), tmp_path))
    knew = knows(arm.agent)
    monkeypatch.setattr(type(arm.agent), "learn", lambda *_: pytest.fail("it learned in a trial"))
    sim, tasks = make_sim(arm.config), load_suite(suite)
    trials = [play_trial(arm, sim, tasks.tasks[0], 201, tasks) for _ in range(2)]
    sim.close()
    assert trials[0].decisions > 0
    one, two = ({**vars_of(trial), "seconds": 0.0} for trial in trials)
    assert one == two
    assert knows(arm.agent) == knew
    assert (tmp_path / "store.db").read_bytes() == before


def test_neighbours_replayed_from_stored_pictures_are_the_same(tmp_path: Path) -> None:
    lived_, again = (KnnPolicy(Scripted("wait(20)"), Painted()) for _ in range(2))
    with Store.create(tmp_path / "store.db") as store:
        lived_.learn(corrected_episode(0))
        store.append_episode(corrected_episode(0))
        for one in store.episodes():
            again.learn(one)
    assert again._actions == lived_._actions and set(again._actions) == {"gather", "craft"}
    for category, vectors in lived_._vectors.items():
        assert np.array_equal(vectors, again._vectors[category])


def vars_of(trial: object) -> dict[str, object]:
    return {name: getattr(trial, name) for name in trial.__dataclass_fields__}  # type: ignore[attr-defined]


def live(out: Path, suite: Path, episodes: int, *more: str) -> list[str]:
    settings = (
        "life.video=false",
        f"life.suite={suite}",
        "retrieval.encoder=ngrams",
        "life.max_decisions=12",
    )
    options = [word for setting in settings for word in ("--set", setting)]
    return ["run", "--quiet", "--out", str(out), "--seed", "3", "--episodes", str(episodes), *options, *more]


def digest(out: Path) -> str:
    with Store.open(out / "store.db") as store:
        assert store.verify() is None
        return store.decisions_digest()


def test_a_voyager_lives_is_resumed_to_the_same_life_and_is_evaluated(
    tmp_path: Path, suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert main(live(whole, suite, 4, "--agent", "voyager")) == 0
    assert main(live(cut, suite, 2, "--agent", "voyager")) == 0
    assert main(live(cut, suite, 4, "--resume")) == 0
    assert digest(cut) == digest(whole)
    summary = json.loads((whole / "summary.json").read_text())
    assert (summary["agent"], summary["encoder"], summary["episodes"]) == ("voyager", "ngrams", 4)
    assert summary["consolidations"] == [] and summary["adapters"] == {}
    assert summary["fast_share_last_quarter"] > 0, "a skill of the first episode is reused in the last"
    assert main(live(cut, suite, 5, "--resume", "--agent", "steve")) == 2
    assert "is a life of agent voyager" in capsys.readouterr().err

    out = tmp_path / "out"
    call = ["eval", "--suite", str(suite), "--seeds", "500,501", "--out", str(out)]
    call += ["--agents", "voyager,exprag,planner_only"]
    call += ["--memory", f"voyager={whole}", "--memory", f"exprag={whole}"]
    before = digest(whole)
    assert main(call) == 0
    assert digest(whole) == before
    figures = json.loads((out / "summary.json").read_text())
    assert figures["voyager"]["success"] == figures["voyager"]["n"] == 2
    assert figures["voyager"]["slow_calls"] < figures["planner_only"]["slow_calls"]
    lines = (out / "results.jsonl").read_text()
    assert main(call) == 0
    assert (out / "results.jsonl").read_text() == lines


def test_names_of_agents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--quiet", "--out", str(tmp_path / "x"), "--agent", "voyger"]) == 2
    assert "unknown agent 'voyger' (did you mean 'voyager'?)" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert agent_names()[0] == "peam" and set(AGENTS) < set(agent_names())


def test_an_overlay_is_merged_below_what_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peam import build, config
    from peam.commands import run

    folder = tmp_path / "configs"
    (folder / "agent").mkdir(parents=True)
    (folder / "default.yaml").write_text((config.configs_dir() / "default.yaml").read_text())
    (folder / "agent" / "timid.yaml").write_text("fast: {epsilon: 0.01}\nthreads: 2\n")
    for module in (build, config, run):
        monkeypatch.setattr(module, "configs_dir", lambda: folder)
    assert "timid" in agent_names()
    from peam.cli import _parse

    chosen = run.resolve(_parse(["run", "--agent", "timid", "--set", "threads=1"]))
    assert (chosen.agent, chosen.fast.epsilon, chosen.threads) == ("timid", 0.01, 1)
    named = run.resolve(_parse(["run", "--set", "agent=timid"]))
    assert (named.agent, named.fast.epsilon) == ("timid", 0.01)
