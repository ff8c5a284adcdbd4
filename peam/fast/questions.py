"""Questions that nano is pretrained on: read a state text, follow an instruction, name what a picture shows.

Nothing here knows which action is right in which state: states are random, every action that an answer
holds was spelled out by the question, and no recipe, tool tier or drop is used anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from peam.actions import Action, grammar, legal_actions, nearest_count
from peam.fast import vocabulary
from peam.fast.vocabulary import SCENE
from peam.state import describe
from peam.types import CATEGORIES, Decision, Diagnosis, Observation, Outcome, Predicate, Subgoal, Task

STATIONS = ("crafting_table", "furnace", "chest")
FACTS = ("inventory", "inventory", "inventory", "killed", "shot", "placed", "mined")
CREATURES = ("cow", "pig", "sheep", "zombie", "skeleton")
MOST_SHORT = 8
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class State:
    """A random state, in the words of `peam.state.describe`, and what was "seen"."""

    goal: Predicate
    observation: Observation
    stations: tuple[str, ...]
    last: Decision | None
    seen: tuple[tuple[str, str], ...]
    task: str

    def has(self, item: str) -> int:
        """Returns how many of the item are held."""
        return self.observation.inventory.get(item, 0)

    @property
    def short(self) -> int:
        """How many of the goal's item are still lacking, from the inventory alone."""
        return max(0, self.goal.count - self.has(self.goal.item))

    @property
    def missing(self) -> tuple[str, int] | None:
        """The first thing that the last outcome reported missing."""
        return min(self.last.outcome.missing.items()) if self.last and self.last.outcome.missing else None

    def text(self) -> str:
        """Renders it as the prompt of a decision, without picture and marker."""
        goal = Subgoal(CATEGORIES[0], self.goal)
        state = describe(Task(self.task, "", self.goal, ""), goal, self.observation, self.stations, self.last)
        return f"{state} ; sees {' '.join(f'{name} {how}' for name, how in self.seen) or 'nothing'}"


# --- random states ---------------------------------------------------------------------------------------


def random_state(rng: np.random.Generator) -> State:
    """Draws a state; items, goals, outcomes and sightings are independent of each other."""
    inventory = _inventory(rng)
    observation = Observation(
        rgb=None, inventory=inventory, hand=_hand(rng, inventory), life=float(rng.integers(1, 21)),
        food=float(rng.integers(0, 21)), position=(0.0, 64.0, 0.0), yaw=0.0, pitch=0.0,
        time=int(rng.integers(0, 24000)), tick=0, stats={},
    )  # fmt: skip
    fact = _one(rng, FACTS)
    item = _item(rng) if not inventory or rng.random() < 0.5 else _one(rng, sorted(inventory))
    item = _one(rng, CREATURES) if fact in ("killed", "shot") else item
    goal = Predicate(fact, item, _near_number(rng, inventory.get(item, 0), 1))
    stations = tuple(name for name in STATIONS if rng.random() < 0.3)
    names = rng.permutation(len(SCENE))[: rng.integers(0, 6)]
    seen = tuple((SCENE[i], _one(rng, ("near", "far"))) for i in names)
    task = f"{item}_{goal.count}" if rng.random() < 0.4 else item if rng.random() < 0.5 else _item(rng)
    return State(goal, observation, stations, _last(rng), seen, task)


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


@cache
def _items() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return vocabulary.section("core"), (*vocabulary.section("items"), *vocabulary.section("more"))


def _item(rng: np.random.Generator) -> str:
    core, rest = _items()
    return _one(rng, core if rng.random() < 0.85 else rest)


def _inventory(rng: np.random.Generator) -> dict[str, int]:
    size = int(rng.integers(0, 12)) if rng.random() < 0.9 else 0
    return {_item(rng): _number(rng) for _ in range(size)}


def _number(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 9) if rng.random() < 0.7 else rng.integers(1, vocabulary.LARGEST + 1))


def _near_number(rng: np.random.Generator, value: int, least: int) -> int:
    """Draws a number, often close to `value`, so that comparing takes care."""
    drawn = value + int(rng.integers(-3, 4)) if rng.random() < 0.6 else _number(rng)
    return int(np.clip(drawn, least, vocabulary.LARGEST))


def _hand(rng: np.random.Generator, inventory: dict[str, int]) -> str:
    return _one(rng, sorted(inventory)) if inventory and rng.random() < 0.7 else "air"


def _last(rng: np.random.Generator) -> Decision | None:
    if rng.random() < 0.2:
        return None
    action = _one_of(rng, legal_actions())
    diagnosis = _one_of(rng, tuple(Diagnosis)) if rng.random() < 0.7 else Diagnosis.OK
    lacks = diagnosis in (Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL, Diagnosis.NO_STATION)
    missing = {_item(rng): int(rng.integers(1, 9)) for _ in range(int(rng.integers(1, 3)))} if lacks else {}
    goal = Subgoal(CATEGORIES[0], Predicate("inventory", "dirt"))
    picture = np.zeros((1, 1, 3), np.uint8)
    return Decision(0, goal, "", picture, (), action, "slow", Outcome(diagnosis, missing=missing))


def _one_of(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


# --- questions about a state -----------------------------------------------------------------------------

Asker = Callable[[np.random.Generator, State], tuple[str, str] | None]


def _probe(rng: np.random.Generator, state: State) -> str:
    """Draws an item to ask about: held, wanted, or another, each often enough."""
    held = sorted(state.observation.inventory)
    if held and rng.random() < 0.55:
        return _one(rng, held)
    return state.goal.item if rng.random() < 0.2 else _item(rng)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _has(rng: np.random.Generator, state: State) -> tuple[str, str]:
    item = _probe(rng, state)
    return f"has {item}", _yes(state.has(item) > 0)


def _count(rng: np.random.Generator, state: State) -> tuple[str, str]:
    item = _probe(rng, state)
    return f"count {item}", str(min(state.has(item), vocabulary.LARGEST))


def _enough(rng: np.random.Generator, state: State) -> tuple[str, str]:
    item = _probe(rng, state)
    wanted = _near_number(rng, state.has(item), 1)
    return f"enough {item} {wanted}", _yes(state.has(item) >= wanted)


def _lack(rng: np.random.Generator, state: State) -> tuple[str, str]:
    wanted = {_probe(rng, state): 0 for _ in range(int(rng.integers(1, 4)))}
    needs = {item: int(np.clip(_near_number(rng, state.has(item), 1), 1, 16)) for item in wanted}
    lacking = [item for item, count in needs.items() if state.has(item) < count]
    return "lack " + " ".join(f"{k} {v}" for k, v in needs.items()), (lacking or ["none"])[0]


def _first(rng: np.random.Generator, state: State) -> tuple[str, str]:
    items = list(dict.fromkeys(_probe(rng, state) if rng.random() < 0.6 else _item(rng) for _ in range(3)))
    return "first " + " ".join(items), next((item for item in items if state.has(item)), "none")


def _more(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    a, b = _probe(rng, state), _probe(rng, state)
    if a == b or not (state.has(a) or state.has(b)):
        return None
    answer = "same" if state.has(a) == state.has(b) else max((a, b), key=state.has)
    return f"more {a} {b}", answer


def _goal(rng: np.random.Generator, state: State) -> tuple[str, str]:
    what = _one(rng, ("item", "count", "fact"))
    answers = {"item": state.goal.item, "count": str(state.goal.count), "fact": state.goal.fact}
    return f"goal {what}", answers[what]


def _reached(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    return ("goal reached", _yes(state.short == 0)) if state.goal.fact == "inventory" else None


def _short(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    return ("short", str(min(state.short, MOST_SHORT))) if state.goal.fact == "inventory" else None


def _body(rng: np.random.Generator, state: State) -> tuple[str, str]:
    seen = state.observation
    answers = {
        "hand": seen.hand, "time": "night" if seen.night else "day",
        "life": str(round(seen.life)), "food": str(round(seen.food)),
    }  # fmt: skip
    what = _one(rng, ("hand", "time", "life", "food"))
    return what, answers[what]


def _near(rng: np.random.Generator, state: State) -> tuple[str, str]:
    station = _one(rng, STATIONS)
    return f"near {station}", _yes(station in state.stations)


def _of_last(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    what = _one(rng, ("verb", "target", "diagnosis", "missing"))
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


def _sees(rng: np.random.Generator, state: State) -> tuple[str, str]:
    listed = dict(state.seen)
    name = _one(rng, sorted(listed) if listed and rng.random() < 0.55 else SCENE)
    return f"sees {name}", listed.get(name, "no")


# --- instructions: the answer is an action that the question spells out ----------------------------------


def _spell(action: Action) -> str:
    return " ".join(str(word) for word in (action.verb, action.target, action.count) if word not in ("", None))


def _random_action(rng: np.random.Generator) -> Action:
    verb = _one(rng, tuple(grammar()))
    spec = grammar()[verb]
    target = _one(rng, spec.targets) if spec.targets else ""
    return Action(verb, target, _one_of(rng, spec.counts) if spec.counts else None)


def _do(rng: np.random.Generator, state: State) -> tuple[str, str]:
    action = _random_action(rng)
    return f"do {_spell(action)}", str(action)


def _free(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """No question: any legal action, so that a bare prompt already calls for the grammar's form."""
    return "", str(_random_action(rng))


def _bound(rng: np.random.Generator, word: str, item: str, count: int) -> tuple[str, str] | None:
    """Asks to put a named slot of the state into a random verb that takes it."""
    verbs = [verb for verb, spec in grammar().items() if item in spec.targets]
    if not verbs:
        return None
    verb = _one(rng, verbs)
    number = nearest_count(verb, count) if grammar()[verb].counts else None
    return f"say {verb} {word}", str(Action(verb, item, number))


def _say(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    which = _one(rng, ("goal", "short", "missing", "seen", "has", "last"))
    missing = state.missing
    if which == "goal" or (which == "short" and state.short):
        return _bound(rng, which, state.goal.item, state.goal.count if which == "goal" else state.short)
    if which == "missing" and missing:
        return _bound(rng, "last missing", *missing)
    if which == "last" and state.last and state.last.action and state.last.action.target:
        return _bound(rng, "last target", state.last.action.target, 1)
    names = [name for name, _ in state.seen] if which == "seen" else sorted(state.observation.inventory)
    return _say_only(rng, which, names)


def _say_only(rng: np.random.Generator, word: str, names: Sequence[str]) -> tuple[str, str] | None:
    """Asks for a verb with the only one of `names` that it takes."""
    fits = {
        verb: found[0]
        for verb, spec in grammar().items()
        if len(found := [name for name in names if name in spec.targets]) == 1
    }
    if word not in ("seen", "has") or not fits:
        return None
    verb = _one(rng, tuple(fits))
    counts = grammar()[verb].counts
    count = _one_of(rng, counts) if counts else None
    asked = f"say {verb} {word}" if count is None else f"say {verb} {word} {count}"
    return asked, str(Action(verb, fits[verb], count))


def _condition(rng: np.random.Generator, state: State) -> tuple[str, bool]:
    """Draws a test of the state in the words of the yes/no questions."""
    asker = _one_of(rng, (_has, _enough, _enough, _near, _reached, _sees, _of_last))
    asked = asker(rng, state)
    if asked is None or " " in asked[1]:
        asked = _has(rng, state)
    text, answer = asked
    if answer in ("yes", "no"):
        return text, answer == "yes"
    if asker is _sees:
        return text, answer != "no"
    other = _one(rng, ("mine", "craft", "OK", "NOT_FOUND", "MISSING_MATERIAL", "stick", "nothing"))
    shown = answer if rng.random() < 0.5 else other
    return f"{text} {shown}", shown == answer


def _if(rng: np.random.Generator, state: State) -> tuple[str, str]:
    condition, truth = _condition(rng, state)
    a, b = _random_action(rng), _random_action(rng)
    return f"if {condition} do {_spell(a)} else {_spell(b)}", str(a if truth else b)


def _if_chain(rng: np.random.Generator, state: State) -> tuple[str, str]:
    (first, holds), (second, also) = _condition(rng, state), _condition(rng, state)
    a, b, c = (_random_action(rng) for _ in range(3))
    text = f"if {first} do {_spell(a)} else if {second} do {_spell(b)} else {_spell(c)}"
    return text, str(a if holds else b if also else c)


ASKERS: dict[str, tuple[float, Asker]] = {
    "has": (1.0, _has), "count": (1.0, _count), "enough": (1.5, _enough), "lack": (1.5, _lack),
    "first": (1.0, _first), "more": (0.5, _more), "goal": (1.0, _goal), "goal reached": (0.7, _reached),
    "short": (1.0, _short), "body": (0.6, _body), "near": (0.5, _near), "last": (1.0, _of_last),
    "sees": (0.7, _sees), "do": (0.7, _do), "say": (2.0, _say), "if": (1.5, _if), "if else if": (0.8, _if_chain),
    "free": (0.4, _free),
}  # fmt: skip


def state_questions(rng: np.random.Generator, state: State, count: int) -> list[Question]:
    """Draws `count` questions about one state, kinds by their weights."""
    kinds = list(ASKERS)
    weights = np.array([ASKERS[kind][0] for kind in kinds])
    found: list[Question] = []
    while len(found) < count:
        kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
        asked = ASKERS[kind][1](rng, state)
        if asked is not None:
            found.append(Question(kind, f"? {asked[0]}" if asked[0] else "", asked[1]))
    return found
