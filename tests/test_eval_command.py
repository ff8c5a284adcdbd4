"""`peam eval`: its refusals, what it pins, and trials of the control arm in the embedded world."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import yaml
from rich.console import Console

from peam.actions import Action
from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.cli import main
from peam.commands.evaluate import agent_names, pin, refuse_trained, resolve, table, whole_numbers
from peam.config import load_config
from peam.errors import PeamError
from peam.evaluation import arms
from peam.evaluation.arms import ArmSpec, check_paired, make_arm, memory_of, parse_memories
from peam.evaluation.runner import Trial, summarise
from peam.evaluation.stats import wilson
from peam.fast.base import FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Diagnosis, Outcome, Predicate, Segment, Subgoal

SUITE = {
    "name": "tiny",
    "seeds": [42],
    "max_decisions": 6,
    "attempts": 1,
    "tasks": [
        {
            "name": "planks",
            "text": "craft planks",
            "goal": "inventory.oak_planks >= 4",
            "category": "craft",
            "start": {"inventory": {"oak_log": 1}, "time": 1000},
        }
    ],
}


@pytest.fixture
def suite(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(SUITE))
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--agents", "voyager"], "agent voyager needs a run to take its memory from: --memory voyager=RUN"),
        (["--agents", "planer_only"], "unknown agent 'planer_only' (did you mean 'planner_only'?)"),
        (["--agents", "planner_only,planner_only"], "named twice"),
        (["--agents", "peam"], "agent peam needs a run to take its memory from"),
        (["--suite", "paper12"], "unknown suite 'paper12' (did you mean 'paper11'?)"),
        (["--seeds", "42,x"], "'42,x' is not a list of seeds"),
        (["--seeds", "1000", "--agents", "planner_only"], "seed 1000 lies in life.seeds"),
        (["--memory", "nowhere"], "nowhere is not a run folder"),
        (["--set", "sim.backend=voxle", "--agents", "planner_only"], "(did you mean 'voxel'?)"),
        (["--set", "sim.world=overwold", "--agents", "planner_only"], "(did you mean 'overworld'?)"),
        (
            ["--set", "sim.world=overworld", "--set", "sim.backend=crafter", "--agents", "planner_only"],
            "sim.world=overworld is a world of sim.backend=voxel, not of crafter",
        ),
    ],
)
def test_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["eval", "--out", str(tmp_path / "out"), *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_range_that_lives_train_on_is_half_open() -> None:
    config = load_config(overrides=["life.seeds=[100, 200]"])
    refuse_trained([99, 200], config)
    for seed in (100, 199):
        with pytest.raises(PeamError, match="may have been trained on"):
            refuse_trained([seed], config)
    with pytest.raises(PeamError, match="seed 201 is a probe world of suite 'life11'"):
        refuse_trained([42, 201], config)


def test_lists_keep_their_order() -> None:
    assert whole_numbers("44,42") == [44, 42]
    assert agent_names("planner_only", {}) == ["planner_only"]
    assert agent_names("planner_only,peam", {"peam": Path("run")}) == ["planner_only", "peam"]


def test_the_blank_arm_is_the_same_agent_shown_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "frozen_peam", lambda config, memory: memory)
    sighted, blank = (make_arm(ArmSpec(name, load_config(), Path("run"))) for name in ("peam", "peam_blank"))
    assert sighted.agent == blank.agent and not sighted.config.observation.blank_image
    assert blank.config.observation.blank_image and blank.config.fast == sighted.config.fast
    with pytest.raises(PeamError, match="peam_blank needs a run"):
        agent_names("peam_blank", {})


def test_the_untold_arm_has_everything_but_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same adapters, same patience; what is in vain, and a way, is known to the one alone."""
    state = "task t ; goal inventory stick 4 ; has nothing ; hand air ; near nothing ; life 20 ; last nothing"
    outcome = Outcome(Diagnosis.MISSING_MATERIAL, missing={"oak_planks": 2})
    goal, picture = Subgoal("craft", Predicate("inventory", "stick", 4)), np.zeros((0, 0, 3), np.uint8)
    failed = Decision(0, goal, state, picture, (), Action("craft", "stick", 4), "slow", outcome)
    bounds = Bounds()
    done = replace(failed, action=Action("wait", "", 20), outcome=Outcome(Diagnosis.OK))
    bounds.learn([Segment(0, goal, (failed, done), True)])
    planner, tier = cast(SlowPlanner, None), cast(FastTier, None)
    monkeypatch.setattr(arms, "frozen_peam", lambda config, memory: Peam(planner, tier, bounds))
    told, untold = (
        cast(Peam, make_arm(ArmSpec(name, load_config(), Path("run"))).agent)
        for name in ("peam", "peam_untold")
    )
    assert Action("craft", "stick", 4) in told.bounds.affordances.vain(state)
    assert not untold.bounds.affordances.vain(state)
    assert told.bounds.routines.way(goal) and not untold.bounds.routines.way(goal)
    assert told.bounds.practice.novel("craft") and not untold.bounds.practice.novel("craft")
    assert untold.bounds.patience is told.bounds.patience


def test_the_memorys_own_configuration_comes_first(tmp_path: Path) -> None:
    load_config(overrides=["fast.epsilon=0.2", "sim.sight=12"]).save(tmp_path / "config.yaml")
    args = argparse.Namespace(config=[], set=["sim.sight=9"])
    config = resolve(args, tmp_path)
    assert config.fast.epsilon == 0.2
    assert config.sim.sight == 9.0


def test_results_of_other_inputs_are_not_gone_on_with(tmp_path: Path) -> None:
    configs = {"planner_only": load_config()}
    pin(tmp_path, "paper11", {}, configs)
    pin(tmp_path, "paper11", {}, configs)
    with pytest.raises(PeamError, match="holds results of another suite"):
        pin(tmp_path, "life11", {}, configs)
    with pytest.raises(PeamError, match="name another --out"):
        pin(tmp_path, "paper11", {}, {"planner_only": load_config(overrides=["sim.sight=9"])})


def test_results_from_before_an_option_came_are_gone_on_with_at_its_default(tmp_path: Path) -> None:
    configs = {"planner_only": load_config()}
    pin(tmp_path, "paper11", {}, configs)
    path = tmp_path / "inputs.json"
    inputs = json.loads(path.read_text())
    del inputs["configs"]["planner_only"]["sim"]["world"]
    path.write_text(json.dumps(inputs))
    with pytest.raises(PeamError, match="name another --out"):
        pin(tmp_path, "paper11", {}, {"planner_only": load_config(overrides=["sim.world=overworld"])})
    pin(tmp_path, "paper11", {}, configs)
    inputs["configs"]["planner_only"]["sim"]["gone"] = 1
    path.write_text(json.dumps(inputs))
    with pytest.raises(PeamError, match="name another --out"):
        pin(tmp_path, "paper11", {}, configs)


def run_folder(path: Path, *overrides: str) -> Path:
    path.mkdir()
    load_config(overrides=overrides).save(path / "config.yaml")
    return path


def test_memories_are_named_and_one_without_a_name_is_peams(tmp_path: Path) -> None:
    own, other = run_folder(tmp_path / "a=b"), run_folder(tmp_path / "v")
    with pytest.raises(PeamError, match=r"unknown agent '.*a' \(did you mean"):
        parse_memories([str(own)])
    own = own.rename(tmp_path / "p")
    memories = parse_memories([f"voyager={other}", str(own)])
    assert memories == {"voyager": other, "peam": own}
    assert memory_of("voyager", memories) == other
    assert memory_of("peam", memories) == memory_of("peam_blank", memories) == own
    assert memory_of("planner_only", memories) is None
    with pytest.raises(
        PeamError, match="agent steve needs a run to take its memory from: --memory steve=RUN"
    ):
        memory_of("steve", memories)
    with pytest.raises(PeamError, match="voyager is given two memories"):
        parse_memories([f"voyager={other}", f"voyager={own}"])


def test_arms_that_lived_under_other_worlds_or_planners_are_refused() -> None:
    plain, blind = load_config(), load_config(overrides=["slow.rulebook.p_wrong=0.2"])
    trained = load_config(overrides=["fast.epsilon=0.2", "retrieval.top=3"])
    check_paired({"peam": plain, "steve": trained})
    with pytest.raises(PeamError, match="peam and steve have memories lived under another 'slow'"):
        check_paired({"peam": plain, "steve": blind})


def test_the_table_has_counts_and_intervals() -> None:
    means = {"slow_calls": 3.25, "fast_decisions": 0.0, "decisions": 7.0, "ticks": 900.0, "seconds": 1.5}
    shown = table({"peam": {"success": 30, "n": 33, "wilson": [0.764, 0.969], **means}}, ["peam"])
    console = Console(width=120, record=True, quiet=False)
    with console.capture() as captured:
        console.print(shown)
    text = captured.get()
    for word in ("30/33", "0.76-0.97", "3.2", "900.0"):
        assert word in text


def test_failures_of_the_fast_tier_are_counted_by_themselves() -> None:
    one = Trial("peam", "stick", "craft", 42, True, 1, 2, 30, 32, 900, 1.0, {"OK": 29, "NOT_FOUND": 3}, 2)
    slow = replace(one, agent="planner_only", fast_decisions=0, fast_failed=0)
    figures = summarise([one, replace(one, seed=43, fast_failed=1), slow], ["peam", "planner_only"])
    found = figures["peam"]["fast_failures"]
    assert (found["failed"], found["n"], found["wilson"]) == (3, 60, list(wilson(3, 60)))
    assert figures["planner_only"]["fast_failures"] is None


def test_trials_of_the_control_arm_end_in_files_and_are_not_played_twice(
    tmp_path: Path, suite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    perfect = ["--set", "slow.rulebook.p_unknown=0.0", "--set", "slow.rulebook.p_wrong=0.0"]
    call = [
        "eval",
        "--suite",
        suite,
        "--agents",
        "planner_only",
        "--seeds",
        "42,43",
        "--out",
        str(out),
        *perfect,
    ]
    assert main(call) == 0
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["planner_only"]["success"], summary["planner_only"]["n"]) == (2, 2)
    assert set(summary["planner_only"]["slow_calls_by_category"]) == {"craft"}
    assert "2/2" in capsys.readouterr().out
    lines = (out / "results.jsonl").read_text()
    assert len(lines.splitlines()) == 2
    assert main(call) == 0
    assert (out / "results.jsonl").read_text() == lines
