"""What is not worth trying again yet: actions that failed, until what stopped them may have changed.

Reads outcomes alone, no rule of the game: what an action lacked is what the game itself said it lacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from peam.actions import Action, legal_actions
from peam.types import Decision, Diagnosis, Outcome

LACKS = frozenset({Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL})


def tabu(history: Sequence[Decision]) -> frozenset[Action]:
    """Returns the actions that an episode's failures rule out for now.

    What failed for want of something is tabu until that much of it, or of its kind (the last word of the
    name: any pickaxe for a pickaxe), was gained; every other failure, until anything succeeds. With an action
    its like are tabu: every count, but for want of material only counts at least as large.

    Args:
        history: The episode's decisions so far.
    """
    banned: set[Action] = set()
    for index, decision in enumerate(history):
        failed, since = decision.outcome, [later.outcome for later in history[index + 1 :]]
        if decision.action is not None and not failed.ok and _stopped(failed, since):
            banned.update(_like(decision.action, failed.diagnosis))
    return frozenset(banned)


def _stopped(failed: Outcome, since: Sequence[Outcome]) -> bool:
    if failed.diagnosis in LACKS and failed.missing:
        return any(_gained(item, since) < count for item, count in failed.missing.items())
    return not any(outcome.ok for outcome in since)


def _gained(item: str, since: Sequence[Outcome]) -> int:
    kind = _kind(item)
    return sum(change for outcome in since for name, change in outcome.delta.items() if _kind(name) == kind)


def _kind(item: str) -> str:
    return item.rpartition("_")[2]


def _like(action: Action, diagnosis: Diagnosis) -> list[Action]:
    same = _family(action.verb, action.target)
    if diagnosis is not Diagnosis.MISSING_MATERIAL:
        return list(same)
    return [other for other in same if (other.count or 0) >= (action.count or 0)]


@cache
def _family(verb: str, target: str) -> tuple[Action, ...]:
    return tuple(a for a in legal_actions() if (a.verb, a.target) == (verb, target))
