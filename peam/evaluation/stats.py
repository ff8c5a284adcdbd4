"""The few statistics that reports use, each with its source. Knows only numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, binom, norm

Floats = NDArray[np.float64]
_BLOCK = 2_000_000  # numbers that one block of resamples may hold at a time


def _check(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"successes {successes} of trials {trials}")


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Returns the Wilson score interval of a proportion; (0, 1) for no trials.

    (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n); Wilson, JASA 22 (1927) 209-212.
    """
    _check(successes, trials)
    if trials == 0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + confidence / 2))
    rate = successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * np.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, float((middle - half) / scale)), min(1.0, float((middle + half) / scale))


def mcnemar(only_first: int, only_second: int) -> float:
    """Returns the two-sided exact p-value of McNemar's test.

    Twice the smaller binomial(b + c, 1/2) tail, at most 1; McNemar, Psychometrika 12 (1947) 153-157.

    Args:
        only_first: Pairs in which only the first arm succeeded (b).
        only_second: Pairs in which only the second did (c).
    """
    _check(min(only_first, only_second), only_first + only_second)
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    return min(1.0, 2.0 * float(binom.cdf(min(only_first, only_second), discordant, 0.5)))


def mcnemar_pairs(first: Sequence[bool], second: Sequence[bool]) -> tuple[int, int, float]:
    """Returns (b, c, exact p) for two arms run on the same seeds, in the same order."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} trials against {len(second)}: not paired")
    b = sum(x and not y for x, y in zip(first, second, strict=True))
    c = sum(y and not x for x, y in zip(first, second, strict=True))
    return b, c, mcnemar(b, c)


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    seed: int,
    resamples: int = 10_000,
    confidence: float = 0.95,
) -> tuple[float, float, float]:
    """Returns (mean difference first - second, low, high) by the percentile bootstrap over pairs.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    difference = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    if difference.ndim != 1 or difference.size == 0:
        raise ValueError("paired samples must be two non-empty sequences of one length")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, difference.size, size=(resamples, difference.size))
    means = difference[drawn].mean(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(difference.mean()), float(low), float(high)


def clopper_pearson_upper(failures: int, trials: int, confidence: float = 0.95) -> float:
    """Returns the one-sided exact upper bound of a rate; 1 for no trials.

    Quantile `confidence` of Beta(k + 1, n - k); Clopper and Pearson, Biometrika 26 (1934) 404-413.
    """
    _check(failures, trials)
    if failures == trials:
        return 1.0
    return float(beta.ppf(confidence, failures + 1, trials - failures))


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns the p-values of one family adjusted by Holm's step-down, in the given order.

    Sorted upwards, the i-th of m (from 0) becomes the largest of min(1, (m - j) p_j) over j <= i; rejecting
    where that is at most alpha keeps the chance of any false rejection in the family at most alpha, however
    the tests depend on each other. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values must lie in [0, 1], got {list(p_values)}")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def iqm(scores: ArrayLike) -> Floats:
    """Returns the interquartile mean over runs and tasks together; leading axes are kept.

    The lowest and the highest floor(n / 4) of the n = runs x tasks scores are left out, the rest is averaged;
    Agarwal et al., arXiv 2108.13264, section 4.3 (rliable's `aggregate_iqm`, a trimmed mean at 0.25).

    Args:
        scores: (..., runs, tasks).
    """
    flat = _runs_by_tasks(scores)
    flat = np.sort(flat.reshape(*flat.shape[:-2], -1), axis=-1)
    cut = flat.shape[-1] // 4
    middle: Floats = flat[..., cut : flat.shape[-1] - cut].mean(axis=-1)
    return middle


def performance_profile(scores: ArrayLike, thresholds: ArrayLike) -> Floats:
    """Returns the share of runs, over all tasks, whose score is above each threshold: (..., thresholds).

    Run-score distribution of Agarwal et al., arXiv 2108.13264, section 4.2 (rliable's `score_distributions`).

    Args:
        scores: (..., runs, tasks).
        thresholds: One-dimensional.
    """
    above = _runs_by_tasks(scores)[..., None] > np.asarray(thresholds, dtype=np.float64)
    share: Floats = above.mean(axis=(-3, -2))
    return share


def stratified_bootstrap(
    scores: ArrayLike,
    statistic: Callable[[Floats], Floats],
    seed: int,
    resamples: int = 10_000,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Returns (statistic, low, high) by the percentile bootstrap, tasks as strata.

    Each resample draws as many runs as there are, with replacement, within every task for itself; tasks are
    never resampled. Agarwal et al., arXiv 2108.13264, section 4.1 (rliable's `StratifiedBootstrap`).

    Args:
        scores: (runs, tasks).
        statistic: (..., runs, tasks) -> (...) or (..., k): `iqm`, or a profile at k thresholds.
        seed: Of the numpy Generator.
        resamples: How many.
        confidence: Of the interval.
    """
    matrix = _runs_by_tasks(scores)
    if matrix.ndim != 2:
        raise ValueError(f"scores must be runs x tasks, got {matrix.ndim} dimensions")
    rng = np.random.default_rng(seed)
    runs = matrix.shape[0]
    block = max(1, _BLOCK // matrix.size)
    drawn = []
    for first in range(0, resamples, block):
        count = min(block, resamples - first)
        picked = rng.integers(0, runs, size=(count, *matrix.shape))
        drawn.append(statistic(np.take_along_axis(matrix[None], picked, axis=1)))
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(drawn), [tail, 1 - tail], axis=0)
    return statistic(matrix), low, high


def _runs_by_tasks(scores: ArrayLike) -> Floats:
    matrix = np.asarray(scores, dtype=np.float64)
    if matrix.ndim < 2 or matrix.size == 0:
        raise ValueError(f"scores must be runs x tasks and not empty, got shape {matrix.shape}")
    return matrix
