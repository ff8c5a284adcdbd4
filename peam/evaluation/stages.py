"""The continual section of a report: R by category after each frozen stage of a life, and its metrics.

Which stage learned a category is told by the adapters in `inputs.json`: the first that serves one for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.evaluation.charts import Curve, curves, key
from peam.evaluation.continual import (
    Matrix,
    Measure,
    accuracy,
    backward_transfer,
    count,
    forgetting,
    forward_transfer,
    matrix,
)
from peam.evaluation.document import Block, Cell, Plot, Plots, Section, Table, Text
from peam.evaluation.folders import Folder
from peam.evaluation.stats import wilson

_TOLD = (
    "R[i, j]: success of category j with the memory of stage i frozen. ACC: mean of the last row. BWT: last "
    "row less the row of the stage that learned the category. FWT: the row before that, less the baseline. "
    "Forgetting: the best before the last row, less the last row. Means over the categories in brackets."
)


def stages_section(folders: Sequence[Folder], arms: Sequence[str]) -> Section:
    """Tabulates R and its metrics for each arm.

    A first folder that serves no adapter is the baseline of FWT, and no stage.
    """
    untrained = "memories" in folders[0].inputs and not folders[0].adapters
    trained = folders[1:] if untrained else folders
    blocks: list[Block] = []
    plots = []
    measured = []
    groups: tuple[str, ...] = ()
    for arm in arms:
        table = _matrix(trained, arm)
        if table.trials.any():
            groups = table.groups
            blocks.append(_entries(table, arm, trained))
            plots.append(_plot(table, arm))
            before = _matrix(folders[:1], arm) if untrained else None
            measured.append((Cell(arm), *map(Cell, _metrics(table, before, trained))))
    heading = ("arm", "ACC", "BWT", "FWT", "forgetting")
    legend = tuple((key(j), name) for j, name in enumerate(groups))
    blocks.append(Plots(tuple(plots), legend))
    return Section("Over the stages", (Table(heading, tuple(measured)), Text(_TOLD), *blocks))


def _matrix(folders: Sequence[Folder], arm: str) -> Matrix:
    """Returns the counts of an arm; its columns are the categories of all arms, in the order of the files."""
    groups = list(dict.fromkeys(trial.category for folder in folders for trial in folder.trials))
    cells = count([folder.trials for folder in folders], arm, lambda trial: trial.category)
    return matrix(cells, groups, stages=len(folders))


def _metrics(table: Matrix, before: Matrix | None, folders: Sequence[Folder]) -> list[str]:
    learned = {
        group: next(i for i, folder in enumerate(folders) if group in folder.adapters)
        for group in table.groups
        if any(group in folder.adapters for folder in folders)
    }
    baseline = dict(zip(before.groups, map(float, before.rates[0]), strict=True)) if before else {}
    return [
        _told(accuracy(table)),
        _told(backward_transfer(table, learned)),
        _told(forward_transfer(table, baseline, learned)),
        _told(forgetting(table, learned)),
    ]


def _told(measure: Measure) -> str:
    if measure.value is None:
        return "not defined"
    return f"{measure.value + 0.0:.3f} ({', '.join(measure.groups)})"


def _entries(table: Matrix, arm: str, folders: Sequence[Folder]) -> Table:
    rows = []
    for i, folder in enumerate(folders):
        cells = [_entry(int(won), int(n)) for won, n in zip(table.successes[i], table.trials[i], strict=True)]
        rows.append((Cell(f"{i}: {folder.name}"), *cells))
    return Table((f"R of {arm}: stage", *table.groups), tuple(rows))


def _plot(table: Matrix, arm: str) -> Plot:
    lines = [_curve(table, j, name) for j, name in enumerate(table.groups) if table.trials[:, j].any()]
    return Plot(curves(lines, "stage", "success"), f"{arm}: success by category; bands: 95 % Wilson.")


def _entry(won: int, n: int) -> Cell:
    return Cell(f"{won}/{n}", won / n) if n else Cell("-")


def _curve(table: Matrix, j: int, name: str) -> Curve:
    measured = [i for i, n in enumerate(table.trials[:, j]) if n]
    bounds = [wilson(int(table.successes[i, j]), int(table.trials[i, j])) for i in measured]
    rates = [float(table.rates[i, j]) for i in measured]
    return Curve(name, measured, rates, [b[0] for b in bounds], [b[1] for b in bounds], j)
