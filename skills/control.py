"""The controller's hands: ticks under a budget, looking, digging, holding, placing, over the contract alone.

`Control` lives for one skill call. It raises `Stop` when the body dies or the budget is spent. It knows
no task, no planner and no simulator internals, and it never draws a picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Body, Cell, Entity, Rules, Sim
from peam.skills.aim import NORMALS, UP_FACE, Aim, pitch_to, turn, yaw_to
from peam.skills.diagnosis import Stop
from peam.skills.lungs import Lungs
from peam.skills.world import World, centre
from peam.types import Diagnosis

USE, ATTACK, CRAFT, EQUIP, PLACE = 1, 3, 4, 5, 6
FORWARD, BACK, LEFT, RIGHT, JUMP, SPRINT = 1, 2, 1, 2, 1, 3
KEEP = ("crafting_table", "furnace", "chest")  # never dug in passing
FILLER = ("cobblestone", "dirt", "andesite", "diorite", "granite")
LOOSE = ("sand", "gravel")  # falls: builds pillars alone
TOOLS = ("_pickaxe", "_axe", "_shovel", "_sword", "shears")
WATCH = 3  # ticks between two looks for what comes near


class Control:
    """One skill call's hands.

    Attributes:
        sim: The simulator.
        rules: Its rules.
        radius: Perception radius, blocks.
        body: The body after the last tick.
        view: (yaw, pitch) when the call began.
        lungs: The episode's, kept up with every tick.
    """

    def __init__(self, sim: Sim, radius: int, max_ticks: int, lungs: Lungs) -> None:
        self.sim, self.lungs = sim, lungs
        self.rules: Rules = sim.rules
        self.radius = radius
        self.body: Body = sim.body()
        self.view = (self.body.yaw, self.body.pitch)
        self.deadline = self.body.tick + max_ticks
        self._world: World | None = None
        self._reflex: Callable[[], None] | None = None
        self._alarm: Callable[[], bool] = lambda: False
        self.reserved: frozenset[str] = frozenset()  # items that are not to be built with

    def guard(self, reflex: Callable[[], None], alarm: Callable[[], bool]) -> None:
        """Sets what is done at once when the body is hurt or, looked at every few ticks, an alarm is raised.

        Not called again while it is being done.
        """
        self._reflex, self._alarm = reflex, alarm

    @property
    def world(self) -> World:
        """The map, observed anew when the agent has walked a quarter of its radius: it holds what is seen."""
        if self._world is None or self._far():
            self._world = World(self.sim.voxels(self.radius))
        return self._world

    def forget(self) -> None:
        """Drops the map: the next query observes anew."""
        self._world = None

    def _far(self) -> bool:
        assert self._world is not None
        middle = self._world.ids.shape[0] // 2
        return any(
            abs(c - o - middle) > middle // 4 for c, o in zip(self.body.cell, self._world.origin, strict=True)
        )

    def tick(
        self,
        walk: int = 0,
        side: int = 0,
        jump: int = 0,
        yaw: float | None = None,
        pitch: float | None = None,
        act: int = 0,
        craft: int = 0,
        slot: int = 0,
    ) -> Body:
        """Advances one tick; turns towards yaw and pitch (degrees) in it.

        Raises:
            Stop: DIED or TIMEOUT.
        """
        body = before = self.body
        turn_pitch = 12 if pitch is None else 12 + round((pitch - body.pitch) / 15.0)
        turn_yaw = 12 if yaw is None else turn(body.yaw, yaw)
        self.sim.tick((walk, side, jump, turn_pitch, turn_yaw, act, craft, slot))
        self.body = body = self.sim.body()
        self.lungs.watch(self.sim, body)
        if not body.alive:
            raise Stop(Diagnosis.DIED, "died")
        if body.tick >= self.deadline:
            raise Stop(Diagnosis.TIMEOUT, "out of time")
        if self._reflex is not None and (
            body.life < before.life or (body.tick % WATCH == 0 and self._alarm())
        ):
            self._react(self._reflex)
        return self.body

    def _react(self, reflex: Callable[[], None]) -> None:
        self._reflex = None
        try:
            reflex()
        finally:
            self._reflex = reflex

    def look(self, yaw: float | None = None, pitch: float | None = None) -> None:
        """Turns at once; costs a tick only where the view changes."""
        body = self.body
        same_pitch = pitch is None or abs(pitch - body.pitch) < 7.5
        if not same_pitch or (yaw is not None and turn(body.yaw, yaw) != 12):
            self.tick(yaw=yaw, pitch=pitch)

    def settle(self, ticks: int = 20) -> None:
        """Waits until the body stands still."""
        for _ in range(ticks):
            before = self.body.position
            now = self.tick(jump=JUMP if self.body.in_water else 0).position
            if abs(now[0] - before[0]) + abs(now[1] - before[1]) + abs(now[2] - before[2]) < 0.01:
                return

    # Inventory

    def count(self, item: str) -> int:
        """Returns how many of an item the inventory holds."""
        return sum(n for name, n in self.sim.slots() if name == item)

    def inventory(self) -> dict[str, int]:
        """Returns item -> count."""
        held: dict[str, int] = {}
        for name, n in self.sim.slots():
            if n > 0 and name != "air":
                held[name] = held.get(name, 0) + n
        return held

    def slot(self, item: str) -> int:
        """Returns the first slot that holds the item, -1 where none does."""
        return next((i for i, (name, n) in enumerate(self.sim.slots()) if name == item and n > 0), -1)

    def hold(self, item: str) -> bool:
        """Takes an item in hand; returns whether it is there."""
        if self.body.hand == item:
            return True
        slot = self.slot(item)
        if slot < 0:
            return False
        self.tick(act=EQUIP, slot=slot)
        return self.body.hand == item or self.slot(item) < 0

    def filler(self) -> tuple[str, int]:
        """Returns the (item, count) that the agent builds with, ("", 0) where it has none."""
        held = self.inventory()
        for kinds in (FILLER, LOOSE):
            item = max(kinds, key=lambda name: held.get(name, 0) if name not in self.reserved else 0)
            if held.get(item) and item not in self.reserved:
                return (item, held[item])
        return ("", 0)

    # Digging

    def tools(self) -> list[str]:
        """Returns the tools in the inventory and the bare hand."""
        return ["air", *(name for name in self.inventory() if name.endswith(TOOLS))]

    def fits(self, block: str, tool: str) -> bool:
        """Returns whether a tool digs a block without losing what it drops, if anything."""
        return self.rules.weakest_tool(block) is None or self.rules.tool_works(block, tool)

    def lacks(self, block: str) -> str | None:
        """Returns the weakest tool that makes a block drop, where nothing held does; else None."""
        held = any(self.fits(block, tool) for tool in self.tools())
        return None if held else self.rules.weakest_tool(block)

    def best_tool(self, block: str) -> str:
        """Returns the tool that digs a block fastest, "air" where none gains anything: tools wear out."""
        works, ticks = self.fits, self.rules.dig_ticks
        return min(
            self.tools(),
            key=lambda t: (not works(block, t), ticks(block, t), t != "air", t != self.body.hand),
        )

    def dig_costs(self, by_hand: bool = False) -> NDArray[np.float32]:
        """Returns block id -> ticks to dig in passing; infinite for what may not or cannot be dug.

        Args:
            by_hand: Whether stone may be dug without a tool that fits (slow, drops nothing).
        """
        tools, names = self.tools(), self.world.names
        costs = np.full(len(names), np.inf, dtype=np.float32)
        for index, name in enumerate(names):
            if not self.world.solid[index] or name in KEEP:
                continue
            fit = [t for t in tools if by_hand or self.fits(name, t)]
            ticks = min((self.rules.dig_ticks(name, t) for t in fit), default=-1)
            if 0 <= ticks <= 400:
                costs[index] = ticks
        return costs

    def diggable(self, block: str, by_hand: bool = False) -> bool:
        """Returns whether the inventory can dig a block in reasonable time."""
        tools = [t for t in self.tools() if by_hand or self.fits(block, t)]
        return block not in KEEP and any(0 <= self.rules.dig_ticks(block, t) <= 400 for t in tools)

    def ready(self, block: str) -> None:
        """Takes the best tool for a block in hand; puts a tool that gains nothing away."""
        tool, hand = self.best_tool(block), self.body.hand
        if tool == "air" and hand.endswith(TOOLS) and self.rules.dig_ticks(block, hand) > 0:
            tool = next((item for item in self.inventory() if not item.endswith(TOOLS)), "air")
        if tool != "air" and tool != hand:
            self.hold(tool)

    def dig(self, cell: Cell, depth: int = 3) -> bool:
        """Digs one block from where the agent stands, and what hides it; returns whether it is gone."""
        for _ in range(8):  # sand and gravel fall in
            if not self.refresh(cell):
                return True
            aim = self.world.aim(self.body.eye, self.body.yaw, cell)
            if aim is None:
                if depth == 0 or not self._unhide(cell, depth):
                    return False
                continue
            if not self._dig_at(aim, cell):
                return False
        return not self.refresh(cell)

    def refresh(self, cell: Cell) -> bool:
        """Reads one block into the map; returns whether it stops the aim."""
        self.world.set(cell, self.sim.block(cell))
        return self.world.is_opaque(cell)

    def _unhide(self, cell: Cell, depth: int) -> bool:
        eye, target = self.body.eye, centre(cell)
        hidden = self._first_hit(eye, target)
        below = (self.body.cell[0], self.body.cell[1] - 1, self.body.cell[2])
        if hidden is None or hidden in (cell, below) or not self.diggable(self.world.name(hidden)):
            return False
        return self.dig(hidden, depth - 1)

    def _first_hit(self, eye: tuple[float, float, float], target: tuple[float, float, float]) -> Cell | None:
        hit = self.world.hit(eye, yaw_to(eye, target), pitch_to(eye, target))
        return hit[0] if hit else None

    def _dig_at(self, aim: Aim, cell: Cell) -> bool:
        name = self.world.name(cell)
        self.ready(name)
        limit = 6 * max(self.rules.dig_ticks(name, self.body.hand), 1) + 12
        place = self.body.position
        self.look(aim.yaw, aim.pitch)
        for _ in range(limit):
            self.tick(act=ATTACK, jump=JUMP if self._sinking() else 0)
            if self.sim.block(cell) != name:
                self.world.set(cell, self.sim.block(cell))
                return True
            if math.dist(place, self.body.position) > 0.06:  # pushed, or back from a fight
                again = self.world.aim(self.body.eye, self.body.yaw, cell)
                if again is None:
                    return False
                place, aim = self.body.position, again
                self.ready(name)
                self.look(aim.yaw, aim.pitch)
        return False

    def _sinking(self) -> bool:
        x, y, z = self.body.cell
        return self.body.in_water and self.world.is_liquid((x, y + 1, z))

    # Placing

    def place_at(self, cell: Cell, item: str) -> bool:
        """Puts a block into a free cell by aiming at a neighbour's face; returns whether it is there."""
        slot = self.slot(item)
        aim = self.place_aim(cell)
        if slot < 0 or aim is None:
            return False
        self.look(aim.yaw, aim.pitch)
        self.tick(act=PLACE, slot=slot)
        self.refresh(cell)
        return self.world.name(cell) == item

    def place_aim(self, cell: Cell) -> Aim | None:
        """Returns the view onto a neighbour's face that would put a block into the cell."""
        faces = [UP_FACE, *(f for f in range(6) if f != UP_FACE)]
        for face in faces:
            normal = NORMALS[face]
            support = (cell[0] - normal[0], cell[1] - normal[1], cell[2] - normal[2])
            if self.world.is_solid(support):
                aim = self.world.aim(self.body.eye, self.body.yaw, support, face)
                if aim is not None:
                    return aim
        return None

    def unhide_floor(self, cell: Cell) -> bool:
        """Digs what hides the floor of a cell (leaves at eye level); returns whether something was dug."""
        x, y, z = cell
        hidden = self._first_hit(self.body.eye, (x + 0.5, y + 0.05, z + 0.5))
        if hidden is None or hidden[1] < y or not self.diggable(self.world.name(hidden)):
            return False
        return self.dig(hidden, depth=1)

    # Creatures and things

    def things(self, name: str, kind: str, reach: float) -> list[Entity]:
        """Returns creatures or dropped items of a name, nearest first."""
        return [e for e in self.sim.entities(reach) if e.name == name and e.kind == kind]

    def wait_until(self, test: Callable[[], bool], ticks: int) -> bool:
        """Stands still until the test holds; returns whether it did within the ticks."""
        for _ in range(ticks):
            if test():
                return True
            self.tick()
        return test()
