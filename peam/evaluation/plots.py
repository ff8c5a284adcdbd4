"""The plots of a report: success, cost against success, interquartile means, profiles.

Knows trials by arm; the drawing is `charts.py`, the statistics are `compare.py` and `stats.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peam.evaluation import compare
from peam.evaluation.charts import Curve, Dot, curves, dots, key, scatter
from peam.evaluation.compare import Entry, Figure
from peam.evaluation.document import Block, Plot, Plots, Section, Text
from peam.evaluation.runner import Trial
from peam.evaluation.stats import Floats, iqm, stratified_bootstrap

POINTS = 60  # of a profile, at most

Arms = Mapping[str, Sequence[Entry]]


def plots(arms: dict[str, list[Entry]]) -> Section:
    """Draws everything that compares arms."""
    tasks = list(dict.fromkeys(p.trial.task for played in arms.values() for p in played))
    by_folder = compare.runs_are_folders(arms)
    tables = {name: compare.runs(played, tasks, by_folder) for name, played in arms.items()}
    legend = tuple((key(style), name) for style, name in enumerate(arms))
    shown = [_success(arms), *_iqm(tables, by_folder), _cost(arms)]
    shown += [
        p
        for figure, word in ((_decisions, "decisions"), (_slow, "slow calls"))
        if (p := _profile(arms, tasks, figure, word))
    ]
    blocks: list[Block] = [Plots(tuple(shown), legend)]
    if lost := {name: t.incomplete for name, t in tables.items() if t.incomplete}:
        told = ", ".join(f"{name} {count}" for name, count in lost.items())
        blocks.append(
            Text(f"Runs that lack a task and are left out of interquartile means and profiles: {told}.")
        )
    return Section("Plots", tuple(blocks))


def _decisions(trial: Trial) -> float:
    return trial.decisions


def _slow(trial: Trial) -> float:
    return trial.slow_calls


def _success(arms: Arms) -> Plot:
    rows = [Dot(name, *compare.success(played), style) for style, (name, played) in enumerate(arms.items())]
    return Plot(dots(rows, "success", 1.0), "Share of trials that succeeded, 95 % Wilson interval.")


def _cost(arms: Arms) -> Plot:
    rows = []
    for style, (name, played) in enumerate(arms.items()):
        value, low, high = _mean(played, _slow)
        rows.append((Dot(name, value, low, high, style), Dot(name, *compare.success(played), style)))
    told = (
        "Mean slow calls a trial (95 % bootstrap over trials) and success (95 % Wilson): best is upper left."
    )
    return Plot(scatter(rows, "slow calls a trial", "success"), told)


def _mean(played: Sequence[Entry], figure: Figure) -> tuple[float, float, float]:
    values = [[figure(p.trial)] for p in played]
    found = stratified_bootstrap(
        values, lambda s: s.mean(axis=(-2, -1)), compare.SEED, compare.PROFILE_RESAMPLES
    )
    return float(found[0]), float(found[1]), float(found[2])


def _iqm(tables: Mapping[str, compare.Runs], by_folder: bool) -> list[Plot]:
    run = "a folder, its seeds averaged" if by_folder else "a seed in a folder"
    made = []
    for figure, word in (
        (lambda t: float(t.success), "success"),
        (_slow, "slow calls"),
        (_decisions, "decisions"),
    ):
        rows = []
        for style, (name, table) in enumerate(tables.items()):
            found = compare.aggregate(table, iqm, figure)
            if found is not None:
                rows.append(Dot(name, *found, style))
        told = f"Interquartile mean of {word} over runs x tasks, 95 % stratified bootstrap; a run is {run}."
        made.append(Plot(dots(rows, f"IQM of {word}", 1.0 if word == "success" else None), told))
    return made


def _profile(arms: Arms, tasks: Sequence[str], figure: Figure, word: str) -> Plot | None:
    most = max(int(figure(p.trial)) for played in arms.values() for p in played)
    step = max(1, -(-most // POINTS))
    budgets = list(range(0, most + step, step))
    rows = []
    for style, (name, played) in enumerate(arms.items()):
        found = compare.solved_within(played, tasks, budgets, figure)
        if found is not None:
            value, low, high = map(_numbers, found)
            rows.append(Curve(name, budgets, value, low, high, style))
    told = f"Performance profile: share of runs x tasks solved with at most so many {word}; 95 % bands."
    return Plot(curves(rows, f"{word}, at most", "share solved"), told) if rows else None


def _numbers(values: Floats) -> list[float]:
    return [float(value) for value in values]
