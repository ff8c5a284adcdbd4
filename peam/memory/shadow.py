"""What a decision tells about the fast tier where the slow tier acted: the shadow's fate.

Knows decisions alone.
"""

from __future__ import annotations

from peam.actions import Action, InvalidAction, parse_action
from peam.types import Decision

COMPASS = frozenset({"north", "east", "south", "west"})


def would_succeed(decision: Decision) -> bool | None:
    """Returns whether the fast tier's proposal was right, None where nothing tells.

    Where it acted, the outcome tells. Where the slow tier acted, the same proposal shares its outcome; a
    different one counts as wrong beside a success (conservative: it might have worked too), and stays unknown
    beside a failure.
    """
    if decision.tier == "fast":
        return decision.outcome.ok
    shadow = parse_action(decision.shadow)
    if isinstance(shadow, InvalidAction):
        return None
    if decision.action is not None and same_effect(shadow, decision.action):
        return decision.outcome.ok
    return False if decision.outcome.ok else None


def same_effect(one: Action, other: Action) -> bool:
    """Whether two actions do the same but for their count; which way to look around is a matter of taste."""
    if one.verb != other.verb:
        return False
    return one.target == other.target or {one.target, other.target} <= COMPASS
