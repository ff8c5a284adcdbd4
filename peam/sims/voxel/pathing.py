"""Ways round obstacles for hunters: a bounded A* over the block window, and the walk along it. Numba kernels.

As Minecraft's ground navigation (Java 1.19; Wiki "Mob AI"): eight neighbours, one block up by a jump, falls
as deep as the hunter dares, water at eight times the cost; at most 16 nodes a block of follow range, the
distance left weighs 1.5, and where the goal is not reached the way leads to the nearest node. Knows nothing
of why a creature wants to be somewhere, nor of bodies wider than a block.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from peam.sims.voxel.blocks import HAZARD, LIQUID, SOLID
from peam.sims.voxel.entities import DETOUR, GOAL_X, GOAL_Z, TIMER
from peam.sims.voxel.physics import GROUND, VX, VY, VZ, WALL, YAW, X, Y, Z, at
from peam.sims.voxel.steering import footing

REPLAN, WAIT = 10, 20  # ticks until a way is looked for again: under way, and where none leads nearer
ARRIVED = 0.45  # metres from a node's middle at which it counts as reached: 0.75 less half a width of 0.6
WEIGHT, WET = 1.5, 8.0  # of the distance left; cost of a step through water
MOST: Final = 1024  # nodes of one search
PARENT, CLOSED = 3, 4  # columns of a node after its cell
SPENT, TOTAL, LEFT = range(3)  # columns of a node's costs
_SLOTS: Final = 4096  # of the table that finds a node by its cell
_NEIGHBOURS: Final = np.array(
    ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)), np.int64
)


@njit(cache=True)
def _fits(blocks: Any, x: int, y: int, z: int) -> bool:
    """Whether a body of two blocks has room in a cell, and nothing there hurts it."""
    feet, head = at(blocks, x, y, z), at(blocks, x, y + 1, z)
    return not (SOLID[feet] or SOLID[head] or HAZARD[feet] or HAZARD[head])


@njit(cache=True)
def _land(blocks: Any, x: int, y: int, z: int, drop: int) -> int:
    """Returns the height at which a step into a column ends, -1 for none: up one, level, or a fall."""
    here = at(blocks, x, y, z)
    if SOLID[here]:
        return y + 1 if not HAZARD[here] and _fits(blocks, x, y + 1, z) else -1
    if not _fits(blocks, x, y, z):
        return -1
    for depth in range(drop + 1):
        below = at(blocks, x, y - depth - 1, z)
        if HAZARD[below]:
            return -1
        if SOLID[below] or LIQUID[at(blocks, x, y - depth, z)]:
            return y - depth
    return -1


@njit(cache=True)
def _step(blocks: Any, x: int, y: int, z: int, dx: int, dz: int, drop: int) -> int:
    """Returns the height at which a step to a neighbour ends, -1 for none: no corner is cut."""
    end = _land(blocks, x + dx, y, z + dz, drop)
    if end < 0:
        return -1
    if end > y and SOLID[at(blocks, x, y + 2, z)]:
        return -1
    if dx != 0 and dz != 0:
        level = max(y, end)
        if not (_fits(blocks, x + dx, level, z) and _fits(blocks, x, level, z + dz)):
            return -1
        if HAZARD[at(blocks, x + dx, y - 1, z)] or HAZARD[at(blocks, x, y - 1, z + dz)]:
            return -1
    return end


@njit(cache=True)
def _slot(keys: Any, key: int) -> int:
    """Returns the place of a cell's key in the table, or the free place that it would take."""
    place = ((key * 2654435761) >> 18) & (_SLOTS - 1)
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & (_SLOTS - 1)
    return int(place)


@njit(cache=True)
def _sink(heap: Any, cost: Any, size: int) -> int:
    """Takes the cheapest node off the heap; returns it."""
    top, last, hole = heap[0], heap[size - 1], 0
    while True:
        child = 2 * hole + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and cost[heap[child + 1], TOTAL] < cost[heap[child], TOTAL]:
            child += 1
        if cost[last, TOTAL] <= cost[heap[child], TOTAL]:
            break
        heap[hole] = heap[child]
        hole = child
    heap[hole] = last
    return int(top)


@njit(cache=True)
def _rise(heap: Any, cost: Any, place: int, node: int) -> None:
    """Puts a node into the heap from a place upwards."""
    while place > 0 and cost[heap[(place - 1) // 2], TOTAL] > cost[node, TOTAL]:
        heap[place] = heap[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place] = node


@njit(cache=True)
def _find(node: Any, cost: Any, table: Any, known: int, cell: Any, goal: Any) -> int:
    """Returns the index of a cell's node; `known` where it is new and now the last."""
    x, y, z = cell
    key = ((x & 1023) << 20) | ((z & 1023) << 10) | (y & 1023)
    place = _slot(table[0], key)
    if table[0, place] == key:
        return int(table[1, place])
    table[0, place], table[1, place] = key, known
    node[known, 0], node[known, 1], node[known, 2], node[known, PARENT], node[known, CLOSED] = x, y, z, -1, 0
    cost[known, LEFT] = math.sqrt((goal[0] - x) ** 2 + (goal[1] - y) ** 2 + (goal[2] - z) ** 2)
    cost[known, SPENT], cost[known, TOTAL] = 0.0, WEIGHT * cost[known, LEFT]
    return known


@njit(cache=True)
def _trace(node: Any, last: int) -> Any:
    """Returns the cells from the start, which is left out, to a node."""
    length, at_node = 0, last
    while at_node > 0:
        length, at_node = length + 1, node[at_node, PARENT]
    way, at_node = np.empty((length, 3), np.int64), last
    while at_node > 0:
        length -= 1
        way[length] = node[at_node, :3]
        at_node = node[at_node, PARENT]
    return way


@njit(cache=True)
def find_way(blocks: Any, start: Any, goal: Any, drop: int, nodes: int) -> Any:
    """Returns the cells of a way, (n, 3) int64, the start left out; empty where no step leads nearer.

    Args:
        blocks: The block window.
        start: Cell of the creature's feet.
        goal: Cell to reach.
        drop: Deepest fall, blocks.
        nodes: Most nodes to look at, 1024 at the most.
    """
    most = min(nodes, MOST)
    node, cost = np.empty((MOST, 5), np.int64), np.empty((MOST, 3))
    table, heap = np.full((2, _SLOTS), -1, np.int64), np.empty(8 * MOST + 1, np.int64)
    _find(node, cost, table, 0, start, goal)
    heap[0] = 0
    size, known, best = 1, 1, 0
    while size > 0:
        here = _sink(heap, cost, size)
        size -= 1
        if node[here, CLOSED]:
            continue
        node[here, CLOSED] = 1
        if cost[here, LEFT] < cost[best, LEFT]:
            best = here
        if cost[here, LEFT] < 1.0:
            break
        x, y, z = node[here, 0], node[here, 1], node[here, 2]
        for turn in range(8):
            dx, dz = _NEIGHBOURS[turn, 0], _NEIGHBOURS[turn, 1]
            end = _step(blocks, x, y, z, dx, dz, drop)
            if end < 0 or known == most:
                continue
            other = _find(node, cost, table, known, (x + dx, end, z + dz), goal)
            far = math.sqrt(dx * dx + dz * dz + (end - y) ** 2)
            spent = cost[here, SPENT] + far * (WET if LIQUID[at(blocks, x + dx, end, z + dz)] else 1.0)
            if other == known:
                known += 1
            elif node[other, CLOSED] or spent >= cost[other, SPENT]:
                continue
            cost[other, SPENT], cost[other, TOTAL] = spent, spent + WEIGHT * cost[other, LEFT]
            node[other, PARENT] = here
            _rise(heap, cost, size, other)
            size += 1
    return _trace(node, best)


@njit(cache=True)
def straight(blocks: Any, e: Any, x: float, z: float, width: float, drop: int) -> bool:
    """Whether a creature can walk straight to a place: level or down, for both its sides."""
    dx, dz = x - e[X], z - e[Z]
    far = math.sqrt(dx * dx + dz * dz)
    if far < 1e-6:
        return True
    ux, uz, half, level = dx / far, dz / far, width / 2, e[Y]
    for i in range(1, int(far / 0.5) + 1):
        px, pz = e[X] + ux * 0.5 * i, e[Z] + uz * 0.5 * i
        for side in range(-1, 2, 2):
            step = footing(blocks, px - side * half * uz, level, pz + side * half * ux, drop)
            if step != 0:
                return False
        cx, cy, cz = math.floor(px), math.floor(level + 0.01), math.floor(pz)
        while not SOLID[at(blocks, cx, cy - 1, cz)] and not LIQUID[at(blocks, cx, cy - 1, cz)] and cy > 0:
            cy -= 1
        level = float(cy)
    return True


@njit(cache=True)
def plan(blocks: Any, e: Any, p: Any, width: float, drop: int, sight: float) -> None:
    """Sets a hunter's next goal on its way to the agent, and when to look again.

    The goal is the agent where the way is straight (DETOUR -1: the goal goes with it), else the next node
    (0), else the creature's own place, where it waits (1).
    """
    e[TIMER], e[DETOUR] = REPLAN, 0.0
    if abs(p[Y] - e[Y]) < 1.5 and straight(blocks, e, p[X], p[Z], width, drop):
        e[GOAL_X], e[GOAL_Z], e[DETOUR] = p[X], p[Z], -1.0
        return
    start = (math.floor(e[X]), math.floor(e[Y] + 0.01), math.floor(e[Z]))
    goal = (math.floor(p[X]), math.floor(p[Y] + 0.01), math.floor(p[Z]))
    way = find_way(blocks, start, goal, drop, int(16 * sight))
    for i in range(min(2, len(way))):
        e[GOAL_X], e[GOAL_Z] = way[i, 0] + 0.5, way[i, 2] + 0.5
        if abs(e[GOAL_X] - e[X]) > ARRIVED or abs(e[GOAL_Z] - e[Z]) > ARRIVED:
            return
    if len(way) < 2:
        e[GOAL_X], e[GOAL_Z], e[TIMER], e[DETOUR] = e[X], e[Z], WAIT, 1.0


@njit(cache=True)
def follow(blocks: Any, e: Any, speed: float, height: float) -> None:
    """Pushes a hunter towards its goal, jumping where a block is in the way.

    Args:
        blocks: The block window.
        e: The creature's row.
        speed: Blocks a second.
        height: Of its body, blocks.
    """
    dx, dz = e[GOAL_X] - e[X], e[GOAL_Z] - e[Z]
    length = math.sqrt(dx * dx + dz * dz)
    if length < 0.1:
        return
    ux, uz = dx / length, dz / length
    if e[GROUND] > 0:
        ahead = at(
            blocks, math.floor(e[X] + ux * 0.75), math.floor(e[Y] + 0.01), math.floor(e[Z] + uz * 0.75)
        )
        head = at(blocks, math.floor(e[X]), math.floor(e[Y] + height + 0.5), math.floor(e[Z]))
        if (SOLID[ahead] or e[WALL] > 0) and not SOLID[head]:
            e[VY] = 0.42
    push = speed * 0.05 * (0.454 if e[GROUND] > 0 else 0.1)
    e[VX] += ux * push
    e[VZ] += uz * push
    e[YAW] = math.degrees(math.atan2(-ux, uz))


@njit(cache=True)
def due(e: Any, p: Any) -> bool:
    """Counts down; returns whether a hunter must look for its way again: in time, or at a node."""
    e[TIMER] -= 1
    if e[DETOUR] < 0:
        e[GOAL_X], e[GOAL_Z] = p[X], p[Z]
    near = abs(e[GOAL_X] - e[X]) < ARRIVED and abs(e[GOAL_Z] - e[Z]) < ARRIVED
    return bool(e[TIMER] <= 0 or (near and e[DETOUR] == 0))
