"""The simulator contract: what a backend offers to skills, verifiers and the loop.

A backend is a Gymnasium 1.x environment plus the light queries below. Skills drive it with `tick`, which
builds no observation and draws no picture. Everything a skill may know comes through this page.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.types import Image, Observation, Outcome

if TYPE_CHECKING:
    from peam.actions import Action, InvalidAction
    from peam.config import Config

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


class Performer(Protocol):
    """What carries out one action of the action language: `skills.executor.Executor`, or a backend's own."""

    def reset(self) -> None:
        """Begins an episode."""

    def stations(self) -> tuple[str, ...]:
        """Returns the names of the stations near that the agent can use, sorted, each once."""

    def execute(self, action: Action | InvalidAction) -> Outcome:
        """Carries out one action. Never raises for game reasons."""


class Sim(gym.Env[dict[str, Any], NDArray[np.int64]]):
    """A simulator backend.

    The Gymnasium part: `reset(seed=, options=)` and `step(action)` return MineDojo-keyed observation
    dictionaries. `options` takes: "inventory" {item: count}, "time" (0..23999), "hand" (item),
    "creatures" [{"name", "distance"}] placed on the ground about that far away, "peaceful" (bool),
    "respawn" (bool: death leads to the next life instead of the episode's end).
    Unknown options raise `SimError`.

    The light part, below, is what skills and the loop use; both drive the same world.
    """

    capabilities: Capabilities
    rules: Rules

    def performer(self, config: Config) -> Performer | None:
        """Returns the backend's own skills, None where those of `peam.skills` drive it through `tick`.

        A backend with its own has `capabilities.low_level` false, and its own action language.
        """
        return None

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


def check_sim(sim: Sim, seed: int = 7, ticks: int = 60) -> None:
    """Checks a backend against this contract: spaces, determinism, `tick` against `step`, queries, snapshots.

    Args:
        sim: Any backend; it is reset several times.
        seed: Of the world.
        ticks: Length of the walk that is compared.

    Raises:
        SimError: Naming what failed.
    """
    _check_spaces(sim, seed)
    _check_queries(sim)
    if not sim.capabilities.low_level:
        return
    actions = _walk(seed, ticks)
    if sim.capabilities.deterministic:
        _check_determinism(sim, seed, actions)
    if sim.capabilities.snapshot:
        _check_snapshot(sim, actions)


def _demand(condition: bool, what: str) -> None:
    if not condition:
        raise SimError(f"check_sim: {what}")


def _walk(seed: int, ticks: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    high = np.array([3, 3, 4, 2, 2, 4, 1, 1])
    base = np.array([0, 0, 0, 12, 12, 0, 0, 0])
    return [[int(v) for v in base + rng.integers(0, high)] for _ in range(ticks)]


def _check_spaces(sim: Sim, seed: int) -> None:
    obs, info = sim.reset(seed=seed)
    _demand(sim.observation_space.contains(obs), "reset: the observation is not in the observation space")
    _demand(isinstance(info, dict), "reset: info is no dictionary")
    if not sim.capabilities.low_level:
        return
    _demand(sim.action_space.contains(np.array(NOOP)), "NOOP is not in the action space")
    obs, reward, terminated, truncated, _ = sim.step(np.array(NOOP))
    _demand(sim.observation_space.contains(obs), "step: the observation is not in the observation space")
    _demand(isinstance(reward, float), "step: the reward is no float")
    _demand(type(terminated) is bool and type(truncated) is bool, "step: terminated, truncated are not bool")


def _check_queries(sim: Sim) -> None:
    body, seen = sim.body(), sim.observe(image=(24, 32))
    _demand(seen.rgb is not None and seen.rgb.shape == (24, 32, 3), "observe: the picture has another shape")
    _demand(seen.rgb is not None and seen.rgb.dtype == np.uint8, "observe: the picture is not uint8")
    _demand(sim.observe().rgb is None, "observe: a picture that nobody asked for")
    _demand(seen.position == body.position and seen.tick == body.tick, "observe and body disagree")
    _demand(len(sim.slots()) == 36, "slots: not 36")
    held: dict[str, int] = {}
    for name, count in sim.slots():
        if count:
            held[name] = held.get(name, 0) + count
    _demand(all(seen.inventory.get(k) == n for k, n in held.items()), "slots and inventory disagree")
    grid = sim.voxels(4)
    _demand(grid.ids.shape == (9, 9, 9), "voxels(4): the shape is not (9, 9, 9)")
    _demand(tuple(c + 4 for c in grid.origin) == body.cell, "voxels: the feet are not in the middle")
    middle = grid.names[int(grid.ids[4, 3, 4])]
    x, y, z = body.cell
    _demand(middle == sim.block((x, y - 1, z)), "voxels and block disagree about the cell underfoot")
    sightings = sim.sight(16.0)
    far = [sighting.distance for sighting in sightings]
    _demand(far == sorted(far), "sight: not nearest first")
    _demand(all(d <= 16.5 for d in far), "sight: beyond its reach")
    kinds = ("block", "creature", "item")
    _demand(all(s.kind in kinds and s.rays > 0 for s in sightings), "sight: malformed")


def _trace(sim: Sim, actions: Sequence[list[int]], step: bool) -> list[tuple[Body, tuple[Any, ...]]]:
    out = []
    for action in actions:
        if step:
            sim.step(np.array(action))
        else:
            sim.tick(action)
        out.append((sim.body(), tuple(sim.slots())))
    return out


def _check_determinism(sim: Sim, seed: int, actions: Sequence[list[int]]) -> None:
    sim.reset(seed=seed)
    first = _trace(sim, actions, step=False)
    sim.reset(seed=seed)
    _demand(_trace(sim, actions, step=False) == first, "determinism: same seed and actions, another course")
    sim.reset(seed=seed)
    _demand(_trace(sim, actions, step=True) == first, "tick and step lead to different states")
    before = sim.body()
    sim.frame(16, 16)
    sim.sight()
    sim.voxels(4)
    sim.entities()
    _demand(sim.body() == before, "a query changed the world")


def _check_snapshot(sim: Sim, actions: Sequence[list[int]]) -> None:
    state = sim.snapshot()
    first = _trace(sim, actions, step=False)
    sim.restore(state)
    _demand(sim.snapshot() == state, "snapshot: restoring it gives another state")
    _demand(_trace(sim, actions, step=False) == first, "snapshot: the restored world takes another course")
    for broken in (b"", b"not a snapshot", state[: len(state) // 2]):
        try:
            sim.restore(broken)
        except SimError:
            continue
        raise SimError("check_sim: snapshot: a broken one was accepted")
