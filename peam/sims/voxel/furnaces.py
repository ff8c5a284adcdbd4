"""Furnaces as real block entities: input, fuel, fire, output. 200 ticks an item.

MineDojo smelts at once; here, as in the game, it takes its time. Knows nothing of where furnaces stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peam.sims.voxel.items import ITEM_ID, STACK
from peam.sims.voxel.rules import FUEL, INPUTS, PRODUCT, SMELT_TICKS, choose_fuel


@dataclass(slots=True)
class Furnace:
    """One furnace.

    Attributes:
        item: Input item, "air" when empty; `count` of it.
        fuel: Fuel item in the slot; `fuel_count` of it.
        burn: Ticks of fire left.
        progress: Ticks that the present item has had.
        output: Product waiting; `made` of it.
        buckets: Empty ones waiting: a lava bucket burns without its bucket.
    """

    item: str = "air"
    count: int = 0
    fuel: str = "air"
    fuel_count: int = 0
    burn: int = 0
    progress: int = 0
    output: str = "air"
    made: int = 0
    buckets: int = 0

    def plan(self, product: str, held: Callable[[str], int]) -> tuple[str, tuple[str, int] | None] | None:
        """Says what loading one more input for a product would take.

        Args:
            product: What to smelt into.
            held: Item -> how many the inventory holds.

        Returns:
            (input item, (fuel, pieces) or None where what is there suffices); None where it cannot be done.
        """
        options = [name for name in INPUTS[product] if held(name) and self.item in ("air", name)]
        if not options or self.output not in ("air", product):
            return None
        item = options[0]
        if self.count >= STACK[ITEM_ID[item]]:
            return None
        need = SMELT_TICKS * (self.count + 1) - self.progress - self.burn
        need -= FUEL.get(self.fuel, 0) * self.fuel_count
        if need <= 0:
            return item, None

        def spare(name: str) -> int:
            return held(name) - (name == item)

        fuel = choose_fuel(need, spare, self.fuel if self.fuel_count else "air")
        return (item, fuel) if fuel else None

    def load(self, item: str, fuel: tuple[str, int] | None) -> None:
        """Puts one input in, and fuel."""
        self.item, self.count = item, self.count + 1
        if fuel:
            self.fuel, self.fuel_count = fuel[0], self.fuel_count + fuel[1]

    def tick(self) -> None:
        """Advances one tick."""
        if self.burn == 0 and self.count and self.fuel_count:
            self.burn = FUEL[self.fuel]
            self.fuel_count -= 1
            self.buckets += self.fuel == "lava_bucket"
            if not self.fuel_count:
                self.fuel = "air"
        if self.burn == 0:
            self.progress = max(0, self.progress - 2)
            return
        self.burn -= 1
        if self.count:
            self.progress += 1
            if self.progress == SMELT_TICKS:
                self._finish()

    def _finish(self) -> None:
        self.progress = 0
        self.output, self.made = PRODUCT[self.item], self.made + 1
        self.count -= 1
        if not self.count:
            self.item = "air"

    def empty(self) -> tuple[str, int]:
        """Takes the output out."""
        taken = (self.output, self.made)
        self.output, self.made = "air", 0
        return taken

    def contents(self) -> list[tuple[str, int]]:
        """Returns everything that drops when the furnace is dug."""
        slots = [(self.item, self.count), (self.fuel, self.fuel_count), (self.output, self.made)]
        return [slot for slot in (*slots, ("bucket", self.buckets)) if slot[1]]

    def state(self) -> dict[str, Any]:
        """Returns the fields for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__}
