"""The episodes of a life: which ones, and what listeners are told of one that has ended."""

from __future__ import annotations

from typing import Any

from peam.config import Config
from peam.evaluation.suites import draw_stream, load_suite
from peam.types import Episode, Task


def stream_of(config: Config) -> list[tuple[Task, int]]:
    """Returns the (task, world seed) of a life's episodes."""
    first, last = config.life.seeds
    suite = load_suite(config.life.suite)
    return draw_stream(suite, int(config.life.episodes), int(config.seed), (int(first), int(last)))


def told_of(episode: Episode) -> dict[str, Any]:
    """Returns the event that tells listeners of an ended episode."""
    return {
        "kind": "episode_end",
        "index": episode.index,
        "task": episode.task.name,
        "success": episode.success,
        "slow_calls": episode.slow_calls,
        "fast_decisions": episode.fast_decisions,
        "decisions": sum(len(segment.decisions) for segment in episode.segments),
    }
