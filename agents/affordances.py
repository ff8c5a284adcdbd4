"""What actions take, as the game told where it was lacking: told once, known for life.

A failure that names what was missing tells how much is needed: what was held, and that much besides. It does
not tell whether only this item will do or all of its kind (the last word of the name: any planks, any
pickaxe). Both readings are kept until an outcome contradicts one.

An action is in vain where every reading that is left asks for more than there is. So is what makes more of
what abounds: to place a station where one is near, and to craft where as much is held as any other action is
known to ask for, or one of what none asks for. A reflex that is lost makes sticks, or tables, without end.

Reads outcomes alone, no rule of the game. One entry an action that ever lacked something: it does not grow
with the life.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

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
        idle = self._idle(stock)
        return frozenset(
            a for a in legal_actions() if a.word in lacking or (a.target != wanted and a.word in idle)
        )

    def _idle(self, stock: Mapping[str, int]) -> frozenset[str]:
        """Returns the words that make what abounds; what these ask for is not asked for.

        Only to place counts as such an asker: recipes that were never lacking anything are not known.
        """
        ever = self._asked(())
        placing = {word for word, item in _products("place") if NEAR + item in ever and NEAR + item in stock}
        asked = self._asked(placing)
        crafting = {word for word, item in _products("craft") if _abounds(item, stock, ever, asked)}
        return frozenset(placing | crafting)

    def _asked(self, idle: Collection[str]) -> dict[str, int]:
        """Returns reading -> the most that any action asks for that is not idle."""
        told = [(word, readings) for word, needs in self._needs.items() for readings in needs.values()]
        named = [(word, {item: 1, _kind(item): 1}) for word, item in _products("place")]
        asked: dict[str, int] = {}
        for word, readings in (*told, *named):
            for name, n in readings.items() if word not in idle else ():
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


def _abounds(item: str, stock: Mapping[str, int], ever: Readings, asked: Readings) -> bool:
    """Returns whether as much is held as is asked for now, by each reading that was ever asked for.

    Of what nothing ever asked for one is enough.
    """
    readings = [name for name in (item, _kind(item)) if name in ever]
    enough = [_held(name, stock) >= asked.get(name, 0) for name in readings]
    return all(enough) if enough else item in stock


@cache
def _products(verb: str) -> tuple[tuple[str, str], ...]:
    """Returns (word, item) of each legal action of a verb that makes, or puts down, what it names."""
    return tuple(sorted({(a.word, a.target) for a in legal_actions() if a.verb == verb}))
