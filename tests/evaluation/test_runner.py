"""Who plays the trials does not matter: one process, several, a cluster, or one that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml

from peam.commands.evaluate import spreading
from peam.config import load_config
from peam.errors import PeamError
from peam.evaluation.arms import ArmSpec
from peam.evaluation.cluster import Cluster
from peam.evaluation.runner import evaluate, mended, read_results
from peam.evaluation.suites import load_suite
from peam.evaluation.workers import Processes, one_by_one
from tests.ctrl_c import heed_ctrl_c

SEEDS = [510, 511]
TASKS = {
    "planks": "inventory.oak_planks >= 4",
    "stick": "inventory.stick >= 4",
    "logs": "inventory.oak_log >= 2",
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    tasks = [{"name": k, "text": k, "goal": goal, "category": "craft"} for k, goal in TASKS.items()]
    path = tmp_path / "tiny.yaml"
    path.write_text(
        yaml.safe_dump({"name": "tiny", "seeds": [1], "max_decisions": 8, "attempts": 2, "tasks": tasks})
    )
    return path


def arms() -> list[ArmSpec]:
    return [ArmSpec("planner_only", load_config())]


def contents(out: Path) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Trials by key, wall seconds aside; fails where one occurs twice."""
    trials = read_results(out / "results.jsonl")
    found = {trial.key: {**asdict(trial), "seconds": 0} for trial in trials}
    assert len(found) == len(trials)
    return found


@pytest.fixture
def serial(suite: Path, tmp_path: Path) -> dict[tuple[str, str, int], dict[str, Any]]:
    evaluate(load_suite(suite), arms(), SEEDS, tmp_path / "serial")
    found = contents(tmp_path / "serial")
    assert len(found) == len(TASKS) * len(SEEDS)
    return found


def test_two_processes_play_what_one_plays(suite: Path, tmp_path: Path, serial: object) -> None:
    told: list[str] = []
    spread = Processes(2)
    evaluate(
        load_suite(suite), arms(), SEEDS, tmp_path / "two", spread, on_trial=lambda t: told.append(t.task)
    )
    assert contents(tmp_path / "two") == serial
    assert sorted(told) == sorted([*TASKS, *TASKS])
    one, two = (json.loads((tmp_path / d / "summary.json").read_text()) for d in ("serial", "two"))
    del one["planner_only"]["seconds"], two["planner_only"]["seconds"]
    assert one == two


def test_a_ray_cluster_plays_what_one_process_plays(suite: Path, tmp_path: Path, serial: object) -> None:
    pytest.importorskip("ray")
    try:
        evaluate(load_suite(suite), arms(), SEEDS, tmp_path / "ray", Cluster("local", 2))
    except PeamError as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("Ray gives a node 30 s to start, and this machine is too busy")
    assert contents(tmp_path / "ray") == serial


def start(suite: Path, out: Path, seeds: Sequence[int] = SEEDS) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "peam.cli", "eval", "--suite", str(suite), "--agents", "planner_only"]
    command += ["--seeds", ",".join(map(str, seeds)), "--workers", "2", "--out", str(out)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_ctrl_c)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until(condition: Any, seconds: float = 300.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def lives(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked about does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the children of a process")
def test_kill_9_loses_no_trial_repeats_none_and_leaves_nothing_running(
    suite: Path, tmp_path: Path, serial: object
) -> None:
    out = tmp_path / "killed"
    process = start(suite, out)
    assert until(lambda: (out / "results.jsonl").exists())
    workers = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(workers) >= 2
    assert until(lambda: not any(map(lives, workers)))
    before = (out / "results.jsonl").read_text().splitlines()
    assert 1 <= len(before) <= len(TASKS) * len(SEEDS)
    with (out / "results.jsonl").open("a") as file:
        file.write('{"agent": "planner_only", "task": "sti')  # a line that was being written
    again = start(suite, out)
    printed, said = again.communicate()
    assert again.returncode == 0, said
    assert contents(out) == serial
    assert (out / "results.jsonl").read_text().splitlines()[: len(before)] == before
    assert printed.count("slow calls") - 1 == len(TASKS) * len(SEEDS) - len(before), (
        "finished ones were played"
    )


def test_ctrl_c_ends_in_one_line(suite: Path, tmp_path: Path) -> None:
    process = start(suite, tmp_path / "stopped", range(510, 560))
    assert until(lambda: (tmp_path / "stopped" / "results.jsonl").exists())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) == (130, "peam: interrupted\n")
    assert mended(tmp_path / "stopped" / "results.jsonl")


class Doomed:
    """A worker for `Processes`: doubles numbers, dies of 3 and refuses 4."""

    def __call__(self, job: int) -> int:
        if job == 3:
            os._exit(9)
        if job == 4:
            raise PeamError("four")
        return 2 * job

    def close(self) -> None:
        pass


def test_jobs_are_all_done_and_a_dead_worker_is_named() -> None:
    assert sorted(Processes(3)(Doomed, [1, 2, 5, 6, 7])) == [2, 4, 10, 12, 14]
    with pytest.raises(PeamError, match=r"a worker died \(exit code 9\) at 3"):
        list(Processes(2)(Doomed, [1, 3]))
    with pytest.raises(PeamError, match=r"^four$"):
        list(Processes(2)(Doomed, [1, 4, 1]))


def test_a_cut_off_line_is_dropped_and_an_unfinished_file_of_nothing_else_removed(
    suite: Path, tmp_path: Path, serial: object
) -> None:
    results = tmp_path / "serial" / "results.jsonl"
    whole = results.read_text()
    results.write_text(whole[:-20])
    assert len(mended(results)) == len(TASKS) * len(SEEDS) - 1
    assert results.read_text() == "".join(whole.splitlines(keepends=True)[:-1])
    results.write_text(whole[:30])
    assert mended(results) == [] and not results.exists()


def test_two_evaluations_do_not_write_into_one_folder(suite: Path, tmp_path: Path) -> None:
    from peam.claim import claim

    with claim(tmp_path / "out"), pytest.raises(PeamError, match="in use by another process"):
        evaluate(load_suite(suite), arms(), SEEDS, tmp_path / "out")


def test_films_show_the_trial_and_change_nothing(suite: Path, tmp_path: Path, serial: object) -> None:
    out = tmp_path / "filmed"
    evaluate(load_suite(suite), arms(), SEEDS, out, video=True)
    assert contents(out) == serial
    films = sorted((out / "videos").iterdir())
    assert {film.stem for film in films} == {
        f"planner_only-{task}-{seed}" for task in TASKS for seed in SEEDS
    }
    film = cv2.VideoCapture(str(films[0]))
    frames = int(film.get(cv2.CAP_PROP_FRAME_COUNT))
    ticks = contents(out)[("planner_only", films[0].stem.split("-")[1], int(films[0].stem.split("-")[2]))][
        "ticks"
    ]
    assert 0 < frames <= ticks / 10
    shown, picture = film.read()
    assert shown and picture.std() > 10


def test_who_plays_is_said_by_two_options() -> None:
    assert spreading(None, None) is one_by_one and spreading(1, None) is one_by_one
    several, cluster = spreading(3, None), spreading(None, "host:1")
    assert isinstance(several, Processes) and several.workers == 3
    assert isinstance(cluster, Cluster) and (cluster.address, cluster.workers) == ("host:1", 0)
    with pytest.raises(PeamError, match="workers must be 1 or more, got 0"):
        spreading(0, None)
