"""A life's last quarter beside the planner alone: the same tasks, worlds and gaps in what the planner knows.

`python -m peam.benchmarks.control RUN [RUN ...] --json`. Quarters of one life hold different tasks, some of
which the planner itself fails; this says what of a fall in slow calls, or in success, is the memory's doing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from peam.agents.planner_only import PlannerOnly
from peam.build import make_planner
from peam.config import Config, load_config
from peam.evaluation.stats import mcnemar_pairs, paired_bootstrap, wilson
from peam.memory.probe import play
from peam.memory.store import Store
from peam.summary import quarters
from peam.types import Episode


def last_quarter(run: Path) -> Sequence[Episode]:
    """Returns the last quarter of a life's episodes, pictures dropped."""
    with Store.open(run / "store.db", readonly=True) as store:
        return quarters(list(store.episodes(images=False)))[1]


def planned(config: Config, lived: Sequence[Episode]) -> list[Episode]:
    """Plays the same tasks in the same worlds with the planner alone."""
    agent = PlannerOnly(make_planner(config))
    return play(config, agent, [(e.task, e.seed) for e in lived], lived[0].index)


def compare(lived: Sequence[Episode], control: Sequence[Episode], seed: int = 0) -> dict[str, Any]:
    """Compares two agents episode by episode.

    Returns:
        n; lived, control {success, wilson, slow_calls, ticks}; ratio of slow calls; saved (mean difference in
        slow calls, low, high); lost, won (successes of one alone), p (exact McNemar).
    """
    slow = [[float(e.slow_calls) for e in arm] for arm in (control, lived)]
    won, lost, p_value = mcnemar_pairs([e.success for e in lived], [e.success for e in control])
    return {
        "n": len(lived),
        "lived": _figures(lived),
        "control": _figures(control),
        "ratio": round(sum(slow[1]) / max(1.0, sum(slow[0])), 3),
        "saved": [round(x, 2) for x in paired_bootstrap(slow[0], slow[1], seed)],
        "lost": lost,
        "won": won,
        "p": round(p_value, 4),
    }


def _figures(episodes: Sequence[Episode]) -> dict[str, Any]:
    success = sum(e.success for e in episodes)
    return {
        "success": success,
        "wilson": [round(x, 3) for x in wilson(success, len(episodes))],
        "slow_calls": round(float(np.mean([e.slow_calls for e in episodes])), 2),
        "ticks": round(float(np.mean([e.ticks for e in episodes]))),
    }


def _arms(run: Path) -> tuple[Sequence[Episode], ...]:
    lived = last_quarter(run)
    return lived, planned(load_config([run / "config.yaml"]), lived)


def main() -> None:
    """Prints one row a run, and one of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    arms = {str(run): _arms(run) for run in args.runs}
    if len(arms) > 1:
        arms["all"] = tuple([e for arm in side for e in arm] for side in zip(*arms.values(), strict=True))
    rows = [{"run": run, **compare(lived, control)} for run, (lived, control) in arms.items()]
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(*(f"{name} {value}" for name, value in row.items()), sep="  ")


if __name__ == "__main__":
    main()
