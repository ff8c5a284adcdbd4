"""Plots as PNG: the learning curve of a life, costs by size of memory. Knows numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

_COLOURS = ("tab:orange", "tab:purple", "tab:brown", "tab:pink", "tab:olive", "tab:cyan")


def rolling_mean(values: ArrayLike, window: int) -> NDArray[np.float64]:
    """Returns the mean of the last `window` values at each point (fewer at the start), same length."""
    data = np.asarray(values, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(data)])
    end = np.arange(1, data.size + 1)
    begin = np.maximum(end - window, 0)
    mean: NDArray[np.float64] = (total[end] - total[begin]) / (end - begin)
    return mean


def learning_curve(
    path: Path,
    slow_calls: Sequence[float],
    success: Sequence[bool],
    fast_share: Sequence[float],
    consolidations: Sequence[tuple[int, str]] = (),
    title: str = "",
    window: int = 10,
) -> Path:
    """Writes the curve: slow calls an episode above, success and the fast tier's share below.

    Args:
        path: Where the PNG goes.
        slow_calls: Slow calls of each episode.
        success: Whether each episode reached its goal.
        fast_share: Share of each episode's decisions that the fast tier made, 0..1.
        consolidations: (episode after which a new version served, category).
        title: Shown above.
        window: Episodes in the running mean.

    Returns:
        `path`.
    """
    figure = Figure(figsize=(9, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    episodes = np.arange(1, len(slow_calls) + 1)
    top.plot(episodes, slow_calls, ".", color="0.7", label="slow calls of the episode")
    top.plot(episodes, rolling_mean(slow_calls, window), color="tab:blue", label=f"mean of the last {window}")
    top.set_ylabel("slow calls")
    top.set_ylim(bottom=0)
    bottom.plot(episodes, rolling_mean(success, window), color="tab:green", label="success")
    bottom.plot(episodes, rolling_mean(fast_share, window), color="tab:red", label="share of fast decisions")
    bottom.set(xlabel="episode", ylim=(-0.03, 1.03), ylabel=f"mean of the last {window}")
    _mark(top, consolidations)
    for axes in (top, bottom):
        axes.legend(loc="best", fontsize="small")
        axes.grid(alpha=0.25)
    figure.suptitle(title)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path


def cost_curves(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Writes what a decision costs against the size of memory: milliseconds, context tokens, bytes.

    Args:
        path: Where the PNG goes.
        rows: Each with kind, n, cpu_ms, tokens and bytes; logarithmic axes.

    Returns:
        `path`.
    """
    figure = Figure(figsize=(12, 4), layout="constrained")
    FigureCanvasAgg(figure)
    panels = zip(
        figure.subplots(1, 3),
        ("cpu_ms", "tokens", "bytes"),
        ("processor ms a decision (texts: before a model reads them)", "context tokens", "bytes of memory"),
        strict=True,
    )
    for axes, key, label in panels:
        for kind in sorted({str(r["kind"]) for r in rows}):
            own = sorted((int(r["n"]), float(r[key])) for r in rows if r["kind"] == kind)
            axes.plot(*zip(*own, strict=True), marker="o", markersize=3, label=kind)
        axes.set(xscale="log", yscale="log", xlabel="experiences", title=label)
        axes.grid(alpha=0.25)
    figure.axes[0].legend(loc="best", fontsize="small")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path


def _mark(axes: Axes, consolidations: Sequence[tuple[int, str]]) -> None:
    categories = sorted({category for _, category in consolidations})
    colour = {c: _COLOURS[i % len(_COLOURS)] for i, c in enumerate(categories)}
    named: set[str] = set()
    for episode, category in consolidations:
        label = None if category in named else f"consolidated {category}"
        axes.axvline(episode + 0.5, color=colour[category], linestyle="--", linewidth=1, label=label)
        named.add(category)
