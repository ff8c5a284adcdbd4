"""The simulator contract: what a backend offers to skills, verifiers and the loop.

A backend is a Gymnasium 1.x environment plus the light queries below. Skills drive it with `tick`, which
builds no observation and draws no picture. Everything a skill may know comes through this page.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from peam.types import Image, Observation

Vector = tuple[float, float, float]
Cell = tuple[int, int, int]
NOOP: tuple[int, ...] = (0, 0, 0, 12, 12, 0, 0, 0)
TICK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do.

    Attributes:
        snapshot: `snapshot`/`restore` work.
        deterministic: Same seed and actions give the same bytes.
        low_level: `tick` takes the MultiDiscrete action; false where skills run inside the backend.
    """

    snapshot: bool
    deterministic: bool
    low_level: bool


@dataclass(frozen=True, slots=True)
class Body:
    """The agent's own body, cheap to read every tick. Positions in metres, angles in degrees."""

    position: Vector
    yaw: float
    pitch: float
    on_ground: bool
    in_water: bool
    life: float
    food: float
    alive: bool
    hand: str
    tick: int

    @property
    def eye(self) -> Vector:
        """Eye position: 1.62 m above the feet."""
        x, y, z = self.position
        return (x, y + 1.62, z)

    @property
    def cell(self) -> Cell:
        """The block that holds the feet."""
        x, y, z = self.position
        return (int(np.floor(x)), int(np.floor(y)), int(np.floor(z)))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One block or creature that the present picture shows (in the field of view, not occluded).

    Attributes:
        name: Block, item or creature name.
        kind: "block", "creature" or "item" (a dropped stack).
        position: Block: its cell. Creature or item: the feet, metres.
        distance: From the eye, metres.
        id: Entity id, or -1 for a block.
        rays: How many of the sight's rays hit it: apparent size.
    """

    name: str
    kind: str
    position: Vector
    distance: float
    id: int
    rays: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A creature or dropped item near the agent, for a controller that already pursues it."""

    id: int
    name: str
    kind: str
    position: Vector
    life: float


@dataclass(frozen=True, slots=True)
class Voxels:
    """The blocks around the agent, for navigation and aiming.

    Attributes:
        ids: (n, n, n) block ids, indexed [x - origin[0], y - origin[1], z - origin[2]].
        origin: World cell of ids[0, 0, 0].
        names: Block id -> name.
        solid: Block id -> bool: collides.
        liquid: Block id -> bool.
        hazard: Block id -> bool: hurts (lava, fire, cactus).
    """

    ids: NDArray[Any]
    origin: Cell
    names: Sequence[str]
    solid: NDArray[np.bool_]
    liquid: NDArray[np.bool_]
    hazard: NDArray[np.bool_]


class Rules:
    """The game's facts that a *skill* may ask while it acts (a controller's know-how, not the planner's).

    Backends fill it from their data files.
    """

    @abstractmethod
    def drops(self, block: str) -> str | None:
        """Returns the item that mining a block yields with a fit tool, or None."""

    @abstractmethod
    def weakest_tool(self, block: str) -> str | None:
        """Returns the weakest tool that makes the block drop, None where the hand does."""

    @abstractmethod
    def tool_works(self, block: str, item: str) -> bool:
        """Returns whether the block drops when dug with the item."""

    @abstractmethod
    def dig_ticks(self, block: str, item: str) -> int:
        """Returns the ticks that digging takes on the ground, by Minecraft's formula."""

    @abstractmethod
    def recipe(self, item: str) -> tuple[int, Mapping[str, int], bool] | None:
        """Returns (yield, ingredients, needs a crafting table), or None.

        Where tags allow several ingredients (planks), the ingredients named are those the present
        inventory could best pay.
        """

    @abstractmethod
    def smelting(self, product: str) -> Sequence[str]:
        """Returns the items that smelt into the product; empty where none does."""

    @abstractmethod
    def fuel_ticks(self, item: str) -> int:
        """Returns how long the item burns, 0 where it does not; 200 ticks smelt one item."""

    @abstractmethod
    def food_points(self, item: str) -> int:
        """Returns the hunger points, 0 where it is no food."""


class Sim(gym.Env[dict[str, Any], NDArray[np.int64]]):
    """A simulator backend.

    The Gymnasium part: `reset(seed=, options=)` and `step(action)` return MineDojo-keyed observation
    dictionaries. `options` takes: "inventory" {item: count}, "time" (0..23999), "hand" (item),
    "creatures" [{"name", "distance"}] placed on the ground about that far away, "peaceful" (bool).
    Unknown options raise `SimError`.

    The light part, below, is what skills and the loop use; both drive the same world.
    """

    capabilities: Capabilities
    rules: Rules

    @abstractmethod
    def tick(self, action: Sequence[int] = NOOP) -> None:
        """Advances one 50 ms tick. Same effect as `step`, without observation or picture.

        Functional actions (craft, smelt, equip, place, destroy) take effect in that tick.
        """

    @abstractmethod
    def frame(self, height: int, width: int) -> Image:
        """Draws the first-person picture, (height, width, 3) uint8. Changes nothing in the world."""

    @abstractmethod
    def observe(self, image: tuple[int, int] | None = None, nearby_text: bool = False) -> Observation:
        """Returns what the agent perceives; draws a picture of `image` = (height, width) if given."""

    @abstractmethod
    def body(self) -> Body:
        """Returns the agent's body."""

    @abstractmethod
    def slots(self) -> Sequence[tuple[str, int]]:
        """Returns the 36 inventory slots as (item, count); ("air", 0) where empty. Slot 0 is the hand."""

    @abstractmethod
    def sight(self, reach: float = 16.0) -> Sequence[Sighting]:
        """Returns what the present picture shows within `reach` metres, nearest first.

        Decided by rays through the picture (the camera's own field of view), so it names nothing that
        the image does not show. Changes nothing in the world.
        """

    @abstractmethod
    def entities(self, reach: float = 32.0) -> Sequence[Entity]:
        """Returns creatures and dropped items within reach, nearest first."""

    @abstractmethod
    def voxels(self, radius: int = 32) -> Voxels:
        """Returns a copy of the blocks within `radius` of the feet."""

    @abstractmethod
    def block(self, cell: Cell) -> str:
        """Returns the name of one block within 32 of the agent."""

    @abstractmethod
    def craft_id(self, item: str) -> int:
        """Returns the craft argument (action index 6) that crafts the item now, -1 where none does.

        Among variants of one recipe, the one that the inventory can pay.
        """

    @abstractmethod
    def smelt_id(self, product: str) -> int:
        """Returns the argument (action index 6) that smelts into the product, -1 where none does."""

    @abstractmethod
    def stations(self, name: str, reach: float) -> Sequence[Cell]:
        """Returns placed stations of that name within reach that a craft action would accept."""

    @abstractmethod
    def stats(self) -> Mapping[str, int]:
        """Returns the episode counters of `Observation.stats`."""

    @abstractmethod
    def snapshot(self) -> bytes:
        """Returns the whole state. Raises SimError where the backend cannot."""

    @abstractmethod
    def restore(self, state: bytes) -> None:
        """Restores a state. Raises SimError on a malformed or foreign one."""
