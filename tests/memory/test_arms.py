"""The parametric arms: each overlay validates, lives, consolidates, and is served again from its folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from peam.cli import main
from peam.commands.run import check_names
from peam.config import Config, configs_dir, load_config
from peam.errors import AdapterError
from peam.evaluation.arms import frozen_peam
from peam.fast.checkpoints import hash_base
from peam.fast.nano import build_nano
from peam.fast.tier import LoraFastTier
from peam.life import run_life
from peam.memory.consolidate import Workbench
from peam.memory.gate import GateResult
from peam.memory.job import Job
from peam.memory.memory import Memory
from peam.memory.probe import observed_of, probe_tasks
from peam.memory.records import Consolidation
from peam.memory.workbench import LoraWorkbench
from peam.types import CATEGORIES, Decision

from .fakes import BASE, WordTier
from .helpers import corrected_episode, episode, segment
from .test_workbench import hashes, pictured

torch.set_num_threads(1)
ARMS = ("shared_lora", "replay", "ewc", "full_finetune", "bc_only", "no_worthiness", "no_failures")
ONE = ARMS[:4]  # those with one expert for all categories


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nano")
    build_nano(out, 0)
    return out


def configured(arm: str, base: Path, run: Path, *more: str) -> Config:
    small = [
        f"fast.base={base}", f"run_dir={run}", "fast.device=cpu", "consolidation.background=false",
        "consolidation.probe=false", "consolidation.steps=2", "consolidation.batch=4", "life.episodes=2",
        "life.max_decisions=4", "life.video=false", "meter.declared.training_step=1000.0", *more,
    ]  # fmt: skip
    return load_config([f"agent/{arm}"], small)


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that says yes: two steps on random weights would seldom pass, and more are not needed here."""
    monkeypatch.setattr("peam.memory.consolidate.judge", lambda new, old: GateResult(True, "by the test"))


def teach(memory: Memory, first: int) -> None:
    """Appends an episode in which some things went well at once and some after a failure."""
    index = memory.store.next_episode()
    done = pictured(first + index)
    logs, table = done.segments
    again = replace(logs, decisions=tuple(replace(d, index=d.index + 5) for d in logs.decisions[1:]))
    more = [replace(s, episode=index) for s in (logs, table, again)]
    memory.append(replace(done, index=index, segments=tuple(more)))


def consolidated(memory: Memory, category: str, first: int) -> Consolidation:
    """Lives until there is something to train on and to hold out, and consolidates."""
    expert = memory.roster.of(category)
    for _ in range(12):
        teach(memory, first)
        if memory.consolidate(expert) is not None:
            return memory.finished()[-1]
    raise AssertionError("twelve episodes taught nothing")


def test_every_overlay_is_tested_here_and_sets_few_keys() -> None:
    for arm in ARMS:
        config = load_config([f"agent/{arm}"])
        check_names(config)
        lines = (configs_dir() / "agent" / f"{arm}.yaml").read_text(encoding="utf-8").splitlines()
        assert 1 <= sum(not line.startswith("#") for line in lines) <= 2
        assert config.to_dict() != load_config().to_dict()


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_lives_two_episodes_learns_and_is_served(
    arm: str, base: Path, tmp_path: Path, lenient: None
) -> None:
    config = configured(arm, base, tmp_path)
    file = hash_base(base)
    assert run_life(config)["episodes"] == 2
    memory = Memory.open(tmp_path, config, LoraFastTier(config))
    done = [consolidated(memory, "gather", first) for first in (0, 10)]
    memory.close()
    expert = "shared" if arm in ONE else "gather"
    assert [(d.category, d.version, d.accepted) for d in done] == [
        (expert, v, True) for v in ("v0001", "v0002")
    ]
    manifest = memory.registry.manifest(expert, "v0002")
    sizes = {"full_finetune": 1_771_200, **dict.fromkeys(ONE[:3], 1_400_832)}
    assert manifest["metrics"]["parameters"] == sizes.get(arm, 233_472)
    assert bool(manifest["experience"]["replay"]) is (arm not in ("shared_lora", "ewc", "full_finetune"))
    assert ("fisher.safetensors" in manifest["files"]) is (arm == "ewc") is ("penalty" in manifest["metrics"])
    assert (manifest["metrics"]["twins"] > 0) is (arm not in ("bc_only", "no_failures"))
    assert memory.registry.verify() == [] and hash_base(base) == file
    served = frozen_peam(load_config([tmp_path / "config.yaml"]), tmp_path).fast
    knows = [category for category in CATEGORIES if served.knows(category)]
    assert knows == (list(CATEGORIES) if arm in ONE else ["gather"])
    decision = pictured(0).segments[0].decisions[0]
    assert {served.decide(c, decision.state, decision.rgb).action for c in knows}


@pytest.mark.parametrize("arm", ["full_finetune", "ewc"])
def test_rolling_back_restores_the_former_logits(arm: str, base: Path, tmp_path: Path, lenient: None) -> None:
    config = configured(arm, base, tmp_path, "consolidation.lr=0.01")
    memory = Memory.open(tmp_path, config, LoraFastTier(config))
    run = pictured(0).segments[0]
    scores = []
    for first in (0, 10):
        consolidated(memory, "craft", first)
        scores.append(memory._fast.segment_log_prob("craft", run))  # type: ignore[attr-defined]
    first = hashes(tmp_path / "adapters" / "shared" / "v0001")
    memory.close()
    config.save(tmp_path / "config.yaml")
    assert main(["skills", "rollback", "shared", "--run", str(tmp_path)]) == 0
    again = LoraFastTier(config)
    memory = Memory.open(tmp_path, config, again)
    memory.serve()
    assert scores[0] != scores[1] and again.segment_log_prob("craft", run) == scores[0]
    assert hashes(tmp_path / "adapters" / "shared" / "v0001") == first
    assert memory.consolidate("shared") is not None, "what only the undone version knew is new again"
    assert memory.finished()[0].parent == "v0001"


def test_the_second_consolidation_is_held_to_the_fisher_of_the_first(
    base: Path, tmp_path: Path, lenient: None
) -> None:
    from safetensors.torch import load_file

    config = configured("ewc", base, tmp_path)
    memory = Memory.open(tmp_path, config, LoraFastTier(config))
    done = [consolidated(memory, "craft", first) for first in (0, 10)]
    assert "penalty" not in done[0].metrics and done[1].metrics["penalty"] >= 0.0
    folder = tmp_path / "adapters" / "shared"
    one, both = (load_file(folder / v / "fisher.safetensors") for v in ("v0001", "v0002"))
    assert all(bool((both[name] >= one[name]).all()) for name in one), "a sum of what is not negative"
    assert any(bool((both[name] > one[name]).any()) for name in one)


def test_a_run_cannot_go_on_with_other_experts(base: Path, tmp_path: Path, lenient: None) -> None:
    config = configured("replay", base, tmp_path)
    memory = Memory.open(tmp_path, config, LoraFastTier(config))
    consolidated(memory, "craft", 0)
    memory.close()
    for kind, words in (
        ("isolated", "was not made with fast.experts=isolated"),
        ("full", "is of an adapter"),
    ):
        other = configured("replay", base, tmp_path, f"fast.experts={kind}")
        memory = Memory.open(tmp_path, other, LoraFastTier(other))
        with pytest.raises(AdapterError, match=words):
            memory.serve()
        memory.close()


# ---- one expert: one trigger, one calibration, experience and probes of all categories


class OneTier(WordTier):
    """Words under one name, as `LoraFastTier` does with one expert."""

    def segment_log_prob(self, category: str, segment: object) -> tuple[float, int]:
        return super().segment_log_prob("shared", segment)  # type: ignore[arg-type]


def shared(run: Path) -> Memory:
    config = load_config(
        ["agent/replay"],
        ["consolidation.background=false", "consolidation.steps=200", "meter.declared.training_step=0.5"],
    )
    bench: Workbench = OneTier()
    tier = OneTier()
    return Memory(run, config, tier, tier, lambda: bench, BASE)


def test_all_categories_feed_one_trigger_and_one_job(tmp_path: Path) -> None:
    memory = shared(tmp_path)
    index = 0
    while not memory.due():
        memory.append(corrected_episode(index))
        index += 1
    assert memory.due() == ["shared"] and set(memory.levels()) == {"shared"}
    memory.consolidate("shared")
    (done,) = memory.finished()
    kinds = {e.pair: e.category for e in memory.store.experience()}
    assert {kinds[pair] for pair in done.pairs} == {"gather", "craft"} and done.accepted
    fast = replace(corrected_episode(index).segments[1].decisions[2], tier="fast", margin=1.5)
    memory.append(episode(index, segment([fast])))
    assert memory.store.calibration("shared", "v0001")[-1].margin == 1.5
    assert memory.registry.categories() == ["shared"]


def test_one_adapter_consolidates_as_often_as_the_pooled_cost_pays_for(tmp_path: Path) -> None:
    """By break-even as many steps are trained as six triggers would: R and K are of the same adapter."""
    memory, counts = shared(tmp_path), 0
    for index in range(60):
        memory.append(corrected_episode(index))
        for name in memory.due():
            memory.consolidate(name)
        counts += len(memory.finished())
    versions = memory.store.consolidations("shared")
    assert counts == len(versions) >= 2 and all(v.cost == 100.0 for v in versions)
    replay = memory.registry.manifest("shared", "v0002")["experience"]["replay"]
    kinds = {e.pair: e.category for e in memory.store.experience()}
    assert {kinds[pair] for pair in replay} == {"gather", "craft"}


def test_exemplars_are_retained_for_each_category(tmp_path: Path) -> None:
    memory = shared(tmp_path)
    data = memory.config.to_dict()
    data["consolidation"]["exemplars"] = 3
    memory.config = Config(data)
    for index in range(10):
        memory.append(corrected_episode(index))
    memory.consolidate("shared")
    for index in range(10, 14):
        memory.append(corrected_episode(index))
    job = memory._plan("shared")
    assert job is not None
    kinds = {e.pair: e.category for e in memory.store.experience()}
    drawn = [kinds[pair] for pair in job.replay]
    assert (drawn.count("gather"), drawn.count("craft")) == (3, 3)


def test_probes_of_one_expert_are_of_all_categories() -> None:
    def job(category: str) -> Job:
        return Job(category, "v0001", "", 0, (), (), (), 0, 0, 7, {})

    config = load_config()
    tasks = probe_tasks(config, job("shared"))
    assert len({task.category for task, _ in tasks}) >= 3 and len(tasks) == len(
        probe_tasks(config, job("craft"))
    )
    done = corrected_episode(0)

    def fast(d: Decision) -> Decision:
        return replace(d, tier="fast", margin=1.0)

    played = [
        replace(
            done, segments=tuple(replace(s, decisions=tuple(map(fast, s.decisions))) for s in done.segments)
        )
    ]
    assert [len(observed_of(played, name)) for name in ("shared", "craft", "gather")] == [6, 3, 3]


def test_the_command_line_trains_the_one_expert(
    base: Path, tmp_path: Path, lenient: None, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured("shared_lora", base, tmp_path)
    memory = Memory.open(tmp_path, config, LoraFastTier(config))
    for index in range(3):
        memory.append(pictured(index))
    memory.close()
    config.save(tmp_path / "config.yaml")
    assert main(["consolidate", "--run", str(tmp_path), "--category", "craft"]) == 0
    assert "shared v0001 serves now" in capsys.readouterr().out
    assert main(["skills", "show", "shared", "--run", str(tmp_path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {row["trained"] for row in shown["experience"]} == {True, False} and shown["worthiness_mean"] > 0
    assert main(["consolidate", "--run", str(tmp_path), "--category", "crafts"]) == 2


def test_bad_keys_of_arms_end_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option, words in (
        ("fast.experts=one", "unknown fast.experts 'one'"),
        ("consolidation.ewc=-2", "negative"),
    ):
        assert main(["run", "--out", str(tmp_path / "x"), "--set", option]) == 2
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1


def test_a_workbench_of_an_anchored_arm_needs_the_parents_fisher(base: Path, tmp_path: Path) -> None:
    config = configured("ewc", base, tmp_path)
    tier = LoraFastTier(config)
    tier.experts.new_adapter("shared", 1)
    tier.experts.save("shared", tmp_path / "bare")
    with pytest.raises(AdapterError, match=r"fisher\.safetensors is missing"):
        LoraWorkbench(config).load("shared", tmp_path / "bare")


def test_pictures_of_the_helper_differ() -> None:
    assert not np.array_equal(
        pictured(0).segments[0].decisions[0].rgb, pictured(1).segments[0].decisions[0].rgb
    )
