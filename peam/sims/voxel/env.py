"""`VoxelSim`: the embedded simulator behind the simulator contract (`peam.sims.base`).

Observations are MineDojo's (`spaces.py`), time is `game.py`'s, pictures are `render.py`'s. One step is one
50 ms tick, functional actions included (MineDojo adds two), and smelting takes its 200 ticks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from typing import Any
from weakref import ref

import numpy as np

from peam.errors import SimError, unknown
from peam.sims.base import NOOP, Body, Capabilities, Cell, Entity, Sighting, Sim, Voxels
from peam.sims.voxel import chests, experience, mobs, snapshots, views
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import NAMES
from peam.sims.voxel.book import STANDARD, Book
from peam.sims.voxel.building import REACH, STATIONS
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import ITEMS, MAIN
from peam.sims.voxel.observer import Observer, craft_argument
from peam.sims.voxel.options import apply, known
from peam.sims.voxel.overlay import Overlay
from peam.sims.voxel.overlay import frame as drawn
from peam.sims.voxel.rules import VoxelRules
from peam.sims.voxel.spaces import action_space, observation_space
from peam.sims.voxel.worlds import known as known_world
from peam.sims.voxel.worlds import make
from peam.types import Image, Observation


class VoxelSim(Sim):
    """A Minecraft-like world in this process.

    Args:
        fov: Vertical field of view, degrees.
        sight: Default reach of `sight`, metres.
        image_size: (height, width) of the "rgb" observation; None leaves it out, which is faster.
        difficulty: peaceful, easy, normal or hard.
        render_mode: None or "rgb_array".
        overlay: What `frame`, `render` and the "rgb" observation draw over the plain picture; see `Overlay`.
        world: "classic", the small world in which the agents were trained, with five kinds of creatures of
            simple minds, or "overworld": Minecraft's terrain, light, weather and creatures.
        book: The recipes of the world; the game's own by default. Not part of a snapshot.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 20}  # noqa: RUF012 - Gymnasium's own form
    capabilities = Capabilities(snapshot=True, deterministic=True, low_level=True)

    def __init__(
        self,
        fov: float = 70.0,
        sight: float = 16.0,
        image_size: tuple[int, int] | None = (64, 64),
        difficulty: str = "normal",
        render_mode: str | None = None,
        overlay: Overlay | None = None,
        world: str = "classic",
        book: Book = STANDARD,
    ) -> None:
        self.world = known_world(world)
        if not isinstance(difficulty, str) or difficulty not in mobs.LEVELS:
            raise SimError(unknown("difficulty", str(difficulty), mobs.LEVELS))
        if render_mode not in (None, "rgb_array"):
            raise SimError(unknown("render mode", str(render_mode), ["rgb_array"]))
        self.fov, self.reach, self.difficulty, self.render_mode = (
            float(fov),
            float(sight),
            difficulty,
            render_mode,
        )
        self.image_size = None if image_size is None else (int(image_size[0]), int(image_size[1]))
        self.overlay = overlay
        self.observation_space = observation_space(self.image_size)
        self.action_space = action_space()
        self.book = book
        self.rules = VoxelRules(_holder(self), book.entries)
        self._game: Game | None = None
        self._observer: Observer | None = None

    # -- Gymnasium -----------------------------------------------------------------------------------------

    @property
    def game(self) -> Game:
        """The running game. Raises SimError before the first reset."""
        if self._game is None:
            raise SimError("the simulator has not been reset yet")
        return self._game

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Makes the world of a seed (a random one without) and applies the options of `Sim`.

        Raises:
            SimError: Unknown option, item or creature, or a value that does not fit.
        """
        if seed is not None and (type(seed) is not int or seed < 0):
            raise SimError(f"reset: seed {seed!r} is not an integer from 0 up")
        super().reset(seed=seed)
        number = int(seed) if seed is not None else int(self.np_random.integers(2**31))
        game = Game(number, self.difficulty, kind=self.world)
        apply(game, options or {})
        self._adopt(game)
        return self._observation(False), self._info()

    def _adopt(self, game: Game) -> None:
        game.book = self.book
        self._game, self._observer = game, Observer(game)

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Advances one tick. The reward is always 0; an episode ends with the agent's death."""
        game = self.game
        game.tick(action)
        return self._observation(int(action[5]) == 4), 0.0, not game.alive, False, self._info()

    def _observation(self, crafted: bool) -> dict[str, Any]:
        assert self._observer is not None
        obs = self._observer.observe(crafted)
        if self.image_size is not None:
            obs["rgb"] = np.ascontiguousarray(self.frame(*self.image_size).transpose(2, 0, 1))
        return obs

    def _info(self) -> dict[str, Any]:
        game = self.game
        return {
            "stats": dict(game.stats),
            "is_alive": game.alive,
            "world_time": game.clock,
            "tick": game.ticks,
            "damage_cause": game.vitals.cause,
        }

    def render(self) -> Image | None:
        """Returns the picture in mode "rgb_array", at the observation's size or 256x256."""
        return self.frame(*(self.image_size or (256, 256))) if self.render_mode else None

    # -- the light part ------------------------------------------------------------------------------------

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """See `Sim`."""
        self.game.tick(action)

    def frame(self, height: int, width: int, overlay: Overlay | None = None) -> Image:
        """See `Sim`; drawn with an overlay (the constructor's by default)."""
        return drawn(self.game, height, width, self.fov, overlay or self.overlay)

    def sight(self, reach: float | None = None) -> Sequence[Sighting]:
        """See `Sim`; the default reach is the constructor's `sight`."""
        height, width = self.image_size or (1, 1)
        return views.sight(self.game, self.reach if reach is None else reach, self.fov, width / height)

    def entities(self, reach: float = 32.0) -> Sequence[Entity]:
        """See `Sim`."""
        return views.entities(self.game, reach)

    def voxels(self, radius: int = 32) -> Voxels:
        """See `Sim`; radius at most 48. Bedrock below the world, air above."""
        return views.voxels(self.game, radius)

    def observe(self, image: tuple[int, int] | None = None, nearby_text: bool = False) -> Observation:
        """See `Sim`."""
        game = self.game
        x, y, z, *_ = game.body.tolist()
        totals = game.inventory.totals()
        return Observation(
            rgb=self.frame(*image) if image else None,
            inventory={ITEMS[i]: int(totals[i]) for i in np.flatnonzero(totals)},
            hand=ITEMS[game.inventory.items[0]],
            life=float(game.vitals.life),
            food=float(game.vitals.food),
            position=(x, y, z),
            yaw=float(game.body[ph.YAW]),
            pitch=float(game.body[ph.PITCH]),
            time=game.clock,
            tick=game.ticks,
            stats=dict(game.stats),
            alive=game.alive,
            nearby=views.nearby(game) if nearby_text else (),
        )

    def body(self) -> Body:
        """See `Sim`."""
        game = self.game
        b = game.body.tolist()
        return Body(
            (b[ph.X], b[ph.Y], b[ph.Z]),
            b[ph.YAW],
            b[ph.PITCH],
            b[ph.GROUND] > 0,
            b[ph.WATER] > 0,
            float(game.vitals.life),
            float(game.vitals.food),
            game.alive,
            ITEMS[game.inventory.items[0]],
            game.ticks,
        )

    def slots(self) -> Sequence[tuple[str, int]]:
        """See `Sim`."""
        held = self.game.inventory
        return [
            (ITEMS[item], count) for item, count in zip(held.items[:MAIN], held.counts[:MAIN], strict=True)
        ]

    def block(self, cell: Cell) -> str:
        """See `Sim`.

        Raises:
            SimError: If the cell's column is not loaded.
        """
        world = self.game.world
        if not world.loaded(int(cell[0]), int(cell[2])):
            raise SimError(f"block: {cell} is too far away to be known")
        return NAMES[world.get(int(cell[0]), int(cell[1]), int(cell[2]))]

    def craft_id(self, item: str) -> int:
        """See `Sim`."""
        return craft_argument(self.game, known(item), smelt=False)

    def smelt_id(self, product: str) -> int:
        """See `Sim`; -1 also where input, fuel or a furnace near is lacking."""
        return craft_argument(self.game, known(product), smelt=True)

    def stations(self, name: str, reach: float) -> Sequence[Cell]:
        """See `Sim`."""
        if name not in STATIONS:
            raise SimError(unknown("station", name, STATIONS))
        return self.game.near(name, min(reach, 4.5))

    def chest(self, cell: Cell) -> Sequence[tuple[str, int]]:
        """Returns the 27 slots of a chest within reach of the hand as (item, count).

        How to move stacks: see `chests`.

        Raises:
            SimError: If no chest stands there, or it is farther than 4.5 m from the eye.
        """
        game = self.game
        centre = [value + 0.5 for value in cell]
        if self.block(cell) != "chest" or math.dist(centre, game.eye) > REACH + 0.5:
            raise SimError(f"chest: there is none within reach at {cell}")
        return [(ITEMS[item], count) for item, count, _ in game.extras.chests.get(cell, chests.empty())]

    def experience(self) -> tuple[int, int, float]:
        """Returns (points, level, share of the way to the next level) of this life."""
        points = self.game.extras.points
        return points, *experience.level(points)

    def stats(self) -> Mapping[str, int]:
        """See `Sim`."""
        return dict(self.game.stats)

    def snapshot(self) -> bytes:
        """See `Sim`."""
        return snapshots.encode(self.game.state())

    def restore(self, state: bytes) -> None:
        """See `Sim`. Nothing changes on error. A world of the same seed keeps the chunks that it has."""
        content = snapshots.decode(state)
        try:
            seed, kind = int(content["world"]["seed"]), known_world(str(content["kind"]))
            now = self._game.world if self._game else None
            world = now if now and (now.seed, now.kind) == (seed, kind) else make(kind, seed)
            game = Game(seed, str(content["difficulty"]), world)
            game.load(content)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise SimError(f"snapshot: field missing or malformed: {error}") from error
        self._adopt(game)

    def fork(self) -> VoxelSim:
        """Returns an independent simulator at the same state: what happens in one leaves the other as it was.

        Only the observation space is shared. Faster than restoring a snapshot into a new simulator, which
        would have to make the chunks anew.

        Example:
            >>> sim = VoxelSim()
            >>> _ = sim.reset(seed=1)
            >>> other = sim.fork()
            >>> other.tick()
            >>> sim.body().tick, other.body().tick
            (0, 1)
        """
        game = self.game
        twin = copy(self)
        twin.action_space = deepcopy(self.action_space)
        twin.rules = VoxelRules(_holder(twin), self.book.entries)
        twin._np_random = deepcopy(self._np_random)
        twin._game = Game(game.world.seed, game.difficulty, game.world.copy())
        twin._game.book = self.book
        twin._game.load(game.state())
        assert self._observer is not None
        twin._observer = self._observer.copy(twin._game)
        return twin


def _holder(sim: VoxelSim) -> Callable[[str], int]:
    """Returns item -> how many the agent holds. Does not keep the simulator: its 8 MB go when it does."""
    owner = ref(sim)

    def held(item: str) -> int:
        alive = owner()
        return alive.game.held(item) if alive else 0

    return held
