"""Travelling: goto, explore in six directions, wait.

Knows the contract through `Context` only.
"""

from __future__ import annotations

from peam.actions import Action
from peam.sims.base import Cell
from peam.skills.aim import yaw_to
from peam.skills.context import Context, distance
from peam.skills.diagnosis import Result, Stop, missing_tool, not_found
from peam.skills.march import March, notice, shown_ore
from peam.skills.path import AIM, NEAR, PLANE, Goal
from peam.types import Diagnosis

YAW = {"south": 0.0, "west": 90.0, "north": 180.0, "east": -90.0}
AXIS: dict[str, Cell] = {"south": (0, 0, 1), "west": (-1, 0, 0), "north": (0, 0, -1), "east": (1, 0, 0)}
FACING = ("south", "west", "north", "east")  # by yaw / 90
LEVELS = 8
LEAST = 4  # blocks: an explore that moved less has failed
DEEPEST = 6


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
    context.level(YAW[name])
    march = March(context, AXIS[name])
    if context.control.world.open_sky(context.navigator.feet()):
        march.over_ground()
        if march.moved < LEAST and not march.stopped:
            march.underground()
    else:
        march.underground()
    _look_at_find(context, march, YAW[name])
    detail = f"{march.moved} blocks {name}"
    if march.foe is not None:
        return Result(detail=f"{detail}, {march.foe.name} ahead")
    if march.ore is not None:
        return Result(detail=f"{detail}, {context.control.world.name(march.ore)} beside")
    if march.moved < LEAST:
        _require_pickaxe(context, march.axis)
        raise Stop(
            Diagnosis.STUCK if march.moved > 0 else Diagnosis.UNREACHABLE, f"the way {name} is blocked"
        )
    return Result(detail=detail)


def _look_at_find(context: Context, march: March, yaw: float) -> None:
    """Ends a march: looks level ahead, or at what stopped it."""
    context.level(yaw)
    if march.foe is not None:
        context.level(yaw_to(context.control.body.position, march.foe.position))
    elif march.ore is not None:
        context.face(march.ore)


def _require_pickaxe(context: Context, axis: Cell) -> None:
    """Raises Stop(MISSING_TOOL) where the next block that way needs a tool that is not held."""
    control = context.control
    x, y, z = context.navigator.feet()
    for dy in (0, 1, axis[1]):
        for step in (1, 2):
            name = control.world.name((x + axis[0] * step, y + dy, z + axis[2] * step))
            if tool := control.lacks(name):
                raise missing_tool(tool)


def _facing(context: Context) -> str:
    return FACING[round(context.control.body.yaw / 90.0) % 4]


def _down(context: Context) -> Result:
    """Digs a staircase of 8 in the facing direction, or follows caves that lead down."""
    control, name = context.control, _facing(context)
    axis, start = AXIS[name], control.body.cell
    pillar = _on_pillar(context)
    context.level(YAW[name])
    for _ in range(4):
        depth = start[1] - control.body.cell[1]
        left = min(LEVELS - depth, control.body.cell[1] - DEEPEST)
        if left <= 0:
            break
        goal = Goal(PLANE, radius=left, axis=(0, -1, 0), unit=45.0, prefer=(axis[0], axis[2]))
        route = context.navigator.plan(goal, control.dig_costs(by_hand=pillar), nodes=6000)
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


def _on_pillar(context: Context) -> bool:
    """Whether all around is a fall: then what stands below is taken down by hand, if need be."""
    x, y, z = context.navigator.feet()
    around = [(x + dx, y - dy, z + dz) for dx, _, dz in AXIS.values() for dy in range(5)]
    return not any(context.control.world.is_solid(cell) for cell in around)


def _show(context: Context, yaw: float) -> None:
    """Ends a staircase: looks level, or at an ore that its walls have laid bare."""
    notice(context, context.control.body.cell)
    context.level(yaw)
    ore = shown_ore(context)
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
