"""One consolidation, start to end: snapshot -> train -> gate -> register -> swap.

Run in the foreground by `consolidate`, or as a process of its own:
`python -m peam.memory.consolidate RUN_DIR CATEGORY --job JOB.json`. Killed at any moment, the old version
goes on serving; `peam.memory.job.settle` then completes what was registered, and clears away what was not, so
that the job can be done again. Knows the store for reading only, and the simulator only as the gate's probe.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from peam.config import Config
from peam.errors import PeamError
from peam.fast.base import Choice, Tried
from peam.memory.gate import GateResult, judge, measure, probed, same_effect
from peam.memory.job import Calibration, Job, Result, staging, write_result
from peam.memory.pairs import training_decisions
from peam.memory.reader import Reader
from peam.memory.registry import AdapterRegistry
from peam.memory.snapshot import draw
from peam.memory.store import Store
from peam.types import Decision, Image, Pair, Segment

if TYPE_CHECKING:
    from peam.memory.probe import Played

STEPS = ("snapshot", "train", "stage", "gate", "register", "swap", "result")  # in this order
NICE = 10  # the process yields to the agent
COMPARED = 64  # held-out decisions that the gate compares candidate and incumbent on
OnStage = Callable[[str], None]
OnStep = Callable[[int, dict[str, float]], None]
PlayProbe = Callable[[Path, Job, Path], "Played | None"]


class Workbench(Protocol):
    """What a consolidation needs of models."""

    def base_hash(self) -> str:
        """Returns the sha256 of the base's weights."""

    def load(self, category: str, folder: Path) -> None:
        """Loads the version to train from. Raises AdapterError."""

    def train(
        self, category: str, pairs: Sequence[Pair], replay: Sequence[Pair], seed: int, on_step: OnStep
    ) -> Mapping[str, float]:
        """Trains the loaded version, or a fresh adapter, in place; returns numbers, "steps" among them."""

    def save(self, category: str, folder: Path) -> None:
        """Writes the adapter's files."""

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, tokens) of a segment's actions; base alone where no adapter is."""

    def decide(self, category: str, state: str, rgb: Image) -> Choice:
        """Chooses an action under the category's adapter, by the base alone where it has none."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a job names, loaded with pictures; `exemplars` are decisions that no version was trained on."""

    train: list[Pair]
    replay: list[Pair]
    heldout: list[Pair]
    exemplars: list[Decision]


def no_stage(stage: str) -> None:
    """The listener that does not listen."""


def no_step(step: int, losses: dict[str, float]) -> None:
    """The listener that does not listen."""


def consolidate(
    run_dir: Path,
    job: Job,
    store: Reader,
    bench: Workbench,
    on_stage: OnStage = no_stage,
    on_step: OnStep = no_step,
    probe: PlayProbe | None = None,
) -> Result:
    """Does a job and writes its result; the old version serves until the swap.

    Args:
        run_dir: The run; `adapters/` and `jobs/` are in it.
        job: From `plan_job`.
        store: Where the job's pairs are.
        bench: A workbench that nothing else uses.
        on_stage: Called with the name of each of `STEPS` once it is done.
        on_step: Called after each training step.
        probe: Plays the gate's probe episodes; None: no probe.

    Raises:
        PeamError: Store or parent adapter cannot be read.
    """
    begun = time.perf_counter()
    registry = AdapterRegistry(run_dir / "adapters", bench.base_hash())
    staged = staging(run_dir, job)
    shutil.rmtree(staged, ignore_errors=True)
    material = load_material(store, job)
    on_stage("snapshot")
    if job.parent:
        bench.load(job.category, registry.path(job.category, job.parent))
    incumbent = measure(bench, job.category, material.heldout, material.exemplars)
    metrics = dict(bench.train(job.category, material.train, material.replay, job.seed, on_step))
    on_stage("train")
    candidate = measure(bench, job.category, material.heldout, material.exemplars)
    bench.save(job.category, staged)
    on_stage("stage")
    gate = judge(candidate, incumbent)
    played = probe(run_dir, job, staged) if probe and (gate.accepted or gate.undecided) else None
    if played is None:
        calibration = agreement(bench, job.category, material.heldout)
    else:
        calibration = played.observed
        gate = probed(gate, played.candidate, played.incumbent, played.costs, successor=bool(job.parent))
        metrics |= {f"probe_{event}": float(count) for event, count in played.spent.items()}
    on_stage("gate")
    if gate.accepted:
        manifest = _manifest(job, material, gate, metrics, calibration)
        registry.register(job.category, job.version, staged, manifest)
        on_stage("register")
        registry.serve(job.category, job.version)
        on_stage("swap")
    shutil.rmtree(staged, ignore_errors=True)
    result = Result(
        category=job.category,
        version=job.version,
        accepted=gate.accepted,
        gate=gate.to_dict(),
        metrics=metrics,
        steps=int(metrics.get("steps", 0)),
        seconds=time.perf_counter() - begun,
        calibration=calibration,
    )
    write_result(run_dir, job, result)
    on_stage("result")
    return result


def load_material(store: Reader, job: Job) -> Material:
    """Loads what a job names.

    What an incumbent was trained on it remembers to the letter, and what it did itself it would do again, so
    that any honest successor would lose there: the two are compared on the slow tier's decisions in held-out
    pursuits, which neither has seen.
    """
    heldout = store.pairs(job.heldout)
    found = [(episode, d) for episode, d in training_decisions(heldout) if d.tier == "slow"]
    order = sorted(found, key=lambda x: draw(job.seed, f"{x[0]}:{x[1].index}"))
    exemplars = [decision for _, decision in order[:COMPARED]]
    return Material(store.pairs(job.train), store.pairs(job.replay), heldout, exemplars)


def agreement(bench: Workbench, category: str, heldout: Sequence[Pair]) -> Calibration:
    """Returns (margin, whether it does what was recorded) on held-out decisions, finite margins alone.

    What calibrates where no probe can be played. Conservative: another action might have worked as well.
    """
    choices = [(bench.decide(category, d.state, d.rgb), d.action) for _, d in training_decisions(heldout)]
    return tuple(
        Tried(choice.action.word, float(choice.margin), same_effect(choice.action, action))
        for choice, action in choices
        if action is not None and math.isfinite(choice.margin)
    )


def _manifest(
    job: Job, material: Material, gate: GateResult, metrics: Mapping[str, float], calibration: Calibration
) -> dict[str, Any]:
    return {
        "parent": job.parent,
        "episode": job.episode,
        "seed": job.seed,
        "config": dict(job.config),
        "experience": {
            "train": list(job.train),
            "replay": list(job.replay),
            "heldout": list(job.heldout),
            "admitted": job.admitted,
            "rejected": job.rejected,
        },
        "metrics": dict(metrics),
        "gate": gate.to_dict(),
        "calibration": [list(observed) for observed in calibration],
    }


class _Watch:
    """Ends the process once the agent that started it is gone: a resumed life does the job again."""

    def __init__(self) -> None:
        self._parent = os.getppid()

    def stage(self, stage: str) -> None:
        """Checks between stages."""
        if os.getppid() != self._parent:
            sys.exit(f"the agent that started this consolidation is gone; stopped after '{stage}'")

    def step(self, step: int, losses: dict[str, float]) -> None:
        """Checks between training steps."""
        self.stage(f"training step {step}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The separate process: does the job with a base of its own."""
    parser = argparse.ArgumentParser(prog="python -m peam.memory.consolidate")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("category")
    parser.add_argument("--job", type=Path, required=True)
    options = parser.parse_args(arguments)
    os.nice(NICE)
    try:
        job = Job.read(options.job)
        with Store.open(options.run_dir / "store.db", readonly=True) as store:
            # slow to import; broken input is told at once
            from peam.memory.probe import play_probe
            from peam.memory.workbench import LoraWorkbench

            config = Config(job.config)
            watch = _Watch()
            play = play_probe if config.consolidation.probe else None
            bench = LoraWorkbench(config)
            consolidate(options.run_dir, job, store, bench, watch.stage, watch.step, play)
    except PeamError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
