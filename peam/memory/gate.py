"""The gate: whether a candidate may replace the incumbent (docs/architecture.md, section 7).

On held-out pairs the candidate must prefer t+ over t- more often. Where it does not, but is not worse
beyond chance either (a dozen twins tell little), or where no pair has a failed twin, it must be right on
more exemplars than the incumbent, or on as many with a higher mean log-probability of t+; failing that, it
must cost less in the probe episodes at no fewer successes. On exemplars, and in probe episodes where there
are any, it must lose nothing by a one-sided sign test; and a successor must not cost more there than what it
succeeds. The incumbent of a first version is the bare base, in probe episodes the planner alone. Knows
measurements, nothing of training or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from scipy.stats import binomtest

from peam.actions import Action
from peam.fast.base import Choice
from peam.types import Decision, Image, Pair, Segment

ALPHA = 0.05  # of the sign tests
COMPASS = frozenset({"north", "east", "south", "west"})
PREFERRED = "preferred on held-out pairs, nothing lost"


class Measurable(Protocol):
    """What the gate asks of an executor."""

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, tokens) of a segment's actions."""

    def decide(self, category: str, state: str, rgb: Image) -> Choice:
        """Chooses an action under the category's adapter."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One executor on held-out pairs and retained exemplars.

    Attributes:
        log_probs: A pair: mean log-probability a token of t+.
        margins: A pair: that of t+ minus that of t-, both after the bifurcation; None without a twin.
        right: An exemplar: whether the executor would do what was recorded.
    """

    log_probs: tuple[float, ...]
    margins: tuple[float | None, ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class GateResult:
    """The numbers and the verdict.

    Attributes:
        accepted: Whether the candidate may serve.
        reason: Why, in words.
        undecided: Whether it is neither better nor, beyond chance, worse: the probe decides.
        heldout: Held-out pairs.
        twins: Those with a failed twin.
        candidate_prefers: Twins of which the candidate prefers t+.
        incumbent_prefers: The same of the incumbent.
        candidate_log_prob: Mean log-probability a token of t+, all held-out pairs.
        incumbent_log_prob: The same of the incumbent.
        exemplars: Retained decisions compared.
        losses: Right under the incumbent, wrong under the candidate.
        gains: The other way round.
        p_value: One-sided sign test of losses against gains.
        probe: What the probe said; "" without one.
    """

    accepted: bool
    reason: str
    undecided: bool = False
    heldout: int = 0
    twins: int = 0
    candidate_prefers: int = 0
    incumbent_prefers: int = 0
    candidate_log_prob: float = 0.0
    incumbent_log_prob: float = 0.0
    exemplars: int = 0
    losses: int = 0
    gains: int = 0
    p_value: float = 1.0
    probe: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain values."""
        return asdict(self)


def parted(pair: Pair) -> tuple[Segment, Segment]:
    """Returns (t+, t-) from their first differing decision on. The pair must have a twin."""
    assert pair.failed is not None
    chosen, failed = pair.corrected.decisions, pair.failed.decisions
    same = 0
    while same < min(len(chosen), len(failed)) - 1 and chosen[same].action == failed[same].action:
        same += 1
    return replace(pair.corrected, decisions=chosen[same:]), replace(pair.failed, decisions=failed[same:])


def measure(
    executor: Measurable, category: str, pairs: Sequence[Pair], exemplars: Sequence[Decision]
) -> Measurement:
    """Measures one executor: adapter, or base alone."""
    return Measurement(
        log_probs=tuple(_mean_log_prob(executor, category, p.corrected) for p in pairs),
        margins=tuple(_margin(executor, category, p) for p in pairs),
        right=tuple(
            same_effect(executor.decide(category, d.state, d.rgb).action, d.action)
            for d in exemplars
            if d.action is not None
        ),
    )


def _mean_log_prob(executor: Measurable, category: str, segment: Segment) -> float:
    log_prob, tokens = executor.segment_log_prob(category, segment)
    return log_prob / max(tokens, 1)


def _margin(executor: Measurable, category: str, pair: Pair) -> float | None:
    if pair.failed is None:
        return None
    chosen, failed = parted(pair)
    return _mean_log_prob(executor, category, chosen) - _mean_log_prob(executor, category, failed)


def same_effect(one: Action, other: Action) -> bool:
    """Whether two actions do the same but for their count; which way to look around is a matter of taste."""
    if one.verb != other.verb:
        return False
    return one.target == other.target or {one.target, other.target} <= COMPASS


def judge(candidate: Measurement, incumbent: Measurement) -> GateResult:
    """Compares candidate and incumbent, measured on the same pairs and exemplars."""
    twins = [(c, i) for c, i in zip(candidate.margins, incumbent.margins, strict=True) if c is not None]
    prefers = [sum(c > 0 for c, _ in twins), sum((i or 0.0) > 0 for _, i in twins)]
    losses, gains, p_value = sign_test(candidate.right, incumbent.right)
    numbers: dict[str, Any] = {
        "heldout": len(candidate.margins),
        "twins": len(twins),
        "candidate_prefers": prefers[0],
        "incumbent_prefers": prefers[1],
        "candidate_log_prob": _mean(candidate.log_probs),
        "incumbent_log_prob": _mean(incumbent.log_probs),
        "exemplars": len(candidate.right),
        "losses": losses,
        "gains": gains,
        "p_value": p_value,
    }
    worse = sign_test([c > 0 for c, _ in twins], [(i or 0.0) > 0 for _, i in twins])[2] <= ALPHA
    told = f"prefers t+ in {prefers[0]} held-out twins, the incumbent in {prefers[1]}"
    if not candidate.margins:
        return GateResult(False, "no held-out pairs to judge by", **numbers)
    if worse:
        return GateResult(False, told, **numbers)
    if p_value <= ALPHA:
        return GateResult(False, f"retained exemplars were lost (sign test p = {p_value:.4f})", **numbers)
    if prefers[0] > prefers[1]:
        return GateResult(True, PREFERRED, **numbers)
    shortfall = _shortfall(candidate, incumbent)
    if shortfall:
        return GateResult(False, f"{told}, and {shortfall}", undecided=True, **numbers)
    return GateResult(True, PREFERRED, **numbers)


def probed(
    result: GateResult,
    candidate: Sequence[bool],
    incumbent: Sequence[bool],
    costs: tuple[float, float],
    successor: bool,
) -> GateResult:
    """Returns the verdict after probe episodes.

    Args:
        result: What held-out pairs and exemplars said.
        candidate: Success, one an episode.
        incumbent: The same, in the same worlds.
        costs: What the episodes of candidate and incumbent cost, metered.
        successor: Whether the incumbent is an earlier version.
    """
    losses, gains, p_value = sign_test(candidate, incumbent)
    words = f"candidate {sum(candidate)} of {len(candidate)} probe episodes, incumbent {sum(incumbent)}"
    words = f"{words}; {losses} lost, {gains} won, sign test p = {p_value:.4f}"
    words = f"{words}; cost {costs[0]:.0f}, incumbent {costs[1]:.0f}"
    if p_value <= ALPHA:
        return replace(result, accepted=False, reason="probe episodes were lost", probe=words)
    if successor and costs[0] > costs[1]:
        return replace(result, accepted=False, reason="dearer in probes than its predecessor", probe=words)
    if result.undecided and gains >= losses and costs[0] < costs[1]:
        return replace(
            result, accepted=True, reason="no worse on held-out pairs, cheaper in probes", probe=words
        )
    return replace(result, probe=words)


def sign_test(candidate: Sequence[bool], incumbent: Sequence[bool]) -> tuple[int, int, float]:
    """Returns (lost, won, one-sided p that the candidate is worse) of paired successes."""
    flips = [(c, i) for c, i in zip(candidate, incumbent, strict=True) if c != i]
    losses = sum(i for _, i in flips)
    p_value = float(binomtest(losses, len(flips), 0.5, alternative="greater").pvalue) if flips else 1.0
    return losses, len(flips) - losses, p_value


def _shortfall(candidate: Measurement, incumbent: Measurement) -> str:
    """Returns in what a candidate that does not prefer more twins falls short; "" where in nothing."""
    right, before = sum(candidate.right), sum(incumbent.right)
    if right != before:
        return "" if right > before else f"is right on {right} exemplars, not {before}"
    new, old = _mean(candidate.log_probs), _mean(incumbent.log_probs)
    if new > old:
        return ""
    return f"mean log-probability of t+ {new:.4f} is not above the incumbent's {old:.4f}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
