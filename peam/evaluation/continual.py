"""Continual learning: success on each group of tasks after each stage of a life, and what it sums up to.

R[i, j] is the share of trials of group j that succeeded with the memory of stage i frozen. Knows counts and
trials only; under learned and under oracle routing R is computed alike, once for each arm's name.

Sources: ACC, BWT and FWT: Lopez-Paz and Ranzato, Gradient Episodic Memory, arXiv 1706.08840, section 2;
forgetting: Chaudhry et al., Riemannian Walk, arXiv 1801.10112, section 4. Both number the tasks in the order
in which they are learned; here `learned` says after which stage a group first belongs to what was learned, so
that a stage may learn several groups, one of them again, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from peam.evaluation.runner import Trial
from peam.evaluation.stats import Floats


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of counts: of `n` trials of a group after a stage (from 0), `successes` succeeded."""

    stage: int
    group: str
    successes: int
    n: int

    def __post_init__(self) -> None:
        if self.stage < 0 or not 0 <= self.successes <= self.n or self.n == 0:
            raise ValueError(f"not counts of a stage: {self}")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by (stage, group); an entry without trials was not measured.

    Attributes:
        groups: Names of the columns.
        successes: (stages, groups).
        trials: (stages, groups), 0 where nothing was measured.
    """

    groups: tuple[str, ...]
    successes: Floats
    trials: Floats

    @property
    def rates(self) -> Floats:
        """R: (stages, groups), shares in [0, 1]; NaN where nothing was measured."""
        missing = np.full(self.trials.shape, np.nan)
        shares: Floats = np.divide(self.successes, self.trials, out=missing, where=self.trials > 0)
        return shares


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric and the groups that it could be measured on; no value where there were none."""

    value: float | None
    groups: tuple[str, ...]


def count(stages: Sequence[Iterable[Trial]], arm: str, group: Callable[[Trial], str]) -> list[Cell]:
    """Counts the trials of one arm, stage by stage.

    Args:
        stages: The trials of each frozen stage in the order of the life, e.g. `read_results` of each folder.
        arm: The agent's name; others are passed over.
        group: Names a trial's group: its category or its task.
    """
    cells = []
    for stage, trials in enumerate(stages):
        wins: dict[str, list[bool]] = {}
        for trial in trials:
            if trial.agent == arm:
                wins.setdefault(group(trial), []).append(trial.success)
        cells += [Cell(stage, name, sum(won), len(won)) for name, won in wins.items()]
    return cells


def matrix(cells: Iterable[Cell], groups: Sequence[str] = (), stages: int = 0) -> Matrix:
    """Builds R's counts; rows of the same stage and group are added up.

    Args:
        cells: The rows, in any order.
        groups: Order of the columns; those not named follow in the order in which `cells` has them.
        stages: At least so many rows, measured or not.
    """
    rows = list(cells)
    names = list(dict.fromkeys([*groups, *(cell.group for cell in rows)]))
    height = max([stages, *(cell.stage + 1 for cell in rows)])
    successes, trials = np.zeros((height, len(names))), np.zeros((height, len(names)))
    for cell in rows:
        where = (cell.stage, names.index(cell.group))
        successes[where] += cell.successes
        trials[where] += cell.n
    return Matrix(tuple(names), successes, trials)


def accuracy(table: Matrix) -> Measure:
    """ACC = 1/G sum_j R[T, j], T the last stage, over the G groups measured there."""
    return _mean({name: float(rate) for name, rate in zip(table.groups, table.rates[-1], strict=True)})


def backward_transfer(table: Matrix, learned: Mapping[str, int] | None = None) -> Measure:
    """BWT = mean over j of R[T, j] - R[l_j, j], over the groups learned before the last stage T.

    l_j is `learned[j]`; with l_j = j this is GEM's 1/(T-1) sum_{i<T} R[T, i] - R[i, i]. Below 0: forgotten.
    A group with either entry missing is left out.
    """
    order = _learned(table, learned)
    last = len(table.rates) - 1
    return _mean(
        {
            name: float(table.rates[last, j] - table.rates[order[name], j])
            for j, name in enumerate(table.groups)
            if name in order and order[name] < last
        }
    )


def forward_transfer(
    table: Matrix, baseline: Mapping[str, float], learned: Mapping[str, int] | None = None
) -> Measure:
    """FWT = mean over j of R[l_j - 1, j] - b_j, over the groups learned after the first stage.

    What was learned before a group came up does for that group; with l_j = j this is GEM's
    1/(T-1) sum_{i>1} R[i-1, i] - b_i. A group with either entry missing is left out.

    Args:
        table: The counts.
        baseline: b: success of the agent that has learned nothing, by group.
        learned: Stage after which a group is first learned; see the module.
    """
    order = _learned(table, learned)
    return _mean(
        {
            name: float(table.rates[order[name] - 1, j]) - baseline[name]
            for j, name in enumerate(table.groups)
            if name in order and order[name] > 0 and name in baseline
        }
    )


def forgetting(table: Matrix, learned: Mapping[str, int] | None = None) -> Measure:
    """F = mean over j of max_{i<T} R[i, j] - R[T, j], over the groups learned before the last stage T.

    The best before the last stage less the last; 1801.10112's with l_j = j. Above 0: forgotten, below 0:
    better than ever. Missing entries are left out of the maximum; a group with none before T, or none at T,
    is left out.
    """
    order = _learned(table, learned)
    last = len(table.rates) - 1
    drops = {}
    for j, name in enumerate(table.groups):
        before = table.rates[:last, j]
        if name in order and order[name] < last and not np.isnan(before).all():
            drops[name] = float(np.nanmax(before) - table.rates[last, j])
    return _mean(drops)


def _learned(table: Matrix, learned: Mapping[str, int] | None) -> Mapping[str, int]:
    """Returns the stage that first learned each group; where nothing is said, group j at stage j."""
    height = len(table.rates)
    if learned is None:
        return {name: j for j, name in enumerate(table.groups[:height])}
    for name, stage in learned.items():
        if name not in table.groups or not 0 <= stage < height:
            raise ValueError(f"learned '{name}' at stage {stage}: no such column or row of {height}")
    return learned


def _mean(values: Mapping[str, float]) -> Measure:
    measured = {name: value for name, value in values.items() if not np.isnan(value)}
    value = sum(measured.values()) / len(measured) if measured else None
    return Measure(value, tuple(measured))
