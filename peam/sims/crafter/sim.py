"""`CrafterSim`: Crafter 1.8.3 behind the simulator contract (`peam.sims.base`).

What the contract's queries tell comes from the chart, hence from pictures alone. Only `achieved.*` among the
counters, the end of the episode and `Game` itself are the game's own word: verifiers read them.
One contract tick is one Crafter step. The plane lies at height 0; x is Crafter's x, z its y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from peam.config import Config
from peam.errors import SimError, unknown
from peam.sims.base import Body, Capabilities, Cell, Entity, Sighting, Sim, Voxels
from peam.sims.crafter.chart import Chart
from peam.sims.crafter.eyes import OPEN, see
from peam.sims.crafter.facts import CrafterFacts
from peam.sims.crafter.game import ACTIONS, SIZE, Game
from peam.sims.crafter.performer import Performer, held
from peam.sims.crafter.rules import rules
from peam.sims.crafter.state import pack, unpack
from peam.sims.crafter.templates import MATERIALS, UNIT, WALKABLE
from peam.types import Image, Observation

NAMES: Final = ("air", *MATERIALS, "unseen")
LIQUID: Final = ("water", "lava")
FULL: Final = 20.0 / 9.0  # Crafter's nine of a vital are the contract's twenty
MIDNIGHT: Final = 210  # step of a day at which it is darkest
DAY: Final = 300


class CrafterSim(Sim):
    """One Crafter world and the agent's chart of it."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012 - Gymnasium's own form
    capabilities = Capabilities(snapshot=True, deterministic=True, low_level=False)

    def __init__(self, render_mode: str | None = None) -> None:
        self.game, self.chart = Game(), Chart()
        self.rules = CrafterFacts(self.chart)
        self.render_mode = render_mode
        picture = spaces.Box(0, 255, (SIZE, SIZE, 3), np.uint8)
        self.observation_space = spaces.Dict({"rgb": picture})
        self.action_space = spaces.Discrete(len(ACTIONS))  # type: ignore[assignment]
        self._begun = False

    # -- Gymnasium -----------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Makes a world; without a seed the next one of this environment's generator."""
        if options:
            raise SimError(f"crafter has no reset options, got '{sorted(options)[0]}' (nearest: none)")
        super().reset(seed=seed)
        self.game.begin(int(self.np_random.integers(2**31 - 1)) if seed is None else seed)
        self.chart.__init__()  # type: ignore[misc]
        picture = self.game.picture()
        self.chart.begin(see(picture, 0))
        self._begun = True
        return {"rgb": picture}, {"achievements": self.game.achievements()}

    def step(self, action: NDArray[np.int64]) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Takes one of Crafter's 17 actions."""
        reward = self._advance(int(action))
        dead = not self.game.alive
        picture = self.game.picture()
        info = {"achievements": self.game.achievements()}
        return {"rgb": picture}, reward, dead, self.game.over and not dead, info

    def render(self) -> Image:  # type: ignore[override]
        """Returns the picture."""
        return self.game.picture()

    # -- the light part ------------------------------------------------------------------------------------

    def tick(self, action: Sequence[int] = (0,)) -> None:
        """Takes one of Crafter's 17 actions, by index."""
        if len(action) != 1:
            raise SimError(f"crafter's tick takes one index of 0..{len(ACTIONS) - 1}, got {list(action)}")
        self._advance(int(action[0]))

    def _advance(self, action: int) -> float:
        if not self._begun:
            raise SimError("reset the environment before stepping it")
        reward, _ = self.game.act(action)
        self.chart.update(ACTIONS[action], see(self.game.picture(), self.game.steps))
        return reward

    def _hands(self, action: str) -> Image | None:
        """What a pilot acts through: an action in, the next picture out, None at the episode's end."""
        if self.game.over:
            return None
        self.game.act(ACTIONS.index(action))
        return None if self.game.over else self.game.picture()

    def performer(self, config: Config) -> Performer:
        """Returns what carries out actions of Crafter's language."""
        return Performer(self.chart, self._hands, int(config.skills.max_ticks))

    def frame(self, height: int, width: int) -> Image:
        """Draws the picture at another size, at least 9 x 9."""
        return self.game.picture(height, width)

    def observe(self, image: tuple[int, int] | None = None, nearby_text: bool = False) -> Observation:
        """Returns what the agent perceives, and the game's `achieved.*` for verifiers."""
        body, chart = self.body(), self.chart
        seen = sorted({thing for cell, thing in chart.things.items() if chart.seen_at[cell] == chart.step})
        return Observation(
            rgb=self.frame(*image) if image else None,
            inventory=held(chart.inventory),
            hand=body.hand,
            life=body.life,
            food=body.food,
            position=body.position,
            yaw=body.yaw,
            pitch=body.pitch,
            time=int(18000 + (chart.step - MIDNIGHT) * (24000 // DAY)) % 24000,
            tick=self.game.steps,
            stats=self.stats(),
            alive=body.alive,
            nearby=tuple(seen) if nearby_text else (),
        )

    def body(self) -> Body:
        """Returns the agent's body by its own reckoning; `alive` until the episode's end, however it ends."""
        chart = self.chart
        x, y = chart.place
        yaw = {(0, 1): 0.0, (-1, 0): 90.0, (0, -1): 180.0, (1, 0): -90.0}[chart.facing]
        return Body(
            position=(x + 0.5, 1.0, y + 0.5),
            yaw=yaw,
            pitch=0.0,
            on_ground=True,
            in_water=False,
            life=chart.count("health") * FULL,
            food=chart.count("food") * FULL,
            alive=not self.game.over,
            hand="air",
            tick=self.game.steps,
        )

    def slots(self) -> list[tuple[str, int]]:
        """Returns the items held, padded to 36."""
        items = sorted(held(self.chart.inventory).items())
        return [*items, *[("air", 0)] * (36 - len(items))]

    def sight(self, reach: float = 16.0) -> list[Sighting]:
        """Returns the cells of the present picture that could be told, and what stands on them."""
        chart = self.chart
        eye = np.array(self.body().eye)
        found: list[Sighting] = []
        for _, _, cell in chart.window():
            if chart.looked[cell] == chart.step and cell != chart.place:
                where = (cell[0], 0, cell[1])
                far = float(np.linalg.norm(np.add(where, 0.5) - eye))
                found.append(Sighting(chart.material(cell), "block", where, far, -1, UNIT * UNIT))
            if chart.seen_at.get(cell) == chart.step:
                feet = (cell[0] + 0.5, 1.0, cell[1] + 0.5)
                far = float(np.linalg.norm(np.array(feet) - eye))
                name = chart.things[cell]
                found.append(Sighting(name, "creature", feet, far, cell[0] * 64 + cell[1], UNIT * UNIT))
        return sorted((s for s in found if s.distance <= reach), key=lambda s: s.distance)

    def entities(self, reach: float = 32.0) -> list[Entity]:
        """Returns the creatures of the present picture, nearest first; their life, unseen, is full."""
        seen = [s for s in self.sight(reach) if s.kind == "creature"]
        return [Entity(s.id, s.name, s.kind, s.position, float(rules().health.get(s.name, 1))) for s in seen]

    def voxels(self, radius: int = 32) -> Voxels:
        """Returns the charted plane as blocks: the ground at height 0, what stands up at height 1."""
        x, y, z = self.body().cell
        n = 2 * radius + 1
        ids = np.zeros((n, n, n), dtype=np.int16)
        for i in range(n):
            for k in range(n):
                for height in (0, 1):
                    j = height - (y - radius)
                    if 0 <= j < n:
                        name = self.block((x - radius + i, height, z - radius + k))
                        ids[i, j, k] = NAMES.index(name)
        loose = ("air", *LIQUID, *WALKABLE)
        solid = np.array([name not in loose or name in WALKABLE for name in NAMES])
        liquid = np.array([name in LIQUID for name in NAMES])
        hazard = np.array([name == "lava" for name in NAMES])
        return Voxels(ids, (x - radius, y - radius, z - radius), NAMES, solid, liquid, hazard)

    def block(self, cell: Cell) -> str:
        """Returns the charted block of a cell."""
        x, y, z = cell
        if y not in (0, 1):
            return "air"
        ground = self.chart.material((x, z)) or "unseen"
        low = ground in WALKABLE or ground in LIQUID
        return "air" if y == 1 and low else ground

    def craft_id(self, item: str) -> int:
        """Returns the action that makes the item, -1 where the inventory cannot pay or nothing is known."""
        rule = rules().make.get(item)
        payable = rule and all(self.chart.count(name) >= n for name, n in rule.uses.items())
        return ACTIONS.index(f"make_{item}") if payable else -1

    def smelt_id(self, product: str) -> int:
        """Returns -1: nothing is smelted in Crafter."""
        return -1

    def stations(self, name: str, reach: float) -> list[Cell]:
        """Returns the stations of a name in the 3 x 3 cells around, which is what Crafter accepts."""
        if name not in ("table", "furnace"):
            raise SimError(unknown("station", name, ("table", "furnace")))
        x, y = self.chart.place
        near = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return [(a, 1, b) for a, b in near if self.chart.material((a, b)) == name]

    def stats(self) -> dict[str, int]:
        """Returns `noted.*` (the agent's own count), `vital.*` and the game's `achieved.*`."""
        won = {name: n for name, n in self.game.achievements().items() if n}
        vitals = {f"vital.{name}": self.chart.count(name) for name in ("drink", "energy")}
        noted = {f"noted.{name}": n for name, n in self.chart.noted.items()}
        counted = {f"achieved.{name}": n for name, n in won.items()}
        return {**vitals, **noted, "noted.all": len(self.chart.noted), **counted, "achieved.all": len(won)}

    def snapshot(self) -> bytes:
        """Returns the game and the chart."""
        return pack(self.game, self.chart)

    def restore(self, state: bytes) -> None:
        """Restores a game and a chart."""
        unpack(state, self.game, self.chart)
        self._begun = True


assert OPEN == -1  # the last of NAMES stands for it
