"""Crafter's rules in the words of the contract's `Rules`. Knows the packaged data and the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peam.sims.base import Rules
from peam.sims.crafter.chart import Chart
from peam.sims.crafter.rules import rules

_TIERS = ("wood", "stone", "iron")


class CrafterFacts(Rules):
    """The contract's questions, answered for Crafter."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def drops(self, block: str) -> str | None:
        """Returns what `do` on the block gives."""
        rule = rules().collect.get(block)
        return rule.gives if rule else None

    def weakest_tool(self, block: str) -> str | None:
        """Returns the tool that collecting the block takes."""
        rule = rules().collect.get(block)
        return (rule.tool or None) if rule else None

    def tool_works(self, block: str, item: str) -> bool:
        """Returns whether holding the item alone is enough: Crafter asks for exactly one tool."""
        return self.drops(block) is not None and self.weakest_tool(block) in (None, item)

    def dig_ticks(self, block: str, item: str) -> int:
        """Returns 1: a blow is enough."""
        return 1

    def recipe(self, item: str) -> tuple[int, Mapping[str, int], bool] | None:
        """Returns (1, ingredients, True) for what is made at a table."""
        rule = rules().make.get(item)
        return (1, dict(rule.uses), "table" in rule.near) if rule else None

    def smelting(self, product: str) -> Sequence[str]:
        """Returns nothing: Crafter does not smelt."""
        return ()

    def fuel_ticks(self, item: str) -> int:
        """Returns 0: nothing burns."""
        return 0

    def food_points(self, item: str) -> int:
        """Returns 0: no item is eaten, only cows and plants where they stand."""
        return 0
