"""The state text of a decision: task, subgoal, inventory, hand, vitals, height, time, last outcome.

What stands around is not in it: that is in the image (docs/architecture.md). `near` lists only stations
that the agent itself placed and that are, by its own dead reckoning, still within reach of a walk.
Words and numbers are separated by blanks, so that a word-level tokenizer splits them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from peam.types import Decision, Observation, Subgoal, Task

LARGEST = 64  # counts above are written as 64, and so is every height above: sea level is 63


def describe(
    task: Task,
    subgoal: Subgoal,
    observation: Observation,
    stations: Sequence[str],
    last: Decision | None,
) -> str:
    """Renders the state text.

    Args:
        task: The episode's task.
        subgoal: What is pursued now.
        observation: What the agent perceives (its picture is not used).
        stations: Names of stations that the agent placed and that are near.
        last: The previous decision of the episode, or None.

    Returns:
        One line of words.
    """
    vitals = f"life {round(observation.life)} food {round(observation.food)}"
    parts = [
        f"task {task.name}",
        f"goal {subgoal.predicate.fact} {subgoal.predicate.item} {_count(subgoal.predicate.count)}",
        "has " + _counts(observation.inventory),
        f"hand {observation.hand}",
        "near " + (" ".join(sorted(stations)) or "nothing"),
        f"{vitals} height {height_of(observation)} {'night' if observation.night else 'day'}",
        "last " + _last(last),
    ]
    if observation.nearby:
        parts.append("around " + " ".join(observation.nearby))
    return " ; ".join(parts)


def height_of(observation: Observation) -> int:
    """Returns the feet's height as the text tells it, 0..LARGEST."""
    return min(max(0, math.floor(observation.position[1])), LARGEST)


def _counts(items: Mapping[str, int]) -> str:
    return " ".join(f"{name} {_count(n)}" for name, n in sorted(items.items())) or "nothing"


def _count(value: int) -> str:
    return str(min(value, LARGEST))


def _last(last: Decision | None) -> str:
    if last is None:
        return "nothing"
    action = last.action
    words = [action.verb, action.target] if action else ["text"]
    missing = [f"{k} {_count(v)}" for k, v in sorted(last.outcome.missing.items())]
    return " ".join(word for word in [*words, str(last.outcome.diagnosis), *missing] if word)
