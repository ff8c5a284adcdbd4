"""The executor: one action in, one verified outcome out.

It knows the simulator contract and the primitives; never a task, a planner or a model.
"""

from __future__ import annotations

import time

from peam.actions import Action, InvalidAction
from peam.config import Config
from peam.sims.base import Performer, Sim
from peam.skills import combat, crafting, gathering, travel
from peam.skills.breath import breathe
from peam.skills.context import Context, Memory
from peam.skills.control import Control
from peam.skills.defence import defend, menaced
from peam.skills.diagnosis import Result, Stop, outcome
from peam.skills.navigation import Navigator
from peam.skills.recovery import forage, recover, unbury
from peam.types import Diagnosis, Outcome

PRIMITIVES = {
    "mine": gathering.mine,
    "craft": crafting.craft,
    "place": crafting.place,
    "smelt": crafting.smelt,
    "goto": travel.goto,
    "explore": travel.explore,
    "wait": travel.wait,
    "equip": combat.equip,
    "eat": combat.eat,
    "kill": combat.kill,
    "shoot": combat.shoot,
}
FIGHTS = ("kill", "shoot")  # no reflex comes between


def executor_for(sim: Sim, config: Config) -> Performer:
    """Returns what carries out actions in a simulator: its own skills where it brings some."""
    return sim.performer(config) or Executor(sim, config)


class Executor:
    """Carries out actions in a simulator, without drawing pictures."""

    def __init__(self, sim: Sim, config: Config) -> None:
        """Args: sim: The simulator. config: `skills.*` and `sim.sight` are read."""
        self.sim = sim
        self._sight = float(config.sim.sight)
        self._radius = int(config.skills.perception_radius)
        self._stride = int(config.skills.explore_distance)
        self._max_ticks = int(config.skills.max_ticks)
        self._memory = Memory()

    def reset(self) -> None:
        """Begins an episode: forgets placed stations and noticed ores."""
        self._memory = Memory()

    def stations(self) -> tuple[str, ...]:
        """Returns the names of own placed stations that stand within 32 blocks now, sorted, each once."""
        context = self._context()
        names = {name for name, _ in self._memory.stations}
        return tuple(sorted(name for name in names if context.own_stations(name)))

    def execute(self, action: Action | InvalidAction) -> Outcome:
        """Carries out one action. Never raises for game reasons.

        Returns:
            The outcome, with what it cost in ticks and wall seconds and how the inventory changed.
        """
        began, tick = time.perf_counter(), self.sim.body().tick
        if isinstance(action, InvalidAction):
            invalid = Result(Diagnosis.INVALID_ACTION, action.reason)
            return outcome(invalid, {}, 0, time.perf_counter() - began)
        if not self.sim.body().alive:
            return outcome(Result(Diagnosis.DIED, "dead already"), {}, 0, time.perf_counter() - began)
        context = self._context()
        before = context.control.inventory()
        if action.verb not in FIGHTS:
            answered, lungs, control = set[int](), self._memory.lungs, context.control
            control.guard(
                lambda: _survive(context),
                lambda: lungs.short(control.body.tick) or menaced(context, answered),
            )
        result = _run(context, action)
        after = context.control.inventory()
        delta = {item: after.get(item, 0) - before.get(item, 0) for item in {*before, *after}}
        return outcome(result, delta, self.sim.body().tick - tick, time.perf_counter() - began)

    def _context(self) -> Context:
        control = Control(self.sim, self._radius, self._max_ticks, self._memory.lungs)
        return Context(self.sim, control, Navigator(control), self._memory, self._sight, self._stride)


def _survive(context: Context) -> None:
    breathe(context)
    unbury(context)
    defend(context)
    recover(context)


def _run(context: Context, action: Action) -> Result:
    primitive = PRIMITIVES.get(action.verb)
    if primitive is None:
        return Result(Diagnosis.INVALID_ACTION, f"no verb '{action.verb}'")
    try:
        if action.verb not in (*FIGHTS, "eat"):
            forage(context)
            recover(context)
        return primitive(context, action)
    except Stop as stop:
        return stop.result
