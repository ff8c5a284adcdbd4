"""What a life came to: `summary.json` and the learning curve, from the run folder alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from peam.config import Config
from peam.memory.chain import replace_file
from peam.memory.records import Consolidation
from peam.memory.registry import AdapterRegistry
from peam.memory.store import Store
from peam.plots import learning_curve
from peam.types import Episode


def write_summary(run_dir: Path, config: Config) -> Mapping[str, Any]:
    """Writes `summary.json` and `learning_curve.png` from the store; returns the summary."""
    with Store.open(run_dir / "store.db", readonly=True) as store:
        episodes = list(store.episodes(images=False))
        consolidations = store.consolidations()
        seconds = store.durations()
        digest = store.decisions_digest()
    registry = AdapterRegistry(run_dir / "adapters")
    adapters = {category: registry.head(category) for category in registry.categories()}
    summary = {
        **summarise(episodes),
        "consolidations": [_consolidation(c, seconds.get((c.category, c.version))) for c in consolidations],
        "adapters": adapters,
        "wall_seconds": sum(took for (kind, _), took in seconds.items() if kind == "life"),
        "agent": config.agent,
        "encoder": config.retrieval.encoder,
        "seed": config.seed,
        "meter": config.meter.kind,
        "nearby_text": config.observation.nearby_text,
        "decisions_digest": digest,
    }
    replace_file(run_dir / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())
    learning_curve(
        run_dir / "learning_curve.png",
        [e.slow_calls for e in episodes],
        [e.success for e in episodes],
        [fast_share([e]) for e in episodes],
        [(c.episode + 1, c.category) for c in consolidations if c.accepted],
        f"{config.agent}, seed {config.seed}, {len(episodes)} episodes",
    )
    return summary


def summarise(episodes: Sequence[Episode]) -> dict[str, Any]:
    """Returns the figures of a life.

    Means an episode: slow_calls_*. Shares: success_*, fast_share_*. Totals: tokens, (prompt, completion).
    """
    first, last = quarters(episodes)
    return {
        "episodes": len(episodes),
        "success_first_quarter": _mean([e.success for e in first]),
        "success_last_quarter": _mean([e.success for e in last]),
        "slow_calls_first_quarter": _mean([e.slow_calls for e in first]),
        "slow_calls_last_quarter": _mean([e.slow_calls for e in last]),
        "fast_share_last_quarter": fast_share(last),
        "tokens": [
            sum(d.tokens[k] for e in episodes for s in e.segments for d in s.decisions) for k in (0, 1)
        ],
    }


def quarters(episodes: Sequence[Episode]) -> tuple[Sequence[Episode], Sequence[Episode]]:
    """Returns the first and the last fourth of a life's episodes, at least one each."""
    size = max(1, len(episodes) // 4)
    return episodes[:size], episodes[-size:]


def fast_share(episodes: Sequence[Episode]) -> float:
    """Returns the share of decisions that the fast tier took."""
    decisions = sum(len(s.decisions) for e in episodes for s in e.segments)
    return sum(e.fast_decisions for e in episodes) / decisions if decisions else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _consolidation(done: Consolidation, seconds: float | None) -> dict[str, Any]:
    return {
        "category": done.category,
        "version": done.version,
        "episode": done.episode,
        "seconds": seconds,
        "cost": done.cost,
        "admitted": done.metrics.get("admitted"),
        "rejected": done.metrics.get("rejected"),
        "accepted": done.accepted,
        "gate": done.gate.get("reason"),
    }
