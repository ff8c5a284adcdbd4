"""Questions about a state that reading and counting answer: look up, compare, subtract, recite.

Knows nothing of actions, and nothing of what an item is good for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from peam.fast import vocabulary
from peam.fast.states import STATIONS, State, draw_item, draw_number, near_number, one, one_of
from peam.fast.vocabulary import SCENE
from peam.state import height_of

MOST_SHORT = 8


@dataclass(frozen=True, slots=True)
class Question:
    """One question after a prompt: `{prompt} ? {text} =>` (or `see cow =>`), and its answer.

    Attributes:
        kind: For the table of accuracies: "count", "see cow", ...
        text: What follows the prompt, without the marker.
        answer: One or more words of the vocabulary.
    """

    kind: str
    text: str
    answer: str


Asker = Callable[[np.random.Generator, State], tuple[str, str] | None]


def _probe(rng: np.random.Generator, state: State) -> str:
    """Draws an item to ask about: held, wanted, or another, each often enough."""
    held = sorted(state.observation.inventory)
    if held and rng.random() < 0.55:
        return one(rng, held)
    return state.goal.item if rng.random() < 0.2 else draw_item(rng)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def has_item(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`has stick` -> yes or no."""
    item = _probe(rng, state)
    return f"has {item}", _yes(state.has(item) > 0)


def count_item(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`count stick` -> how many are held."""
    item = _probe(rng, state)
    return f"count {item}", str(min(state.has(item), vocabulary.LARGEST))


def enough_item(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`enough oak_log 4` -> whether at least so many are held."""
    item = _probe(rng, state)
    wanted = near_number(rng, state.has(item), 1)
    return f"enough {item} {wanted}", _yes(state.has(item) >= wanted)


def compare_numbers(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """Compares or subtracts two bare numbers, in the words of the questions about items."""
    have = draw_number(rng)
    wanted = near_number(rng, have, 1)
    if rng.random() < 0.5:
        return f"enough {have} {wanted}", _yes(have >= wanted)
    return f"short {have} {wanted}", str(min(max(0, wanted - have), MOST_SHORT))


def first_lacking(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`lack stick 2 coal 1` -> the first item of the list that is short, or none."""
    wanted = {_probe(rng, state): 0 for _ in range(int(rng.integers(1, 4)))}
    needs = {item: int(np.clip(near_number(rng, state.has(item), 1), 1, 16)) for item in wanted}
    lacking = [item for item, count in needs.items() if state.has(item) < count]
    return "lack " + " ".join(f"{k} {v}" for k, v in needs.items()), (lacking or ["none"])[0]


def first_held(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`first a b c` -> the first item of the list that is held, or none."""
    items = list(
        dict.fromkeys(_probe(rng, state) if rng.random() < 0.6 else draw_item(rng) for _ in range(3))
    )
    return "first " + " ".join(items), next((item for item in items if state.has(item)), "none")


def more_of(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    """`more a b` -> the item of which more is held, or same."""
    a, b = _probe(rng, state), _probe(rng, state)
    if a == b or not (state.has(a) or state.has(b)):
        return None
    answer = "same" if state.has(a) == state.has(b) else max((a, b), key=state.has)
    return f"more {a} {b}", answer


def of_goal(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`goal item`, `goal count`, `goal fact` -> that word of the goal."""
    what = one(rng, ("item", "count", "fact"))
    answers = {"item": state.goal.item, "count": str(state.goal.count), "fact": state.goal.fact}
    return f"goal {what}", answers[what]


def goal_reached(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    """`goal reached` -> whether the inventory holds the goal's count."""
    return ("goal reached", _yes(state.short == 0)) if state.goal.fact == "inventory" else None


def how_short(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    """`short` -> how many of the goal's item are lacking, at most 8."""
    return ("short", str(min(state.short, MOST_SHORT))) if state.goal.fact == "inventory" else None


def of_body(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`hand`, `time`, `life`, `food`, `height` -> what the text says of it."""
    seen = state.observation
    answers = {
        "hand": seen.hand, "time": "night" if seen.night else "day",
        "life": str(round(seen.life)), "food": str(round(seen.food)),
        "height": str(height_of(seen)),
    }  # fmt: skip
    what = one(rng, ("hand", "time", "life", "food", "height"))
    return what, answers[what]


def near_station(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`near furnace` -> yes or no."""
    station = one(rng, STATIONS)
    return f"near {station}", _yes(station in state.stations)


def of_last(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    """`last verb`, `last target`, `last diagnosis`, `last missing` -> that part of the last outcome."""
    what = one(rng, ("verb", "target", "diagnosis", "missing"))
    if state.last is None or state.last.action is None:
        return f"last {what}", "nothing"
    missing = state.missing
    answers = {
        "verb": state.last.action.verb,
        "target": state.last.action.target or "nothing",
        "diagnosis": str(state.last.outcome.diagnosis),
        "missing": f"{missing[0]} {missing[1]}" if missing else "nothing",
    }
    return f"last {what}", answers[what]


def sees_name(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`sees cow` -> near, far or no, as the text says."""
    listed = dict(state.seen)
    name = one(rng, sorted(listed) if listed and rng.random() < 0.55 else SCENE)
    return f"sees {name}", listed.get(name, "no")


LOOKUPS: tuple[Asker, ...] = (
    count_item,
    count_item,
    has_item,
    sees_name,
    of_goal,
    of_last,
    of_body,
    near_station,
)


def lookup_questions(rng: np.random.Generator, state: State, count: int) -> list[Question]:
    """Draws at least `count` questions that only look a word up: what attention has to learn first."""
    held = sorted(state.observation.inventory)
    found = [Question("count", f"? count {item}", str(state.has(item))) for item in held]
    while len(found) < count:
        asked = one_of(rng, LOOKUPS)(rng, state)
        if asked is not None:
            found.append(Question("lookup", f"? {asked[0]}", asked[1]))
    return found


def recital(rng: np.random.Generator, state: State) -> list[Question]:
    """Asks to recite what is held and what is seen, in another order: many look-ups for one reading."""
    lists = [("has", [f"{item} {count}" for item, count in state.observation.inventory.items()])] * 2
    lists.append(("sees", [f"{name} {how}" for name, how in state.seen]))
    return [
        Question("recite", f"? {word}", " ".join(str(part) for part in rng.permutation(listed)))
        for word, listed in lists
        if listed
    ] + lookup_questions(rng, state, 4)
