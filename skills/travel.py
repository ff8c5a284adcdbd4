"""Travelling: goto, explore in six directions, wait.

Knows the contract through `Context` only.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from peam.actions import Action
from peam.sims.base import Cell
from peam.skills.aim import ANY_FACE
from peam.skills.context import Context, distance
from peam.skills.diagnosis import Result, Stop, missing_tool, not_found
from peam.skills.path import AIM, NEAR, PLANE, WALK, Goal
from peam.skills.world import neighbours6
from peam.types import Diagnosis

YAW = {"south": 0.0, "west": 90.0, "north": 180.0, "east": -90.0}
AXIS: dict[str, Cell] = {"south": (0, 0, 1), "west": (-1, 0, 0), "north": (0, 0, -1), "east": (1, 0, 0)}
FACING = ("south", "west", "north", "east")  # by yaw / 90
LEVELS = 8
LEAST = 4  # blocks: an explore that moved less has failed
DEEPEST = 6
TUNNEL = 20.0  # estimated ticks a block where the way is dug


def goto(context: Context, action: Action) -> Result:
    """Walks to an own station, or to a block in view, and looks at it.

    Raises:
        Stop: NOT_FOUND, UNREACHABLE, DIED, TIMEOUT.
    """
    own = context.own_stations(action.target)
    cells = own or context.seen_cells((action.target,))
    if not cells:
        raise not_found(action.target)
    kind, radius = (NEAR, 1.6) if action.target == "water" else (AIM, 3.0)
    goal = Goal(kind, tuple(cells[:8]), radius)
    if not context.navigator.go(goal) and not context.navigator.go(goal, context.control.dig_costs()):
        raise Stop(Diagnosis.UNREACHABLE, f"no way to {action.target}")
    nearest = min(cells, key=lambda c: distance(context.control.body.cell, c))
    context.face(context.aimable(cells) or nearest)
    return Result(detail=f"at {action.target}")


def wait(context: Context, action: Action) -> Result:
    """Stands still for `count` ticks."""
    for _ in range(action.count or 1):
        context.control.tick()
    return Result()


def explore(context: Context, action: Action) -> Result:
    """Walks, tunnels or climbs in a direction and leaves the view level.

    Raises:
        Stop: UNREACHABLE, MISSING_TOOL, STUCK, DIED, TIMEOUT.
    """
    if action.target == "down":
        return _down(context)
    if action.target == "up":
        return _up(context)
    return _along(context, action.target)


def _along(context: Context, name: str) -> Result:
    axis, start, known = AXIS[name], context.control.body.cell, set(context.memory.noticed)
    context.level(YAW[name])
    if context.control.world.open_sky(context.navigator.feet()):
        _walk(context, axis)
        if _progress(context, start, axis) < LEAST:
            _dig_on(context, axis, start, known)
    else:
        _dig_on(context, axis, start, known)
    moved = _progress(context, start, axis)
    ore = _ore_in_reach(context, known)
    context.level(YAW[name])
    if ore is not None:
        context.face(ore)
    if moved >= LEAST or ore is not None:
        return Result(detail=f"{moved} blocks {name}" + (f", {_name(context, ore)} beside" if ore else ""))
    _require_pickaxe(context, axis)
    raise Stop(Diagnosis.STUCK if moved > 0 else Diagnosis.UNREACHABLE, f"the way {name} is blocked")


def _walk(context: Context, axis: Cell) -> None:
    """Walks over open ground as far as it leads in a direction."""
    navigator = context.navigator
    start = context.control.body.cell
    for _ in range(3):
        left = context.stride - _progress(context, start, axis)
        if left <= 0:
            return
        route = navigator.plan(Goal(PLANE, radius=left, axis=axis, unit=WALK * 1.3), nodes=6000)
        if len(route.cells) < 2:
            return
        if navigator.follow(route) and not route.complete:
            return
        context.control.forget()


def _dig_on(context: Context, axis: Cell, start: Cell, known: set[Cell]) -> None:
    """Goes on underground, by caves or by a tunnel, and stops where the walls show an ore."""
    context.control.forget()
    for _ in range(4):
        left = context.stride - _progress(context, start, axis)
        if left <= 0:
            return
        goal = Goal(PLANE, radius=left, axis=axis, unit=TUNNEL)
        route = context.navigator.plan(goal, context.control.dig_costs(), nodes=8000)
        if len(route.cells) < 2 or route.gain < goal.unit:
            return
        if _follow_watching(context, route.cells) and not route.complete:
            return
        if _ore_in_reach(context, known) is not None:
            return
        context.control.forget()


def _follow_watching(context: Context, cells: tuple[Cell, ...]) -> bool:
    """Follows a route until it ends or an ore that was not noticed before comes in reach."""
    for a, b in pairwise(cells):
        if not context.navigator.step(a, b, last=True):
            return False
        if _new_ore(context, b):
            return True
    return True


def _new_ore(context: Context, cell: Cell) -> bool:
    """Notices the ores that adjoin the body's two cells; returns whether one is new."""
    found = False
    for part in (cell, (cell[0], cell[1] + 1, cell[2])):
        for side in neighbours6(part):
            if context.control.world.name(side).endswith("_ore") and side not in context.memory.noticed:
                context.memory.noticed.add(side)
                found = True
    return found


def _ore_in_reach(context: Context, known: Collection[Cell] = ()) -> Cell | None:
    """Returns a noticed ore, not among the `known`, that still stands and can be aimed at from here."""
    control = context.control
    eye, yaw = control.body.eye, control.body.yaw
    for cell in sorted(
        context.memory.noticed.difference(known), key=lambda c: distance(control.body.cell, c)
    ):
        if distance(control.body.cell, cell) > 5 or not control.world.name(cell).endswith("_ore"):
            continue
        if control.world.aim(eye, yaw, cell, ANY_FACE) is not None:
            return cell
    return None


def _name(context: Context, cell: Cell | None) -> str:
    return context.control.world.name(cell) if cell else ""


def _progress(context: Context, start: Cell, axis: Cell) -> int:
    here = context.control.body.cell
    return sum((h - s) * a for h, s, a in zip(here, start, axis, strict=True))


def _require_pickaxe(context: Context, axis: Cell) -> None:
    """Raises Stop(MISSING_TOOL) where the next block that way needs a tool that is not held."""
    control, rules = context.control, context.sim.rules
    x, y, z = context.navigator.feet()
    for dy in (0, 1, axis[1]):
        for step in (1, 2):
            name = control.world.name((x + axis[0] * step, y + dy, z + axis[2] * step))
            weakest = rules.weakest_tool(name)
            if weakest and not any(rules.tool_works(name, t) for t in control.tools()):
                raise missing_tool(weakest)


def _facing(context: Context) -> str:
    return FACING[round(context.control.body.yaw / 90.0) % 4]


def _down(context: Context) -> Result:
    """Digs a staircase of 8 in the facing direction, or follows caves that lead down."""
    control, name = context.control, _facing(context)
    axis, start = AXIS[name], control.body.cell
    context.level(YAW[name])
    for _ in range(4):
        depth = start[1] - control.body.cell[1]
        left = min(LEVELS - depth, control.body.cell[1] - DEEPEST)
        if left <= 0:
            break
        goal = Goal(PLANE, radius=left, axis=(0, -1, 0), unit=45.0, prefer=(axis[0], axis[2]))
        route = context.navigator.plan(goal, control.dig_costs(), nodes=6000)
        if len(route.cells) < 2 or route.gain < goal.unit:
            break
        context.navigator.follow(route)
        control.forget()
    depth = start[1] - control.body.cell[1]
    _show(context, YAW[name])
    if depth > 0:
        return Result(detail=f"{depth} blocks down")
    _require_pickaxe(context, (axis[0], -1, axis[2]))
    raise Stop(Diagnosis.UNREACHABLE, "the way down is blocked")


def _show(context: Context, yaw: float) -> None:
    """Ends a staircase: looks level, or at an ore that its walls have laid bare."""
    _new_ore(context, context.control.body.cell)
    context.level(yaw)
    ore = _ore_in_reach(context)
    if ore is not None:
        context.face(ore)


def _up(context: Context) -> Result:
    """Climbs 8 blocks by caves, stairs or a pillar, or until the sky is open."""
    control, name = context.control, _facing(context)
    start = control.body.cell
    if control.world.open_sky(context.navigator.feet()):
        raise Stop(Diagnosis.UNREACHABLE, "already under the open sky")
    for _ in range(4):
        left = LEVELS - (control.body.cell[1] - start[1])
        if left <= 0 or control.world.open_sky(context.navigator.feet()):
            break
        goal = Goal(PLANE, radius=left, axis=(0, 1, 0), unit=45.0)
        route = context.navigator.plan(goal, control.dig_costs(by_hand=True), nodes=8000)
        if len(route.cells) < 2 or route.gain < goal.unit:
            break
        context.navigator.follow(route)
        control.forget()
    height = control.body.cell[1] - start[1]
    context.level(YAW[name])
    if height > 0:
        return Result(detail=f"{height} blocks up")
    raise Stop(Diagnosis.UNREACHABLE, "the way up is blocked")
