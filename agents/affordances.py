"""What actions take, as the game told where it was lacking: told once, known for life.

A failure that names what was missing tells how much is needed: what was held, and that much besides. It does
not tell whether only this item will do or all of its kind (the last word of the name: any planks, any
pickaxe). Both readings are kept until an outcome contradicts one; an action is in vain where every reading
that is left asks for more than there is.

Reads outcomes alone, no rule of the game. One entry an action that ever lacked something: it does not grow
with the life.
"""

from __future__ import annotations

from collections.abc import Mapping

from peam.actions import Action, legal_actions
from peam.state import parse_state
from peam.types import Decision, Diagnosis, Segment

MATERIAL, STATION = Diagnosis.MISSING_MATERIAL, Diagnosis.NO_STATION
TELLING = frozenset({MATERIAL, Diagnosis.MISSING_TOOL, STATION})
PLACES = frozenset({"explore", "goto"})  # what these need depends on what is in the way
NEAR = "near "  # marks a station among what is held

Word = tuple[str, str]  # verb, target


class Affordances:
    """What actions need: word -> count -> kind -> readings (name or kind -> how many)."""

    def __init__(self) -> None:
        self._needs: dict[Word, dict[int, dict[str, dict[str, int]]]] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        for decision in segment.decisions:
            if decision.action is None or decision.action.verb in PLACES:
                continue
            if decision.outcome.ok:
                self._went(decision.action, decision.state)
            elif decision.outcome.diagnosis in TELLING:
                self._lacked(decision.action, decision)

    def vain(self, state: str) -> frozenset[Action]:
        """Returns the legal actions that are known to lack something in a state.

        Args:
            state: State text.
        """
        stock = _stock(state)
        least = {word: self._least(word, stock) for word in self._needs}
        return frozenset(
            action
            for action in legal_actions()
            if (fewest := least.get((action.verb, action.target))) is not None
            and (action.count or 0) >= fewest
        )

    def _least(self, word: Word, stock: Mapping[str, int]) -> int | None:
        """Returns the smallest count that something is lacking for, None where there is none."""
        lacking = (
            count
            for count, needs in self._needs[word].items()
            if any(readings and not _met(readings, stock) for readings in needs.values())
        )
        return min(lacking, default=None)

    def _went(self, action: Action, state: str) -> None:
        """Drops the readings that ask for more than a success had."""
        known = self._needs.get((action.verb, action.target), {})
        stock = _stock(state) if known else {}
        for count, needs in known.items():
            if count <= (action.count or 0):
                for kind, readings in needs.items():
                    needs[kind] = {name: n for name, n in readings.items() if _held(name, stock) >= n}

    def _lacked(self, action: Action, decision: Decision) -> None:
        """Keeps the readings by which this failure asks for as many as every one before."""
        outcome, stock = decision.outcome, _stock(decision.state)
        count = (action.count or 0) if outcome.diagnosis is MATERIAL else 0
        needs = self._needs.setdefault((action.verb, action.target), {}).setdefault(count, {})
        for item, more in outcome.missing.items():
            name = NEAR + item if outcome.diagnosis is STATION else item
            told = {reading: _held(reading, stock) + more for reading in (name, _kind(name))}
            before = needs.get(_kind(name), told)
            needs[_kind(name)] = {r: n for r, n in before.items() if told.get(r) == n}


def _stock(state: str) -> dict[str, int]:
    parsed = parse_state(state)
    return {**dict(parsed.has), **{NEAR + name: 1 for name in parsed.near}}


def _kind(name: str) -> str:
    return name if name.startswith(NEAR) else name.rpartition("_")[2]


def _held(name: str, stock: Mapping[str, int]) -> int:
    """Returns how many of an item, or of a kind, there are."""
    return sum(n for item, n in stock.items() if name in (item, _kind(item)))


def _met(readings: Mapping[str, int], stock: Mapping[str, int]) -> bool:
    return any(_held(name, stock) >= n for name, n in readings.items())
