from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.config import Config, load_config
from peam.errors import AdapterError
from peam.memory.consolidate import STEPS, consolidate, load_material
from peam.memory.job import Job, job_path, read_result, settle
from peam.memory.pairs import PairMiner, signature
from peam.memory.process import ConsolidationJob
from peam.memory.reader import Reader
from peam.memory.records import Experience, Score
from peam.memory.registry import STAGING, AdapterRegistry
from peam.memory.snapshot import exemplars, held_out, plan_job
from peam.memory.store import Store
from peam.types import Pair

from .fakes import BASE, WordTier
from .helpers import corrected_episode, decision, segment

CONFIG = load_config()


def prepared(run: Path, episodes: int = 8, config: Config = CONFIG) -> tuple[Job, AdapterRegistry]:
    """A store with admitted experience, and the first job of category gather."""
    with Store.create(run / "store.db") as store:
        miner = PairMiner()
        for index in range(episodes):
            done = corrected_episode(index)
            store.append_episode(done)
            for pair in miner.add(done.segments):
                category = pair.corrected.subgoal.category
                store.append_pair(pair, signature(pair.corrected))
                store.append_score(Score(pair.id, category, 0.5, 0, 0, 0, 0, None, index != 3, "why"))
        registry = AdapterRegistry(run / "adapters", BASE)
        job = plan_job(store, registry, "gather", config, episodes - 1)
    assert job is not None
    job.write(job_path(run, job.name))
    return job, registry


def test_a_snapshot_splits_by_episode_and_leaves_out_what_was_rejected(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    assert (job.version, job.parent, job.admitted, job.rejected) == ("v0001", "", 7, 1)
    assert len(job.train) + len(job.heldout) == 7 and job.heldout and not set(job.train) & set(job.heldout)
    with Store.open(tmp_path / "store.db", readonly=True) as store:
        assert plan_job(store, registry, "gather", CONFIG, 7) == job  # deterministic
        assert plan_job(store, registry, "combat", CONFIG, 7) is None
    assert Job.read(job_path(tmp_path, job.name)) == job


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(0, 30), st.integers(0, 99))
def test_held_out_and_trained_never_share_a_pursuit(sizes: list[int], more: int, seed: int) -> None:
    def listed(sizes: list[int]) -> list[Experience]:
        return [
            Experience(f"{e}.{i}", e, "x", "p", "", "", False, False, None)
            for e, n in enumerate(sizes)
            for i in range(n)
        ]

    first = held_out(listed(sizes), [], 0.2, seed)
    trained = {e.pair for e in listed(sizes)} - first
    assert trained and bool(first) == (len(sizes) > 1)
    assert len(first) <= max(math.ceil(0.2 * sum(sizes)), min(sizes))
    assert not {p.split(".")[0] for p in first} & {p.split(".")[0] for p in trained}
    second = held_out(listed(sizes + [1] * more), trained, 0.2, seed)
    assert not second & trained


def test_candidate_and_incumbent_are_compared_on_what_neither_was_trained_on(tmp_path: Path) -> None:
    job, _ = prepared(tmp_path)
    later = replace(job, parent="v0001", train=job.train[1:], replay=job.train[:1])
    with Store.open(tmp_path / "store.db", readonly=True) as store:
        material = load_material(store, later)
        unseen = {d.state for p in store.pairs(job.heldout) for d in p.corrected.decisions}
    assert material.exemplars and {d.state for d in material.exemplars} <= unseen
    assert [p.id for p in material.replay] == list(job.train[:1])


def test_what_the_incumbent_did_itself_does_not_speak_for_it(tmp_path: Path) -> None:
    job, _ = prepared(tmp_path)
    run = segment([decision(0, "explore(north)", tier="fast"), decision(1, "mine(oak_log, 4)")])

    class Listing:
        def pairs(self, ids: Sequence[str]) -> list[Pair]:
            return [Pair("", None, run, "p")] if ids == job.heldout else []

    assert load_material(cast(Reader, Listing()), job).exemplars == [run.decisions[1]]


def test_exemplars_are_a_reservoir_that_does_not_depend_on_order() -> None:
    names = [f"{i:064x}" for i in range(200)]
    drawn = exemplars(names, 64, 1)
    assert drawn == exemplars(reversed(names), 64, 1) and len(set(drawn)) == 64
    assert drawn != exemplars(names, 64, 2)
    assert set(exemplars(names, 64, 1)) & set(names[:100]) <= set(exemplars(names[:100], 64, 1))


def test_an_accepted_candidate_is_registered_and_serves(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    seen: list[str] = []
    with Store.open(tmp_path / "store.db", readonly=True) as store:
        result = consolidate(tmp_path, job, store, WordTier(), seen.append)
    assert tuple(seen) == STEPS
    assert result.accepted and result.steps == 200 and registry.head("gather") == "v0001"
    assert result.calibration and all(tried.margin == 2.0 for tried in result.calibration)
    assert read_result(tmp_path, job) == result
    manifest = registry.manifest("gather", "v0001")
    assert manifest["experience"]["train"] == list(job.train) and manifest["parent"] == ""
    assert manifest["base_hash"] == BASE and manifest["gate"]["accepted"] and manifest["seed"] == job.seed
    assert registry.verify() == []


def test_a_rejected_candidate_leaves_nothing_but_its_result(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    with Store.open(tmp_path / "store.db", readonly=True) as store:
        result = consolidate(tmp_path, job, store, WordTier(broken=True))
    assert not result.accepted and "not above the incumbent" in result.gate["reason"]
    assert registry.head("gather") is None and registry.versions("gather") == []
    assert list((tmp_path / "adapters" / STAGING).iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from memory.fakes import WordTier
from peam.memory.consolidate import consolidate
from peam.memory.job import Job, job_path
from peam.memory.store import Store
from peam.types import Pair
run, name, where = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def stage(done):
    if done == where:
        os.kill(os.getpid(), signal.SIGKILL)
job = Job.read(job_path(run, name))
consolidate(run, job, Store.open(run / "store.db", readonly=True), WordTier(), stage)
"""


def run_and_kill(run: Path, name: str, after: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", KILLED, str(run), name, after]
    done = subprocess.run(command, env=environment, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("after", STEPS)
def test_killed_after_any_step_the_old_version_serves_and_the_job_can_be_completed(
    tmp_path: Path, after: str
) -> None:
    first, registry = prepared(tmp_path)
    with Store.open(tmp_path / "store.db") as store:
        assert consolidate(tmp_path, first, store, WordTier()).accepted
    second = Job(**{**{f: getattr(first, f) for f in first.__slots__}, "version": "v0002", "parent": "v0001"})
    second.write(job_path(tmp_path, second.name))
    run_and_kill(tmp_path, second.name, after)

    swapped = after in ("swap", "result")
    assert registry.head("gather") == ("v0002" if swapped else "v0001")  # one of the two, whole
    assert registry.verify() == [] and registry.path("gather").is_dir()

    settled = settle(tmp_path, second, registry)
    if after in ("register", "swap", "result"):
        assert settled is not None and settled.accepted and settled.calibration
        assert registry.head("gather") == "v0002"
    else:
        assert settled is None and registry.head("gather") == "v0001"
        with Store.open(tmp_path / "store.db", readonly=True) as store:
            consolidate(tmp_path, second, store, WordTier())
    assert registry.verify() == []
    assert list((tmp_path / "adapters" / STAGING).iterdir()) == []


def test_a_damaged_parent_is_refused_and_rollback_mends_it(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    with Store.open(tmp_path / "store.db", readonly=True) as store:
        consolidate(tmp_path, job, store, WordTier())
        weights = registry.root / "gather" / "v0001" / "adapter_model.safetensors"
        weights.write_bytes(weights.read_bytes()[:20])
        second = Job(**{**{f: getattr(job, f) for f in job.__slots__}, "version": "v0002", "parent": "v0001"})
        with pytest.raises(AdapterError, match=r"v0001/adapter_model.*peam skills rollback"):
            consolidate(tmp_path, second, store, WordTier())
    assert registry.head("gather") == "v0001" and registry.versions("gather") == ["v0001"]


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    (tmp_path / "store.db").write_bytes(b"gone")
    running = ConsolidationJob(tmp_path, job)
    running.start()
    with pytest.raises(ChildProcessError, match=r"code 2: .*not a PEAM store"):
        running.result(120)
    assert registry.head("gather") is None


def test_a_process_can_be_killed(tmp_path: Path) -> None:
    job, registry = prepared(tmp_path)
    running = ConsolidationJob(tmp_path, job)
    running.start()
    running.kill()
    with pytest.raises(ChildProcessError, match="code -9"):
        running.poll()
    assert registry.head("gather") is None and job_path(tmp_path, job.name).is_file()
