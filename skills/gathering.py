"""Gathering: mine(block, n) finds targets in the picture, digs them and what adjoins them, and collects.

Knows the contract through `Context` only.
"""

from __future__ import annotations

from collections.abc import Collection

from peam.actions import Action
from peam.sims.base import Cell
from peam.skills.context import Context, distance
from peam.skills.diagnosis import Result, missing_tool, not_found, partial
from peam.skills.world import neighbours26
from peam.types import Diagnosis

SAME: dict[str, tuple[str, ...]] = {"dirt": ("dirt", "grass_block")}  # blocks that yield the same drop
MISSES = 4  # unreachable targets in a row before giving up


def mine(context: Context, action: Action) -> Result:
    """Collects `count` more of the block's drop.

    Raises:
        Stop: NOT_FOUND, MISSING_TOOL, DIED, TIMEOUT.
    """
    block, wanted = action.target, action.count or 1
    targets = context.seen_cells(SAME.get(block, (block,)))
    if not targets:
        raise not_found(block)
    if tool := context.control.lacks(block):
        raise missing_tool(tool)
    vein = Vein(context, block, targets)
    reason = vein.collect(wanted)
    context.level()
    return partial(vein.gained(), wanted, vein.drop, reason)


class Vein:
    """The known targets of one mine call.

    Attributes:
        drop: The item that counts.
    """

    def __init__(self, context: Context, block: str, targets: Collection[Cell]) -> None:
        self.context, self.block = context, block
        self.names, self.drop = SAME.get(block, (block,)), context.sim.rules.drops(block) or block
        self._known = dict.fromkeys(targets)
        self._failed: set[Cell] = set()
        self._start = context.control.count(self.drop)

    def gained(self) -> int:
        """Returns how many of the drop the inventory has gained."""
        return self.context.control.count(self.drop) - self._start

    def collect(self, wanted: int) -> Result:
        """Digs and picks up until `wanted` is gained; returns why it ended."""
        misses, dug = 0, 0
        while self.gained() < wanted:
            if self.gained() + self._lying() >= wanted:
                self._pick_up()
                if self.gained() >= wanted:
                    break
            if tool := self.context.control.lacks(self.block):  # it has worn out
                self._pick_up()
                return missing_tool(tool).result
            cell = self._next()
            if cell is None and dug and self._lying():
                self._pick_up()
            if cell is None and not self._look_around():
                return self._why(dug)
            hit = cell is not None and self._dig(cell)
            dug, misses = dug + hit, 0 if hit else misses + 1
            if misses >= MISSES:
                return self._why(dug)
        return Result(detail="done")

    def _why(self, dug: int) -> Result:
        if dug:
            return Result(Diagnosis.TARGET_LOST, f"dug {dug}, collected none")
        return Result(Diagnosis.UNREACHABLE, "no way to any target in view")

    def _lying(self) -> int:
        return len(self.context.control.things(self.drop, "item", 7.0))

    def _pick_up(self) -> None:
        before = self.gained()
        if self.context.control.wait_until(lambda: self.gained() > before, 4) and not self._lying():
            return
        self.context.collect(self.drop)

    def _next(self) -> Cell | None:
        """Returns the next target, walked up to; None where no known target can be reached."""
        context, world = self.context, self.context.control.world
        for cell in [c for c in self._known if world.name(c) not in self.names]:
            del self._known[cell]
        cells = [c for c in self._known if c not in self._failed]
        if not cells:
            return None
        here = context.aimable(cells)
        here = context.approach(cells) if here is None else here
        if here is None:
            cells.sort(key=lambda c: distance(context.control.body.cell, c))
            self._failed.update(cells[:16])
        return here

    def _dig(self, cell: Cell) -> bool:
        """Digs a target and learns its neighbours."""
        context = self.context
        if context.control.world.near_hazard(cell) or not context.control.dig(cell):
            self._failed.add(cell)
            context.control.forget()
            return False
        self._known.pop(cell, None)
        world = context.control.world
        self._known.update(dict.fromkeys(c for c in neighbours26(cell) if world.name(c) in self.names))
        return True

    def _look_around(self) -> bool:
        """Turns through four directions for further targets; returns whether there are any."""
        context = self.context
        if any(c not in self._failed for c in self._known):
            return True
        yaw = context.control.body.yaw
        for pitch, quarter in ((0.0, 0), (0.0, 90), (0.0, 180), (0.0, 270), (30.0, 0), (30.0, 180)):
            context.control.look(yaw + quarter, pitch)
            self._known.update(dict.fromkeys(context.seen_cells(self.names)))
            if any(c not in self._failed for c in self._known):
                return True
        return False
