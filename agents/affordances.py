"""What actions take, as the game told where it was lacking: told once, known for life.

A failure that names what was missing tells how much is needed: what was held, and that much besides. It does
not tell whether only this item will do or all of its kind (the last word of the name: any planks, any
pickaxe). Both readings are kept until an outcome contradicts one.

An action is in vain where every reading that is left asks for more than there is. To craft is in vain, too,
where as much is held as any action is known to ask for: a reflex that is lost makes sticks without end.

Reads outcomes alone, no rule of the game. One entry an action that ever lacked something: it does not grow
with the life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from peam.actions import Action, legal_actions
from peam.state import StateText, parse_state
from peam.types import Decision, Diagnosis, Segment

STATION = Diagnosis.NO_STATION
TELLING = frozenset({Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL, STATION})
PLACES = frozenset({"explore", "goto"})  # what these need depends on what is in the way
NEAR = "near "  # marks a station among what is held

Readings = Mapping[str, int]  # item, or kind -> how many


class Affordances:
    """What each action word needs, by every reading that no outcome has contradicted yet."""

    def __init__(self) -> None:
        self._needs: dict[str, dict[str, Readings]] = {}  # word -> kind -> readings

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
        """Returns the legal actions that lack something in a state, or that make what abounds.

        Args:
            state: State text.
        """
        parsed = parse_state(state)
        stock, wanted = _stock(parsed), parsed.goal.split(" ")[1]
        lacking = {word for word, needs in self._needs.items() if not _all_met(needs.values(), stock)}
        asked = self._asked()
        return frozenset(
            action
            for action in legal_actions()
            if action.word in lacking
            or (action.verb == "craft" and action.target != wanted and _abounds(action.target, stock, asked))
        )

    def _asked(self) -> dict[str, int]:
        """Returns reading -> the most that any action asks for."""
        asked: dict[str, int] = {}
        for needs in self._needs.values():
            for readings in needs.values():
                for name, n in readings.items():
                    asked[name] = max(n, asked.get(name, 0))
        return asked

    def _went(self, action: Action, state: str) -> None:
        """Drops the readings that ask for more than a success had."""
        needs = self._needs.get(action.word, {})
        stock = _stock(parse_state(state)) if needs else {}
        for kind, readings in needs.items():
            needs[kind] = {name: n for name, n in readings.items() if _held(name, stock) >= n}

    def _lacked(self, action: Action, decision: Decision) -> None:
        """Keeps the readings by which this failure asks for as much as every one before."""
        outcome, stock = decision.outcome, _stock(parse_state(decision.state))
        needs = self._needs.setdefault(action.word, {})
        for item, more in outcome.missing.items():
            name = NEAR + item if outcome.diagnosis is STATION else item
            if outcome.diagnosis is STATION and name in stock:
                continue  # one stood near, but was not reached
            told = {reading: _held(reading, stock) + more for reading in (name, _kind(name))}
            before = needs.get(_kind(name), told)
            needs[_kind(name)] = {r: n for r, n in before.items() if told.get(r) == n}


def _stock(state: StateText) -> dict[str, int]:
    return {**dict(state.has), **{NEAR + name: 1 for name in state.near}}


def _kind(name: str) -> str:
    return name if name.startswith(NEAR) else name.rpartition("_")[2]


def _held(name: str, stock: Mapping[str, int]) -> int:
    """Returns how many of an item, or of a kind, there are."""
    return sum(n for item, n in stock.items() if name in (item, _kind(item)))


def _all_met(needs: Iterable[Readings], stock: Mapping[str, int]) -> bool:
    return all(not readings or any(_held(r, stock) >= n for r, n in readings.items()) for readings in needs)


def _abounds(item: str, stock: Mapping[str, int], asked: Readings) -> bool:
    """Returns whether as much is held as the greediest action asks for, by each reading that is asked for."""
    readings = [name for name in (item, _kind(item)) if name in asked]
    return bool(readings) and all(_held(name, stock) >= asked[name] for name in readings)
