"""Ways over the chart: what each cell costs to enter, the cheapest ways, and poses from which one can act.

A pose is a cell and a facing. Knows the chart and the rules; acts not at all.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from peam.sims.crafter.chart import EXTENT, ID, STEPS, Chart, Place, distance, inside
from peam.sims.crafter.eyes import OPEN
from peam.sims.crafter.rules import rules
from peam.sims.crafter.templates import FACINGS, MATERIALS, WALKABLE

WALL: Final = np.inf
UNSEEN: Final = 2.5  # steps that an unseen cell is taken to cost
DIG: Final = 2.0  # one blow, one step
BRIDGE: Final = 3.0  # a stone put into water, dug out again, one step
FRESH: Final = 6  # steps for which a creature is taken to be where it was seen
GRASS_AT_NIGHT: Final = 6.0
FENCE: Final = 30.0  # steps that a way round a plant's fence may take
BARRED: Final = 10  # steps for which a stone put before an enemy is left there
AIRY: Final = (*WALKABLE, "water", "lava")  # what arrows fly over (objects.py, Arrow)
_FEARED: Final = {"zombie": (2, 4.0), "skeleton": (4, 8.0), "arrow": (1, 4.0)}  # reach, steps added
_F = TypeVar("_F", bound=Callable[..., Any])
Pose = tuple[int, int, int, int]


def compiled(function: _F) -> _F:
    """Compiles with numba, cached on disk, and keeps the function's static type."""
    return cast(_F, numba.njit(cache=True, nogil=True)(function))


@dataclass(frozen=True, slots=True)
class Ways:
    """The cheapest ways from one cell.

    Attributes:
        cost: (64, 64) steps to each cell, inf where there is no way.
        parent: (64, 64) flat index of the cell before it, -1 at the start.
    """

    cost: NDArray[np.float64]
    parent: NDArray[np.int64]

    def to(self, cell: Place) -> list[Place]:
        """Returns the cells from the start (left out) to a cell; empty where there is no way."""
        if not np.isfinite(self.cost[cell]):
            return []
        way: list[Place] = []
        flat = cell[0] * EXTENT + cell[1]
        while self.parent.flat[flat] >= 0:
            way.append((flat // EXTENT, flat % EXTENT))
            flat = int(self.parent.flat[flat])
        return way[::-1]


def prices(chart: Chart, dig: bool = True, fear: bool = True) -> NDArray[np.float64]:
    """Returns the steps that entering each cell costs, inf where one cannot or must not go."""
    by_material = np.full(len(MATERIALS) + 1, WALL)
    for name in WALKABLE:
        by_material[ID[name]] = 1.0
    for name, rule in rules().collect.items():
        solid = name not in ("water", "grass")
        if dig and solid and (not rule.tool or chart.count(rule.tool)):
            by_material[ID[name]] = DIG
    if chart.shun_grass:
        by_material[ID["grass"]] = GRASS_AT_NIGHT
    if dig and chart.count("stone"):
        by_material[ID["water"]] = BRIDGE
    by_material[-1] = UNSEEN
    table = by_material[chart.ground]  # OPEN is -1, the last entry
    if dig:
        for cell in chart.fences():
            if inside(cell) and chart.material(cell) == "stone":
                table[cell] = FENCE
    for cell, step in chart.bars.items():
        if chart.step - step <= BARRED:
            table[cell] = WALL
    for cell, name in chart.things.items():
        if name.startswith("plant"):
            table[cell] = WALL
        elif chart.step - chart.seen_at[cell] <= FRESH:
            table[cell] += 3.0
            if fear:
                _fear(table, cell, name.partition("-")[0])
    return table


def _fear(table: NDArray[np.float64], cell: Place, name: str) -> None:
    reach, steps = _FEARED.get(name, (0, 0.0))
    if reach:
        x, y = cell
        table[max(0, x - reach) : x + reach + 1, max(0, y - reach) : y + reach + 1] += steps


def ways(chart: Chart, dig: bool = True, fear: bool = True) -> Ways:
    """Returns the cheapest ways from the player's cell."""
    return Ways(*_dijkstra(prices(chart, dig, fear), chart.place[0], chart.place[1]))


@compiled
def _dijkstra(price: NDArray[Any], x: int, y: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Dijkstra over the four-connected grid."""
    n = price.shape[0]
    cost = np.full((n, n), np.inf)
    parent = np.full((n, n), -1, dtype=np.int64)
    cost[x, y] = 0.0
    heap = [(0.0, x * n + y)]
    while len(heap) > 0:
        c, flat = heapq.heappop(heap)
        i, j = flat // n, flat % n
        if c > cost[i, j]:
            continue
        for di, dj in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            a, b = i + di, j + dj
            if a < 0 or b < 0 or a >= n or b >= n:
                continue
            new = c + price[a, b]
            if new < cost[a, b]:
                cost[a, b] = new
                parent[a, b] = flat
                heapq.heappush(heap, (new, a * n + b))
    return cost, parent


def pose_moves(
    chart: Chart,
    good: Callable[[Place, Place], bool],
    within: Collection[Place] | None = None,
    radius: int = 8,
) -> list[str] | None:
    """Returns the moves after which (cell, cell faced) is good; None where no such pose can be had.

    Walks only on free ground: a move into what is not free turns the player, one into a free cell steps.

    Args:
        chart: What is known.
        good: Judges a pose.
        within: The cells that may be stepped on; any free one where None.
        radius: How far from the player one may go.
    """
    start: Pose = (*chart.place, *chart.facing)
    came: dict[Pose, tuple[Pose, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        pose = queue.popleft()
        x, y, dx, dy = pose
        if good((x, y), (x + dx, y + dy)):
            return _unwind(came, pose)
        for name, (mx, my) in FACINGS.items():
            cell = (x + mx, y + my)
            step = chart.free(cell) and (within is None or cell in within)
            if (chart.free(cell) and not step) or chart.material(cell) == "lava":
                continue
            new: Pose = (*cell, mx, my) if step else (x, y, mx, my)
            if new not in came and distance(new[:2], chart.place) <= radius:
                came[new] = (pose, f"move_{name}")
                queue.append(new)
    return None


def _unwind(came: dict[Pose, tuple[Pose, str] | None], pose: Pose) -> list[str]:
    moves: list[str] = []
    link = came[pose]
    while link is not None:
        pose, move = link
        moves.append(move)
        link = came[pose]
    return moves[::-1]


def unseen_edge(chart: Chart) -> NDArray[np.bool_]:
    """Returns the cells never told that adjoin a told one which is no edge."""
    told = chart.ground != OPEN
    beside = np.zeros_like(told)
    beside[1:] |= told[:-1]
    beside[:-1] |= told[1:]
    beside[:, 1:] |= told[:, :-1]
    beside[:, :-1] |= told[:, 1:]
    return np.asarray(beside & ~told)


def nearby_share(chart: Chart, names: Collection[str], reach: int = 3) -> NDArray[np.float64]:
    """Returns, for each cell, how many cells within reach (a square) have one of these grounds."""
    has = np.isin(chart.ground, [ID[name] for name in names]).astype(np.float64)
    padded = np.pad(has, reach + 1).cumsum(0).cumsum(1)
    size = 2 * reach + 1
    total = padded[size:, size:] - padded[:-size, size:] - padded[size:, :-size] + padded[:-size, :-size]
    return np.asarray(total[:EXTENT, :EXTENT])


def steps_into(a: Place, b: Place) -> str:
    """Returns the move from a cell to its neighbour."""
    way = (b[0] - a[0], b[1] - a[1])
    return next(f"move_{name}" for name, step in FACINGS.items() if step == way)


def open_sides(chart: Chart, cells: Collection[Place], arrows: bool = False) -> list[Place]:
    """Returns the cells around a group from which something could step in, or fly in: arrows cross water."""
    grounds = ("", *(AIRY if arrows else WALKABLE))
    rim = {(x + dx, y + dy) for x, y in cells for dx, dy in STEPS} - set(cells)
    airy = (cell for cell in rim if inside(cell) and chart.material(cell) in grounds)
    return sorted(cell for cell in airy if not chart.things.get(cell, "").startswith("plant"))
