"""`peam skills` over a small run folder with two versions of one category."""

import json
from pathlib import Path
from typing import Any

import pytest

from peam.cli import main
from peam.config import load_config
from peam.fast.base import Tried
from peam.memory.pairs import PairMiner, signature
from peam.memory.records import Consolidation, Score
from peam.memory.registry import WEIGHTS, AdapterRegistry
from peam.memory.store import Store
from tests.memory.helpers import adapter_files, corrected_episode

BASE = "b" * 64


def consolidation(version: str, parent: str, pairs: tuple[str, ...]) -> Consolidation:
    return Consolidation(
        "gather", version, parent, 0, pairs, (), 20, 5.0, True, {"accepted": True, "p": 0.01}, {"loss": 0.5}
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("peam.commands.skills._base_hash", lambda run: BASE)
    load_config().save(tmp_path / "config.yaml")
    registry = AdapterRegistry(tmp_path / "adapters", BASE)
    with Store.create(tmp_path / "store.db") as store:
        episode = corrected_episode(0)
        store.append_episode(episode)
        pairs = [p for p in mined(episode) if p.corrected.subgoal.category == "gather"]
        for pair in pairs:
            store.append_pair(pair, signature(pair.corrected))
            store.append_score(Score(pair.id, "gather", 0.7, 0.8, 0.6, 0.7, 1.0, None, True, "first"))
        ids = tuple(pair.id for pair in pairs)
        for version, parent in (("v0001", ""), ("v0002", "v0001")):
            staged = adapter_files(tmp_path / "adapters" / ".staging" / version)
            registry.register("gather", version, staged, {"parent": parent})
            registry.serve("gather", version)
            store.append_consolidation(consolidation(version, parent, ids))
        for success in (True, True, False):
            store.append_calibration("gather", "v0002", "life", Tried("mine(stone)", 1.5, success), True)
        store.append_calibration("gather", "v0002", "heldout", Tried("mine(stone)", 1.5, True), False)
    return tmp_path


def mined(episode: Any) -> list[Any]:
    miner = PairMiner()
    return list(miner.add(episode.segments))


def call(capsys: pytest.CaptureFixture[str], run: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["skills", *arguments, "--run", str(run)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_list_names_the_serving_version_its_gate_and_its_use(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, run, "list", "--json")
    (row,) = json.loads(out)
    assert code == 0
    assert (row["category"], row["version"], row["parent"]) == ("gather", "v0002", "v0001")
    assert (row["gate"], row["used"], row["succeeded"]) == ("passed", 3, 2)
    assert row["trained_on"] == 1
    assert row["worthiness_mean"] == 0.7
    assert "v0002" in call(capsys, run, "list")[1]


def test_history_has_every_version(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(call(capsys, run, "history", "gather", "--json")[1])
    assert [(r["version"], r["serving"], r["parent"]) for r in rows] == [
        ("v0001", False, "base"),
        ("v0002", True, "v0001"),
    ]


def test_show_has_the_four_terms_and_the_reason(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(call(capsys, run, "show", "gather", "--json")[1])
    (experience,) = shown["experience"]
    assert [experience[name] for name in "WCSNA"] == [0.7, 0.8, 0.6, 0.7, 1.0]
    assert (experience["reason"], experience["trained"]) == ("first", True)
    assert shown["gate_result"]["p"] == 0.01
    text = call(capsys, run, "show", "gather", "v0001")[1]
    assert "v0001" in text
    assert "first" in text


def test_rollback_serves_the_version_before(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, run, "rollback", "gather") == (0, "gather serves v0001 now\n", "")
    assert AdapterRegistry(run / "adapters").head("gather") == "v0001"
    assert json.loads(call(capsys, run, "rollback", "gather", "v0002", "--json")[1])["serving"] == "v0002"


def test_verify_finds_one_changed_byte(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, run, "verify")
    assert code == 0
    assert out.startswith("all hashes match: 2 adapter versions")
    weights = run / "adapters" / "gather" / "v0001" / WEIGHTS
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    code, out, _ = call(capsys, run, "verify", "--json")
    assert code == 1
    assert str(weights) in json.loads(out)["problems"][0]


def test_verify_finds_a_truncated_store_and_another_base(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peam.commands.skills._base_hash", lambda run: "c" * 64)
    store = run / "store.db"
    store.write_bytes(store.read_bytes()[:3000])
    code, out, _ = call(capsys, run, "verify", "--json")
    problems = " ".join(json.loads(out)["problems"])
    assert code == 1
    assert "was made for base bbbbbbbbbbbb" in problems
    assert "store.db is truncated" in problems


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show"], "needs a category; this run has: gather"),
        (["show", "gathr"], "unknown category 'gathr' (did you mean 'gather'?)"),
        (["show", "gather", "v0009"], "unknown version 'v0009'"),
        (["rollback", "gathr"], "did you mean 'gather'?"),
        (["rollback", "gather", "v0009"], "unknown version 'v0009'"),
    ],
)
def test_wrong_names(run: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    code, out, err = call(capsys, run, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_folder_without_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, tmp_path, "list")
    assert code == 2
    assert "is not a run folder" in err


def test_a_run_without_adapters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_config().save(tmp_path / "config.yaml")
    assert call(capsys, tmp_path, "list")[:2] == (
        0,
        "no adapters yet: nothing was consolidated in this run\n",
    )
    assert call(capsys, tmp_path, "list", "--json")[1] == "[]\n"
