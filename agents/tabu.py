"""What is not worth trying yet: what failed, until what stopped it may have changed, and going in circles.

Reads outcomes alone, no rule of the game: what an action lacked is what the game itself said it lacked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from peam.actions import EXPLORE, Action, legal_actions
from peam.types import Decision, Diagnosis, Outcome

LACKS = frozenset({Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL})
MOVES = frozenset({EXPLORE, "goto", "mine", "place", "kill", "shoot"})  # change what stands around
WAYS = {
    "north": (0, 0, -1), "south": (0, 0, 1), "west": (-1, 0, 0), "east": (1, 0, 0),
    "up": (0, 1, 0), "down": (0, -1, 0),
}  # fmt: skip
OPPOSITE = {"up": "down", "down": "up"}


def tabu(history: Sequence[Decision]) -> frozenset[Action]:
    """Returns the actions that the episode so far rules out for now.

    Args:
        history: The episode's decisions so far.
    """
    return failed(history) | trodden(history)


def trodden(history: Sequence[Decision]) -> frozenset[Action]:
    """Returns the explorations that lead back to where nothing was found, and what changed nothing from here.

    Places are reckoned in explorations since something was last gained, so that a search never crosses its
    own path. One that goes up, or that the slow tier has sent up, does not go down, nor the other way round,
    until it is stopped. What succeeded without any effect is tabu until the agent has moved on.

    Args:
        history: The episode's decisions so far.
    """
    place, level = (0, 0, 0), ""
    been, done = {place}, set[Action]()
    for decision in since(history, gain):
        action, ok = decision.action, decision.outcome.ok
        if action is None:
            continue
        if action.target in OPPOSITE and (ok or decision.tier == "slow"):
            level = action.target
        elif action.target == level:
            level = ""
        if ok and action.word == EXPLORE:
            place = _step(place, action.target)
            been.add(place)
            done.clear()
        elif ok:
            done.add(action)
    back = {way for way in WAYS if way not in OPPOSITE and _step(place, way) in been}
    if level:
        back.add(OPPOSITE[level])
    return frozenset({Action(EXPLORE, way) for way in back} | done)


def since(history: Sequence[Decision], what: Callable[[Decision], bool]) -> Sequence[Decision]:
    """Returns the decisions after the last of which something holds; all where it holds of none."""
    last = next((i for i in reversed(range(len(history))) if what(history[i])), -1)
    return history[last + 1 :]


def explores(decision: Decision) -> bool:
    """Returns whether an exploration was tried."""
    return decision.action is not None and decision.action.word == EXPLORE


def gain(decision: Decision) -> bool:
    """Returns whether the inventory has changed, but for earth dug up while looking around."""
    return bool(decision.outcome.delta) and decision.action is not None and not explores(decision)


def _step(place: tuple[int, int, int], way: str) -> tuple[int, int, int]:
    x, y, z = WAYS[way]
    return place[0] + x, place[1] + y, place[2] + z


def failed(history: Sequence[Decision]) -> frozenset[Action]:
    """Returns the actions that the episode's failures rule out for now.

    What failed for want of something is tabu until that much of it, or of its kind (the last word of the
    name: any pickaxe for a pickaxe), was gained; every other failure, until what stands around has changed.
    With an action its like are tabu: every count, but for want of material only counts at least as large.

    Args:
        history: The episode's decisions so far.
    """
    banned: set[Action] = set()
    for index, decision in enumerate(history):
        outcome = decision.outcome
        if decision.action is not None and not outcome.ok and _stopped(outcome, history[index + 1 :]):
            banned.update(_like(decision.action, outcome.diagnosis))
    return frozenset(banned)


def _stopped(failure: Outcome, since: Sequence[Decision]) -> bool:
    if failure.diagnosis in LACKS and failure.missing:
        return any(_gained(item, since) < count for item, count in failure.missing.items())
    return not any(d.outcome.ok and d.action is not None and d.action.verb in MOVES for d in since)


def _gained(item: str, since: Sequence[Decision]) -> int:
    kind = _kind(item)
    return sum(n for d in since for name, n in d.outcome.delta.items() if _kind(name) == kind)


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
