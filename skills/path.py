"""A* over observed voxels for a body 0.6 wide and 1.8 tall. Costs are in ticks; knows no simulator.

Nodes are the cells of the feet. Moves: one step to four sides (or diagonally, without cutting corners),
one up by jumping, down by dropping, swimming, digging what stands in the way, a pillar, a shaft. No move puts
a head under water that is above it; one that is under water already may go on there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Cell
from peam.skills.aim import ANY_FACE, compiled, grid_aim
from peam.skills.world import World

WALK = 4.7  # ticks a block at 4.3 m/s
NODES = 12_000  # expansions before a search gives up: below 10 ms
AIM, NEAR, PLANE = 0, 1, 2
UNDER_WATER = 25.0  # times as long digging takes, afloat (Minecraft Wiki, "Breaking", Java 1.19)


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a path may end.

    Attributes:
        kind: AIM (a grid view from there hits a target), NEAR (within `radius` of a target) or PLANE
            (`radius` blocks on along `axis`).
        targets: World cells, for AIM and NEAR.
        radius: Metres; the reach for AIM.
        axis: Direction of PLANE.
        unit: Estimated ticks a block, for the search's heuristic.
        prefer: Horizontal direction (x, z) that costs nothing extra; (0, 0) where all are equal.
    """

    kind: int
    targets: tuple[Cell, ...] = ()
    radius: float = 4.2
    axis: Cell = (0, 0, 0)
    unit: float = WALK
    prefer: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Route:
    """A path of feet cells, the start first; `complete` where it reaches the goal, else it only nears it."""

    cells: tuple[Cell, ...]
    complete: bool
    gain: float


def search(
    world: World,
    start: Cell,
    goal: Goal,
    dig: NDArray[np.float32],
    blocks: int,
    yaw: float,
    nodes: int = NODES,
) -> Route:
    """Finds a cheap path.

    Args:
        world: The map.
        start: The feet's cell.
        goal: Where to end.
        dig: Block id -> ticks to dig it; infinite where it may not be dug. (n_ids,) float32.
        blocks: How many blocks the agent could pillar with.
        yaw: The agent's yaw, for AIM's grid.
        nodes: Expansion limit.
    """
    targets = np.array([world.local(t) for t in goal.targets] or [(0, 0, 0)], dtype=np.int64)
    found, end, best, parents = _astar(
        world.ids, world.solid, world.liquid, world.hazard, world.opaque, dig, *world.local(start),
        goal.kind, targets, goal.radius, *goal.axis, goal.unit, *goal.prefer, blocks, yaw, nodes,
    )  # fmt: skip
    n = world.ids.shape
    cells: list[Cell] = []
    while end >= 0:
        i, rest = divmod(int(end), n[1] * n[2])
        j, k = divmod(rest, n[2])
        cells.append((i + world.origin[0], j + world.origin[1], k + world.origin[2]))
        end = parents[end]
    return Route(tuple(reversed(cells)), bool(found), float(best))


@compiled
def _push(heap_f: NDArray[Any], heap_n: NDArray[Any], size: int, f: float, node: int) -> int:
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if heap_f[parent] <= f:
            break
        heap_f[i], heap_n[i] = heap_f[parent], heap_n[parent]
        i = parent
    heap_f[i], heap_n[i] = f, node
    return size + 1


@compiled
def _pop(heap_f: NDArray[Any], heap_n: NDArray[Any], size: int) -> int:
    size -= 1
    f, node = heap_f[size], heap_n[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap_f[child + 1] < heap_f[child]:
            child += 1
        if heap_f[child] >= f:
            break
        heap_f[i], heap_n[i] = heap_f[child], heap_n[child]
        i = child
    heap_f[i], heap_n[i] = f, node
    return size


@compiled
def _clear(
    ids: NDArray[Any],
    solid: NDArray[Any],
    liquid: NDArray[Any],
    hazard: NDArray[Any],
    dig: NDArray[Any],
    i: int,
    j: int,
    k: int,
) -> float:
    """Ticks until the body may be in a cell: 0 where free, infinite where never."""
    b = ids[i, j, k]
    if hazard[b]:
        return np.inf
    if not solid[b]:
        return 0.0
    cost = dig[b] + 4.0
    if cost < 1e6:
        for di, dj, dk in ((1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0)):
            o = ids[i + di, j + dj, k + dk]
            if hazard[o]:
                return np.inf
            if liquid[o] and dj >= 0:
                cost += 60.0
    return float(cost)


@compiled
def _danger(ids: NDArray[Any], hazard: NDArray[Any], i: int, j: int, k: int) -> float:
    """Extra ticks for standing beside what hurts."""
    for di, dk in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        if hazard[ids[i + di, j, k + dk]] or hazard[ids[i + di, j - 1, k + dk]]:
            return 40.0
    return 0.0


@compiled
def _estimate(
    kind: int, targets: NDArray[Any], radius: float, ai: int, aj: int, ak: int, unit: float,
    i: int, j: int, k: int, si: int, sj: int, sk: int,
) -> float:  # fmt: skip
    """Estimated ticks from a cell to the goal."""
    if kind == 2:
        return max(0.0, radius - ((i - si) * ai + (j - sj) * aj + (k - sk) * ak)) * unit
    best = 1e9
    for t in range(targets.shape[0]):
        di, dj, dk = targets[t, 0] - i, targets[t, 1] - j, targets[t, 2] - k
        best = min(best, di * di + dj * dj + dk * dk)
    return float(max(0.0, np.sqrt(best) - radius) * unit)


@compiled
def _reached(
    ids: NDArray[Any], opaque: NDArray[Any], kind: int, targets: NDArray[Any], radius: float,
    yaw: float, h: float, i: int, j: int, k: int,
) -> bool:  # fmt: skip
    """Whether a path may end here."""
    if kind != 0:
        return h <= 0.0
    for t in range(targets.shape[0]):
        di, dj, dk = targets[t, 0] - i, targets[t, 1] - j - 1.12, targets[t, 2] - k
        if di * di + dj * dj + dk * dk > (radius + 0.8) ** 2:
            continue
        if targets[t, 0] == i and targets[t, 2] == k and targets[t, 1] < j:
            continue  # never the block underfoot: the shaft would be a trap
        aim = grid_aim(
            ids, opaque, i + 0.5, j + 1.62, k + 0.5, yaw,
            targets[t, 0], targets[t, 1], targets[t, 2], ANY_FACE, radius,
        )  # fmt: skip
        if aim[3] < 1e8:
            return True
    return False


@compiled
def _astar(
    ids: NDArray[Any], solid: NDArray[Any], liquid: NDArray[Any], hazard: NDArray[Any], opaque: NDArray[Any],
    dig: NDArray[Any], si: int, sj: int, sk: int, kind: int, targets: NDArray[Any], radius: float,
    ai: int, aj: int, ak: int, unit: float, pi: int, pk: int, blocks: int, yaw: float, limit: int,
) -> tuple[bool, int, float, NDArray[Any]]:  # fmt: skip
    """Returns (reached, last node, how much nearer in ticks of the estimate, parents)."""
    ni, nj, nk = ids.shape
    cost = np.full(ni * nj * nk, np.inf, dtype=np.float32)
    parent = np.full(ni * nj * nk, -1, dtype=np.int32)
    done = np.zeros(ni * nj * nk, dtype=np.bool_)
    heap_f = np.empty(limit * 14 + 64, dtype=np.float64)
    heap_n = np.empty(limit * 14 + 64, dtype=np.int32)
    start = (si * nj + sj) * nk + sk
    h0 = _estimate(kind, targets, radius, ai, aj, ak, unit, si, sj, sk, si, sj, sk)
    best_h, best = h0, start
    cost[start] = 0.0
    size = _push(heap_f, heap_n, 0, h0, start)
    out_c = np.empty(14, dtype=np.float64)
    out_n = np.empty(14, dtype=np.int64)
    expanded = 0
    while size > 0 and expanded < limit:
        node = heap_n[0]
        size = _pop(heap_f, heap_n, size)
        if done[node]:
            continue
        done[node] = True
        expanded += 1
        i, rest = node // (nj * nk), node % (nj * nk)
        j, k = rest // nk, rest % nk
        h = _estimate(kind, targets, radius, ai, aj, ak, unit, i, j, k, si, sj, sk)
        if _reached(ids, opaque, kind, targets, radius, yaw, h, i, j, k):
            return True, node, h0 - h, parent
        if h < best_h:
            best_h, best = h, node
        if i < 2 or j < 3 or k < 2 or i >= ni - 2 or j >= nj - 4 or k >= nk - 2:
            continue
        moves = _moves(ids, solid, liquid, hazard, dig, i, j, k, nj, nk, pi, pk, blocks, out_c, out_n)
        for m in range(moves):
            other, g = out_n[m], cost[node] + out_c[m]
            if g < cost[other] and not done[other]:
                cost[other] = g
                parent[other] = node
                oi, rest = other // (nj * nk), other % (nj * nk)
                h = _estimate(kind, targets, radius, ai, aj, ak, unit, oi, rest // nk, rest % nk, si, sj, sk)
                size = _push(heap_f, heap_n, size, g + h, other)
    return False, best, h0 - best_h, parent


@compiled
def _moves(
    ids: NDArray[Any], solid: NDArray[Any], liquid: NDArray[Any], hazard: NDArray[Any], dig: NDArray[Any],
    i: int, j: int, k: int, nj: int, nk: int, pi: int, pk: int, blocks: int,
    out_c: NDArray[Any], out_n: NDArray[Any],
) -> int:  # fmt: skip
    """Lists the moves from a cell: costs and nodes; returns how many."""
    n = 0
    wet, under = liquid[ids[i, j, k]], liquid[ids[i, j + 1, k]]
    slow = UNDER_WATER if under else 1.0
    above = slow * _clear(ids, solid, liquid, hazard, dig, i, j + 2, k)
    for di, dk in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        x, z = i + di, k + dk
        walk = 4.7 + (0.0 if (pi == 0 and pk == 0) or (di == pi and dk == pk) else 10.0)
        head = slow * _clear(ids, solid, liquid, hazard, dig, x, j + 1, z)
        feet = slow * _clear(ids, solid, liquid, hazard, dig, x, j, z)
        below = ids[x, j - 1, z]
        if solid[ids[x, j, z]]:  # a step up
            tall = slow * _clear(ids, solid, liquid, hazard, dig, x, j + 2, z)
            c = walk + 5.0 + above + head + tall
            free = not wet or not solid[ids[i, j + 2, k]]
            if c < 1e6 and not hazard[ids[x, j, z]] and free and (under or not liquid[ids[x, j + 2, z]]):
                out_c[n] = c + _danger(ids, hazard, x, j + 1, z)
                out_n[n] = (x * nj + j + 1) * nk + z
                n += 1
        if head + feet >= 1e6 or (liquid[ids[x, j + 1, z]] and not under):
            continue
        if (solid[below] and not hazard[below]) or liquid[ids[x, j, z]]:  # level
            swim = 8.0 if liquid[ids[x, j, z]] else 0.0
            deep = 12.0 if liquid[ids[x, j + 1, z]] else 0.0
            out_c[n] = walk + head + feet + swim + deep + _danger(ids, hazard, x, j, z)
            out_n[n] = (x * nj + j) * nk + z
            n += 1
        if solid[below]:  # a stair dug down
            c = head + feet + slow * _clear(ids, solid, liquid, hazard, dig, x, j - 1, z)
            support = ids[x, j - 2, z]
            if c < 1e6 and solid[support] and not hazard[support] and (under or not liquid[ids[x, j, z]]):
                out_c[n] = walk + 2.0 + c + _danger(ids, hazard, x, j - 1, z)
                out_n[n] = (x * nj + j - 1) * nk + z
                n += 1
        elif not liquid[ids[x, j, z]]:  # a drop, at most 3, deeper into water
            y = j - 1
            while y > 2 and not solid[ids[x, y, z]] and not liquid[ids[x, y, z]] and j - y < 8:
                y -= 1
            landing = ids[x, y, z]
            if liquid[landing] and not hazard[landing]:
                out_c[n] = walk + head + feet + 2.0 * (j - y) + 10.0
                out_n[n] = (x * nj + y) * nk + z
                n += 1
            elif solid[landing] and not hazard[landing] and j - (y + 1) <= 3:
                out_c[n] = walk + head + feet + 2.0 * (j - y) + _danger(ids, hazard, x, y + 1, z)
                out_n[n] = (x * nj + y + 1) * nk + z
                n += 1
    for di, dk in ((1, 1), (1, -1), (-1, 1), (-1, -1)):  # diagonals, on free level ground only
        x, z = i + di, k + dk
        free = True
        for oi, ok in ((x, k), (i, z), (x, z)):
            a, b = ids[oi, j, ok], ids[oi, j + 1, ok]
            if solid[a] or solid[b] or hazard[a] or hazard[b] or liquid[a] or not solid[ids[oi, j - 1, ok]]:
                free = False
                break
        if free and not hazard[ids[x, j - 1, z]]:
            out_c[n] = 6.7 + (10.0 if pi != 0 or pk != 0 else 0.0) + _danger(ids, hazard, x, j, z)
            out_n[n] = (x * nj + j) * nk + z
            n += 1
    if wet and above < 1e6 and not solid[ids[i, j + 1, k]]:  # swim up
        if liquid[ids[i, j + 1, k]]:
            out_c[n] = 8.0 + above
            out_n[n] = (i * nj + j + 1) * nk + k
            n += 1
    elif blocks > 0 and above < 1e6:  # a pillar
        out_c[n] = 25.0 + above
        out_n[n] = (i * nj + j + 1) * nk + k
        n += 1
    below, support = ids[i, j - 1, k], ids[i, j - 2, k]
    if solid[below] and solid[support] and not hazard[support] and (under or not wet):  # a shaft
        c = slow * _clear(ids, solid, liquid, hazard, dig, i, j - 1, k)
        if c < 1e6:
            out_c[n] = 60.0 + c
            out_n[n] = (i * nj + j - 1) * nk + k
            n += 1
    return n
