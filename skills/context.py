"""What a primitive works with: hands, legs, eyes, and what the controller remembers within an episode.

Knows the contract through `Control`; holds no task and no plan.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from peam.sims.base import Cell, Sighting, Sim
from peam.skills.aim import yaw_to
from peam.skills.control import Control
from peam.skills.lungs import Lungs
from peam.skills.navigation import Navigator
from peam.skills.path import AIM, NEAR, Goal
from peam.skills.world import centre

APPROACH = 3.4  # metres from the eye to a station's face: its middle is then within SERVES
SERVES = 4.5  # metres from the eye within which a table or furnace serves


@dataclass(slots=True)
class Memory:
    """What outlives a skill call, until the episode ends.

    Attributes:
        stations: (name, cell) of the stations that the agent placed.
        noticed: Ore cells that a tunnel has already stopped at.
        met: Ids of hostile creatures that a walk has already stopped at.
        spared: Ids of beasts that have been hunted once.
        lungs: The breath that is left.
    """

    stations: list[tuple[str, Cell]] = field(default_factory=list)
    noticed: set[Cell] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    spared: set[int] = field(default_factory=set)
    lungs: Lungs = field(default_factory=Lungs)


@dataclass(slots=True)
class Context:
    """One skill call.

    Attributes:
        sim: The simulator.
        control: Hands under the call's tick budget.
        navigator: Legs.
        memory: The episode's memory.
        sight: Metres within which a target in the picture can be acted on.
        stride: How far `explore` walks, blocks.
    """

    sim: Sim
    control: Control
    navigator: Navigator
    memory: Memory
    sight: float
    stride: int

    def seen(self, names: Collection[str], kind: str = "block") -> list[Sighting]:
        """Returns what the picture shows of these names, nearest first."""
        return [s for s in self.sim.sight(self.sight) if s.kind == kind and s.name in names]

    def seen_cells(self, names: Collection[str]) -> list[Cell]:
        """Returns the cells of the blocks of these names that the picture shows, nearest first."""
        return [(int(x), int(y), int(z)) for x, y, z in (s.position for s in self.seen(names))]

    def own_stations(self, name: str, reach: float = 32.0) -> list[Cell]:
        """Returns the agent's own stations of a name that still stand within reach, nearest first."""
        here, reach = self.control.body.cell, min(reach, self.control.radius)
        found = [
            cell
            for known, cell in self.memory.stations
            if known == name and distance(here, cell) <= reach and self.sim.block(cell) == name
        ]
        return sorted(found, key=lambda cell: distance(here, cell))

    def face(self, cell: Cell) -> bool:
        """Looks at a block; returns whether a grid view hits it."""
        body = self.control.body
        aim = self.control.world.aim(body.eye, body.yaw, cell)
        if aim is not None:
            self.control.look(aim.yaw, aim.pitch)
            return True
        self.control.look(yaw_to(body.eye, centre(cell)))
        return False

    def approach(self, cells: Sequence[Cell], reach: float = 4.2, dig: bool = True) -> Cell | None:
        """Walks to where one of the blocks can be aimed at; returns the one that can, None where none.

        Args:
            cells: Candidate blocks.
            reach: Metres from the eye.
            dig: Whether the way may be dug.
        """
        near = sorted(cells, key=lambda c: distance(self.control.body.cell, c))[:16]
        costs = self.control.dig_costs() if dig else None
        if not near or not self.navigator.go(Goal(AIM, tuple(near), reach), costs):
            return None
        return self.aimable(near)

    def aimable(self, cells: Sequence[Cell], reach: float = 4.4) -> Cell | None:
        """Returns the block that is best aimed at from here, never the one underfoot."""
        body, world = self.control.body, self.control.world
        x, y, z = body.cell
        best: tuple[float, Cell] | None = None
        for cell in cells:
            if (cell[0], cell[2]) == (x, z) and cell[1] < y:
                continue
            aim = world.aim(body.eye, body.yaw, cell, reach=reach)
            if aim is not None and (best is None or aim.distance < best[0]):
                best = (aim.distance, cell)
        return best[1] if best else None

    def walk_near(self, point: Cell, radius: float = 1.0, dig: bool = True) -> bool:
        """Walks to within a radius of a cell."""
        costs = self.control.dig_costs() if dig else None
        return self.navigator.go(Goal(NEAR, (point,), radius), costs)

    def go_to_station(self, name: str) -> Cell | None:
        """Walks to an own or visible station and looks at it; returns its cell, None where none serves."""
        if served := self._serves(name):
            return served
        known = [*self.own_stations(name), *self.seen_cells((name,))]
        cell = self.approach(known, APPROACH) if known else None
        if cell is not None:
            self.face(cell)
            if served := self._serves(name):
                return served
        # what cannot be got to is not near
        self.memory.stations[:] = [own for own in self.memory.stations if own[1] not in known]
        return None

    def _serves(self, name: str) -> Cell | None:
        """Returns a station that a craft action accepts now, turning to it where that is all it takes."""
        if served := self.sim.stations(name, SERVES):
            return tuple(served[0])  # type: ignore[return-value]
        for cell in self.own_stations(name, 4.0):
            self.face(cell)
            if served := self.sim.stations(name, SERVES):
                return tuple(served[0])  # type: ignore[return-value]
        return None

    def level(self, yaw: float | None = None) -> None:
        """Looks level again, at the yaw given."""
        self.control.look(yaw, 0.0)

    def collect(self, item: str, reach: float = 7.0, limit: int = 6) -> None:
        """Walks over dropped stacks of an item."""
        skipped: set[int] = set()
        for _ in range(limit):
            things = [e for e in self.control.things(item, "item", reach) if e.id not in skipped]
            if not things:
                return
            thing = things[0]
            skipped.add(thing.id)
            x, y, z = thing.position
            before = self.control.count(item)
            self.walk_near((int(x // 1), int(y // 1), int(z // 1)), 0.9)
            self.control.wait_until(lambda before=before: self.control.count(item) > before, 12)  # type: ignore[misc]


def distance(a: Cell, b: Cell) -> float:
    """Returns the distance between two cells, metres."""
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2) ** 0.5)
