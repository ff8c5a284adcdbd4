"""What a forgetful planner holds true in one episode, and how diagnoses repair it.

Each fact is unknown or wrong with a configured probability, drawn once an episode. The game's own answers
(a craft that says what is missing, a craft that succeeds) bring single facts back; nothing else does. Where
an answer contradicts the book of rules, as it does in worlds with other rules, the answer is believed.
Knows nothing of planning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from peam.actions import Action, parse_action
from peam.slow.knowledge import SURFACE, Fact, Knowledge, load_knowledge, related
from peam.state import parse_state
from peam.types import Decision, Diagnosis, Outcome

RECONSIDER = 3  # NOT_FOUNDs of a block after which its whereabouts are thought over
DESPAIR = 6  # NOT_FOUNDs after which what asks for it is doubted
AGAIN = 2  # demands for one tool after which they are believed
WOUNDED = 12.0  # life at or below which one remembers to draw a weapon
PLACE_TABLE = Action("place", "crafting_table")
_HINT = re.compile(r"([a-z]+\([a-z0-9_, ]+\))\W+([A-Z_]+)((?: [a-z_]+ \d+)*)\s*$")


class Beliefs:
    """The facts as believed now.

    Attributes:
        knowledge: The truth, and what is never forgotten (classes, sources, tiers).
        facts: Key -> believed value; None where unknown.
        confirmed: Keys that the game has spoken for: repaired, or shown right.
        whim: The direction in which a block of unknown whereabouts is looked for.
        extra_fuel: Pieces of fuel added after a furnace starved although its fuel was known.
        told: Keys in which the game has contradicted the book: its word stands.
    """

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self.knowledge = knowledge or load_knowledge()
        self.facts: dict[str, Fact | None] = dict(self.knowledge.facts)
        self.confirmed: set[str] = set()
        self.whim = "north"
        self.extra_fuel = 0
        self.told: set[str] = set()
        self._absent: dict[str, int] = {}
        self._barred: dict[str, int] = {}  # tool -> how often the way under ground asked for it
        self._quarried = False  # whether rock was ever mined

    @classmethod
    def draw(cls, seed: int, p_unknown: float, p_wrong: float) -> Beliefs:
        """Draws an episode's beliefs.

        Args:
            seed: Of the numpy Generator.
            p_unknown: Probability that a fact is unknown.
            p_wrong: Probability that it is wrong instead.
        """
        beliefs = cls()
        rng = np.random.default_rng(seed)
        for key, value in beliefs.knowledge.facts.items():
            chance, pick = rng.random(), float(rng.random())  # both always, so that facts stay independent
            if chance < p_unknown:
                beliefs.facts[key] = None
            elif chance < p_unknown + p_wrong:
                beliefs.facts[key] = _mistaken(beliefs.knowledge, key, value, pick)
        beliefs.whim = ("north", "east", "south", "west", "down")[int(rng.integers(5))]
        return beliefs

    def copy(self) -> Beliefs:
        """Returns an independent copy."""
        other = Beliefs(self.knowledge)
        other.facts, other.confirmed = dict(self.facts), set(self.confirmed)
        other.whim, other.extra_fuel = self.whim, self.extra_fuel
        other._absent, other.told = dict(self._absent), set(self.told)
        other._barred, other._quarried = dict(self._barred), self._quarried
        return other

    def replay(self, history: Iterable[Decision], hints: Sequence[str] = ()) -> Beliefs:
        """Returns these beliefs after an episode's outcomes, either tier's, and text hints.

        A hint is read if it ends like `craft(wooden_pickaxe, 1): MISSING_MATERIAL stick 2`.
        """
        after = self.copy()
        for hint in hints:
            after._hear(hint)
        table = False
        for decision in history:
            if decision.action is not None:
                after.learn(decision.action, decision.outcome, table, decision.state)
                table = table or (decision.outcome.ok and decision.action == PLACE_TABLE)
        return after

    def learn(self, action: Action, outcome: Outcome, table: bool = True, state: str = "") -> None:
        """Repairs what one outcome speaks of.

        Args:
            action: What was tried.
            outcome: What the game said.
            table: Whether a crafting table had been placed by then: without one, a craft that succeeds
                shows that it needs none.
            state: State text that it was tried in; without one, nothing is taken to have been held.
        """
        if action.verb == "craft":
            self._craft(self.knowledge.class_of(action.target), outcome, table, state)
        elif action.verb == "smelt":
            self._smelt(action.target, outcome)
        elif action.verb == "mine":
            self._mine(action.target, outcome)
        elif action.verb == "explore":
            self._explored(outcome)
        elif action.verb == "kill" and outcome.diagnosis not in (Diagnosis.OK, Diagnosis.NOT_FOUND):
            self._repair("weapon")

    def see(self, life: float) -> None:
        """Remembers weapons when hurt."""
        if life <= WOUNDED:
            self._repair("weapon")

    def recipe(self, item: str) -> dict[str, int] | None:
        """Returns ingredient -> count (1 where the count is unknown), or None where forgotten."""
        names = self.facts.get(f"recipe:{item}")
        if not isinstance(names, tuple):
            return None
        return {name: self._number(f"count:{item}:{name}", 1) for name in names}

    def craftable(self, item: str) -> bool:
        """Returns whether the item is one that is crafted at all."""
        return f"recipe:{item}" in self.facts

    def yields(self, item: str) -> int:
        """Returns how many one crafting is believed to yield; 1 where unknown."""
        return self._number(f"yield:{item}", 1)

    def needs_table(self, item: str) -> bool:
        """Returns whether a table is believed to be needed; not, where unknown."""
        return self.facts.get(f"table:{item}") is True

    def tool(self, block: str) -> str:
        """Returns the weakest tool believed to work, "" for the bare hand (also where unknown)."""
        return str(self.facts.get(f"tool:{block}") or "")

    def where(self, block: str) -> int | str | None:
        """Returns "surface", the height to be at or under, or None where unknown."""
        value = self.facts.get(f"where:{block}", SURFACE)
        return value if isinstance(value, (int, str)) else None

    def smelted_from(self, product: str) -> str | None:
        """Returns what smelts into the product, None where unknown."""
        value = self.facts.get(f"input:{product}")
        return value if isinstance(value, str) else None

    def smelted(self, product: str) -> bool:
        """Returns whether the product is one that is smelted at all."""
        return f"input:{product}" in self.facts

    def station(self) -> str | None:
        """Returns the station that smelting is believed to need, None where unknown."""
        value = self.facts["station"]
        return value if isinstance(value, str) else None

    def burns(self, fuel: str) -> int:
        """Returns how many tenths of an item one piece smelts, 0 where it is not thought of."""
        return self._number(f"burn:{fuel}", 0)

    def weapon(self) -> str | None:
        """Returns the kind of tool believed best in melee, None where unknown."""
        value = self.facts["weapon"]
        return value if isinstance(value, str) else None

    def _number(self, key: str, default: int) -> int:
        value = self.facts.get(key)
        return value if isinstance(value, int) else default

    def _repair(self, *prefixes: str) -> None:
        for key in related(self.knowledge.facts, prefixes):
            if key in self.told:
                continue
            self.facts[key] = self.knowledge.facts[key]
            self.confirmed.add(key)

    def _craft(self, item: str, outcome: Outcome, table: bool, state: str) -> None:
        if outcome.ok:
            self._repair(f"recipe:{item}", f"count:{item}", f"yield:{item}")
            if not table:
                self._repair(f"table:{item}")
        elif outcome.diagnosis is Diagnosis.MISSING_MATERIAL:
            named = sorted(self.knowledge.class_of(name) for name in outcome.missing)
            counts = [f"count:{item}:{name}" for name in named]
            self._repair(f"recipe:{item}", f"yield:{item}", *counts)
            self._told_recipe(item, outcome.missing, state)
        elif outcome.diagnosis is Diagnosis.NO_STATION:
            self._repair(f"recipe:{item}", f"count:{item}", f"table:{item}")
            if not self.needs_table(item):
                self._tell(f"table:{item}", True)

    def _tell(self, key: str, value: Fact) -> None:
        self.facts[key] = value
        self.told.add(key)
        self.confirmed.add(key)

    def _told_recipe(self, item: str, missing: Mapping[str, int], state: str) -> None:
        """Believes what a craft lacked, where the book has it otherwise.

        What was not lacking may be part of it, too, and is told another time.
        """
        lacking: dict[str, int] = {}
        for name, count in missing.items():
            kind = self.knowledge.class_of(name)
            lacking[kind] = lacking.get(kind, 0) + count
        book = self.recipe(item) or {}
        if all(count <= book.get(name, 0) for name, count in lacking.items()):
            return
        known = book if f"recipe:{item}" in self.told else {}
        held = dict(parse_state(state).has) if state else {}
        for name, count in lacking.items():
            have = sum(held.get(member, 0) for member in self.knowledge.members(name))
            self._tell(f"count:{item}:{name}", have + count)
        self._tell(f"recipe:{item}", tuple(dict.fromkeys((*known, *lacking))))

    def _smelt(self, product: str, outcome: Outcome) -> None:
        if outcome.ok:
            self._repair(f"input:{product}", "station")
        elif outcome.diagnosis is Diagnosis.MISSING_MATERIAL:
            self._repair(f"input:{product}")
        elif outcome.diagnosis is Diagnosis.NO_STATION:  # materials are asked for first: they were right
            self._repair(f"input:{product}", "station")
        elif outcome.diagnosis is Diagnosis.NO_FUEL:
            self.extra_fuel += "burn:planks" in self.confirmed
            self._repair("burn")

    def _mine(self, block: str, outcome: Outcome) -> None:
        self._quarried = self._quarried or (block == "stone" and outcome.ok)
        if outcome.diagnosis is Diagnosis.MISSING_TOOL:
            self._repair(f"tool:{block}")
            if self.tool(block) not in ("", *outcome.missing):
                self._tell(f"tool:{block}", next(iter(outcome.missing)))
        elif outcome.diagnosis is Diagnosis.NOT_FOUND:
            self._absent[block] = self._absent.get(block, 0) + 1
            if self._absent[block] >= RECONSIDER:
                self._repair(f"where:{block}")
            if self._absent[block] == DESPAIR and block not in self.knowledge.ores:  # ores are rare anyway
                self._doubt(block)

    def _doubt(self, block: str) -> None:
        """Gives up unconfirmed beliefs that ask for what cannot be found: they are put to the test."""
        drop = next(item for item, source in self.knowledge.source.items() if source == block)
        for key, value in self.facts.items():
            asks = value == drop or (isinstance(value, tuple) and drop in value)
            if asks and key not in self.confirmed and key.startswith(("recipe:", "input:")):
                self.facts[key] = None

    def _explored(self, outcome: Outcome) -> None:
        """Learns that rock in the way needs a tool, and supposes the same of ores."""
        if outcome.diagnosis is Diagnosis.MISSING_TOOL:
            self._repair("tool:stone")
            self._barred_by(next(iter(outcome.missing), ""))
            for block in self.knowledge.ores:
                if not self.tool(block):
                    self.facts[f"tool:{block}"] = self.tool("stone")

    def _barred_by(self, tool: str) -> None:
        """Believes what the way under ground takes, where the book has it otherwise.

        A better pickaxe than the book's may be asked for by an ore in the way: not so where it is asked for
        again and no rock was ever mined.
        """
        self._barred[tool] = self._barred.get(tool, 0) + 1
        again = self._barred[tool] >= AGAIN and not self._quarried
        better = self.knowledge.at_least(self.tool("stone"))
        if tool and tool != self.tool("stone") and (again or tool not in better):
            self._tell("tool:stone", tool)

    def _hear(self, hint: str) -> None:
        match = _HINT.search(hint.strip())
        action = parse_action(match[1]) if match else None
        if match is None or not isinstance(action, Action) or match[2] not in Diagnosis.__members__:
            return
        words = match[3].split()
        missing = {name: int(count) for name, count in zip(words[::2], words[1::2], strict=True)}
        self.learn(action, Outcome(Diagnosis(match[2]), missing=missing))


def _mistaken(knowledge: Knowledge, key: str, value: Fact, pick: float) -> Fact:
    """Returns a plausible wrong value for a fact; `pick` in [0, 1) chooses among them."""
    match key.partition(":")[0], value:
        case "recipe", tuple():
            return _wrong_recipe(knowledge, value, pick)
        case "count", int():
            return value + 1 if value == 1 or pick < 0.5 else value - 1
        case "yield" | "burn", int():
            return value * 2 if pick < 0.5 else max(1, value // 2)
        case "table", _:
            return not value
        case "tool", str():
            return knowledge.neighbour(value, up=pick < 0.5)
        case "where", _:
            deep = 50 if value in (SURFACE, 13) else 13
            return deep if value == SURFACE or pick < 0.5 else SURFACE
        case "input", str():
            return str(knowledge.confusions["input"][value])
        case kind, _:
            return str(knowledge.confusions[kind])


def _wrong_recipe(knowledge: Knowledge, names: tuple[str, ...], pick: float) -> tuple[str, ...]:
    """Leaves one of several ingredients out, or takes the only one for its neighbour."""
    if len(names) > 1:
        left_out = int(pick * len(names))
        return names[:left_out] + names[left_out + 1 :]
    return (str(knowledge.confusions["ingredient"].get(names[0], names[0])),)
