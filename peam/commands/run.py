"""`peam run`: one life, shown as it goes, and its summary as a table. Ctrl-C loses nothing.

Knows configuration, folders and printing; the life itself is `peam.life`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from peam.config import Config, configs_dir, load_config
from peam.display import LifeDisplay
from peam.errors import ConfigError, PeamError, unknown
from peam.memory.embeddings import settled

SHOWN = (
    "episodes",
    "success_first_quarter",
    "success_last_quarter",
    "slow_calls_first_quarter",
    "slow_calls_last_quarter",
    "fast_share_last_quarter",
    "wall_seconds",
    "seed",
)


def run(args: argparse.Namespace) -> int:
    """Runs or resumes a life.

    Returns:
        0, or 130 where Ctrl-C ended it.
    """
    config = resolve(args)
    check_names(config)
    out = Path(config.run_dir)
    check_folder(out, resume=args.resume)
    try:
        summary = _live(config, args.resume, args.quiet)
    except KeyboardInterrupt:
        print(
            f"peam: interrupted, nothing is lost; go on with: peam run --resume --out {out}", file=sys.stderr
        )
        return 130
    Console().print(table(summary))
    print(f"run folder: {out}")
    return 0


def _live(config: Config, resume: bool, quiet: bool) -> Mapping[str, Any]:
    from peam.life import run_life

    if quiet:
        return run_life(config, resume, lambda event: None)
    with LifeDisplay() as display:
        return run_life(config, resume, display.on_event)


def resolve(args: argparse.Namespace) -> Config:
    """Resolves the configuration: a resumed run's own file first, then --config, then options.

    For a new run what its agent's overlay says comes first, and the encoder is chosen once and for all.

    Raises:
        ConfigError: A key, a value or a file that does not fit.
        PeamError: The run to resume is another agent's.
    """
    files: list[str | Path] = list(args.config)
    overrides = list(args.set)
    for key, value in (("agent", args.agent), ("seed", args.seed), ("life.episodes", args.episodes)):
        if value is not None:
            overrides.append(f"{key}={value}")
    if args.out is not None:
        overrides.append(f"run_dir={json.dumps(str(args.out))}")
    config = load_config(files, overrides)
    saved = Path(config.run_dir) / "config.yaml"
    if args.resume and saved.is_file():
        lived = load_config([saved]).agent
        if args.agent not in (None, lived):
            raise PeamError(
                f"{saved.parent} is a life of agent {lived}: resume it as that, or name another --out"
            )
        return load_config([saved, *files], overrides)
    overlay = configs_dir() / "agent" / f"{config.agent}.yaml"
    overlays = [overlay] if overlay.is_file() else []
    return settled(load_config([*overlays, *files], overrides))


def check_names(config: Config) -> None:
    """Refuses names that nothing answers to, before anything heavy is loaded.

    Raises:
        ConfigError: Unknown agent, backend, world, planner, suite or kind of experts; names the nearest.
    """
    from peam.build import PLANNERS, check_agent, check_sim
    from peam.evaluation.suites import load_suite
    from peam.fast.roster import Roster, ewc_weight

    check_sim(config)
    if config.slow.planner not in PLANNERS:
        raise ConfigError(unknown("planner", config.slow.planner, PLANNERS))
    check_agent(config.agent)
    Roster.from_config(config)
    ewc_weight(config)
    load_suite(config.life.suite)


def check_folder(out: Path, resume: bool) -> None:
    """Refuses to start over a run that is there, and to resume one that is not.

    Raises:
        PeamError: With the option that would work.
    """
    there = (out / "config.yaml").is_file()
    if there and not resume:
        raise PeamError(f"{out} already holds a run: go on with --resume, or name another folder with --out")
    if resume and not there:
        raise PeamError(f"{out} holds no run to resume: start it without --resume")


def table(summary: Mapping[str, Any]) -> Table:
    """Returns the summary as a table."""
    shown = Table(title="the life in numbers", show_header=False)
    for key in SHOWN:
        value = summary[key]
        shown.add_row(key.replace("_", " "), f"{value:.2f}" if isinstance(value, float) else str(value))
    for done in summary["consolidations"]:
        verdict = "serves" if done["accepted"] else "rejected"
        text = f"{done['version']} {verdict}: {done['gate']}"
        shown.add_row(f"consolidated {done['category']}", text)
    served = ", ".join(f"{category} {version}" for category, version in summary["adapters"].items())
    shown.add_row("adapters that serve", served or "none")
    return shown
