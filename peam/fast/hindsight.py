"""Hindsight: what should have been done where a failure was made, and what need not have been done at all.

A failed action leaves the world as it was, so the first action of its correction was right already in the
failure's own situation, before "last ... NOT_FOUND" told so. Without these decisions a policy only learns to
try, fail and then correct; with them it can learn from the picture not to try.

An exploration of the fast tier that passed by what the run took next was no help, and a later version that is
trained on such detours learns to take them. Knows decisions, nothing of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peam.actions import EXPLORE
from peam.fast.augment import woodless
from peam.types import Decision, Pair

TAKES = frozenset({"mine", "kill", "shoot"})  # verbs whose target must be in view


def hindsight(pair: Pair) -> list[Decision]:
    """Returns the correction's first action at each of the failed run's situations.

    Empty unless the correction follows the failures directly, in the same episode: elsewhere something else
    may have stood in view. Empty, too, where that action was a detour.
    """
    if pair.failed is None or pair.failed.episode != pair.corrected.episode:
        return []
    failed, first = pair.failed.decisions, pair.corrected.decisions[0]
    if first.index != failed[-1].index + 1 or first.index in detours(pair.corrected.decisions):
        return []
    return [replace(first, index=d.index, state=d.state, rgb=d.rgb, seen=d.seen) for d in failed]


def straight(run: Sequence[Decision]) -> list[Decision]:
    """Returns a run without its detours."""
    strayed = detours(run)
    return [decision for decision in run if decision.index not in strayed]


def detours(decisions: Sequence[Decision]) -> frozenset[int]:
    """Returns the indices of the fast tier's explorations whose picture already showed what was taken next.

    Any wood stands for any other. What failed took nothing. The slow tier, which is blind, makes no detours:
    what it did not see it could not pass by.

    Args:
        decisions: Of one episode, in order.
    """
    strayed, target = set[int](), ""
    for decision in reversed(decisions):
        action = decision.action
        if action is None or not decision.outcome.ok:
            continue
        if action.word != EXPLORE:
            target = woodless(action.target) if action.verb in TAKES else ""
        elif decision.tier == "fast" and target in {woodless(name.split(" ")[0]) for name in decision.seen}:
            strayed.add(decision.index)
    return frozenset(strayed)
