"""The fast tier's latency: a whole decision, picture to action, and its parts.

peam bench fast --json
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from peam.actions import Action
from peam.config import load_config
from peam.fast.experts import Experts
from peam.fast.objective import train_adapter
from peam.fast.policy import Policy
from peam.types import Decision, Diagnosis, Outcome, Pair, Predicate, Segment, Subgoal

CALLS = 60
WARM = 5
STATE = (
    "task wooden_pickaxe ; goal inventory {goal} 1 ; has dirt 3 oak_log 2 oak_planks 4 stick 2 ; "
    "hand air ; near crafting_table ; life 20 food 20 height 64 day ; last craft oak_planks OK"
)
LEARNED = {
    "wooden_pickaxe": Action("craft", "wooden_pickaxe", 1),
    "furnace": Action("mine", "stone", 8),
    "torch": Action("explore", "down"),
    "stick": Action("craft", "stick", 4),
}


def run(base: str = "nano", threads: int = 1) -> dict[str, Any]:
    """Times decisions on fresh pictures and one state.

    Args:
        base: As `fast.base`.
        threads: torch threads.

    Returns:
        decision_ms_median, decision_ms_p95 (wall, whole calls), decision_cpu_ms_median (processor time, which
        other jobs of the machine disturb less), parts (median wall ms), base, threads, calls.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return _measure(base, threads)
    finally:
        torch.set_num_threads(before)


def _measure(base: str, threads: int) -> dict[str, Any]:
    steps = [
        "consolidation.steps=30",
        "consolidation.passes=60",
        "consolidation.batch=8",
        "consolidation.augment=false",
    ]
    config = load_config([], [f"fast.base={base}", *steps])
    experts = Experts.from_config(config)
    train_adapter(experts, "craft", [lesson()], config=config, seed=0)
    policy, rng = Policy(experts), np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (128, 128, 3), dtype=np.uint8) for _ in range(CALLS)]
    whole, processor = times(lambda i: _decide(policy, pictures[i]))
    policy = Policy(experts)
    encoded = [policy.picture(rgb) for rgb in pictures]
    seen = policy.see(encoded[0])
    state = STATE.format(goal="wooden_pickaxe")
    fresh = [np.roll(rgb, 1) for rgb in pictures]
    parts = {
        "vision": times(lambda i: policy.picture(fresh[i]))[0],
        "see": times(lambda i: policy.see(encoded[i]))[0],
        "act": times(lambda i: policy.decide("craft", state, seen, encoded[i]))[0],
    }
    return {
        "decision_ms_median": round(float(np.median(whole)), 2),
        "decision_ms_p95": round(float(np.percentile(whole, 95)), 2),
        "decision_cpu_ms_median": round(float(np.median(processor)), 2),
        "parts": {name: round(float(np.median(values)), 2) for name, values in parts.items()},
        "base": base,
        "threads": threads,
        "calls": CALLS - WARM,
    }


def _decide(policy: Policy, rgb: Any) -> None:
    picture = policy.picture(rgb)
    policy.decide("craft", STATE.format(goal="wooden_pickaxe"), policy.see(picture), picture)


def lesson() -> Pair:
    """Returns a made-up run that decides `LEARNED`, so that the adapter is neither fresh nor uniform."""
    blank = np.full((128, 128, 3), 128, np.uint8)
    run = tuple(
        Decision(
            index,
            Subgoal("craft", Predicate("inventory", goal)),
            STATE.format(goal=goal),
            blank,
            (),
            action,
            "slow",
            Outcome(Diagnosis.OK),
        )
        for index, (goal, action) in enumerate(LEARNED.items())
    )
    return Pair("", None, Segment(0, run[0].subgoal, run, True), "")


def times(call: Callable[[int], object]) -> tuple[list[float], list[float]]:
    """Returns wall and processor milliseconds of each call after the warm-up."""
    wall, processor = [], []
    for index in range(CALLS):
        begin, used = time.perf_counter(), time.process_time()
        call(index)
        wall.append((time.perf_counter() - begin) * 1e3)
        processor.append((time.process_time() - used) * 1e3)
    return wall[WARM:], processor[WARM:]


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
