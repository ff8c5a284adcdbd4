"""`MineDojoSim`: the real minedojo 0.1, in its own process, behind the simulator contract (`peam.sims.base`).

It needs MineDojo's environment, and Minecraft or a running stand-in to connect to. Not deterministic, no
snapshots. Drop, craft, equip, place and destroy take three ticks, as in MineDojo. What the contract asks and
MineDojo does not tell is approximate (see `views.py`) or refused with a SimError.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from gymnasium import spaces as gs

from peam.errors import SimError, unknown
from peam.sims.base import NOOP, Body, Capabilities, Cell, Entity, Sighting, Sim, Voxels
from peam.sims.minedojo import views
from peam.sims.minedojo.client import MineDojoProcess
from peam.sims.minedojo.spaces import observation_space, rows
from peam.sims.voxel.building import STATIONS
from peam.sims.voxel.items import ITEM_ID, ITEMS
from peam.sims.voxel.minedojo_compat.env import LAG
from peam.sims.voxel.minedojo_compat.mission import Mission
from peam.sims.voxel.minedojo_compat.names import CREATURES, old_name
from peam.sims.voxel.minedojo_compat.spaces import ActionSpace, flat, leaves
from peam.sims.voxel.minedojo_compat.tables import CRAFT_INDEX, CRAFTS
from peam.sims.voxel.options import OPTIONS
from peam.sims.voxel.rules import FUEL, SMELT_TICKS, VoxelRules
from peam.types import Image, Observation

SIGHT_RAYS: Final = (24, 16)  # columns, rows of the lidar fan


class MineDojoSim(Sim):
    """The real MineDojo.

    Args:
        image_size: (height, width) of MineDojo's picture; `frame` resamples it.
        radius: Of the voxels that MineDojo is asked for; `voxels` and `block` know no more.
        sight: Reach of the lidar rays, metres.
        port: Of a Malmo that already runs; None lets MineDojo start Minecraft.
        python: Python of MineDojo's environment, see `client.interpreter`.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 20}  # noqa: RUF012 - Gymnasium's own form
    capabilities = Capabilities(snapshot=False, deterministic=False, low_level=True)

    def __init__(
        self,
        image_size: tuple[int, int] = (64, 64),
        radius: int = 4,
        sight: float = 16.0,
        port: int | None = None,
        python: str | None = None,
    ) -> None:
        """Starts the process; MineDojo itself is made at the first reset."""
        height, width = image_size
        self._rays = views.fan(*SIGHT_RAYS, width / height, sight)
        self._radius, self._reach, self._port = radius, sight, port
        span = (-radius, radius)
        mission = Mission((height, width), 0, grid=(span, span, span), rays=tuple(self._rays))
        self._leaves = leaves(mission)
        self._image = (height, width)
        self.observation_space = observation_space(self._leaves)
        self.action_space = gs.MultiDiscrete(ActionSpace().nvec)
        self.rules = VoxelRules(lambda name: self._totals().get(name, 0))
        self._process = MineDojoProcess(python)
        self._made: dict[str, Any] | None = None
        self._seen: dict[str, Any] = {}
        self._info: dict[str, Any] = {}
        self._start: dict[str, int] = {}
        self._placed: dict[str, int] = {}
        self._ticks = 0

    # -- Gymnasium -----------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Starts an episode. Another seed or other options make MineDojo anew, which may start Minecraft.

        Raises:
            SimError: Unknown option, item or creature, or an error of MineDojo's.
        """
        super().reset(seed=seed)
        asked = dict(options or {})
        wanted = self._wanted(seed, asked)
        creatures = [(str(row["name"]), float(row["distance"])) for row in asked.get("creatures", [])]
        for name, _ in creatures:
            if name not in CREATURES:
                raise SimError(unknown("creature", name, CREATURES))
        if wanted != self._made:
            self._process.call("make", task_id="open-ended", options=wanted, port=self._port)
            self._made = wanted
        self._take(self._process.call("reset"), 0)
        for name, distance in creatures:
            angle = float(self.np_random.uniform(0, 2 * math.pi))
            dx, dz = round(distance * math.cos(angle)), round(distance * math.sin(angle))
            text = f"/summon {CREATURES[name][0]} ~{dx} ~1 ~{dz}"
            self._take(self._process.call("command", text=text), 1)
        self._start, self._placed, self._ticks = views.counters(self._info), {}, 0
        self._take(self._process.call("step", action=list(NOOP)), 1)
        return self._observation(), {"stats": self.stats()}

    def _wanted(self, seed: int | None, asked: dict[str, Any]) -> dict[str, Any]:
        """Returns the options for `minedojo.make`."""
        for key in asked:
            if key not in OPTIONS:
                raise SimError(unknown("reset option", key, OPTIONS))
        number = int(self.np_random.integers(1, 2**31)) if seed is None else int(seed)
        r = self._radius
        out: dict[str, Any] = {
            "image_size": list(self._image),
            "world_seed": str(number),
            "use_voxel": True,
            "voxel_size": {
                f"{axis}{end}": r * sign for axis in "xyz" for end, sign in (("min", -1), ("max", 1))
            },
            "use_lidar": True,
            "lidar_rays": [list(ray) for ray in self._rays],
            "allow_mob_spawn": not asked.get("peaceful", False),
        }
        if "time" in asked:
            out["start_time"] = int(asked["time"])
        stacks = rows(dict(asked.get("inventory", {})), str(asked.get("hand", "air")))
        return {**out, "initial_inventory": stacks} if stacks else out

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Carries out one action. The reward is always 0; MineDojo's episodes go on after death."""
        self.tick(action)
        return self._observation(), 0.0, False, False, {"stats": self.stats()}

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """See `Sim`; three ticks where the functional part lags. An empty slot is not placed or equipped."""
        act = ActionSpace().checked(np.asarray(action))
        before = self.slots()
        if act[5] in (5, 6, 7) and before[act[7]][1] == 0:
            act[5] = 0
        self._take(self._process.call("step", action=act), 1 + LAG.get(act[5], 0))
        if act[5] == 6:
            name = before[act[7]][0]
            gone = sum(n for item, n in before if item == name) - sum(n for i, n in self.slots() if i == name)
            if gone > 0:
                self._placed[f"placed.{name}"] = self._placed.get(f"placed.{name}", 0) + gone

    def _take(self, answer: dict[str, Any], ticks: int) -> None:
        masks = self._seen.get("masks")
        self._seen, self._info = answer["obs"], answer["info"]
        if "masks" not in self._seen and masks is not None:
            self._seen["masks"] = masks
        self._ticks += ticks

    def _observation(self) -> dict[str, Any]:
        """Casts every leaf to the type that MineDojo declares."""
        values = flat(self._seen)
        out: dict[str, Any] = {}
        for leaf in self._leaves:
            value = values[leaf.key]
            if leaf.dtype != "str":
                value = np.asarray(value).astype(leaf.dtype)
            if leaf.key == "location_stats/yaw":
                value = (value + 180) % 360 - 180
            group, _, key = leaf.key.rpartition("/")
            (out.setdefault(group, {}) if group else out)[key] = value
        return out

    def close(self) -> None:
        """Ends MineDojo and its process."""
        self._process.close()

    # -- the light part ------------------------------------------------------------------------------------

    def frame(self, height: int, width: int) -> Image:
        """See `Sim`; the last picture, resampled to the nearest pixel."""
        rgb = self._known()["rgb"].transpose(1, 2, 0)
        rows = np.arange(height) * rgb.shape[0] // height
        columns = np.arange(width) * rgb.shape[1] // width
        return np.ascontiguousarray(rgb[np.ix_(rows, columns)])

    def _known(self) -> dict[str, Any]:
        if not self._seen:
            raise SimError("the simulator has not been reset yet")
        return self._seen

    def _totals(self) -> dict[str, int]:
        return views.totals(self._info) if self._info else {}

    def observe(self, image: tuple[int, int] | None = None, nearby_text: bool = False) -> Observation:
        """See `Sim`."""
        body = self.body()
        names = set(self.voxels(self._radius).names) - {"air"} if nearby_text else set()
        return Observation(
            rgb=self.frame(*image) if image else None,
            inventory=self._totals(),
            hand=body.hand,
            life=body.life,
            food=body.food,
            position=body.position,
            yaw=body.yaw,
            pitch=body.pitch,
            time=int(self._info["world_time"]) % 24000,
            tick=body.tick,
            stats=self.stats(),
            alive=body.alive,
            nearby=tuple(sorted(names)),
        )

    def body(self) -> Body:
        """See `Sim`; on the ground means that what is below the feet is solid."""
        place, life = self._known()["location_stats"], self._seen["life_stats"]
        x, y, z = (float(self._info[key]) for key in ("xpos", "ypos", "zpos"))
        grid = views.voxels(self._seen["voxels"], (0, 0, 0), 1)
        return Body(
            (x, y, z),
            (float(place["yaw"][0]) + 180.0) % 360.0 - 180.0,
            float(place["pitch"][0]),
            bool(grid.solid[grid.ids[1, 0, 1]]) and y - math.floor(y) < 0.02,
            grid.names[int(grid.ids[1, 1, 1])] == "water",
            float(life["life"][0]),
            float(life["food"][0]),
            bool(self._info.get("is_alive", True)),
            self.slots()[0][0],
            self._ticks,
        )

    def slots(self) -> Sequence[tuple[str, int]]:
        """See `Sim`."""
        held = self._known()["inventory"]
        rows = zip(held["name"].tolist(), held["variant"].tolist(), held["quantity"].tolist(), strict=True)
        return [(views.item(name, variant), 0 if name == "air" else int(n)) for name, variant, n in rows]

    def sight(self, reach: float = 16.0) -> Sequence[Sighting]:
        """See `Sim`; at most as far as the lidar rays."""
        body = self.body()
        return views.sight(self._seen["rays"], body.eye, body.yaw, body.pitch, min(reach, self._reach))

    def entities(self, reach: float = 32.0) -> Sequence[Entity]:
        """See `Sim`: only creatures that a ray meets, for MineDojo tells of no others; life unknown, 0."""
        seen = self.sight(min(reach, self._reach))
        return [Entity(s.id, s.name, s.kind, s.position, 0.0) for s in seen if s.kind == "creature"]

    def voxels(self, radius: int = 4) -> Voxels:
        """See `Sim`; at most the constructor's radius."""
        if not 0 <= radius <= self._radius:
            raise SimError(
                f"voxels: radius {radius} is not in 0..{self._radius}, which MineDojo was asked for"
            )
        known = self._known()
        x, y, z = (math.floor(float(self._info[key])) for key in ("xpos", "ypos", "zpos"))
        return views.voxels(known["voxels"], (x, y, z), radius)

    def block(self, cell: Cell) -> str:
        """See `Sim`; within the constructor's radius."""
        grid = self.voxels(self._radius)
        at = [int(c) - o for c, o in zip(cell, grid.origin, strict=True)]
        if min(at) < 0 or max(at) > 2 * self._radius:
            raise SimError(f"block: {cell} is farther than {self._radius}, which MineDojo was asked for")
        return grid.names[int(grid.ids[at[0], at[1], at[2]])]

    def craft_id(self, item: str) -> int:
        """See `Sim`; by MineDojo's mask, which looks at the first recipe only."""
        return self._argument(item, smelt=False)

    def smelt_id(self, product: str) -> int:
        """See `Sim`; by MineDojo's mask, and -1 without fuel for one piece."""
        fuel = sum(FUEL.get(name, 0) * count for name, count in self._totals().items())
        return self._argument(product, smelt=True) if fuel >= SMELT_TICKS else -1

    def _argument(self, item: str, smelt: bool) -> int:
        if item not in ITEM_ID:
            raise SimError(unknown("item", item, ITEMS))
        pair = old_name(item)
        index = CRAFT_INDEX.get(pair[0], -1) if pair else -1
        if index < 0 or (CRAFTS[index].station == "furnace") != smelt:
            return -1
        return index if self._known()["masks"]["craft_smelt"][index] else -1

    def stations(self, name: str, reach: float) -> Sequence[Cell]:
        """See `Sim`; those that MineDojo accepts now stand in front of the agent."""
        if name not in STATIONS:
            raise SimError(unknown("station", name, STATIONS))
        key = "table" if name == "crafting_table" else "furnace"
        if not bool(self._known()["nearby_tools"][key]):
            return []
        grid, eye = self.voxels(self._radius), self.body().eye
        cells = np.argwhere(grid.ids == grid.names.index(name)).tolist() if name in grid.names else []
        found = [(c[0] + grid.origin[0], c[1] + grid.origin[1], c[2] + grid.origin[2]) for c in cells]
        near = sorted((math.dist(eye, [v + 0.5 for v in cell]), cell) for cell in found)
        return [(int(x), int(y), int(z)) for far, (x, y, z) in near if far <= reach]

    def stats(self) -> Mapping[str, int]:
        """See `Sim`: mined, killed and crafted by Malmo's statistics, placed by what left the inventory."""
        now = views.counters(self._info)
        grown = {key: count - self._start.get(key, 0) for key, count in now.items()}
        return {**{key: count for key, count in grown.items() if count}, **self._placed}

    def snapshot(self) -> bytes:
        """Raises SimError: MineDojo cannot."""
        raise SimError("snapshot: MineDojo cannot save a state")

    def restore(self, state: bytes) -> None:
        """Raises SimError: MineDojo cannot."""
        raise SimError("restore: MineDojo cannot load a state")
