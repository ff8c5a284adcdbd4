"""`VoxelSim`: the embedded simulator behind the simulator contract (`peam.sims.base`).

Observations are MineDojo's (`spaces.py`), time is `game.py`'s, pictures are `render.py`'s. One step is one
50 ms tick, functional actions included (MineDojo adds two), and smelting takes its 200 ticks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError, unknown
from peam.sims.base import NOOP, Body, Capabilities, Cell, Entity, Sighting, Sim, Voxels
from peam.sims.voxel import entities as ent
from peam.sims.voxel import mobs, render, snapshots, spawning
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import HAZARD, ID, LIQUID, NAMES, SOLID
from peam.sims.voxel.game import DAY, STATIONS, Game, item_name
from peam.sims.voxel.items import ITEM_ID, ITEMS, MAIN, STACK
from peam.sims.voxel.observer import Observer, craft_argument, daylight
from peam.sims.voxel.rules import VoxelRules
from peam.sims.voxel.spaces import action_space, observation_space
from peam.types import Image, Observation

OPTIONS = ("inventory", "time", "hand", "creatures", "peaceful")
_SPRITES = [render.SPRITE_KIND.get(name, render.SPRITE_KIND["item"]) for name in ent.KINDS]
_ITEM_SPRITES = [render.item_kind(name) for name in ITEMS]


class VoxelSim(Sim):
    """A Minecraft-like world in this process.

    Args:
        fov: Vertical field of view, degrees.
        sight: Default reach of `sight`, metres.
        image_size: (height, width) of the "rgb" observation; None leaves it out, which is much faster.
        difficulty: peaceful, easy, normal or hard.
        render_mode: None or "rgb_array".
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
    ) -> None:
        if difficulty not in mobs.LEVELS:
            raise SimError(unknown("difficulty", difficulty, mobs.LEVELS))
        if render_mode not in (None, "rgb_array"):
            raise SimError(unknown("render mode", str(render_mode), ["rgb_array"]))
        self.fov, self.reach, self.difficulty, self.render_mode = float(fov), float(sight), difficulty, render_mode
        self.image_size = None if image_size is None else (int(image_size[0]), int(image_size[1]))
        self.observation_space = observation_space(self.image_size)
        self.action_space = action_space()
        self.rules = VoxelRules(lambda item: self.game.held(item))
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
        super().reset(seed=seed)
        options = options or {}
        for key in options:
            if key not in OPTIONS:
                raise SimError(unknown("reset option", key, OPTIONS))
        world = int(seed) if seed is not None else int(self.np_random.integers(2**31))
        game = Game(world, self.difficulty)
        _apply(game, options)
        self._adopt(game)
        return self._observation(False), self._info()

    def _adopt(self, game: Game) -> None:
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
            "stats": dict(game.stats), "is_alive": game.alive, "world_time": game.clock, "tick": game.ticks,
            "damage_cause": game.vitals.cause,
        }

    def render(self) -> Image | None:  # type: ignore[override]
        """Returns the picture in mode "rgb_array", at the observation's size or 256x256."""
        return self.frame(*(self.image_size or (256, 256))) if self.render_mode else None

    # -- the light part ------------------------------------------------------------------------------------

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """See `Sim`."""
        self.game.tick(action)

    def frame(self, height: int, width: int) -> Image:
        """See `Sim`."""
        game = self.game
        yaw, pitch = game.body[ph.YAW : ph.PITCH + 1].tolist()
        held = game.inventory.items[0]
        return render.render(
            game.world.blocks, game.eye, yaw, pitch, height, width, self.fov, daylight(game.clock), self._sprites()[0],
            hold=_ITEM_SPRITES[held] if held else -1, tops=game.world.tops,
        )

    def _sprites(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Returns the sprite rows of creatures and items, and their table rows."""
        game = self.game
        table = game.entities.table[: game.entities.rows]
        rows = np.flatnonzero((table[:, ent.KIND] > 0) & (table[:, ent.KIND] != ent.ARROW))
        sprites = np.zeros((len(rows), 8), np.float32)
        for out, row in zip(sprites, rows, strict=True):
            e = table[row]
            kind = int(e[ent.KIND])
            sprite = _ITEM_SPRITES[int(e[ent.A])] if kind == ent.ITEM else _SPRITES[kind]
            out[:] = *e[:3], ent.WIDTHS[kind], ent.HEIGHTS[kind], sprite, e[ph.YAW], e[ent.HURT]
        return sprites, rows

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
            nearby=self._nearby() if nearby_text else (),
        )

    def _nearby(self) -> tuple[str, ...]:
        """Names the blocks within 8 and the creatures within 16, as a privileged observation."""
        ids = np.unique(self.voxels(8).ids)
        creatures = {e.name for e in self.entities(16.0) if e.kind == "creature"}
        return (*sorted(NAMES[i] for i in ids if i), *sorted(creatures))

    def body(self) -> Body:
        """See `Sim`."""
        game = self.game
        b = game.body.tolist()
        return Body(
            (b[ph.X], b[ph.Y], b[ph.Z]), b[ph.YAW], b[ph.PITCH], b[ph.GROUND] > 0, b[ph.WATER] > 0,
            float(game.vitals.life), float(game.vitals.food), game.alive, ITEMS[game.inventory.items[0]], game.ticks,
        )

    def slots(self) -> Sequence[tuple[str, int]]:
        """See `Sim`."""
        held = self.game.inventory
        return [(ITEMS[item], count) for item, count in zip(held.items[:MAIN], held.counts[:MAIN], strict=True)]

    def sight(self, reach: float | None = None) -> Sequence[Sighting]:
        """See `Sim`; the default reach is the constructor's `sight`."""
        game = self.game
        yaw, pitch = game.body[ph.YAW : ph.PITCH + 1].tolist()
        height, width = self.image_size or (1, 1)
        sprites, rows = self._sprites()
        seen = render.sight(
            game.world.blocks, game.eye, yaw, pitch, self.fov, width / height, reach or self.reach, sprites,
            tops=game.world.tops,
        )
        found = [
            Sighting(NAMES[hit["id"]], "block", (int(hit["x"]), int(hit["y"]), int(hit["z"])), float(hit["distance"]),
                     -1, int(hit["count"]))
            for hit in seen.blocks
        ]
        for hit in seen.sprites:
            e = self._entity(int(rows[hit["index"]]))
            found.append(Sighting(e.name, e.kind, e.position, float(hit["distance"]), e.id, int(hit["count"])))
        return sorted(found, key=lambda sighting: (sighting.distance, sighting.id, sighting.position))

    def _entity(self, row: int) -> Entity:
        e = self.game.entities.table[row].tolist()
        place = (e[ph.X], e[ph.Y], e[ph.Z])
        if e[ent.KIND] == ent.ITEM:
            return Entity(int(e[ent.EID]), item_name(e[ent.A]), "item", place, 0.0)
        return Entity(int(e[ent.EID]), ent.KINDS[int(e[ent.KIND])], "creature", place, e[ent.HEALTH])

    def entities(self, reach: float = 32.0) -> Sequence[Entity]:
        """See `Sim`."""
        game = self.game
        table = game.entities.table[: game.entities.rows]
        far = np.sqrt(((table[:, :3] - game.body[:3]) ** 2).sum(axis=1))
        shown = (table[:, ent.KIND] > 0) & (table[:, ent.KIND] != ent.ARROW) & (far <= reach)
        rows = np.flatnonzero(shown)
        return [self._entity(int(row)) for row in rows[np.argsort(far[rows], kind="stable")]]

    def voxels(self, radius: int = 32) -> Voxels:
        """See `Sim`; at most 48. Bedrock below the world, air above."""
        if not 0 <= radius <= 48:
            raise SimError(f"voxels: radius {radius} is not in 0..48")
        world = self.game.world
        x, y, z = self.body().cell
        span = np.arange(-radius, radius + 1)
        ids = np.full((len(span),) * 3, ID["air"], np.uint8)
        ids[:, span + y < 0] = ID["bedrock"]
        inside = (span + y >= 0) & (span + y < world.blocks.shape[1])
        ids[:, inside] = world.blocks[np.ix_((span + x) & 255, (span + y)[inside], (span + z) & 255)]
        return Voxels(ids, (x - radius, y - radius, z - radius), NAMES, SOLID, LIQUID, HAZARD)

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
        return craft_argument(self.game, _known(item), smelt=False)

    def smelt_id(self, product: str) -> int:
        """See `Sim`; -1 also where input, fuel or a furnace near is lacking."""
        return craft_argument(self.game, _known(product), smelt=True)

    def stations(self, name: str, reach: float) -> Sequence[Cell]:
        """See `Sim`."""
        if name not in STATIONS:
            raise SimError(unknown("station", name, STATIONS))
        return self.game.near(name, min(reach, 4.5))

    def stats(self) -> Mapping[str, int]:
        """See `Sim`."""
        return dict(self.game.stats)

    def snapshot(self) -> bytes:
        """See `Sim`."""
        return snapshots.encode(self.game.state())

    def restore(self, state: bytes) -> None:
        """See `Sim`. Nothing changes on error."""
        content = snapshots.decode(state)
        try:
            game = Game(int(content["world"]["seed"]), str(content["difficulty"]))
            game.load(content)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise SimError(f"snapshot: field missing or malformed: {error}") from error
        self._adopt(game)


def _known(item: str) -> str:
    if item not in ITEM_ID:
        raise SimError(unknown("item", item, ITEMS))
    return item


def _apply(game: Game, options: Mapping[str, Any]) -> None:
    """Applies reset options to a fresh game."""
    if options.get("peaceful", False):
        game.calm()
    clock = options.get("time", game.clock)
    if isinstance(clock, bool) or not isinstance(clock, int) or not 0 <= clock < DAY:
        raise SimError(f"reset option 'time': {clock!r} is not an integer in 0..{DAY - 1}")
    game.clock = clock
    for item, count in dict(options.get("inventory", {})).items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise SimError(f"reset option 'inventory.{item}': {count!r} is not a positive integer")
        if game.inventory.add(ITEM_ID[_known(item)], count):
            raise SimError(f"reset option 'inventory': {count} {item} do not fit (stacks of {STACK[ITEM_ID[item]]})")
    _hold(game, options.get("hand", "air"))
    spawning.populate(game)
    for row in options.get("creatures", []):
        if not isinstance(row, Mapping) or set(row) != {"name", "distance"}:
            raise SimError(f"reset option 'creatures': {row!r} is not {{name, distance}}")
        spawning.request(game, str(row["name"]), float(row["distance"]))


def _hold(game: Game, item: str) -> None:
    wanted, inventory = ITEM_ID[_known(item)], game.inventory
    if not wanted or inventory.items[0] == wanted:
        return
    if not game.held(item):
        inventory.add(wanted, 1)
    inventory.swap(0, inventory.items.index(wanted))
