"""The few statistics that reports use, each with its source. Knows only numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta, binom, norm


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
