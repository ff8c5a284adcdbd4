"""Goal regression: from "have n of an item" back to the steps that beliefs say are still to be done.

A ledger of the inventory is spent on the way, so that nothing is counted twice. Where wrong beliefs go in a
circle (a pickaxe for the stone that the pickaxe is made of), the least certain of them is given up.
Knows beliefs, inventory and stations; nothing of where things stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from peam.slow.beliefs import Beliefs

# Which belief of a circle is given up first: what the game enforces last is what is easiest to try.
_DOUBT = ("tool", "table", "station", "input", "recipe", "burn")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: verb, target (a class name for any wood), how many are wanted in all."""

    verb: str
    target: str
    count: int


class _CircleError(Exception):
    def __init__(self, edges: list[str]) -> None:
        super().__init__()
        self.edges = edges


class Regression:
    """The steps towards one or more goals, in order; equal steps are merged into the first.

    Attributes:
        steps: Steps still to be done, dependencies first.
        ledger: What is left of the inventory once the steps are done.
    """

    def __init__(
        self,
        beliefs: Beliefs,
        inventory: Mapping[str, int],
        stations: Collection[str],
        dropped: Collection[str] = (),
    ) -> None:
        self.steps: list[Step] = []
        self.ledger: dict[str, int] = dict(inventory)
        self._beliefs = beliefs
        self._near = set(stations)
        self._dropped = set(dropped)
        self._tools = {item for item, count in inventory.items() if count > 0}
        self._frames: list[tuple[str, str]] = []  # (item, key of the belief through which it is needed)

    def need(self, item: str, count: int, because: str = "goal") -> None:
        """Adds what is needed to have `count` of an item, and spends them."""
        count -= self._take(item, count)
        if count <= 0:
            return
        names = [name for name, _ in self._frames]
        if item in names:
            edges = [edge for _, edge in self._frames[names.index(item) + 1 :]]
            raise _CircleError([*edges, because])
        self._frames.append((item, because))
        self._produce(item, count)
        self._frames.pop()

    def tool(self, name: str, because: str) -> None:
        """Adds what is needed to hold the tool or a better one of its kind; spends nothing.

        The next better one is made where the stuff for it is at hand. Where the belief was given up, what
        rock takes will do for a start: no ore lies bare.
        """
        if because in self._dropped:
            name, because = self._beliefs.tool("stone"), "tool:stone"
        enough = self._beliefs.knowledge.at_least(name)
        if not name or because in self._dropped or self._tools.intersection(enough):
            return
        name = next((better for better in enough[1:2] if self._stocked(better)), name)
        self.need(name, 1, because)
        self._tools.add(name)
        self._add(name, 1)

    def station(self, name: str, because: str) -> None:
        """Adds what is needed to stand by a station."""
        if because in self._dropped or name in self._near:
            return
        self.need(name, 1, because)
        self._step("place", name, 1)
        self._near.add(name)

    def _produce(self, item: str, count: int) -> None:
        beliefs, knowledge = self._beliefs, self._beliefs.knowledge
        kind = knowledge.class_of(item)
        if item == "log" or item in knowledge.source:
            self._mine(item, count)
        elif beliefs.craftable(kind):
            self._craft(item, kind, count)
        elif beliefs.smelted(item):
            self._smelt(item, count)
        elif item in knowledge.creatures:
            self._step("kill", knowledge.creatures[item], count)

    def _mine(self, item: str, count: int) -> None:
        block = self._beliefs.knowledge.source.get(item, item)
        self.tool(self._beliefs.tool(block), f"tool:{block}")
        self._step("mine", block, count)
        if block in self._beliefs.knowledge.ores:
            self._near.clear()

    def _craft(self, item: str, kind: str, count: int) -> None:
        recipe = None if f"recipe:{kind}" in self._dropped else self._beliefs.recipe(kind)
        each = self._beliefs.yields(kind)
        crafts = -(-count // each)
        if recipe is None or not all(self._obtainable(name, n * crafts) for name, n in recipe.items()):
            self._step("craft", item, 1)
            return
        for name, per in recipe.items():
            wood = item.replace("_planks", "_log") if name == "log" and item != kind else name
            self.need(wood, per * crafts, f"recipe:{kind}")
        if self._beliefs.needs_table(kind):
            self.station("crafting_table", f"table:{kind}")
        self._step("craft", item, crafts * each)
        self._tools.add(item)
        self._add(item, crafts * each - count)

    def _smelt(self, product: str, count: int) -> None:
        source = None if f"input:{product}" in self._dropped else self._beliefs.smelted_from(product)
        if source is None or not self._obtainable(source, count):
            self._step("smelt", product, 1)
            return
        station = self._beliefs.station()
        away = self._held(source) < count or station not in self._near
        carried = station is not None and "station" not in self._dropped and away
        if carried:  # made ready while the table is still near, and carried to where the input is found
            self.need(str(station), 1, "station")
        self.need(source, count, f"input:{product}")
        self._fuel(count)
        if carried:
            self._step("place", str(station), 1)
            self._near.add(str(station))
        self._step("smelt", product, count)

    def _fuel(self, count: int) -> None:
        fuels = [fuel for fuel in self._beliefs.knowledge.fuels if f"burn:{fuel}" not in self._dropped]
        known = {fuel: self._beliefs.burns(fuel) for fuel in fuels}
        due = 10 * count + 15 * self._beliefs.extra_fuel
        for fuel, worth in known.items():
            if worth and due > 0:
                due -= worth * self._take(fuel, -(-due // worth))
        fetched = next((fuel for fuel in self._beliefs.knowledge.fetch if known.get(fuel)), None)
        if due > 0 and fetched:
            self.need(fetched, -(-due // known[fetched]), f"burn:{fetched}")

    def _stocked(self, tool: str) -> bool:
        """Returns whether what a tool's head is made of is already there (stone for a worn wooden one)."""
        recipe = self._beliefs.recipe(tool) or {}
        heads = {name: count for name, count in recipe.items() if name != "stick"}
        return bool(heads) and all(self._held(name) >= count for name, count in heads.items())

    def _obtainable(self, item: str, count: int) -> bool:
        """Returns whether the item is held, or some way to it is known; else trying is all that is left."""
        beliefs, knowledge = self._beliefs, self._beliefs.knowledge
        found = item == "log" or item in knowledge.source or item in knowledge.creatures
        made = beliefs.craftable(knowledge.class_of(item)) or beliefs.smelted(item)
        return found or made or self._held(item) >= count

    def _held(self, item: str) -> int:
        return sum(self.ledger.get(name, 0) for name in self._beliefs.knowledge.members(item))

    def _take(self, item: str, count: int) -> int:
        """Spends up to `count` from the ledger; returns how many there were."""
        members = self._beliefs.knowledge.members(item)
        taken = 0
        for name in (*members, item) if item not in members else members:
            part = min(self.ledger.get(name, 0), count - taken)
            if part > 0:
                self.ledger[name] -= part
                taken += part
        return taken

    def _add(self, item: str, count: int) -> None:
        if count > 0:
            self.ledger[item] = self.ledger.get(item, 0) + count

    def _step(self, verb: str, target: str, count: int) -> None:
        for index, step in enumerate(self.steps):
            if (step.verb, step.target) == (verb, target) and verb != "place":
                self.steps[index] = Step(verb, target, step.count + count)
                return
        self.steps.append(Step(verb, target, count))


def regress(
    beliefs: Beliefs,
    goals: Collection[tuple[str, int]],
    inventory: Mapping[str, int],
    stations: Collection[str],
) -> list[Step]:
    """Returns the steps towards all goals at once: (item, count) each, all to be held at the end."""
    dropped: set[str] = set()
    while True:
        regression = Regression(beliefs, inventory, stations, dropped)
        try:
            for item, count in goals:
                regression.need(item, count)
            return regression.steps
        except _CircleError as circle:
            dropped.add(_least_certain(circle.edges, beliefs.confirmed))


def _least_certain(edges: list[str], confirmed: Collection[str]) -> str:
    """Picks the belief to give up: unconfirmed, and of the kind doubted first.

    The true rules have no circle, so that one of the edges is always unconfirmed.
    """

    def doubt(edge: str) -> tuple[bool, int]:
        return edge in confirmed, _DOUBT.index(edge.partition(":")[0])

    return min((edge for edge in edges if edge.partition(":")[0] in _DOUBT), key=doubt)
