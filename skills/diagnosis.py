"""From the reasons why a skill stops to an `Outcome`.

A skill stops by returning a `Result`, or by raising `Stop` from anywhere below: the executor turns both
into the one record that the rest of the system sees. Knows no simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from peam.types import Diagnosis, Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """How a skill ended, before the executor adds what it cost.

    Attributes:
        diagnosis: OK, or why not.
        detail: One short sentence for people.
        missing: What the game lacked, as in `Outcome.missing`.
    """

    diagnosis: Diagnosis = Diagnosis.OK
    detail: str = ""
    missing: Mapping[str, int] = field(default_factory=dict)


class Stop(Exception):  # noqa: N818 - control flow for a game reason, not an error
    """A game reason that ends the running skill at once."""

    def __init__(
        self, diagnosis: Diagnosis, detail: str = "", missing: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(f"{diagnosis}: {detail}")
        self.result = Result(diagnosis, detail, dict(missing or {}))


def missing_tool(tool: str) -> Stop:
    """The inventory has no tool that works; `tool` is the weakest that would."""
    return Stop(Diagnosis.MISSING_TOOL, f"needs at least a {tool}", {tool: 1})


def missing_material(missing: Mapping[str, int]) -> Stop:
    """The inventory cannot pay; `missing` says how many more of what."""
    words = ", ".join(f"{count} {item}" for item, count in sorted(missing.items()))
    return Stop(Diagnosis.MISSING_MATERIAL, f"lacks {words}", missing)


def no_station(name: str) -> Stop:
    """No crafting table or furnace can be reached."""
    return Stop(Diagnosis.NO_STATION, f"no {name} in reach", {name: 1})


def not_found(name: str) -> Stop:
    """The picture does not show the target."""
    return Stop(Diagnosis.NOT_FOUND, f"no {name} in view")


def partial(done: int, wanted: int, what: str, otherwise: Result) -> Result:
    """Judges a counted skill: OK where at least one was had, else `otherwise`."""
    if done >= wanted:
        return Result(detail=f"{done} {what}")
    if done > 0:
        return Result(detail=f"{done} of {wanted} {what}: {otherwise.diagnosis}")
    return otherwise


def outcome(result: Result, delta: Mapping[str, int], ticks: int, seconds: float) -> Outcome:
    """Builds the record of one skill call.

    Args:
        result: How it ended.
        delta: Inventory difference, item -> signed count; zero entries are dropped.
        ticks: Simulator ticks spent.
        seconds: Wall seconds spent.
    """
    changed = {item: count for item, count in sorted(delta.items()) if count}
    return Outcome(result.diagnosis, changed, dict(result.missing), ticks, seconds, result.detail)
