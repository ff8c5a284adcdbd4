"""Where to look for what the last attempt did not find: a search pattern read off the episode's history.

The planner is blind, so it walks an expanding square on the surface and digs down and along below it.
Stateless: everything follows from beliefs, the observation and the decisions so far.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from peam.actions import Action
from peam.slow.beliefs import Beliefs
from peam.slow.knowledge import SURFACE
from peam.types import Decision, Diagnosis, Observation

COMPASS = ("north", "east", "south", "west")
STEPS = {"east": (1, 0), "west": (-1, 0), "south": (0, 1), "north": (0, -1)}
TO_AND_FRO = ("north", "south", "west", "east", "south", "north", "east", "west")
SEA = 56.0  # feet below this are under ground wherever the surface is
HIGH = 999  # above everything: no need to go down
_MOVES = ("mine", "explore", "goto", "kill", "shoot")
_FINAL = (Diagnosis.NO_SPACE, Diagnosis.UNREACHABLE, Diagnosis.NO_STATION)  # trying again changes nothing
_AGAIN = 2  # other failures of one action in unchanged circumstances before it is avoided


def moved(decision: Decision) -> bool:
    """Returns whether the decision changed what stands around."""
    verb = decision.action.verb if decision.action else ""
    return verb in _MOVES and (decision.outcome.ok or bool(decision.outcome.delta))


def here(history: Sequence[Decision]) -> Sequence[Decision]:
    """Returns the decisions since what stands around last changed."""
    for index in range(len(history), 0, -1):
        if moved(history[index - 1]):
            return history[index:]
    return history


def absent(history: Sequence[Decision], verb: str) -> set[str]:
    """Returns the targets that `verb` failed to reach from here."""
    return {
        d.action.target
        for d in here(history)
        if d.action
        and d.action.verb == verb
        and not d.outcome.ok
        and (verb == "explore" or d.outcome.diagnosis is not Diagnosis.MISSING_TOOL)
    }


def tabu(history: Sequence[Decision]) -> set[Action]:
    """Returns the actions that failed in circumstances that have not changed since."""
    failures: dict[Action, int] = {}
    for decision in reversed(history):
        if decision.outcome.ok or decision.outcome.delta:
            break
        if decision.action is not None:
            weight = _AGAIN if decision.outcome.diagnosis in _FINAL else 1
            failures[decision.action] = failures.get(decision.action, 0) + weight
    return {action for action, count in failures.items() if count >= _AGAIN}


def search(history: Sequence[Decision], verb: str, targets: Collection[str]) -> Sequence[Decision]:
    """Returns the decisions since a target was last obtained."""
    for index in range(len(history), 0, -1):
        action = history[index - 1].action
        if action and action.verb == verb and action.target in targets and moved(history[index - 1]):
            return history[index:]
    return history


def heading(history: Sequence[Decision], first: str, legs: Sequence[int]) -> str:
    """Returns the compass direction of a search: on while it works, clockwise at a leg's end or a failure.

    Args:
        history: The decisions of this search.
        first: The direction it starts in.
        legs: Length of each leg in explores; the last repeats.
    """
    turn, leg, done = COMPASS.index(first), 0, 0
    for decision in history:
        action = decision.action
        if action is None or action.verb != "explore" or action.target != COMPASS[turn % 4]:
            continue
        done += decision.outcome.ok
        if not decision.outcome.ok or done >= legs[min(leg, len(legs) - 1)]:
            turn, leg, done = turn + 1, leg + 1, 0
    return COMPASS[turn % 4]


def underground(observation: Observation, history: Sequence[Decision], surface: float) -> bool:
    """Returns whether the agent is below the surface, by its height and the stairs it has dug.

    Where the way up has just failed at a height at which the sky may be, it is taken to be there.
    """
    y = observation.position[1]
    ways = [(d.action.target, d.outcome.ok) for d in history if d.action and d.action.verb == "explore"]
    if y >= SEA and ("up", False) in ways[-3:] and "down" not in [way for way, _ in ways[-3:]]:
        return False
    made = [way for way, ok in ways if ok]
    return y < SEA or (y < surface - 5 and made.count("down") > made.count("up"))


def homeward(since: Sequence[Decision], kinds: Collection[str]) -> str | None:
    """Returns the way back to where a target was left standing; None where it was used up or never had.

    Reckoned from the explorations since it was last mined, up to the first return.
    """
    east, south, left = 0, 0, False
    for d in since:
        if d.action is None or not d.outcome.ok or d.action.verb != "explore":
            if not left and d.action and d.action.verb == "mine" and d.action.target in kinds:
                return None  # tried again on the spot: used up
            continue
        step = STEPS.get(d.action.target, (0, 0))
        east, south = east + step[0], south + step[1]
        if left and (east, south) == (0, 0):
            return None
        left = left or step != (0, 0)
    if abs(east) >= abs(south):
        return None if east == 0 else "west" if east > 0 else "east"
    return "north" if south > 0 else "south"


def explore(
    where: int | str | None,
    beliefs: Beliefs,
    observation: Observation,
    history: Sequence[Decision],
    kinds: Collection[str],
    surface: float,
) -> Action:
    """Returns the next exploration.

    Args:
        where: "surface", a height to get to, or None: follow the whim.
        beliefs: For the whim.
        observation: For the height.
        history: The whole episode.
        kinds: The blocks that are looked for; none for a mere change of place.
        surface: Height of the feet when the episode began.
    """
    since = search(history, "mine", kinds)
    back = homeward(since, kinds) if len(since) < len(history) else None
    y = observation.position[1]
    if where is None:
        where = 13 if beliefs.whim == "down" else HIGH
        first = "north" if beliefs.whim == "down" else beliefs.whim
    else:
        first = "north"
    if where == SURFACE:
        below = underground(observation, history, surface)
        wanted = "up" if below else back or heading(since, first, (3, 3, 6, 6, 9))
    elif y > float(where) and not _blocked(since, "down"):
        wanted = "down"
    else:
        wanted = heading(since, first, (6, 6, 12))
    return _open(wanted, history)


def look_round(history: Sequence[Decision], since: Sequence[Decision]) -> Action:
    """Returns the exploration that looks for a creature: to and fro, so that all sides are seen from near."""
    done = sum(d.action is not None and d.action.verb == "explore" for d in since)
    return _open(TO_AND_FRO[done % len(TO_AND_FRO)], history)


def _blocked(since: Sequence[Decision], way: str) -> bool:
    """Returns whether the last try of a way failed and no step aside has been made since."""
    for decision in reversed(since):
        if decision.action and decision.action.verb == "explore":
            if decision.outcome.ok:
                return False
            if decision.action.target == way:
                return True
    return False


def _open(wanted: str, history: Sequence[Decision]) -> Action:
    """Returns the wanted exploration, or the next one that has not failed from here."""
    failed = absent(history, "explore")
    start = COMPASS.index(wanted) if wanted in COMPASS else 0
    options = [wanted, *(COMPASS[(start + k) % 4] for k in range(4)), "up", "down"]
    way = next((option for option in options if option not in failed), None)
    return Action("explore", way) if way else Action("wait", "", 100)
