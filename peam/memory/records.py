"""Records of the loop to and from rows of the store, and the plain rows that readers get.

Knows the record types and the column layout, nothing of SQLite or hashing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from peam.actions import Action, InvalidAction, parse_action
from peam.errors import StoreError
from peam.memory.chain import Value
from peam.types import Decision, Diagnosis, Episode, Image, Outcome, Pair, Predicate, Segment, Subgoal, Task

NO_IMAGE: Image = np.zeros((0, 0, 3), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Score:
    """The four terms of worthiness (each in [0, 1]) and what came of them.

    Attributes:
        pair: Id of the scored pair.
        category: Half of whose median it had to exceed.
        worthiness: W = (C * S * N * A) ** (1/4).
        cost_saved: C.
        stability: S.
        novelty: N.
        agreement: A.
        threshold: Half the running median before it; None for a category's first.
        admitted: Whether it may be trained on.
        reason: Why, in words.
    """

    pair: str
    category: str
    worthiness: float
    cost_saved: float
    stability: float
    novelty: float
    agreement: float
    threshold: float | None
    admitted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Experience:
    """One pair as the store lists it: what it is, how it scored, whether it counts."""

    pair: str
    episode: int
    category: str
    predicate: str
    context: str
    signature: str
    has_failure: bool
    quarantined: bool
    score: Score | None


@dataclass(frozen=True, slots=True)
class Consolidation:
    """One finished consolidation, accepted or not.

    Attributes:
        category: Whose adapter.
        version: The candidate's version, e.g. "v0001".
        parent: The version it was trained from, "" for the bare base.
        episode: The last episode before it was started.
        pairs: Ids trained on.
        heldout: Ids kept for the gate.
        steps: Training steps.
        cost: Metered.
        accepted: What the gate said.
        gate: `GateResult` as a mapping.
        metrics: Numbers of the training, without wall times.
    """

    category: str
    version: str
    parent: str
    episode: int
    pairs: tuple[str, ...]
    heldout: tuple[str, ...]
    steps: int
    cost: float
    accepted: bool
    gate: Mapping[str, Any]
    metrics: Mapping[str, Any]


def dumps(value: Any) -> str:
    """Returns canonical JSON: sorted keys, no blanks; numpy scalars as plain numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


def image_id(rgb: Image) -> str:
    """Returns the sha256 of shape and pixels, "" for an empty picture."""
    if rgb.size == 0:
        return ""
    return hashlib.sha256(str(rgb.shape).encode() + np.ascontiguousarray(rgb).tobytes()).hexdigest()


def encode_png(rgb: Image) -> bytes:
    """Encodes (H, W, 3) uint8 RGB as PNG."""
    done, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if not done:
        raise StoreError(f"a picture of shape {rgb.shape} cannot be encoded as PNG")
    return data.tobytes()


def decode_png(png: bytes) -> Image:
    """Decodes to (H, W, 3) uint8 RGB. Raises StoreError where the bytes are not a picture."""
    data = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_COLOR)
    if data is None:
        raise StoreError("a stored picture is not a PNG")
    return np.asarray(cv2.cvtColor(data, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def task_json(task: Task) -> str:
    """Returns a task as JSON."""
    fields = {"name": task.name, "text": task.text, "goal": str(task.goal), "category": task.category}
    return dumps({**fields, "start": dict(task.start)})


def task_of(text: str) -> Task:
    """The inverse of `task_json`."""
    data = json.loads(text)
    goal = Predicate.parse(data["goal"])
    return Task(data["name"], data["text"], goal, data["category"], data["start"])


def episode_row(episode: Episode, origin: str) -> dict[str, Value]:
    """Returns the columns of table `episodes`."""
    return {
        "episode": episode.index,
        "task": task_json(episode.task),
        "seed": episode.seed,
        "success": episode.success,
        "slow_calls": episode.slow_calls,
        "fast_decisions": episode.fast_decisions,
        "ticks": episode.ticks,
        "origin": origin,
    }


def segment_row(episode: int, position: int, segment: Segment) -> dict[str, Value]:
    """Returns the columns of table `segments`."""
    return {
        "episode": episode,
        "position": position,
        "category": segment.subgoal.category,
        "predicate": str(segment.subgoal.predicate),
        "reached": segment.reached,
    }


def decision_row(episode: int, segment: int, decision: Decision, image: str) -> dict[str, Value]:
    """Returns the columns of table `decisions`."""
    return {
        "episode": episode,
        "segment": segment,
        "idx": decision.index,
        "category": decision.subgoal.category,
        "predicate": str(decision.subgoal.predicate),
        "state": decision.state,
        "image": image,
        "seen": dumps(list(decision.seen)),
        "action": None if decision.action is None else str(decision.action),
        "tier": decision.tier,
        "confidence": decision.confidence,
        "margin": decision.margin,
        "shadow": decision.shadow,
        "raw": decision.raw,
        "prompt_tokens": decision.tokens[0],
        "completion_tokens": decision.tokens[1],
    }


def outcome_row(episode: int, decision: Decision) -> dict[str, Value]:
    """Returns the columns of table `outcomes`; wall seconds stay out of it."""
    outcome = decision.outcome
    return {
        "episode": episode,
        "idx": decision.index,
        "diagnosis": str(outcome.diagnosis),
        "delta": dumps(outcome.delta),
        "missing": dumps(outcome.missing),
        "ticks": outcome.ticks,
        "detail": outcome.detail,
    }


def decision_of(row: Mapping[str, Any], rgb: Image) -> Decision:
    """Builds a decision from a row of decisions, outcomes and timings joined."""
    outcome = Outcome(
        diagnosis=Diagnosis(row["diagnosis"]),
        delta=json.loads(row["delta"]),
        missing=json.loads(row["missing"]),
        ticks=row["ticks"],
        seconds=row["act"] or 0.0,
        detail=row["detail"],
    )
    return Decision(
        index=row["idx"],
        subgoal=Subgoal(row["category"], Predicate.parse(row["predicate"])),
        state=row["state"],
        rgb=rgb,
        seen=tuple(json.loads(row["seen"])),
        action=_action_of(row),
        tier=row["tier"],
        outcome=outcome,
        confidence=row["confidence"],
        margin=row["margin"],
        shadow=row["shadow"],
        raw=row["raw"],
        seconds=row["think"] or 0.0,
        tokens=(row["prompt_tokens"], row["completion_tokens"]),
    )


def _action_of(row: Mapping[str, Any]) -> Action | None:
    if row["action"] is None:
        return None
    action = parse_action(row["action"])
    if isinstance(action, InvalidAction):
        where = f"episode {row['episode']} decision {row['idx']}"
        raise StoreError(f"{where}: action '{action.text}' is outside the grammar: {action.reason}")
    return action


def pair_row(pair: Pair, signature: str) -> dict[str, Value]:
    """Returns the columns of table `pairs`; runs are references to decisions."""
    return {
        "pair": pair.id,
        "episode": pair.corrected.episode,
        "category": pair.corrected.subgoal.category,
        "predicate": str(pair.corrected.subgoal.predicate),
        "context": pair.context,
        "signature": signature,
        "failed": dumps(None if pair.failed is None else run_reference(pair.failed)),
        "corrected": dumps(run_reference(pair.corrected)),
    }


def run_reference(segment: Segment) -> list[Any]:
    """Returns [episode, [decision index, ...]]."""
    return [segment.episode, [d.index for d in segment.decisions]]


def consolidation_row(done: Consolidation) -> dict[str, Value]:
    """Returns the columns of table `consolidations`."""
    return {
        "category": done.category,
        "version": done.version,
        "parent": done.parent,
        "episode": done.episode,
        "pairs": dumps(list(done.pairs)),
        "heldout": dumps(list(done.heldout)),
        "steps": done.steps,
        "cost": done.cost,
        "accepted": int(done.accepted),
        "gate": dumps(dict(done.gate)),
        "metrics": dumps(dict(done.metrics)),
    }


def consolidation_of(row: Mapping[str, Any]) -> Consolidation:
    """The inverse of `consolidation_row`."""
    names = ("category", "version", "parent", "episode", "steps", "cost")
    return Consolidation(
        **{name: row[name] for name in names},
        pairs=tuple(json.loads(row["pairs"])),
        heldout=tuple(json.loads(row["heldout"])),
        accepted=bool(row["accepted"]),
        gate=json.loads(row["gate"]),
        metrics=json.loads(row["metrics"]),
    )
