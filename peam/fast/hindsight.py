"""Hindsight: what should have been done where a failure was made, and what need not have been done at all.

A failed action leaves the world as it was, so the first action of its correction was right already in the
failure's own situation, before "last ... NOT_FOUND" told so. Without these decisions a policy only learns to
try, fail and then correct; with them it can learn from the picture not to try.

An exploration that passed by what the run took next was a detour, of the slow tier, which is blind, or of the
fast one. A policy that is trained on detours learns to take them, so what was in view is told as taken there.
Knows decisions, nothing of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peam.actions import EXPLORE, Action
from peam.fast.augment import woodless
from peam.types import Decision, Pair

TAKES = frozenset({"mine", "kill", "shoot"})  # verbs whose target must be in view


def hindsight(pair: Pair) -> list[Decision]:
    """Returns the correction's first action at each of the failed run's situations.

    Empty unless the correction follows the failures directly, in the same episode: elsewhere something else
    may have stood in view. A detour is put right.
    """
    if pair.failed is None or pair.failed.episode != pair.corrected.episode:
        return []
    failed, first = pair.failed.decisions, straight(pair.corrected.decisions)[0]
    if first.index != failed[-1].index + 1:
        return []
    return [replace(first, index=d.index, state=d.state, rgb=d.rgb, seen=d.seen) for d in failed]


def straight(run: Sequence[Decision]) -> list[Decision]:
    """Returns a run as it should have gone: in place of each detour, the taking of what was in view."""
    short = detours(run)
    return [replace(d, action=short[d.index]) if d.index in short else d for d in run]


def detours(decisions: Sequence[Decision]) -> dict[int, Action]:
    """Returns explorations whose picture already showed what was taken next: index -> the taking of it there.

    Any wood stands for any other. What failed took nothing.

    Args:
        decisions: Of one episode, in order.
    """
    found: dict[int, Action] = {}
    take: Action | None = None
    for decision in reversed(decisions):
        action = decision.action
        if action is None or not decision.outcome.ok:
            continue
        if action.word != EXPLORE:
            take = action if action.verb in TAKES else None
        elif take is not None and (name := _shown(decision, take.target)):
            found[decision.index] = replace(take, target=name)
    return found


def _shown(decision: Decision, target: str) -> str:
    """Returns the target where it was named in view, else another wood that was, else ""."""
    names = [name.split(" ")[0] for name in decision.seen]
    alike = [name for name in names if woodless(name) == woodless(target)]
    return target if target in alike else next(iter(alike), "")
