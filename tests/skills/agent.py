from typing import Any

from peam.actions import Action, parse_action
from peam.config import Config
from peam.sims.base import Sim
from peam.skills.executor import Executor
from peam.types import Outcome

SEED = 7


class Agent:
    """A fresh world and an executor in it."""

    def __init__(self, sim: Sim, config: Config, seed: int = SEED, **options: Any) -> None:
        sim.reset(seed=seed, options=options)
        self.sim, self.executor = sim, Executor(sim, config)

    def do(self, text: str) -> Outcome:
        action = parse_action(text)
        assert isinstance(action, Action), action
        before, tick = dict(self.sim.observe().inventory), self.sim.body().tick
        outcome = self.executor.execute(action)
        after = self.sim.observe().inventory
        changed = {k: after.get(k, 0) - before.get(k, 0) for k in {*before, *after}}
        assert dict(outcome.delta) == {k: v for k, v in changed.items() if v}
        assert outcome.ticks == self.sim.body().tick - tick and outcome.seconds >= 0
        return outcome

    def have(self, item: str) -> int:
        return self.sim.observe().inventory.get(item, 0)
