from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from peam.config import Config, load_config
from peam.errors import AdapterError, StoreError
from peam.fast.base import Tried
from peam.memory.job import Job, job_path
from peam.memory.memory import Memory
from peam.memory.probe import Played
from peam.memory.quarantine import import_from
from peam.memory.store import Store
from peam.types import Episode, Outcome

from .fakes import BASE, WordTier
from .helpers import corrected_episode

FOREGROUND = load_config(
    overrides=[
        "consolidation.background=false",
        "consolidation.steps=200",
        "meter.declared.training_step=0.5",
    ]
)


def opened(run: Path, config: Config = FOREGROUND, tier: WordTier | None = None) -> Memory:
    tier = tier or WordTier()
    bench = WordTier(broken=tier.broken)
    return Memory(run, config, tier, tier, lambda: bench, BASE)


def live(memory: Memory, episodes: range) -> list[tuple[int, str, str, bool]]:
    """Lives; returns (episode, category, version, accepted) of every consolidation."""
    ended = []
    for index in episodes:
        memory.append(corrected_episode(index))
        for category in memory.due():
            memory.consolidate(category)
        ended += [(index, c.category, c.version, c.accepted) for c in memory.finished()]
    return ended


def test_a_life_consolidates_on_its_own(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    ended = live(memory, range(60))
    assert {category for _, category, _, accepted in ended if accepted} == {"gather", "craft"}
    assert ended[0][0] > 3 and memory.store.verify() is None
    done = memory.store.consolidations("gather")[0]
    assert done.accepted and done.cost == 100.0 and memory.registry.head("gather") is not None
    assert memory.store.costs()["training_step"] == 100.0 * len(memory.store.consolidations())
    assert list((tmp_path / "jobs").glob("*.json")) == []


def test_due_is_the_break_even_rule(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    for index in range(60):
        memory.append(corrected_episode(index))
        due = memory.due()
        assert all(memory.level(c) >= 1.0 for c in due)
        if due:
            break
    spent = memory.level(due[0]) * memory.price(due[0])
    assert spent >= memory.price(due[0]) == 100.0
    memory.consolidate(due[0])
    assert memory.level(due[0]) == 0.0 and due[0] not in memory.due()


def test_a_resumed_life_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    whole = opened(tmp_path / "whole")
    expected = live(whole, range(40))
    found = []
    for start in range(0, 40, 5):
        memory = opened(tmp_path / "parts")
        memory.serve()
        found += live(memory, range(start, start + 5))
        memory.close()
    assert found == expected
    parts = opened(tmp_path / "parts")
    assert parts.store.decisions_digest() == whole.store.decisions_digest()
    for table in ("scores", "consolidations", "calibrations", "costs"):
        rows = [m.store._rows(f"SELECT * FROM {table} ORDER BY seq") for m in (parts, whole)]
        assert [tuple(r)[2:] for r in rows[0]] == [tuple(r)[2:] for r in rows[1]]


def test_equal_lives_have_equal_manifests(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        live(opened(tmp_path / name), range(40))
        manifests = sorted((tmp_path / name / "adapters").rglob("manifest.json"))
        texts.append([m.read_bytes() for m in manifests])
    assert texts[0] and texts[0] == texts[1]


def test_a_second_version_rehearses_and_continues_the_first(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    live(memory, range(60))
    versions = memory.store.consolidations("gather")
    assert len(versions) > 1 and versions[1].parent == versions[0].version
    assert not set(versions[0].pairs) & set(versions[1].pairs)
    manifest = memory.registry.manifest("gather", versions[1].version)
    assert (
        set(manifest["experience"]["replay"]) <= set(versions[0].pairs) and manifest["experience"]["replay"]
    )


def test_a_rejection_is_recorded_with_its_reason_and_backs_off(tmp_path: Path) -> None:
    memory = opened(tmp_path, tier=WordTier(broken=True))
    ended = live(memory, range(60))
    assert ended and not any(accepted for *_, accepted in ended)
    gaps = [e for e, category, *_ in ended if category == "gather"]
    assert gaps[1] - gaps[0] > gaps[0]  # twice the cost, at a slowly rising worth
    assert "not above the incumbent" in memory.store.consolidations("gather")[0].gate["reason"]
    assert len({c.version for c in memory.store.consolidations("gather")}) == len(gaps)


def test_a_consolidation_that_was_under_way_is_taken_up(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    index = 0
    while not memory.due():
        memory.append(corrected_episode(index))
        index += 1
    (category, *_) = memory.due()

    def stage(done: str) -> None:
        if done == "train":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.consolidate(category, stage)
    memory.close()
    assert list((tmp_path / "jobs").glob("*.json"))
    resumed = opened(tmp_path)
    assert [(c.category, c.accepted) for c in resumed.finished()] == [(category, True)]
    assert resumed.running() == {} and resumed.level(category) == 0.0
    assert resumed.curator.serving[category] == "v0001" and not list((tmp_path / "jobs").glob("*.json"))


def test_serving_loads_and_calibrates_and_refuses_damage(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    live(memory, range(40))
    memory.close()
    tier = WordTier()
    again = opened(tmp_path, tier=tier)
    assert again.serve() == ["craft", "gather"] and set(tier.words) == {"craft", "gather"}
    assert all(n > 0 for n in tier.calibrated.values())
    (again.registry.path("gather") / "adapter_model.safetensors").unlink()
    with pytest.raises(AdapterError, match="peam skills rollback"):
        again.serve()


def test_margins_are_recorded_for_the_version_that_decided(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    live(memory, range(40))
    version = memory.curator.serving["gather"]
    before = len(memory.store.calibration("gather", version))
    done = corrected_episode(40)
    fast = [replace(d, tier="fast", margin=1.5) for d in done.segments[0].decisions]
    shadowed = replace(fast[1], tier="slow", shadow="explore(north)")
    other = replace(fast[2], tier="slow", shadow="explore(north)", margin=0.5)
    decisions = (fast[0], shadowed, other)
    memory.append(replace(done, segments=(replace(done.segments[0], decisions=decisions), done.segments[1])))
    observed = memory.store.calibration("gather", version)[before:]
    assert observed == [("mine(oak_log)", 1.5, False)], "only what was acted on has an outcome of its own"


def test_reproduced_imports_become_experience(tmp_path: Path) -> None:
    source = opened(tmp_path / "a")
    live(source, range(3))
    memory = opened(tmp_path / "b")
    import_from(memory.store, source.store)
    assert memory.store.experience() == []

    def replay(done: Episode) -> tuple[list[Outcome], bool]:
        return [d.outcome for s in done.segments for d in s.decisions], done.index != -2

    assert memory.reproduce(replay) == {-1: True, -2: False, -3: True}
    assert {e.episode for e in memory.store.experience()} == {-1, -3}
    assert not any(e.quarantined for e in memory.store.experience())


def test_nothing_edited_is_resumed(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    live(memory, range(3))
    memory.store._db.execute("UPDATE outcomes SET diagnosis = 'OK'")
    memory.close()
    with pytest.raises(StoreError, match="outcomes row"):
        opened(tmp_path)


def test_a_probe_can_refuse(tmp_path: Path) -> None:
    played: list[str] = []

    def probe(run_dir: Path, job: Job, staged: Path) -> Played:
        assert (staged / "adapter_model.safetensors").is_file()
        played.append(job.name)
        return Played(
            (False,) * 6,
            (True,) * 6,
            (2.0, 1.0),
            (Tried("craft(stick)", 0.5, True),),
            {"slow_call": 3, "tick": 9},
        )

    tier = WordTier()
    memory = Memory(tmp_path, FOREGROUND, tier, tier, WordTier, BASE, probe)
    ended = live(memory, range(30))
    assert ended and len(played) == len(ended) and not any(accepted for *_, accepted in ended)
    first = memory.store.consolidations()[0]
    assert "candidate 0 of 6 probe episodes, incumbent 6" in first.gate["probe"]
    assert first.cost == first.steps * FOREGROUND.meter.declared.training_step, "K is what training costs"
    assert memory.store.costs()["probe"] > 0.0
    known = memory.store.calibration(first.category, first.version)
    assert known == [("craft(stick)", 0.5, True)], "outcomes of the probe calibrate, not agreement"


def test_malformed_jobs_are_named(tmp_path: Path) -> None:
    opened(tmp_path).close()
    path = job_path(tmp_path, "gather-v0001")
    path.parent.mkdir()
    path.write_text(json.dumps({"category": "gather"}), encoding="utf-8")
    with pytest.raises(Exception, match=r"gather-v0001\.json is not a consolidation job"):
        opened(tmp_path)


def test_a_store_of_another_run_is_not_taken(tmp_path: Path) -> None:
    opened(tmp_path / "a").close()
    opened(tmp_path / "b").close()
    (tmp_path / "a" / ".key").write_bytes((tmp_path / "b" / ".key").read_bytes())
    with pytest.raises(StoreError, match="key"):
        Store.open(tmp_path / "a" / "store.db")
