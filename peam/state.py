"""The state text of a decision: task, subgoal, inventory, hand, vitals, height, time, last outcome.

What stands around is not in it: that is in the image (docs/architecture.md). `near` lists only stations
that the agent itself placed and that are, by its own dead reckoning, still within reach of a walk.
Words and numbers are separated by blanks, so that a word-level tokenizer splits them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peam.errors import PeamError
from peam.types import Decision, Observation, Subgoal, Task

_FIELDS = ("task ", "goal ", "has ", "hand ", "near ", "life ", "last ", "around ")
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


@dataclass(frozen=True, slots=True)
class StateText:
    """A state text, in parts.

    Attributes:
        task: Task name.
        goal: "inventory stick 4".
        has: Item -> count, in the text's order (sorted by name).
        hand: Item in the main hand.
        near: Station names.
        vitals: "life 20 food 20 day".
        last: Words of the last outcome.
        around: Words of the simulator's list; empty where the text has none.
    """

    task: str
    goal: str
    has: tuple[tuple[str, int], ...]
    hand: str
    near: tuple[str, ...]
    vitals: str
    last: str
    around: str = ""


def parse_state(text: str) -> StateText:
    """Parses a state text.

    Raises:
        PeamError: If it is not of the form that `describe` writes.
    """
    parts = text.split(" ; ")
    shaped = len(parts) in (7, 8) and all(p.startswith(f) for p, f in zip(parts, _FIELDS, strict=False))
    if not shaped:
        known = ", ".join(name.strip() for name in _FIELDS)
        raise PeamError(f"state text '{text[:80]}' has other parts than {known}")
    task, goal, has, hand, near, _, last = (p[len(f) :] for p, f in zip(parts[:7], _FIELDS[:7], strict=True))
    around = parts[7][len("around ") :] if len(parts) == 8 else ""
    stations = () if near == "nothing" else tuple(near.split())
    return StateText(task, goal, _items(has), hand, stations, parts[5], last, around)


def _items(text: str) -> tuple[tuple[str, int], ...]:
    words = [] if text == "nothing" else text.split()
    return tuple((name, int(count)) for name, count in zip(words[::2], words[1::2], strict=True))


def render_state(state: StateText) -> str:
    """Renders a state text; `render_state(parse_state(text)) == text`."""
    parts = [
        f"task {state.task}",
        f"goal {state.goal}",
        "has " + (" ".join(f"{name} {count}" for name, count in state.has) or "nothing"),
        f"hand {state.hand}",
        "near " + (" ".join(state.near) or "nothing"),
        state.vitals,
        f"last {state.last}",
    ]
    return " ; ".join([*parts, f"around {state.around}"] if state.around else parts)
