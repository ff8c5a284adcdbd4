"""The whole state of a world with its agent in it, and one tick of time.

Order of a tick: look, act (`hands`), move, condition (`vitals`), entities and their events, furnaces,
spawning, clock. Knows nothing of Gymnasium, observations or pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from operator import index, itemgetter, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.base import NOOP, Cell
from peam.sims.voxel import (
    beds,
    deeds,
    experience,
    farming,
    hands,
    lives,
    migrations,
    mobs,
    naturals,
    spawning,
    weather,
    wildlife,
)
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.book import STANDARD
from peam.sims.voxel.entities import Entities, uniform
from peam.sims.voxel.extras import Extras
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.items import ITEM_ID, ITEMS, Inventory
from peam.sims.voxel.vitals import EXHAUSTION, Vitals
from peam.sims.voxel.world import World
from peam.sims.voxel.worlds import make

DAY = 24000
NVEC = (3, 3, 4, 25, 25, 8, 244, 36)
STATION_REACH = 4.5
_AHEAD, _LEFT = (0.0, 1.0, -1.0), (0.0, 1.0, -1.0)
_ORDERED = (np.ndarray, Sequence)
_parameters = cache(mobs.parameters)  # only ever read


class Game:
    """A world and the agent in it. Every attribute but `book` and `chunk` is part of the snapshot.

    Attributes:
        body: (ph.BODY,) float64, see `physics`.
        stations: Placed crafting tables and furnaces: cell -> name.
        clock: Tick of the day; `ticks` counts from the episode's start.
        stats: Episode counters of `Observation.stats`.
        hands: What the hands are at: digging, drawing, eating.
        extras: Chests, what grows, beds, experience.
        weather: Of the overworld; None in the classic world, where the sky is always clear.
        herded: Chunks that have had their first animals, in the overworld.
    """

    def __init__(self, seed: int, difficulty: str, world: World | None = None, kind: str = "classic") -> None:
        """Makes the world of a seed with the agent at its start, or takes a world over for `load` to fill.

        Raises:
            SimError: If no such kind of world is known.
        """
        self.world = world or make(kind, seed)
        self.weather = weather.Weather.of(seed) if self.kind == "overworld" else None
        self.herded: set[tuple[int, int]] = set()
        self.chunk: tuple[int, int] | None = None  # where `naturals` last looked for new land; not saved
        self.difficulty = difficulty
        self.book = STANDARD  # of recipes; the simulator's, not saved
        self.body: NDArray[np.float64] = np.zeros(ph.BODY)
        self.vitals = Vitals()
        self.inventory = Inventory()
        self.entities = Entities()
        self.hands = hands.Hands()
        self.extras = Extras(seed)
        self.furnaces: dict[Cell, Furnace] = {}
        self.stations: dict[Cell, str] = {}
        self.stats: dict[str, int] = {}
        self.rng = np.array([seed * 2 + 1], np.uint64)
        self.clock, self.ticks = 1000, 0
        self.peaceful = False
        self._events, self._around = np.zeros((ent.EVENTS, 3)), np.zeros(3)
        self._limits = np.array([spawning.RULES["despawn"][k] for k in ("at_once", "by_chance", "chance")])
        self._mobs = _parameters(difficulty)
        if world is None:
            self._spawn()

    def _spawn(self) -> None:
        x, y, z = self.world.spawn()
        self.body[ph.X : ph.Z + 1] = x + 0.5, y, z + 0.5
        self.body[ph.GROUND] = 1.0
        self.body[ph.YAW] = 90.0 * int(self.random() * 4) - 180.0
        self.world.ensure(x, z)

    # -- small helpers -------------------------------------------------------------------------------------

    def random(self) -> float:
        """Draws from [0, 1) of the game's own generator."""
        return float(uniform(self.rng))

    def count(self, fact: str, item: str, number: int = 1) -> None:
        """Adds to an episode counter."""
        key = f"{fact}.{item}"
        self.stats[key] = self.stats.get(key, 0) + number

    def held(self, item: str) -> int:
        """Returns how many of an item the inventory holds."""
        return self.inventory.count(ITEM_ID[item])

    @property
    def kind(self) -> str:
        """The kind of world, of `worlds.KINDS`: its terrain, creatures and sky."""
        return self.world.kind

    @property
    def alive(self) -> bool:
        """Whether the agent lives."""
        return self.vitals.life > 0

    @property
    def eye(self) -> tuple[float, float, float]:
        """The eye's position."""
        x, y, z = self.body[:3].tolist()
        return x, y + ph.EYE, z

    def near(self, station: str, reach: float = STATION_REACH) -> list[Cell]:
        """Returns the placed stations of a name whose centre is within reach of the eye, nearest first."""
        if not self.stations:
            return []
        x, y, z = self.eye
        found = []
        for cell, name in self.stations.items():
            if name == station:
                far = math.dist((cell[0] + 0.5, cell[1] + 0.5, cell[2] + 0.5), (x, y, z))
                if far <= reach:
                    found.append((far, cell))
        return [cell for _, cell in sorted(found)]

    def calm(self) -> None:
        """Makes this world peaceful: no monsters come, and those that a task asks for do no harm."""
        self.peaceful = True
        self._mobs = _parameters("peaceful")

    # -- blocks --------------------------------------------------------------------------------------------

    def drop(self, item: int, number: int, cell: Cell) -> None:
        """Drops a stack in the middle of a cell."""
        speed = ((self.random() - 0.5) * 0.1, 0.1, (self.random() - 0.5) * 0.1)
        self.entities.item(item, number, (cell[0] + 0.5, cell[1] + 0.3, cell[2] + 0.5), speed)

    def give(self, item: int, number: int) -> None:
        """Hands items over; what does not fit lies at the feet."""
        left = self.inventory.add(item, number)
        if left:
            self.entities.item(item, left, self.body[:3].tolist())

    # -- time ----------------------------------------------------------------------------------------------

    def tick(self, action: Sequence[int]) -> None:
        """Advances one tick. Nothing happens any more once the agent is dead.

        Raises:
            SimError: If the action is malformed.
        """
        act = checked(action)
        if self.vitals.life <= 0:
            return
        self.vitals.taken, self.vitals.cause = 0.0, ""
        pose, self.extras.sneaks = act[2], act[2] == 2
        if self.extras.asleep:
            act = list(NOOP)
        self._look(act[3], act[4])
        hands.act(self, act[5], act[6], act[7])
        self._move(act[0], act[1], act[2])
        self._advance()
        if self.furnaces:
            self._smelt()
        self.ticks += 1
        self.clock = (self.clock + 1) % DAY
        if self.weather:
            weather.tick(self)
        (spawning if self.kind == "classic" else naturals).tick(self)
        self._live_on(pose)

    def _live_on(self, pose: int) -> None:
        """What grows, sleep, and death."""
        if self.extras.growing:
            farming.tick(self)
        if self.extras.shorn:
            deeds.regrow(self)
        if self.extras.asleep:
            beds.sleep(self, pose)
        if self.vitals.life <= 0:
            lives.settle(self)

    def _look(self, pitch: int, yaw: int) -> None:
        if yaw != 12:
            turned = self.body[ph.YAW] + 15.0 * yaw - 180.0
            self.body[ph.YAW] = (turned + 180.0) % 360.0 - 180.0
        if pitch != 12:
            self.body[ph.PITCH] = min(90.0, max(-90.0, self.body[ph.PITCH] + 15.0 * pitch - 180.0))

    def _move(self, ahead: int, left: int, pose: int) -> None:
        body, vitals = self.body, self.vitals
        if pose == 3 and (vitals.food <= 6 or self.hands.busy):
            pose = 0
        ph.move_player(
            self.world.blocks, body, _AHEAD[ahead], _LEFT[left], pose, 0.2 if self.hands.busy else 1.0
        )
        now = body.tolist()
        self.world.ensure(now[ph.X], now[ph.Z])
        moved, landed, jumped, wet, lava, submerged, inside, cactus = _felt(now)
        if wet:
            vitals.exert(EXHAUSTION["swim"] * moved)
        elif pose == 3 and ahead == 1:
            vitals.exert(EXHAUSTION["sprint"] * moved)
        if jumped:
            vitals.exert(EXHAUSTION["sprint_jump" if pose == 3 else "jump"])
        if landed > lives.GENTLE:
            lives.land(self, landed)
        if lava:
            vitals.hurt(4.0, "lava", self.inventory)
            vitals.fire = 300
        if inside:
            vitals.hurt(1.0, "suffocation")
        if cactus:
            vitals.hurt(1.0, "cactus", self.inventory)
        vitals.tick("peaceful" if self.peaceful else self.difficulty, submerged > 0, wet > 0)

    def _advance(self) -> None:
        table = self.entities
        if not table.rows:
            return
        bright = self.clock < 12542 or self.clock > 23460
        if self.kind != "classic" or table.exotic:
            number = wildlife.advance(self, self._mobs, self._around, self._limits, bright, self._events)
        else:
            number = mobs.advance(
                self.world.blocks,
                table.table,
                table.rows,
                self.body,
                self.alive,
                self._mobs,
                bright,
                self._limits,
                self.rng,
                self._events,
            )
        if not number:
            return
        events = [(int(code), int(row), value) for code, row, value in self._events[1 : number + 1].tolist()]
        # A row may die, and another entity take it, while this tick's events are settled.
        ids = [table.table[row, ent.EID] for _, row, _ in events]
        for (code, row, value), known in zip(events, ids, strict=True):
            if table.table[row, ent.EID] == known:
                wildlife.EVENTS[code](self, row, value)

    def _smelt(self) -> None:
        x, z = self.body[ph.X], self.body[ph.Z]
        for cell, furnace in self.furnaces.items():
            if abs(cell[0] - x) < ent.FROZEN and abs(cell[2] - z) < ent.FROZEN:
                furnace.tick()
        if any(furnace.made or furnace.buckets for furnace in self.furnaces.values()):
            for cell in self.near("furnace"):
                self._collect(self.furnaces[cell])

    def _collect(self, furnace: Furnace) -> None:
        if furnace.buckets and self.inventory.room(ITEM_ID["bucket"]) >= furnace.buckets:
            self.inventory.add(ITEM_ID["bucket"], furnace.buckets)
            furnace.buckets = 0
        if furnace.made and self.inventory.room(ITEM_ID[furnace.output]) >= furnace.made:
            item, number = furnace.empty()
            self.inventory.add(ITEM_ID[item], number)
            self.count("smelted", item, number)
            experience.smelted(self, item, number)

    # -- snapshot ------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Returns everything, as nested dictionaries, lists, scalars, bytes and arrays."""
        return {
            "world": self.world.state(),
            "difficulty": self.difficulty,
            "body": self.body.copy(),
            "vitals": self.vitals.state(),
            "inventory": self.inventory.state(),
            "entities": self.entities.state(),
            "hands": self.hands.state(),
            "extras": self.extras.state(),
            "furnaces": [[list(cell), furnace.state()] for cell, furnace in self.furnaces.items()],
            "stations": [[list(cell), name] for cell, name in self.stations.items()],
            "stats": dict(self.stats),
            "rng": self.rng.copy(),
            "clock": self.clock,
            "ticks": self.ticks,
            "peaceful": self.peaceful,
            "kind": self.kind,
            "herded": [list(chunk) for chunk in sorted(self.herded)],
            "weather": self.weather.state() if self.weather else None,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Takes a snapshot over: the world last, since it may be shared with the game that runs now.

        Raises:
            SimError: The state is not one that a world can have; nothing has changed.
        """
        migrations.check(state)
        if state["kind"] != self.kind:
            raise SimError(f"snapshot: of a world of the kind {state['kind']!r}, not {self.kind!r}")
        self.difficulty, self.peaceful = str(state["difficulty"]), bool(state["peaceful"])
        self._mobs = _parameters("peaceful" if self.peaceful else self.difficulty)
        self.body[:], self.rng[:] = state["body"], state["rng"]
        self.vitals.load(state["vitals"])
        self.inventory.load(state["inventory"])
        self.entities.load(state["entities"])
        self.hands.load(state["hands"])
        self.extras.load(state["extras"])
        self.furnaces = {_cell(cell): Furnace(**fields) for cell, fields in state["furnaces"]}
        self.stations = {_cell(cell): str(name) for cell, name in state["stations"]}
        self.stats = {str(key): int(value) for key, value in state["stats"].items()}
        self.clock, self.ticks = int(state["clock"]), int(state["ticks"])
        if self.weather:
            self.weather = weather.Weather.load(state["weather"])
        self.herded = {(int(x), int(z)) for x, z in state["herded"]}
        self.world.load(state["world"])
        self.world.ensure(self.body[ph.X], self.body[ph.Z])


_felt = itemgetter(ph.MOVED, ph.LANDED, ph.JUMPED, ph.WATER, ph.LAVA, ph.SUBMERGED, ph.INSIDE, ph.CACTUS)


def _cell(values: Sequence[int]) -> Cell:
    x, y, z = values
    return int(x), int(y), int(z)


def checked(action: Sequence[int]) -> list[int]:
    """Returns the action as a list of ints.

    Raises:
        SimError: If it is not eight integers in range.
    """
    try:
        if not isinstance(action, _ORDERED):
            action = np.asarray(action)  # what has no order or length becomes an array without either
        known = isinstance(action, np.ndarray) and action.ndim == 1 and action.dtype.kind in "iu"
        values = action.tolist() if known else list(map(index, action))  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        shown = " ".join(repr(action).split())[:80]
        raise SimError(f"action: {shown} is not 8 integers") from None
    if len(values) != 8:
        raise SimError(f"action: needs 8 integers, has {len(values)}")
    if min(values) < 0 or not all(map(lt, values, NVEC)):
        at = next(
            i for i, (value, size) in enumerate(zip(values, NVEC, strict=True)) if not 0 <= value < size
        )
        raise SimError(f"action[{at}]: {values[at]} is not in 0..{NVEC[at] - 1}")
    return values


def item_name(item: float) -> str:
    """Returns the name of an item id that a table row holds."""
    return ITEMS[int(item)]
