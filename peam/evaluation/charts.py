"""Plots as inline SVG. Knows numbers and names only.

Colours are the classes c0 to c7 of `peam/data/report.css`, which has them for light and dark pages; lines and
marks after the eighth series repeat the colours with another dash and shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 12.0, 40.0
ROW = 24.0  # of a dot plot
COLOURS = 8
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
_CHARACTER = 7.6  # mean width of a character at 12 px, for margins


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval, under a name; the style is the arm's number."""

    name: str
    value: float
    low: float
    high: float
    style: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with its band; all of one length."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    style: int


def ticks(high: float, wanted: int = 5) -> list[float]:
    """Returns 0 and round numbers up to at least `high`, steps of 1, 2 or 5 times a power of ten."""
    if high <= 0:
        return [0.0, 1.0]
    raw = high / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * (1 - 1e-9))
    return [round(step * i, 12) for i in range(math.ceil(high / step - 1e-9) + 1)]


def dots(rows: Sequence[Dot], label: str, highest: float | None = None) -> str:
    """Draws one row a value, from 0: the mark, its interval as a line, the number beside the name.

    Args:
        rows: From above.
        label: Under the axis.
        highest: End of the axis; else a round number at or above the highest interval.
    """
    marks = ticks(max([r.high for r in rows], default=1.0) if highest is None else highest)
    names = [_short(row.name) for row in rows]
    left = 16 + _CHARACTER * max(map(len, names), default=0)
    height = TOP + ROW * len(rows) + BOTTOM
    scale = (WIDTH - left - RIGHT) / marks[-1]
    bottom = TOP + ROW * len(rows)
    parts = [_vertical(left + scale * tick, TOP, bottom, tick) for tick in marks]
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = TOP + ROW * (i + 0.5)
        low, high = left + scale * row.low, left + scale * row.high
        parts.append(_text(left - 8, y + 4, name, "end"))
        told = f"{row.name}: {row.value:.3g} ({row.low:.3g} to {row.high:.3g})"
        parts.append(
            f'<g class="c{row.style % COLOURS}"><title>{escape(told)}</title>'
            f'<line class="whisker" x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}"/>'
            f"{_mark(left + scale * row.value, y, row.style)}</g>"
        )
    parts.append(_text((left + WIDTH - RIGHT) / 2, height - 6, label))
    return _svg(parts, height, f"{label}: {', '.join(row.name for row in rows)}")


def curves(rows: Sequence[Curve], x_label: str, y_label: str) -> str:
    """Draws lines with bands over whole numbers x from 0; y is a share."""
    x_marks = [x for x in ticks(max([x for row in rows for x in row.x], default=1.0)) if x == int(x)]
    frame = _Frame(x_marks, ticks(1.0), x_label, y_label)
    bands, lines = [], []
    for row in rows:
        upper = [frame.at(x, y) for x, y in zip(row.x, row.high, strict=True)]
        lower = [frame.at(x, y) for x, y in zip(row.x, row.low, strict=True)]
        bands.append(f'<path class="band c{row.style % COLOURS}" d="{_path(upper + lower[::-1])}Z"/>')
        line = _path([frame.at(x, y) for x, y in zip(row.x, row.y, strict=True)])
        dash = _DASHES[row.style // COLOURS % len(_DASHES)]
        lines.append(
            f'<path class="line c{row.style % COLOURS}" stroke-dasharray="{dash}" d="{line}">'
            f"<title>{escape(row.name)}</title></path>"
        )
    return _svg([*frame.parts, *bands, *lines], HEIGHT, f"{y_label} over {x_label}")


def scatter(rows: Sequence[tuple[Dot, Dot]], x_label: str, y_label: str) -> str:
    """Draws (x, y) pairs with both intervals; x from 0, y a share."""
    x_marks = ticks(max([x.high for x, _ in rows], default=1.0))
    frame = _Frame(x_marks, ticks(1.0), x_label, y_label)
    parts = list(frame.parts)
    for x, y in rows:
        (left, middle), (right, _) = frame.at(x.low, y.value), frame.at(x.high, y.value)
        (centre, low), (_, high) = frame.at(x.value, y.low), frame.at(x.value, y.high)
        told = f"{x.name}: {x_label} {x.value:.3g}, {y_label} {y.value:.3g}"
        parts.append(
            f'<g class="c{x.style % COLOURS}"><title>{escape(told)}</title>'
            f'<line class="thin" x1="{left:.1f}" y1="{middle:.1f}" x2="{right:.1f}" y2="{middle:.1f}"/>'
            f'<line class="thin" x1="{centre:.1f}" y1="{low:.1f}" x2="{centre:.1f}" y2="{high:.1f}"/>'
            f"{_mark(centre, middle, x.style)}</g>"
        )
    return _svg(parts, HEIGHT, f"{y_label} over {x_label}")


def key(style: int) -> str:
    """Returns the small line and mark that stand for a series in a legend."""
    dash = _DASHES[style // COLOURS % len(_DASHES)]
    return (
        f'<svg class="key c{style % COLOURS}" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">'
        f'<line class="line" stroke-dasharray="{dash}" x1="0" y1="6" x2="26" y2="6"/>'
        f"{_mark(13, 6, style)}</svg>"
    )


class _Frame:
    """Two axes from 0, their lines and labels, and where a point lies between them."""

    def __init__(self, x: Sequence[float], y: Sequence[float], x_label: str, y_label: str) -> None:
        self._x = (WIDTH - LEFT - RIGHT) / x[-1]
        self._y = (HEIGHT - TOP - BOTTOM) / y[-1]
        bottom = HEIGHT - BOTTOM
        self.parts = [_vertical(self.at(tick, 0)[0], TOP, bottom, tick) for tick in x]
        for tick in y:
            at = self.at(0, tick)[1]
            self.parts.append(
                f'<line class="grid" x1="{LEFT:g}" y1="{at:.1f}" x2="{WIDTH - RIGHT:g}" y2="{at:.1f}"/>'
            )
            self.parts.append(_text(LEFT - 6, at + 4, f"{tick:g}", "end"))
        self.parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_label))
        self.parts.append(
            f'<text transform="rotate(-90)" x="{-(TOP + bottom) / 2:.1f}" y="12" text-anchor="middle">'
            f"{escape(y_label)}</text>"
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        return LEFT + self._x * x, HEIGHT - BOTTOM - self._y * y


def _vertical(x: float, top: float, bottom: float, value: float) -> str:
    line = f'<line class="grid" x1="{x:.1f}" y1="{top:g}" x2="{x:.1f}" y2="{bottom:g}"/>'
    return line + _text(x, bottom + 15, f"{value:g}")


def _mark(x: float, y: float, style: int) -> str:
    shape = style // COLOURS % 3
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    if shape == 1:
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<path d="M{x:.1f},{y - 6:.1f}l6,6l-6,6l-6,-6Z"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _short(name: str, longest: int = 22) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _svg(parts: Sequence[str], height: float, told: str) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{escape(told)}">'
        f"{''.join(parts)}</svg>"
    )
