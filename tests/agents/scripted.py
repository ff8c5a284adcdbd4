"""A planner that says what it is told to, and situations for it; episodes come from the memory helpers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from peam.actions import Action
from peam.agents.base import Situation
from peam.state import describe
from peam.types import Decision, Observation, Subgoal, Task

from ..memory.helpers import LOGS, TABLE, TASK, action, corrected_episode, decision, episode, segment

__all__ = ["LOGS", "TABLE", "TASK", "corrected_episode", "decision", "episode", "segment"]

LACKING = "craft(crafting_table, 1): MISSING_MATERIAL oak_planks 4"  # how `corrected_episode` begins, told
EVENING = {"life": 20.0, "food": 20.0, "position": (0.0, 64.0, 0.0), "yaw": 0.0, "pitch": 0.0, "time": 1000}


def act(text: str) -> Action:
    parsed = action(text)
    assert parsed is not None
    return parsed


class Scripted:
    """Plans the task's goal, proposes the script's actions in turn (the last for ever), keeps all hints."""

    looks = False

    def __init__(self, *script: str) -> None:
        self.script = [act(text) for text in script]
        self.hints: list[Sequence[str]] = []
        self.histories: list[Sequence[Decision]] = []

    def begin(self, seed: int) -> None:
        self.goal: list[Subgoal] = []

    def brief(self, task: Task, observation: Observation) -> None:
        pass

    def plan(self, task, observation, history, hints=()):
        self.hints.append(tuple(hints))
        return [Subgoal(task.category, task.goal)]

    def outlook(self, observation, stations, history, hints=()):
        return []

    def spent(self):
        return (0, 0)

    def decide(self, subgoal, observation, stations, history, hints=()):
        self.hints.append(tuple(hints))
        self.histories.append(history)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Painted:
    """Eyes that take the colour of the first pixel for what is seen, and for the embedding."""

    def see(self, rgb):
        return ("oak_log near",) if rgb[0, 0, 0] else ()

    def embed(self, rgb, text):
        return rgb[0, 0].astype(np.float32)


def seen(inventory: dict[str, int] | None = None, rgb=None) -> Observation:
    return Observation(rgb=rgb, inventory=inventory or {}, hand="air", tick=0, stats={}, **EVENING)


def situation(
    subgoal: Subgoal,
    inventory: dict[str, int] | None = None,
    history: Sequence[Decision] = (),
    near: tuple[str, ...] = (),
    rgb=None,
    task: Task = TASK,
    life: float = 20.0,
) -> Situation:
    observation = replace(seen(inventory, rgb), life=life)
    last = history[-1] if history else None
    state = describe(task, subgoal, observation, near, last)
    return Situation(subgoal, observation, state, near, list(history))
