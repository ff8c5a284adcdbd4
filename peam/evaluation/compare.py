"""What the trials of several arms come to: figures, paired comparisons, runs x tasks, profiles.

Knows trials and the folders that they lie in; nothing of markup. Every draw has the seed `SEED`, so the same
trials give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from peam.errors import PeamError, unknown
from peam.evaluation.folders import Folder
from peam.evaluation.runner import Trial
from peam.evaluation.stats import (
    Floats,
    holm,
    mcnemar_pairs,
    paired_bootstrap,
    performance_profile,
    stratified_bootstrap,
    wilson,
)

SEED = 0
PROFILE_RESAMPLES = 2_000  # rliable's default for profiles
FIGURES = tuple(
    field.name for field in fields(Trial) if field.type in ("int", "float") and field.name != "seed"
)
Interval = tuple[float, float, float]  # value, low, high
Figure = Callable[[Trial], float]


@dataclass(frozen=True, slots=True)
class Entry:
    """A trial and the number of the folder that it lies in."""

    folder: int
    trial: Trial


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against the first one, over the pairs of trials that both have.

    Attributes:
        arm: The arm's name.
        pairs: How many.
        success: Mean difference arm - first, with interval; None without pairs.
        slow_calls: Likewise.
        decisions: Likewise.
        only_first: Pairs in which only the first arm succeeded.
        only_arm: Pairs in which only this arm did.
        p: Exact McNemar.
        adjusted: `p` by Holm over all comparisons of the report.
    """

    arm: str
    pairs: int
    success: Interval | None
    slow_calls: Interval | None
    decisions: Interval | None
    only_first: int
    only_arm: int
    p: float
    adjusted: float


def gather(folders: Sequence[Folder], arms: Sequence[str] = ()) -> dict[str, list[Entry]]:
    """Returns arm -> its trials, arms in the order asked for, else in that of the files.

    Raises:
        PeamError: An arm asked for that no folder has.
    """
    found: dict[str, list[Entry]] = {}
    for number, folder in enumerate(folders):
        for trial in folder.trials:
            found.setdefault(trial.agent, []).append(Entry(number, trial))
    for name in arms:
        if name not in found:
            raise PeamError(unknown("arm", name, found))
    return {name: found[name] for name in arms or found}


def mean(played: Sequence[Entry], figure: Figure) -> float:
    """Returns the mean of a figure over trials, at least one."""
    return sum(figure(p.trial) for p in played) / len(played)


def successes(played: Sequence[Entry]) -> tuple[int, int]:
    """Returns (succeeded, n)."""
    return sum(p.trial.success for p in played), len(played)


def success(played: Sequence[Entry]) -> Interval:
    """Returns the rate with its Wilson interval."""
    won, n = successes(played)
    return (won / n, *wilson(won, n))


def fast_failures(played: Sequence[Entry]) -> tuple[int, int]:
    """Returns (failed, n) of the decisions that the fast tier took."""
    return sum(p.trial.fast_failed for p in played), sum(p.trial.fast_decisions for p in played)


def comparisons(arms: dict[str, list[Entry]]) -> list[Comparison]:
    """Compares every other arm with the first one."""
    first, *others = arms
    made = [_comparison(name, pair(arms[name], arms[first])) for name in others]
    tested = [c.arm for c in made if c.pairs]
    adjusted = dict(zip(tested, holm([c.p for c in made if c.pairs]), strict=True))
    return [_adjusted(c, adjusted.get(c.arm, 1.0)) for c in made]


def pair(arm: Sequence[Entry], first: Sequence[Entry]) -> list[tuple[Trial, Trial]]:
    """Pairs trials at the same task and seed.

    Where folders hold both arms, within each of those; else the n-th folder of one arm with the n-th of the
    other (lives in folders of their own).
    """
    mine, theirs = _by_folder(arm), _by_folder(first)
    shared = [number for number in mine if number in theirs]
    matched = [(n, n) for n in shared] or list(zip(mine, theirs, strict=False))
    return [
        (trial, theirs[b][cell]) for a, b in matched for cell, trial in mine[a].items() if cell in theirs[b]
    ]


def _by_folder(played: Sequence[Entry]) -> dict[int, dict[tuple[str, int], Trial]]:
    folders: dict[int, dict[tuple[str, int], Trial]] = {}
    for p in sorted(played, key=lambda p: p.folder):
        folders.setdefault(p.folder, {})[(p.trial.task, p.trial.seed)] = p.trial
    return folders


def _comparison(name: str, pairs: Sequence[tuple[Trial, Trial]]) -> Comparison:
    only_arm, only_first, p = mcnemar_pairs([a.success for a, _ in pairs], [b.success for _, b in pairs])

    def difference(figure: Figure) -> Interval | None:
        if not pairs:
            return None
        return paired_bootstrap([figure(a) for a, _ in pairs], [figure(b) for _, b in pairs], SEED)

    return Comparison(
        arm=name,
        pairs=len(pairs),
        success=difference(lambda t: t.success),
        slow_calls=difference(lambda t: t.slow_calls),
        decisions=difference(lambda t: t.decisions),
        only_first=only_first,
        only_arm=only_arm,
        p=p,
        adjusted=p,
    )


def _adjusted(c: Comparison, p: float) -> Comparison:
    return Comparison(c.arm, c.pairs, c.success, c.slow_calls, c.decisions, c.only_first, c.only_arm, c.p, p)


@dataclass(frozen=True, slots=True)
class Runs:
    """The trials of one arm as runs x tasks.

    Attributes:
        trials: Rows are runs, columns tasks; an entry is the trials that the run has there.
        incomplete: Runs left out because they lack a task.
    """

    trials: list[list[list[Trial]]]
    incomplete: int

    def scores(self, figure: Figure) -> Floats:
        """Returns the mean of a figure in each entry: (runs, tasks)."""
        rows = [[sum(map(figure, cell)) / len(cell) for cell in row] for row in self.trials]
        return np.asarray(rows, dtype=np.float64)


def runs_are_folders(arms: dict[str, list[Entry]]) -> bool:
    """Tells whether a run is a folder (a life), its seeds averaged: where every arm has two or more."""
    return all(len({p.folder for p in played}) > 1 for played in arms.values())


def runs(played: Sequence[Entry], tasks: Sequence[str], by_folder: bool) -> Runs:
    """Sorts trials into runs x tasks; a run is a folder, or a seed in a folder."""
    found: dict[tuple[int, int], dict[str, list[Trial]]] = {}
    for p in played:
        run = (p.folder, 0 if by_folder else p.trial.seed)
        found.setdefault(run, {}).setdefault(p.trial.task, []).append(p.trial)
    whole = [found[run] for run in sorted(found) if set(tasks) <= set(found[run])]
    return Runs([[row[task] for task in tasks] for row in whole], len(found) - len(whole))


def aggregate(table: Runs, statistic: Callable[[Floats], Floats], figure: Figure) -> Interval | None:
    """Returns a statistic of runs x tasks with its stratified bootstrap interval; None without whole runs."""
    if not table.trials:
        return None
    value, low, high = stratified_bootstrap(table.scores(figure), statistic, SEED)
    return float(value), float(low), float(high)


def solved_within(
    played: Sequence[Entry], tasks: Sequence[str], budgets: Sequence[int], figure: Figure
) -> tuple[Floats, Floats, Floats] | None:
    """Returns the share of trials solved with at most so much of a figure spent, with intervals.

    A performance profile whose score is minus what was spent, and minus infinity for a failure; the
    thresholds lie half a unit below, so that "above" means "at most". A run is a seed in a folder.
    """
    table = runs(played, tasks, by_folder=False)
    if not table.trials:
        return None
    scores = table.scores(lambda t: -figure(t) if t.success else -np.inf)
    thresholds = [-(budget + 0.5) for budget in budgets]
    return stratified_bootstrap(scores, lambda s: performance_profile(s, thresholds), SEED, PROFILE_RESAMPLES)
