"""What the agents with a text memory write down, and how they tell the planner.

A hint ends with one action and what came of it, `craft(wooden_pickaxe, 1): MISSING_MATERIAL stick 2`: that
much any planner can read, whatever stands before it. Knows decisions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from peam.state import describe, parse_state
from peam.types import Decision, Diagnosis, Observation, Segment, Subgoal, Task

RULES = frozenset(
    {Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL, Diagnosis.NO_STATION, Diagnosis.NO_FUEL}
)  # failures for want of something: the next world has the same rules; what stands around it has not
_RECALLED = ("goal ", "has ", "hand ", "near ", "last ")


def told(decision: Decision) -> str:
    """Returns the action and what came of it: "craft(stick, 4): MISSING_MATERIAL oak_planks 2"."""
    lacking = "".join(f" {name} {count}" for name, count in sorted(decision.outcome.missing.items()))
    return f"{decision.action}: {decision.outcome.diagnosis}{lacking}"


def recalled(state: str) -> str:
    """Returns what of a state text experience is looked up by: goal, inventory, hand, stations, last."""
    return " ; ".join(part for part in state.split(" ; ") if part.startswith(_RECALLED))


def holding(state: str) -> str:
    """Returns what is held and what is near, in words: "oak_planks 2, near crafting_table"."""
    parsed = parse_state(state)
    held = " ".join(f"{name} {count}" for name, count in parsed.has) or "nothing"
    return f"{held}, near {' '.join(parsed.near) or 'nothing'}"


def opening(task: Task, observation: Observation) -> str:
    """Returns the state text of a task before anything is planned."""
    return describe(task, Subgoal(task.category, task.goal), observation, (), None)


def went(segment: Segment) -> tuple[Decision, ...]:
    """Returns the corrected run of a pursuit: its decisions that went OK, failed ones removed."""
    return tuple(d for d in segment.decisions if d.outcome.ok and d.action is not None)


def kind(name: str) -> str:
    """Returns the kind of an item, the last word of its name: any planks, any pickaxe."""
    return name.rpartition("_")[2]


def by_kind(held: Mapping[str, int]) -> dict[str, int]:
    """Returns kind -> how many are held."""
    kinds: dict[str, int] = {}
    for name, count in held.items():
        kinds[kind(name)] = kinds.get(kind(name), 0) + count
    return kinds


def needed(decisions: Iterable[Decision]) -> dict[str, int]:
    """Returns kind -> how many a run of decisions used up beyond what it had gained by then."""
    balance: dict[str, int] = {}
    needs: dict[str, int] = {}
    for decision in decisions:
        for name, change in decision.outcome.delta.items():
            balance[kind(name)] = balance.get(kind(name), 0) + change
        needs.update({k: -n for k, n in balance.items() if -n > needs.get(k, 0)})
    return needs


def covers(held: Mapping[str, int], needs: Mapping[str, int]) -> bool:
    """Returns whether what is held meets needs by kind."""
    kinds = by_kind(held)
    return all(kinds.get(name, 0) >= count for name, count in needs.items())


def distinct(lines: Iterable[str], most: int) -> tuple[str, ...]:
    """Returns the first `most` hints whose action and outcome, whatever stands before them, differ."""
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(ending(line), line)
    return tuple(first.values())[:most]


def ending(line: str) -> str:
    """Returns a hint's last action and its outcome, the count of the action left out."""
    action, _, outcome = line.rpartition(": ")
    verb, _, arguments = action.rpartition("(")
    return f"{verb.rpartition(' ')[2]}({arguments.partition(',')[0].rstrip(')')}): {outcome}"


def held_of(decision: Decision) -> dict[str, int]:
    """Returns what was held at a decision."""
    return dict(parse_state(decision.state).has)


def listed(decisions: Sequence[Decision]) -> str:
    """Returns the actions of a run in a row."""
    return ", ".join(str(d.action) for d in decisions)
