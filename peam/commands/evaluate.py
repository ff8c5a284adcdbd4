"""`peam eval`: the trials of a suite for several agents, memory frozen, as a table and as files.

Knows options, refusals and printing; agents are made in `peam.evaluation.arms`, trials played by its runner.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as Eta
from rich.table import Table

from peam.build import AGENTS, check_sim
from peam.config import Config, completed, load_config
from peam.errors import ConfigError, PeamError, unknown
from peam.evaluation.arms import ARMS, ArmSpec, check_paired, memory_of, parse_memories
from peam.evaluation.cluster import Cluster
from peam.evaluation.runner import Trial, read_results
from peam.evaluation.runner import evaluate as run_trials
from peam.evaluation.suites import Suite, load_suite, suited
from peam.evaluation.workers import Processes, Spread, one_by_one
from peam.memory.embeddings import settled
from peam.memory.registry import MANIFEST, AdapterRegistry
from peam.memory.store import Store

MEANS = ("slow_calls", "decisions", "ticks", "seconds")


def evaluate(args: argparse.Namespace) -> int:
    """Evaluates the agents that `args` names.

    Returns:
        0.

    Raises:
        PeamError: Unknown agent or suite, a seed that was trained on, memory that cannot be served.
    """
    memories = parse_memories(args.memory)
    suite = load_suite(args.suite)
    seeds = list(suite.seeds) if args.seeds is None else whole_numbers(args.seeds)
    names = agent_names(args.agents, memories)
    first = next(iter(memories.values()), None)  # whose configuration those without memory have
    configs = {name: suited(resolve(args, memory_of(name, memories) or first), suite) for name in names}
    for config in configs.values():
        check_sim(config)
        refuse_trained(seeds, config)
    check_paired(configs)
    spread = spreading(args.workers, args.ray)
    pin(args.out, args.suite, memories, configs)
    arms = [ArmSpec(name, configs[name], memory_of(name, memories)) for name in names]
    summary = _played(suite, arms, seeds, args.out, spread, args.video)
    console = Console()
    console.print(table(summary, names))
    for name in names:
        if found := summary[name]["fast_failures"]:
            low, high = found["wilson"]
            bound = "" if name in AGENTS else f"; bound {configs[name].fast.epsilon}"
            console.print(
                f"{name}: {found['failed']} of {found['n']} fast decisions failed, "
                f"{found['failed'] / found['n']:.3f} ({low:.3f} to {high:.3f}){bound}"
            )
    for pair, test in summary["mcnemar"].items():
        console.print(
            f"{pair}: {test['only_first']} only, {test['only_second']} only, exact McNemar p {test['p']:.4f}"
        )
    console.print(f"written: {args.out / 'results.jsonl'}, {args.out / 'summary.json'}", highlight=False)
    return 0


def resolve(args: argparse.Namespace, memory: Path | None) -> Config:
    """Resolves an arm's configuration: its memory's own file first, then --config, then --set."""
    saved = [] if memory is None else [memory / "config.yaml"]
    return settled(load_config([*saved, *args.config], args.set))


def whole_numbers(text: str) -> list[int]:
    """Parses `42,43,44`."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise PeamError(f"'{text}' is not a list of seeds such as 42,43,44") from None


def refuse_trained(seeds: Sequence[int], config: Config) -> None:
    """Refuses seeds that lie in the range that lives draw their worlds from, or that probes calibrate on."""
    first, last = config.life.seeds
    probed = load_suite(config.life.suite).seeds
    for seed in seeds:
        if seed in probed:
            raise PeamError(
                f"seed {seed} is a probe world of suite '{config.life.suite}': gates calibrate on it"
            )
        if first <= seed < last:
            raise PeamError(f"seed {seed} lies in life.seeds [{first}, {last}): it may have been trained on")


def agent_names(text: str, memories: Mapping[str, Path]) -> list[str]:
    """Parses `peam,planner_only`; the first is compared with each other one."""
    names = text.split(",")
    for name in names:
        if name not in ARMS:
            raise PeamError(unknown("agent", name, ARMS))
    if len(set(names)) < len(names):
        raise PeamError(f"an agent is named twice in '{text}'")
    for name in names:
        memory_of(name, memories)
    return names


def pin(out: Path, suite: str, memories: Mapping[str, Path], configs: Mapping[str, Config]) -> None:
    """Writes what the results depend on, and refuses to go on with results that depend on something else.

    Options that came after the folder was written count as their defaults there.
    """
    served = {name: _served(memory) for name, memory in sorted(memories.items())}
    told = {name: config.to_dict() for name, config in sorted(configs.items())}
    inputs = {"suite": suite, "memories": served, "configs": told}
    path = out / "inputs.json"
    if path.is_file() and _completed(json.loads(path.read_text(encoding="utf-8"))) != inputs:
        raise PeamError(f"{out} holds results of another suite, memory or configuration; name another --out")
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(inputs, indent=2) + "\n", encoding="utf-8")


def _completed(inputs: dict[str, Any]) -> dict[str, Any]:
    """Fills the configurations of older inputs; those with options that are no more stay as they are."""
    try:
        told = {name: completed(config).to_dict() for name, config in inputs["configs"].items()}
    except ConfigError:
        return inputs
    return {**inputs, "configs": told}


def _served(memory: Path) -> dict[str, str]:
    """Returns what a memory is: its experience, and the adapters that serve."""
    with Store.open(memory / "store.db", readonly=True) as store:
        served = {"decisions": store.decisions_digest()}
    registry = AdapterRegistry(memory / "adapters")
    for category in registry.categories():
        folder = registry.path(category)
        served[category] = f"{folder.name} {hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()}"
    return served


def spreading(workers: int | None, ray: str | None) -> Spread:
    """Returns who plays the trials.

    Args:
        workers: Processes, or Ray workers; None for one process, or all processors of the cluster.
        ray: Address of a cluster; None for this machine without Ray.
    """
    if workers is not None and workers < 1:
        raise PeamError(f"--workers must be 1 or more, got {workers}")
    if ray is not None:
        return Cluster(ray, workers or 0)
    return Processes(workers) if workers and workers > 1 else one_by_one


def _played(
    suite: Suite, arms: Sequence[ArmSpec], seeds: Sequence[int], out: Path, spread: Spread, video: bool
) -> dict[str, Any]:
    """Plays the trials under a bar with the time that is left, one line a trial above it."""
    names = {arm.name for arm in arms}
    keys = {(name, task.name, seed) for name in names for task in suite.tasks for seed in seeds}
    already = len(keys.intersection(trial.key for trial in read_results(out / "results.jsonl")))
    columns = (
        TextColumn("trials"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        Eta(),
    )
    with Progress(*columns, transient=True, disable=not Console().is_terminal) as bar:
        shown = bar.add_task("trials", total=len(keys), completed=already)

        def told(trial: Trial) -> None:
            bar.console.print(line(trial), highlight=False, markup=False, soft_wrap=True)
            bar.advance(shown)

        return run_trials(suite, arms, seeds, out, spread, video, told)


def line(trial: Trial) -> str:
    """Returns one finished trial in words."""
    mark = "ok  " if trial.success else "fail"
    counts = f"{trial.decisions:>4} decisions {trial.slow_calls:>4} slow calls {trial.seconds:>7.1f} s"
    return f"{mark}  {trial.agent:<14} {trial.task:<16} seed {trial.seed:<6} {counts}"


def table(summary: Mapping[str, Any], names: Sequence[str]) -> Table:
    """Returns one row an agent; counts and means as in `summary.json`."""
    shown = Table(title="trials, memory frozen; slow calls and the rest: means a trial")
    for heading in ("agent", "success", "95 %", "slow", "decisions", "ticks", "seconds"):
        shown.add_column(heading, justify="left" if heading == "agent" else "right", no_wrap=True)
    for name in names:
        figures = summary[name]
        low, high = figures["wilson"]
        means = [f"{figures[mean]:.1f}" for mean in MEANS]
        shown.add_row(name, f"{figures['success']}/{figures['n']}", f"{low:.2f}-{high:.2f}", *means)
    return shown
