"""Instructions about a state: the answer is an action that the question spells out.

The verb is always drawn at random, from those that take the word to be filled in: no recipe, tool tier or
drop is used, and no state calls for an action by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from peam.actions import Action, grammar, nearest_count
from peam.fast import lookups
from peam.fast.states import State, one, one_of


def _spell(action: Action) -> str:
    return " ".join(
        str(word) for word in (action.verb, action.target, action.count) if word not in ("", None)
    )


def _random_action(rng: np.random.Generator) -> Action:
    verb = one(rng, tuple(grammar()))
    spec = grammar()[verb]
    target = one(rng, spec.targets) if spec.targets else ""
    return Action(verb, target, one_of(rng, spec.counts) if spec.counts else None)


def do(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`do mine oak_log 4` -> mine(oak_log, 4)."""
    action = _random_action(rng)
    return f"do {_spell(action)}", str(action)


def free(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """No question: any legal action, so that a bare prompt already calls for the grammar's form."""
    return "", str(_random_action(rng))


def _bound(rng: np.random.Generator, word: str, item: str, count: int) -> tuple[str, str] | None:
    """Asks to put a named slot of the state into a random verb that takes it."""
    verbs = [verb for verb, spec in grammar().items() if item in spec.targets]
    if not verbs:
        return None
    verb = one(rng, verbs)
    number = nearest_count(verb, count) if grammar()[verb].counts else None
    return f"say {verb} {word}", str(Action(verb, item, number))


def say(rng: np.random.Generator, state: State) -> tuple[str, str] | None:
    """`say craft goal` -> the verb with a slot of the state filled in."""
    which = one(rng, ("goal", "short", "missing", "seen", "has", "last"))
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
    verb = one(rng, tuple(fits))
    counts = grammar()[verb].counts
    count = one_of(rng, counts) if counts else None
    asked = f"say {verb} {word}" if count is None else f"say {verb} {word} {count}"
    return asked, str(Action(verb, fits[verb], count))


def _condition(rng: np.random.Generator, state: State) -> tuple[str, bool]:
    """Draws a test of the state in the words of the yes/no questions."""
    asker = one_of(
        rng,
        (
            lookups.has_item,
            lookups.enough_item,
            lookups.enough_item,
            lookups.near_station,
            lookups.goal_reached,
            lookups.sees_name,
            lookups.of_last,
        ),
    )
    asked = asker(rng, state)
    if asked is None or " " in asked[1]:
        asked = lookups.has_item(rng, state)
    text, answer = asked
    if answer in ("yes", "no"):
        return text, answer == "yes"
    if asker is lookups.sees_name:
        return text, answer != "no"
    other = one(rng, ("mine", "craft", "OK", "NOT_FOUND", "MISSING_MATERIAL", "stick", "nothing"))
    shown = answer if rng.random() < 0.5 else other
    return f"{text} {shown}", shown == answer


def if_else(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """`if has stick do eat apple else wait 20` -> the action whose turn it is."""
    condition, truth = _condition(rng, state)
    a, b = _random_action(rng), _random_action(rng)
    return f"if {condition} do {_spell(a)} else {_spell(b)}", str(a if truth else b)


def if_else_if(rng: np.random.Generator, state: State) -> tuple[str, str]:
    """As `if_else`, with two conditions."""
    (first, holds), (second, also) = _condition(rng, state), _condition(rng, state)
    a, b, c = (_random_action(rng) for _ in range(3))
    text = f"if {first} do {_spell(a)} else if {second} do {_spell(b)} else {_spell(c)}"
    return text, str(a if holds else b if also else c)
