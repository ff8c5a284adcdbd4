"""One action of Crafter's language in, one verified outcome out: `Executor`'s part for this backend.

Knows the skills and the chart; never a task, a planner or a model.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from peam.actions import Action, InvalidAction
from peam.sims.crafter.chart import Chart
from peam.sims.crafter.grammar import check
from peam.sims.crafter.pilot import Hands, Pilot
from peam.sims.crafter.skills import Skills
from peam.sims.crafter.templates import ITEMS
from peam.skills.diagnosis import Result, Stop, outcome
from peam.types import Diagnosis, Outcome

VITALS = ITEMS[:4]
SHORT = ("craft", "place", "guard")  # what is soon done: only urgent needs come between


class Performer:
    """Carries out actions; a new pilot, with a fresh budget of steps, for each."""

    def __init__(self, chart: Chart, hands: Hands, budget: int) -> None:
        self._chart, self._hands, self._budget = chart, hands, budget
        self._put_off: dict[str, int] = {}

    def reset(self) -> None:
        """Begins an episode; the chart does so by itself."""
        self._put_off = {}

    def stations(self) -> tuple[str, ...]:
        """Returns the names of the stations that are known and near, sorted."""
        return Skills(Pilot(self._chart, self._hands, 0)).near()

    def execute(self, action: Action | InvalidAction) -> Outcome:
        """Carries out one action. Never raises for game reasons."""
        began, step = time.perf_counter(), self._chart.step
        before = held(self._chart.inventory)
        reason = action.reason if isinstance(action, InvalidAction) else check(action)
        if reason:
            result = Result(Diagnosis.INVALID_ACTION, reason)
        else:
            assert isinstance(action, Action)
            result = self._run(action)
        after = held(self._chart.inventory)
        delta = {item: after.get(item, 0) - before.get(item, 0) for item in {*before, *after}}
        return outcome(result, delta, self._chart.step - step, time.perf_counter() - began)

    def _run(self, action: Action) -> Result:
        pilot = Pilot(self._chart, self._hands, self._budget)
        skills = Skills(pilot)
        skills.body.put_off = self._put_off
        skills.body.patient = action.verb in SHORT
        try:
            for _ in range(8):
                if not pilot.heed():
                    break
            return skills.verbs[action.verb](action)
        except Stop as stop:
            return stop.result


def held(inventory: Mapping[str, int]) -> dict[str, int]:
    """Returns the items held, vitals left out."""
    return {item: count for item, count in inventory.items() if item not in VITALS}
