"""One episode: plan, then decide and act until the goal holds, the agent dies or the budget is spent.

Knows agents, skills and the simulator contract; nothing of memory. Used by lives, gates and evaluation.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from peam.actions import InvalidAction
from peam.agents.base import Agent, Proposal, Situation
from peam.config import Config
from peam.sims.base import Sim
from peam.skills.executor import executor_for
from peam.state import describe
from peam.types import Decision, Episode, Image, Observation, Outcome, Segment, Subgoal, Task

OnEvent = Callable[[dict[str, Any]], None]


def ignore(event: dict[str, Any]) -> None:
    """The listener that does not listen."""


@dataclass(slots=True)
class Trace:
    """What an episode gathers as it goes."""

    decisions: list[Decision] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)  # a decision: whether its subgoal held afterwards
    slow_calls: int = 0
    fast_decisions: int = 0
    tokens: tuple[int, int] = (0, 0)  # of plans that no decision has been taken under yet

    def add(self, decision: Decision, after: Observation) -> None:
        """Takes up a decision and what was observed after it."""
        self.decisions.append(decision)
        self.reached.append(decision.subgoal.predicate.holds(after))

    def segments(self, episode: int) -> tuple[Segment, ...]:
        """Cuts the decisions into runs of one subgoal; a run is reached if the next state satisfied it."""
        runs: list[Segment] = []
        for decision, reached in zip(self.decisions, self.reached, strict=True):
            if runs and runs[-1].subgoal == decision.subgoal and not runs[-1].reached:
                decisions = (*runs[-1].decisions, decision)
                runs[-1] = Segment(episode, decision.subgoal, decisions, reached)
            else:
                runs.append(Segment(episode, decision.subgoal, (decision,), reached))
        return tuple(runs)


class Rollout:
    """Runs episodes of one agent in one simulator."""

    def __init__(self, sim: Sim, agent: Agent, config: Config, on_event: OnEvent = ignore) -> None:
        self.sim = sim
        self.agent = agent
        self.config = config
        self.on_event = on_event
        self.executor = executor_for(sim, config)

    def run(
        self, task: Task, seed: int, index: int = 0, max_decisions: int = 60, attempt: int = 0
    ) -> Episode:
        """Plays one episode.

        Args:
            task: What to do.
            seed: Of the world; with the task and the attempt also of what the planner forgets.
            index: Number of the episode in its life.
            max_decisions: Budget.
            attempt: Number of the try at this very task and world.

        Returns:
            The episode, success decided from simulator state.
        """
        begun = time.perf_counter()
        self.sim.reset(seed=seed, options=dict(task.start))
        self.executor.reset()
        self.agent.begin(task, mind_seed(task, seed, attempt))
        trace = Trace()
        self.on_event({"kind": "episode_start", "index": index, "task": task.name, "seed": seed})
        observation = self._observe()
        subgoals: list[Subgoal] = []
        while observation.alive and not task.goal.holds(observation) and len(trace.decisions) < max_decisions:
            subgoals = [s for s in subgoals if not s.predicate.holds(observation)] or self._plan(
                task, observation, trace
            )
            decision, subgoals = self._decide(task, subgoals, observation, trace)
            observation = self._observe()
            trace.add(decision, observation)
            self.on_event({"kind": "decision", "task": task.name, "decision": decision, "trace": trace})
        return Episode(
            index=index,
            task=task,
            seed=seed,
            segments=trace.segments(index),
            success=task.goal.holds(observation),
            slow_calls=trace.slow_calls,
            fast_decisions=trace.fast_decisions,
            ticks=observation.tick,
            seconds=time.perf_counter() - begun,
        )

    def _plan(self, task: Task, observation: Observation, trace: Trace) -> list[Subgoal]:
        plan = self.agent.plan(task, observation, trace.decisions)
        trace.slow_calls += plan.tier == "slow"
        trace.tokens = _sum(trace.tokens, plan.tokens)
        open_ = [s for s in plan.subgoals if not s.predicate.holds(observation)]
        return open_ or [Subgoal(task.category, task.goal)]

    def _decide(
        self, task: Task, subgoals: list[Subgoal], observation: Observation, trace: Trace
    ) -> tuple[Decision, list[Subgoal]]:
        """Takes one decision; where the slow tier takes it, under the plan that it has revised."""
        stations, last = self.executor.stations(), trace.decisions[-1] if trace.decisions else None
        state = describe(task, subgoals[0], observation, stations, last)
        begun = time.perf_counter()
        proposal = self.agent.propose(Situation(subgoals[0], observation, state, stations, trace.decisions))
        thought = time.perf_counter() - begun
        if proposal.plan and proposal.plan[0] != subgoals[0]:
            state = describe(task, proposal.plan[0], observation, stations, last)
            proposal = replace(proposal, confidence=None, margin=None, shadow="")  # were of another subgoal
        subgoals = list(proposal.plan) or subgoals
        if proposal.tier == "slow":
            trace.slow_calls += proposal.calls
        else:
            trace.fast_decisions += 1
        proposal = replace(proposal, tokens=_sum(proposal.tokens, trace.tokens))
        trace.tokens = (0, 0)
        outcome = self.executor.execute(proposal.action)
        decision = _record(len(trace.decisions), subgoals[0], state, observation.rgb, proposal, outcome)
        return replace(decision, seconds=thought), subgoals

    def _observe(self) -> Observation:
        options = self.config.observation
        height, width = options.image
        image = (int(height), int(width)) if self.agent.looks else None
        observation = self.sim.observe(image, bool(options.nearby_text))
        return _blanked(observation) if options.blank_image and image else observation


def mind_seed(task: Task, seed: int, attempt: int) -> int:
    """Returns the seed of what the planner forgets in this attempt, independent of the agent under test."""
    entropy = [seed, zlib.crc32(task.name.encode()), attempt]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def _blanked(observation: Observation) -> Observation:
    assert observation.rgb is not None
    return replace(observation, rgb=np.full_like(observation.rgb, 127))


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


_NO_IMAGE: Image = np.zeros((0, 0, 3), dtype=np.uint8)


def _record(
    index: int, subgoal: Subgoal, state: str, rgb: Image | None, proposal: Proposal, outcome: Outcome
) -> Decision:
    invalid = proposal.action if isinstance(proposal.action, InvalidAction) else None
    return Decision(
        index=index,
        subgoal=subgoal,
        state=state,
        rgb=_NO_IMAGE if rgb is None else rgb,
        seen=proposal.seen,
        action=None if isinstance(proposal.action, InvalidAction) else proposal.action,
        tier=proposal.tier,
        outcome=outcome,
        confidence=proposal.confidence,
        margin=proposal.margin,
        shadow=proposal.shadow,
        tokens=proposal.tokens,
        raw=invalid.text if invalid else "",
    )
