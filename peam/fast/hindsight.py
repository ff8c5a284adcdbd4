"""Hindsight: what should have been done where a failure was made.

A failed action leaves the world as it was, so the first action of its correction was right already in the
failure's own situation, before "last ... NOT_FOUND" told so. Without these decisions a policy only learns to
try, fail and then correct; with them it can learn from the picture not to try. Knows decisions alone.
"""

from __future__ import annotations

from dataclasses import replace

from peam.types import Decision, Pair


def hindsight(pair: Pair) -> list[Decision]:
    """Returns the correction's first action at each of the failed run's situations.

    Empty unless the correction follows the failures directly, in the same episode: elsewhere something else
    may have stood in view.
    """
    if pair.failed is None or pair.failed.episode != pair.corrected.episode:
        return []
    failed, first = pair.failed.decisions, pair.corrected.decisions[0]
    if first.index != failed[-1].index + 1:
        return []
    return [replace(first, index=d.index, state=d.state, rgb=d.rgb, seen=d.seen) for d in failed]
