"""What a language model's answer is worth: its schema, and a reader that never raises and never executes.

An answer is one JSON object, alone or somewhere in a text. Actions are read by the closed grammar of
`peam.actions`, subgoals by that of predicates; everything else about the text is ignored. Knows no model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peam.actions import Action, InvalidAction, parse_action
from peam.errors import PeamError, unknown
from peam.types import CATEGORIES, Predicate, Subgoal

LONGEST = 20_000  # characters of an answer that are looked at
KEPT = 500  # characters of one without an action that are kept
OBJECTS = 32  # braces at which an object is looked for
STEPS = 24  # subgoals that are taken from an answer

_SUBGOAL = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": list(CATEGORIES)},
        "predicate": {"type": "string", "description": "FACT.ITEM >= COUNT"},
    },
    "required": ["category", "predicate"],
    "additionalProperties": False,
}


def schema(acts: bool) -> dict[str, Any]:
    """Returns the JSON schema of an answer, in the subset that strict modes take.

    Args:
        acts: Whether the answer names an action beside the plan.
    """
    properties: dict[str, Any] = {
        "thought": {"type": "string"},
        "plan": {"type": "array", "items": _SUBGOAL},
    }
    if acts:
        properties["action"] = {"type": "string", "description": "verb(target, count)"}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as read.

    Attributes:
        plan: The subgoals that could be read.
        action: The action, or the text that is none; of no meaning where only a plan was asked for.
        flaw: Why nothing of it can be used, in words for the model; "" where what was asked for is there. A
            subgoal that cannot be read is left out, and is no reason to pay for another answer.
    """

    plan: tuple[Subgoal, ...]
    action: Action | InvalidAction
    flaw: str


def read(text: str, acts: bool) -> Answer:
    """Reads an answer, whatever the text.

    Args:
        text: What the model wrote.
        acts: Whether an action was asked for.
    """
    found = _object(text[:LONGEST])
    if found is None:
        flaw = "it holds no JSON object of that form"
        return Answer((), _invalid(text, flaw), flaw)
    plan, flaw = _plan(found.get("plan"))
    if not acts:
        return Answer(plan, _invalid("", "a plan"), "" if plan else flaw)
    action = _action(found)
    if isinstance(action, InvalidAction):
        return Answer(plan, action, f"action '{_short(action.text)}': {action.reason}")
    return Answer(plan, action, "")


def _object(text: str) -> dict[str, Any] | None:
    """Returns the last JSON object with a plan or an action in it: thoughts precede the answer."""
    decoder, found, place = json.JSONDecoder(), None, 0
    for _ in range(OBJECTS):
        place = text.find("{", place)
        if place < 0:
            break
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
            continue
        if isinstance(value, dict) and ("plan" in value or "action" in value):
            found = value
    return found


def _plan(value: Any) -> tuple[tuple[Subgoal, ...], str]:
    """Returns the subgoals that can be read, and what is wrong with the last that cannot."""
    if not isinstance(value, list):
        return (), "'plan' is not a list"
    plan, flaw = [], "'plan' is empty"
    for entry in value[:STEPS]:
        try:
            plan.append(_subgoal(entry))
        except PeamError as error:
            flaw = str(error)
    return tuple(dict.fromkeys(plan)), flaw


def _subgoal(entry: Any) -> Subgoal:
    if not isinstance(entry, Mapping):
        raise PeamError("an entry of 'plan' is not an object")
    category, predicate = entry.get("category"), entry.get("predicate")
    if not isinstance(category, str) or not isinstance(predicate, str):
        raise PeamError("an entry of 'plan' lacks 'category' or 'predicate' as text")
    if category not in CATEGORIES:
        raise PeamError(unknown("category", _short(category), CATEGORIES))
    if len(predicate) > KEPT:
        raise PeamError("a predicate is too long")
    return Subgoal(category, Predicate.parse(predicate.strip()))


def _action(found: Mapping[str, Any]) -> Action | InvalidAction:
    value = found.get("action")
    if not isinstance(value, str):
        return _invalid(json.dumps(found), "'action' is missing or not a text")
    action = parse_action(value)
    return action if isinstance(action, Action) else _invalid(value, action.reason)


def _invalid(text: str, reason: str) -> InvalidAction:
    return InvalidAction(clean(text[:KEPT]), reason)


def clean(text: str) -> str:
    """Returns a text that can be stored and sent: lone surrogates, which JSON can hold, become "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "..."
