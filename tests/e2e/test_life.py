"""Whole lives through the command line, on a base of random weights: what is tested is the loop."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from peam.fast.nano import build_nano
from peam.memory.store import Store
from tests.ctrl_c import heed_ctrl_c

EPISODES = 10
SMALL = (
    "consolidation.background=false",
    "consolidation.probe=false",  # two dozen episodes each time
    "consolidation.steps=3",
    "consolidation.batch=2",
    "meter.declared.training_step=0.001",  # so cheap that the trigger fires within a few episodes
    "life.max_decisions=10",
    "life.video=false",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base") / "nano"
    build_nano(path, seed=0)
    return path


def command(out: Path, base: Path, *more: str) -> list[str]:
    options = [f"--set={option}" for option in (*SMALL, f"fast.base={base}")]
    life = ["run", "--quiet", "--out", str(out), "--seed", "3", "--episodes", str(EPISODES)]
    return [sys.executable, "-m", "peam.cli", *life, *options, *more]


def digest(out: Path) -> str:
    with Store.open(out / "store.db") as store:
        assert store.verify() is None
        return store.decisions_digest()


def episodes_in(out: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{out / 'store.db'}?mode=ro", uri=True)) as rows:
            return int(rows.execute("SELECT count(*) FROM episodes").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet
        return 0


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("life") / "whole"
    subprocess.run(command(out, base), check=True, timeout=300)
    return out


def test_a_life_writes_what_it_promises(whole: Path) -> None:
    summary = json.loads((whole / "summary.json").read_text())
    assert summary["episodes"] == EPISODES
    assert summary["seed"] == 3
    assert 0.0 <= summary["success_last_quarter"] <= 1.0
    assert summary["slow_calls_first_quarter"] > 0
    assert summary["consolidations"], "the trigger fired for nothing"
    accepted = {c["category"] for c in summary["consolidations"] if c["accepted"]}
    assert set(summary["adapters"]) == accepted
    for name in ("config.yaml", "store.db", "learning_curve.png"):
        assert (whole / name).stat().st_size > 0


def test_killed_and_resumed_it_is_the_same_life_to_the_byte(whole: Path, base: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    life = subprocess.Popen(command(out, base))
    deadline = time.monotonic() + 200
    while episodes_in(out) < 2 and life.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert life.poll() is None, "it ended before it could be killed"
    life.kill()
    life.wait()
    assert 2 <= episodes_in(out) < EPISODES, "killed too early or too late to test anything"
    subprocess.run(command(out, base, "--resume"), check=True, timeout=300)
    assert digest(out) == digest(whole)
    known, again = (json.loads((run / "summary.json").read_text()) for run in (whole, out))
    assert [c["version"] for c in known["consolidations"]] == [c["version"] for c in again["consolidations"]]


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    life = subprocess.Popen(command(out, base), stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c)
    while episodes_in(out) < 1 and life.poll() is None:
        time.sleep(0.05)
    life.send_signal(signal.SIGINT)
    _, error = life.communicate(timeout=120)
    assert life.returncode == 130
    assert "--resume" in error
    assert "Traceback" not in error
