"""Calibration: what margin and action word say of a choice's success, and where the fast tier may act.

Score. Margins are not worth the same for every action: one recipe that is not understood yet can be the
surest failure of all. A ridge-penalised logistic regression of success on the margin, the verb and the
action word orders choices; what was seldom seen is judged by its verb, and by all.

The threshold. Past decisions with known success are ranked by score, highest first. A score t passes if

    (failures among scores >= t  +  1) / (number of scores >= t  +  1)  <=  epsilon

and the fast tier acts from the lowest t that passes; none: it never acts. The +1 is the finite-sample
correction of conformal risk control (arXiv 2208.02814); taking the lowest passing t is the rule of
selective sequential step-up (Barber & Candes 2015): a failure early in the ranking does not end the search.
No decision is ranked by a score that it had a part in: each fifth of the history is scored by a fit on the
other four (cross-fitting). Where words differ more than the score can tell, a threshold on the margin of
each word by itself lets it act on more: Mondrian conformal prediction (Vovk et al. 2005), by word where it
was seen at least 1/epsilon times, else by verb. Of the two rules, the one that acts on more of the history
is in force. A verb of which nothing is known is never acted on.

Limits. The guarantee is over draws of the history, not for one history, and needs exchangeability: after a
consolidation margins mean something else, so the history must be the new version's; and an agent that acts
differently meets other states. Choosing between two rules on the history that fitted them favours a lucky
one a little. It bounds the failure rate of all that is acted on, not of each word. The failure rate *where
it acts* is a ratio, not a monotone loss: over draws of the history its mean stays under epsilon in the
simulations of the tests, whatever margins and words tell; pooled over decisions it can exceed epsilon. The
trigger's drift e-process watches what is left.

Knows nothing of models.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from peam.errors import PeamError
from peam.fast.base import Tried

FOLDS = 5
RIDGE = 1.0  # a standard normal prior on each offset
NEWTON = 30  # steps at most


def isotonic(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the non-decreasing fit of `values` with least weighted squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = float(value), float(weight), 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, many = blocks.pop()
            mean, mass, length = (before * heavy + mean * mass) / (heavy + mass), heavy + mass, many + length
        blocks.append((mean, mass, length))
    return np.repeat([mean for mean, _, _ in blocks], [length for _, _, length in blocks])


def acting_threshold(
    scores: NDArray[np.float64], successes: NDArray[np.bool_], epsilon: float
) -> float | None:
    """Returns the lowest score from which acting keeps the failure rate within epsilon, or None.

    Equal scores are one candidate.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, failed = scores[order], ~successes[order]
    last = np.append(ranked[:-1] != ranked[1:], True)  # a candidate is the last of its ties
    above = np.arange(1, len(ranked) + 1)
    bound = (np.cumsum(failed) + 1) / (above + 1)
    passing = np.flatnonzero(last & (bound <= epsilon))
    return float(ranked[passing[-1]]) if len(passing) else None


@dataclass(frozen=True, slots=True)
class Score:
    """Log-odds of success, linear in log(1 + margin) with an offset for each verb and word.

    Attributes:
        intercept: Of everything.
        slope: Of the margin, not negative: to be surer never speaks against a choice.
        offsets: Verb ("craft(*)") or word ("craft(stick)") -> what it adds; 0 where unknown.
    """

    intercept: float = 0.0
    slope: float = 0.0
    offsets: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(cls, tried: Sequence[Tried]) -> Score:
        """Fits it by Newton's method; with the penalty the loss is strictly convex."""
        names = sorted({t.word for t in tried} | {verb_of(t.word) for t in tried})
        column = {name: 2 + index for index, name in enumerate(names)}
        x = np.zeros((len(tried), 2 + len(names)))
        x[:, 0], x[:, 1] = 1.0, np.log1p([t.margin for t in tried])
        for row, t in zip(x, tried, strict=True):
            row[column[t.word]] = row[column[verb_of(t.word)]] = 1.0
        y = np.array([t.ok for t in tried], dtype=np.float64)
        fitted = _logistic(x, y)
        if fitted[1] < 0.0:
            x[:, 1] = 0.0
            fitted = _logistic(x, y)
        return cls(float(fitted[0]), float(fitted[1]), dict(zip(names, fitted[2:].tolist(), strict=True)))

    def of(self, word: str, margin: float) -> float:
        """Returns the score of a choice."""
        offset = self.offsets.get(word, 0.0) + self.offsets.get(verb_of(word), 0.0)
        return self.intercept + self.slope * math.log1p(margin) + offset


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the coefficients of the ridge-penalised regression; the intercept is hardly penalised."""
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-3
    w = np.zeros(x.shape[1])
    for _ in range(NEWTON):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30.0, 30.0)))
        slope = x.T @ (p - y) + ridge * w
        step = np.linalg.solve((x.T * (p * (1.0 - p))) @ x + np.diag(ridge), slope)
        w -= step
        if float(np.abs(step).max()) < 1e-9:
            break
    return w


@dataclass(frozen=True, slots=True)
class Calibrator:
    """One category's calibration.

    Attributes:
        score: Orders choices.
        knots: Scores, rising.
        probabilities: Success probability at each knot, not falling.
        threshold: The fast tier acts at this score and above; None: never by score.
        margins: Word, or verb for the rarer words -> the margin from which it acts, infinite where never;
            where this rule is in force, `threshold` is None.
        epsilon: The bound that the threshold was chosen for.
        count: Decisions it was fitted on.
        always: Whether it acts on everything, for probes.
    """

    score: Score = Score()
    knots: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    threshold: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    epsilon: float = 0.1
    count: int = 0
    always: bool = False

    @classmethod
    def fit(cls, tried: Sequence[Tried], epsilon: float) -> Calibrator:
        """Fits confidence and threshold.

        Args:
            tried: Past choices of the fast tier and what came of them, in the order in which they were made.
            epsilon: Bound on the failure rate where it acts.

        Raises:
            PeamError: If a margin is not finite, or epsilon is outside (0, 1).
        """
        if not all(np.isfinite(t.margin) for t in tried) or not 0 < epsilon < 1:
            raise PeamError("calibration needs finite margins, and epsilon in (0, 1)")
        if len(tried) < FOLDS:
            return cls(epsilon=epsilon, count=len(tried))
        scores, right = _crossed(tried), np.array([t.ok for t in tried], dtype=np.bool_)
        knots, where = np.unique(scores, return_inverse=True)
        mass = np.bincount(where).astype(np.float64)
        fitted = isotonic(np.bincount(where, weights=right) / mass, mass)
        by_score = cls(
            score=Score.fit(tried),
            knots=tuple(map(float, knots)),
            probabilities=tuple(map(float, fitted)),
            threshold=acting_threshold(scores, right, epsilon),
            epsilon=epsilon,
            count=len(tried),
        )
        by_word = replace(by_score, threshold=None, margins=_word_thresholds(tried, epsilon))
        return max((by_score, by_word), key=lambda rule: sum(rule.acts(t.word, t.margin) for t in tried))

    def confidence(self, word: str, margin: float) -> float:
        """Returns the success probability of an action at a margin, linear between knots; 0 where unknown."""
        if verb_of(word) not in self.score.offsets:
            return 0.0
        score = self.score.of(word, margin)
        first = min(max(bisect_right(self.knots, score) - 1, 0), max(len(self.knots) - 2, 0))
        near = slice(first, first + 2)  # all the others do not matter, and cost what they number
        return float(np.interp(score, self.knots[near], self.probabilities[near]))

    def acts(self, word: str, margin: float) -> bool:
        """Returns whether the fast tier may act with this action word at this margin."""
        if self.always:
            return True
        if self.margins:
            return margin >= self.margins.get(word, self.margins.get(verb_of(word), math.inf))
        if self.threshold is None or verb_of(word) not in self.score.offsets:
            return False
        return self.score.of(word, margin) >= self.threshold


def _word_thresholds(tried: Sequence[Tried], epsilon: float) -> dict[str, float]:
    """Returns the acting margin of each word seen 1/epsilon times, and of each verb's rarer words."""
    often = {word for word, count in Counter(t.word for t in tried).items() if count * epsilon >= 1}
    groups: dict[str, list[Tried]] = {}
    for t in tried:
        groups.setdefault(t.word if t.word in often else verb_of(t.word), []).append(t)
    thresholds = {}
    for group, members in sorted(groups.items()):
        margins, right = np.array([t.margin for t in members]), np.array([t.ok for t in members])
        lowest = acting_threshold(margins, right, epsilon)
        thresholds[group] = math.inf if lowest is None else lowest
    return thresholds


def _crossed(tried: Sequence[Tried]) -> NDArray[np.float64]:
    """Returns each decision's score by a fit on the other folds: runs of neighbours, so whole episodes."""
    parts = np.array_split(np.arange(len(tried)), FOLDS)
    scores = np.empty(len(tried))
    for part in parts:
        held = set(part.tolist())
        fitted = Score.fit([t for i, t in enumerate(tried) if i not in held])
        scores[part] = [fitted.of(tried[i].word, tried[i].margin) for i in part]
    return scores


def verb_of(word: str) -> str:
    """Returns the name of a word's verb: "craft(*)"."""
    return f"{word.partition('(')[0]}(*)"
