"""Augmentation: an equivalent decision in another state.

- `augment` changes only what the decision does not depend on: it adds or drops inventory items that neither
  the goal, nor the action, nor the corrected chain touches, and renames the task.
- `transplant` tells the same decision of another wood: which tree grows where is chance, and a life that
  began among oaks must not be lost among spruces.

Know nothing of models.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from peam.actions import Action, grammar
from peam.fast.vocabulary import SCENE
from peam.state import parse_state, render_state
from peam.types import Decision

_TOOLS = ("_pickaxe", "_axe", "_shovel", "_sword", "_hoe")
_STATIONS = ("crafting_table", "furnace", "chest", "bow", "arrow", "shield", "bucket")
WOODS = ("oak", "birch", "spruce")  # alike in all but the name
# Items that stand in for one another: where a chain touches one, none of its group changes.
GROUPS: tuple[frozenset[str], ...] = (
    frozenset({f"{w}_{kind}" for w in WOODS for kind in ("log", "planks")} | {"stick"}),
    frozenset({"coal", "charcoal", "coal_ore"}),
    frozenset({"stone", "cobblestone"}),
    frozenset({"raw_iron", "iron_ore", "iron_ingot"}),
    frozenset({"sand", "glass"}),
)
# Inert for every recipe that the action language can name: they clutter an inventory and change nothing.
CLUTTER: tuple[str, ...] = (
    "dirt", "sand", "gravel", "oak_sapling", "birch_sapling", "spruce_sapling", "wheat_seeds", "feather",
    "leather", "bone", "rotten_flesh", "white_wool", "string", "flint", "apple", "beef", "porkchop", "mutton",
    "granite", "diorite", "andesite", "raw_copper", "cobblestone", "coal", "raw_iron", "stick",
    "oak_log", "birch_log", "oak_planks", "birch_planks", "torch", "stone", "glass",
)  # fmt: skip


def protected_items(chain: Sequence[Decision]) -> frozenset[str]:
    """Returns items that no augmentation of the chain's decisions may touch.

    Those named in the subgoal or in any action, and those whose count any outcome of the chain changed or
    found missing.
    """
    names: set[str] = set()
    for decision in chain:
        names.add(decision.subgoal.predicate.item)
        names.update(decision.outcome.delta)
        names.update(decision.outcome.missing)
        if decision.action is not None:
            names.add(decision.action.target)
    return frozenset(names.union(*(group for group in GROUPS if group & names)))


def augment(
    text: str, action: Action, protected: Collection[str], tasks: Sequence[str], rng: np.random.Generator
) -> str:
    """Returns the state text of an equivalent decision.

    Args:
        text: State text.
        action: The decision's action; its target is not touched.
        protected: From `protected_items`.
        tasks: Names that may replace the task's.
        rng: Draws everything.
    """
    state = parse_state(text)
    fixed = {*protected, *state.goal.split(), *state.last.split(), state.hand, action.target}
    kept = [item for item in state.has if _fixed(item[0], fixed) or rng.random() < 0.5]
    present = {name for name, _ in state.has}
    free = [name for name in CLUTTER if name not in present and not _fixed(name, fixed)]
    added = rng.choice(len(free), size=min(len(free), int(rng.integers(0, 5))), replace=False)
    extra = [(free[int(i)], int(rng.integers(1, 17))) for i in np.sort(added)]
    task = tasks[int(rng.integers(len(tasks)))] if tasks else state.task
    return render_state(replace(state, task=task, has=tuple(sorted([*kept, *extra]))))


def transplant(
    text: str, seen: Sequence[str], action: Action, rng: np.random.Generator
) -> tuple[str, tuple[str, ...], Action]:
    """Returns state text, names in view and action with the kinds of wood permuted.

    Unchanged where the action language has no word for the action that results. The picture stays: names in
    view are what the base read in it, and an adapter is to act on them.
    """
    drawn = dict(zip(WOODS, rng.permutation(WOODS).tolist(), strict=True))

    def told(words: str) -> str:
        return " ".join(_of_wood(word, drawn) for word in words.split(" "))

    target = _of_wood(action.target, drawn)
    if target not in grammar()[action.verb].targets and action.target:
        return text, tuple(seen), action
    state = parse_state(told(text))
    names = tuple(sorted(map(told, seen), key=lambda name: SCENE.index(name.split(" ")[0])))
    return render_state(replace(state, has=tuple(sorted(state.has)))), names, replace(action, target=target)


def woodless(name: str) -> str:
    """Returns a name without the kind of its wood: "log"; other names as they are."""
    wood, _, kind = name.partition("_")
    return kind if kind and wood in WOODS else name


def _of_wood(word: str, drawn: Mapping[str, str]) -> str:
    wood, _, kind = word.partition("_")
    return f"{drawn[wood]}_{kind}" if kind and wood in drawn else word


def _fixed(name: str, fixed: Iterable[str]) -> bool:
    """Tools and stations decide what can be done even where no count changes, so they are never touched."""
    return name in fixed or name in _STATIONS or name.endswith(_TOOLS)


def task_names() -> tuple[str, ...]:
    """Returns words that a task may be called by: every item that the action language can ask for."""
    verbs = grammar()
    return tuple(dict.fromkeys(t for verb in ("mine", "craft", "smelt", "kill") for t in verbs[verb].targets))
