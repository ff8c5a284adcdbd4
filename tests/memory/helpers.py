"""Small records for the tests of memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from peam.actions import Action, InvalidAction, parse_action
from peam.types import Decision, Diagnosis, Episode, Outcome, Predicate, Segment, Subgoal, Task, Tier

LOGS = Subgoal("gather", Predicate("inventory", "oak_log", 4))
TABLE = Subgoal("craft", Predicate("inventory", "crafting_table", 1))
TASK = Task("crafting_table", "craft a crafting table", TABLE.predicate, "craft", {"time": 1000})


def action(text: str) -> Action | None:
    parsed = parse_action(text)
    return None if isinstance(parsed, InvalidAction) else parsed


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)


def state(subgoal: Subgoal, has: str = "nothing", hand: str = "air", near: str = "nothing") -> str:
    goal = subgoal.predicate
    return (
        f"task t ; goal {goal.fact} {goal.item} {goal.count} ; has {has} ; hand {hand} ; near {near} ; "
        "life 20 food 20 height 64 day ; last nothing"
    )


def decision(
    index: int,
    text: str,
    diagnosis: str = "OK",
    subgoal: Subgoal = LOGS,
    has: str = "nothing",
    delta: dict[str, int] | None = None,
    missing: dict[str, int] | None = None,
    tier: Tier = "slow",
    margin: float | None = None,
    shadow: str = "",
    near: str = "nothing",
) -> Decision:
    return Decision(
        index=index,
        subgoal=subgoal,
        state=state(subgoal, has, near=near),
        rgb=picture(index % 3),
        seen=("oak_log near",),
        action=action(text),
        tier=tier,
        outcome=Outcome(Diagnosis(diagnosis), delta or {}, missing or {}, ticks=40, seconds=0.01),
        margin=margin,
        shadow=shadow,
        raw="" if action(text) else text,
        seconds=0.5,
    )


def segment(decisions: list[Decision], episode: int = 0, reached: bool = True) -> Segment:
    return Segment(episode, decisions[0].subgoal, tuple(decisions), reached)


def episode(index: int, *segments: Segment, success: bool = True) -> Episode:
    own = tuple(replace(s, episode=index) for s in segments)
    decisions = [d for s in own for d in s.decisions]
    return Episode(
        index=index,
        task=TASK,
        seed=7 + index,
        segments=own,
        success=success,
        slow_calls=sum(d.tier == "slow" for d in decisions),
        fast_decisions=sum(d.tier == "fast" for d in decisions),
        ticks=sum(d.outcome.ticks for d in decisions),
        seconds=1.0,
    )


def corrected_episode(index: int) -> Episode:
    """Fails to see a log, explores, mines; then crafts a table after planks."""
    logs = [
        decision(0, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(1, "explore(north)"),
        decision(2, "mine(oak_log, 4)", delta={"oak_log": 4}),
    ]
    table = [
        decision(
            3, "craft(crafting_table, 1)", "MISSING_MATERIAL", TABLE, "oak_log 4", {}, {"oak_planks": 4}
        ),
        decision(4, "craft(oak_planks, 4)", "OK", TABLE, "oak_log 4", {"oak_log": -1, "oak_planks": 4}),
        decision(5, "craft(crafting_table, 1)", "OK", TABLE, "oak_log 3 oak_planks 4", {"oak_planks": -4}),
    ]
    return episode(index, segment(logs), segment(table))


def adapter_files(folder: Path, value: float = 1.0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"lora_B": np.full((2, 2), value, dtype=np.float32)}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 2}), encoding="utf-8")
    return folder
