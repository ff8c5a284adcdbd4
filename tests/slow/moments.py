"""Tasks, observations and decisions for tests of the slow tier on language models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from peam.actions import Action, InvalidAction, parse_action
from peam.config import Config, load_config
from peam.types import Decision, Diagnosis, Observation, Outcome, Predicate, Subgoal, Task

TASK = Task("wooden_pickaxe", "craft a wooden pickaxe", Predicate("inventory", "wooden_pickaxe", 1), "craft")
LAST = Subgoal("craft", TASK.goal)
LOGS = Subgoal("gather", Predicate("inventory", "oak_log", 4))
BARE = Observation(
    rgb=None, inventory={}, hand="air", life=20.0, food=20.0, position=(0.0, 70.9, 0.0), yaw=0.0, pitch=0.0,
    time=1000, tick=0, stats={},
)  # fmt: skip


def seen(**changes: Any) -> Observation:
    return replace(BARE, **changes)


def did(index: int, text: str, diagnosis: Diagnosis = Diagnosis.OK, **outcome: Any) -> Decision:
    parsed = parse_action(text)
    action = parsed if isinstance(parsed, Action) else None
    raw = parsed.text if isinstance(parsed, InvalidAction) else ""
    picture = np.zeros((0, 0, 3), np.uint8)
    return Decision(index, LOGS, "", picture, (), action, "slow", Outcome(diagnosis, **outcome), raw=raw)


def configured(url: str, *overrides: str) -> Config:
    """Returns a configuration for an endpoint that needs no key and keeps no cache, unless overridden."""
    defaults = [
        f"slow.openai.base_url={url}",
        "slow.openai.model=tiny",
        "slow.openai.key_env=''",
        "slow.openai.cache=''",
        "slow.planner=openai",
    ]
    return load_config(overrides=[*defaults, *overrides])
