"""A spent budget ends an evaluation and a life with one line; what was recorded stays, and both go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peam.cli import main
from peam.config import load_config
from peam.evaluation.suites import draw_stream, load_suite
from peam.fast.nano import build_nano
from peam.memory.store import Store
from tests.slow.endpoint import Script, scripted

SUITE = """
name: two
seeds: [42]
max_decisions: 1
attempts: 1
tasks:
  - {name: log, text: collect a log, goal: inventory.oak_log >= 64, category: gather}
  - {name: sand, text: collect sand, goal: inventory.sand >= 64, category: gather}
"""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def options(script: Script, cache: Path) -> list[str]:
    """Three requests of 110 tokens each, where four are needed."""
    slow = {"base_url": script.url, "model": "tiny", "key_env": "''", "cache": cache, "budget.tokens": 300}
    return ["--set=slow.planner=openai", *(f"--set=slow.openai.{key}={value}" for key, value in slow.items())]


def ended(capsys: pytest.CaptureFixture[str]) -> str:
    error = capsys.readouterr().err
    line = error.splitlines()[-1]  # before it only progress bars of loading
    assert line.startswith("peam: slow.openai.budget.tokens is spent: 330 of 300")
    assert "Traceback" not in error
    return line


def test_an_evaluation_keeps_its_trials_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite, out, cache = tmp_path / "two.yaml", tmp_path / "out", tmp_path / "cache"
    suite.write_text(SUITE)
    with scripted() as script:
        command = [
            "eval",
            "--suite",
            str(suite),
            "--agents",
            "planner_only",
            "--seeds",
            "42",
            "--out",
            str(out),
        ]
        command += options(script, cache)
        assert main(command) == 2
        assert str(cache / "spent.jsonl") in ended(capsys)
        lines = (out / "results.jsonl").read_text().splitlines()
        assert [json.loads(line)["task"] for line in lines] == ["log"]
        (cache / "spent.jsonl").unlink()
        assert main(command) == 0
    assert len(script.bodies) == 4, "the plan that was paid for is not paid for again"
    trials = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert [(t["task"], t["prompt_tokens"], t["completion_tokens"]) for t in trials] == [
        ("log", 200, 20),
        ("sand", 200, 20),
    ]


def test_a_life_keeps_its_episodes_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_nano(tmp_path / "nano", seed=0)
    run, cache, config = tmp_path / "run", tmp_path / "cache", load_config()
    suite, (first, last) = load_suite(config.life.suite), config.life.seeds
    streams = {seed: draw_stream(suite, 2, seed, (first, last)) for seed in range(20)}
    seed = next(seed for seed, ((one, _), (two, _)) in streams.items() if one != two)
    with scripted() as script:
        command = ["run", "--quiet", "--out", str(run), f"--seed={seed}", "--episodes=2"]
        command += options(script, cache)
        command += [
            f"--set=fast.base={tmp_path / 'nano'}",
            "--set=life.max_decisions=1",
            "--set=life.video=false",
        ]
        assert main(command) == 2
        ended(capsys)
        with Store.open(run / "store.db") as store:
            assert store.next_episode() == 1 and store.verify() is None
        assert main([*command, "--resume", "--set=slow.openai.budget.tokens=1000"]) == 0
    assert len(script.bodies) == 4
    assert json.loads((run / "summary.json").read_text())["tokens"] == [400, 40]
