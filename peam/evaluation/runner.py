"""Scored trials: every agent plays the same tasks in the same worlds, memory frozen.

A trial is one (agent, task, seed): at most `max_decisions` decisions in all, spread over at most
`attempts` fresh resets of the same world (an attempt ends by death or by its goal). Finished trials are
appended to `results.jsonl` as they end, so an interrupted evaluation goes on where it stopped. A trial
depends on its arm, task and seed alone, so it does not matter who plays it, or when.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from peam.build import make_sim
from peam.camera import Reel
from peam.claim import claim
from peam.errors import ConfigError
from peam.evaluation.arms import Arm, ArmSpec, make_arm
from peam.evaluation.stats import mcnemar, wilson
from peam.evaluation.suites import Suite
from peam.evaluation.workers import Spread, one_by_one
from peam.rollout import OnEvent, Rollout, ignore
from peam.sims.base import Sim
from peam.types import Episode, Task


@dataclass(frozen=True, slots=True)
class Trial:
    """One line of `results.jsonl`: one agent at one task in one world."""

    agent: str
    task: str
    category: str
    seed: int
    success: bool
    attempts: int
    slow_calls: int
    fast_decisions: int
    decisions: int
    ticks: int
    seconds: float
    diagnoses: dict[str, int]
    fast_failed: int = 0  # of the fast decisions
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial."""
        return (self.agent, self.task, self.seed)


@dataclass(frozen=True, slots=True)
class Job:
    """One trial to be played."""

    arm: ArmSpec
    task: Task
    seed: int

    def __str__(self) -> str:
        return f"{self.arm.name} {self.task.name} seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Played:
    """A finished trial, and its video (file suffix, content) where one was asked for."""

    trial: Trial
    video: tuple[str, bytes] | None = None


class Player:
    """A worker: plays jobs, and keeps the simulator and the agent of the arm that it played last."""

    def __init__(self, suite: Suite, video: bool) -> None:
        self._suite, self._video = suite, video
        self._spec: ArmSpec | None = None
        self._arm: Arm | None = None
        self._sim: Sim | None = None

    def __call__(self, job: Job) -> Played:
        """Plays one trial."""
        if self._spec != job.arm:
            self.close()
            self._arm, self._spec = make_arm(job.arm), job.arm
            self._sim = make_sim(self._arm.config)
        assert self._arm is not None and self._sim is not None
        if not self._video:
            return Played(play_trial(self._arm, self._sim, job.task, job.seed, self._suite))
        reel = Reel(self._sim)
        trial = play_trial(self._arm, reel.sim, job.task, job.seed, self._suite, reel.on_event)
        return Played(trial, _encoded(reel))

    def close(self) -> None:
        """Closes the simulator."""
        if self._sim is not None:
            self._sim.close()
        self._spec = self._arm = self._sim = None


def _encoded(reel: Reel) -> tuple[str, bytes] | None:
    """Returns the video as bytes: a worker may be on another machine than the results."""
    with tempfile.TemporaryDirectory() as folder:
        written = reel.write(Path(folder) / "trial")
        return (written.suffix, written.read_bytes()) if written else None


def play_trial(arm: Arm, sim: Sim, task: Task, seed: int, suite: Suite, on_event: OnEvent = ignore) -> Trial:
    """Plays one trial: attempts until success, or until decisions or attempts run out."""
    rollout = Rollout(sim, arm.agent, arm.config, on_event)
    episodes: list[Episode] = []
    left = suite.max_decisions
    while left > 0 and len(episodes) < suite.attempts and not (episodes and episodes[-1].success):
        episodes.append(rollout.run(task, seed, max_decisions=left, attempt=len(episodes)))
        left -= _decisions(episodes[-1])
    return _trial(arm.name, task, seed, episodes)


def _decisions(episode: Episode) -> int:
    return sum(len(segment.decisions) for segment in episode.segments)


def _trial(agent: str, task: Task, seed: int, episodes: Sequence[Episode]) -> Trial:
    played = [d for e in episodes for s in e.segments for d in s.decisions]
    diagnoses = Counter(str(decision.outcome.diagnosis) for decision in played)
    return Trial(
        agent=agent,
        task=task.name,
        category=task.category,
        seed=seed,
        success=episodes[-1].success,
        attempts=len(episodes),
        slow_calls=sum(e.slow_calls for e in episodes),
        fast_decisions=sum(e.fast_decisions for e in episodes),
        decisions=sum(map(_decisions, episodes)),
        ticks=sum(e.ticks for e in episodes),
        seconds=round(sum(e.seconds for e in episodes), 3),
        diagnoses=dict(sorted(diagnoses.items())),
        fast_failed=sum(d.tier == "fast" and not d.outcome.ok for d in played),
        prompt_tokens=sum(d.tokens[0] for d in played),
        completion_tokens=sum(d.tokens[1] for d in played),
    )


def read_results(path: Path) -> list[Trial]:
    """Reads `results.jsonl`; a last line cut by a crash is left out, any other bad line is an error.

    Raises:
        ConfigError: A line is not a trial; names the line.
    """
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    trials = []
    for number, line in enumerate(lines, 1):
        try:
            trials.append(Trial(**json.loads(line)))
        except (ValueError, TypeError) as error:
            if number == len(lines) and not line.endswith("\n"):
                break
            raise ConfigError(f"{path}:{number}: not a trial ({error})") from error
    return trials


def evaluate(
    suite: Suite,
    arms: Sequence[ArmSpec],
    seeds: Sequence[int],
    out: Path,
    spread: Spread = one_by_one,
    video: bool = False,
    on_trial: Callable[[Trial], None] = lambda trial: None,
) -> dict[str, Any]:
    """Plays every (arm, task, seed) that `results.jsonl` does not have yet, and summarises.

    Args:
        suite: Tasks and budgets.
        arms: Agents under test, the first one compared with each other one.
        seeds: World seeds; every arm sees the same ones.
        out: Folder for `results.jsonl`, `summary.json` and `videos/`.
        spread: Who plays: this process, several, or a cluster (`workers.py`, `cluster.py`).
        video: Whether to film the trials that are played now.
        on_trial: Told each finished trial.

    Returns:
        The content of `summary.json`.

    Raises:
        PeamError: Another evaluation writes into `out`, a worker died, or an arm cannot be built.
    """
    with claim(out):
        done = {t.key: t for t in mended(out / "results.jsonl")}
        jobs = [Job(arm, task, seed) for arm in arms for task in suite.tasks for seed in seeds]
        open_ = [job for job in jobs if (job.arm.name, job.task.name, job.seed) not in done]
        for played in spread(partial(Player, suite, video), open_) if open_ else ():
            done[played.trial.key] = played.trial
            _keep(out, played)
            on_trial(played.trial)
        names = [arm.name for arm in arms]
        wanted = [done[(job.arm.name, job.task.name, job.seed)] for job in jobs]
        summary = summarise(wanted, names)
        (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return summary


def mended(results: Path) -> list[Trial]:
    """Reads `results.jsonl`, and cuts off a last line that a crash left unfinished."""
    trials = read_results(results)
    text = "".join(map(_line, trials))
    if trials and results.stat().st_size != len(text.encode()):
        new = results.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        os.replace(new, results)  # whole or not at all, whenever this process is killed
    elif results.exists() and not trials:
        results.unlink()
    return trials


def _keep(out: Path, played: Played) -> None:
    """Writes a finished trial to the disk: the video first, so that a trial that counts has one."""
    if played.video is not None:
        suffix, content = played.video
        (out / "videos").mkdir(exist_ok=True)
        (out / "videos" / ("-".join(map(str, played.trial.key)) + suffix)).write_bytes(content)
    with (out / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write(_line(played.trial))
        file.flush()
        os.fsync(file.fileno())


def _line(trial: Trial) -> str:
    return json.dumps(asdict(trial), sort_keys=True) + "\n"


def summarise(trials: Sequence[Trial], agents: Sequence[str]) -> dict[str, Any]:
    """Returns {agent: figures} and, for each agent after the first, the exact McNemar test against it.

    Counts: success, n. Means a trial: slow_calls, decisions, ticks, seconds.
    """
    summary: dict[str, Any] = {name: _figures([t for t in trials if t.agent == name]) for name in agents}
    summary["mcnemar"] = {
        f"{agents[0]} vs {other}": _paired(trials, agents[0], other) for other in agents[1:]
    }
    return summary


def _figures(trials: Sequence[Trial]) -> dict[str, Any]:
    n, wins = len(trials), sum(t.success for t in trials)
    slow = sum(t.slow_calls for t in trials)
    tokens = ("prompt_tokens", "completion_tokens")
    fields = ("slow_calls", "fast_decisions", "decisions", "ticks", "seconds", *tokens)
    return {
        "success": wins,
        "n": n,
        "wilson": list(wilson(wins, n)),
        **{f: sum(getattr(t, f) for t in trials) / n if n else 0.0 for f in fields},
        "slow_calls_per_success": slow / wins if wins else None,
        "fast_failures": _fast_failures(trials),
        "by_category": _groups(trials, lambda t: t.category),
        "by_task": _groups(trials, lambda t: t.task),
        "slow_calls_by_category": _means(trials, lambda t: t.slow_calls),
        "failed_decisions_by_category": _means(trials, lambda t: t.decisions - t.diagnoses.get("OK", 0)),
    }


def _fast_failures(trials: Sequence[Trial]) -> dict[str, Any] | None:
    """Returns how many fast decisions failed; None where none was taken."""
    failed, n = sum(t.fast_failed for t in trials), sum(t.fast_decisions for t in trials)
    return {"failed": failed, "n": n, "wilson": list(wilson(failed, n))} if n else None


def _groups(trials: Sequence[Trial], key: Callable[[Trial], str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for trial in trials:
        wins = groups.setdefault(key(trial), [0, 0])
        wins[0] += trial.success
        wins[1] += 1
    return groups


def _means(trials: Sequence[Trial], figure: Callable[[Trial], int]) -> dict[str, float]:
    """Returns category -> mean of a figure a trial."""
    figures: dict[str, list[int]] = {}
    for trial in trials:
        figures.setdefault(trial.category, []).append(figure(trial))
    return {category: round(sum(f) / len(f), 2) for category, f in figures.items()}


def _paired(trials: Sequence[Trial], first: str, second: str) -> Mapping[str, float]:
    won = {t.key: t.success for t in trials}
    pairs = [(won[(first, t.task, t.seed)], t.success) for t in trials if t.agent == second]
    only_first = sum(a and not b for a, b in pairs)
    only_second = sum(b and not a for a, b in pairs)
    return {
        "only_first": only_first,
        "only_second": only_second,
        "p": mcnemar(only_first, only_second),
    }
