"""Weather of the overworld: when it rains and thunders, how dark it makes the sky, and whom it wets.

Durations and effects are Minecraft's (`data/voxel/weather.yaml`). Knows nothing of pictures and observations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import data
from peam.sims.voxel.entities import uniform
from peam.sims.voxel.glow import sunlight

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

RULES: Final = data("weather.yaml")
_RAINING, _THUNDERING = 0.2, 0.9  # strengths from which the game says that it rains, thunders
_DIMS: Final = float(RULES["dims"])  # the share of daylight that rain takes, and thunder of the rest
_FADE: Final = float(RULES["fade"])
_STEPS: Final = 11  # levels of sky light between noon and midnight
_DUSK: Final = 4  # levels that the sky lacks when the game no longer calls it day


@dataclass(slots=True)
class Weather:
    """The state of the sky.

    Attributes:
        raining: Whether rain falls or comes.
        thundering: Whether a thunderstorm is on, seen only while it rains.
        rain_time: Ticks until `raining` changes; `thunder_time` likewise.
        rain: Strength 0..1; `thunder` likewise.
        rng: (1,) uint64, its own generator, so that weather draws nothing from the game's.
    """

    raining: bool = False
    thundering: bool = False
    rain_time: int = 0
    thunder_time: int = 0
    rain: float = 0.0
    thunder: float = 0.0
    rng: NDArray[np.uint64] = field(default_factory=lambda: np.array([1], np.uint64))

    @classmethod
    def of(cls, seed: int) -> Weather:
        """Returns the clear sky that a world begins with."""
        sky = cls(rng=np.array([seed * 4 + 3], np.uint64))
        sky.rain_time, sky.thunder_time = sky._draw("clear"), sky._draw("calm")
        return sky

    def _draw(self, span: str) -> int:
        least, most = RULES[span]
        return int(least + math.floor(uniform(self.rng) * (most - least + 1)))

    def tick(self) -> None:
        """Advances one tick."""
        self.rain_time -= 1
        if self.rain_time <= 0:
            self.raining = not self.raining
            self.rain_time = self._draw("rain" if self.raining else "clear")
        self.thunder_time -= 1
        if self.thunder_time <= 0:
            self.thundering = not self.thundering
            self.thunder_time = self._draw("thunder" if self.thundering else "calm")
        self.rain = _towards(self.rain, self.raining)
        self.thunder = _towards(self.thunder, self.thundering)

    def clear(self) -> None:
        """Ends rain and thunder, as a night's sleep does; their strengths fade."""
        self.raining = self.thundering = False
        self.rain_time, self.thunder_time = self._draw("clear"), self._draw("calm")

    @property
    def wet(self) -> bool:
        """Whether it rains, as the game counts it."""
        return self.rain > _RAINING

    @property
    def stormy(self) -> bool:
        """Whether it thunders, as the game counts it."""
        return self.rain * self.thunder > _THUNDERING

    @property
    def dim(self) -> float:
        """The share of daylight that rain and thunder leave."""
        return (1.0 - _DIMS * self.rain) * (1.0 - _DIMS * self.rain * self.thunder)

    def state(self) -> dict[str, Any]:
        """Returns the fields for a snapshot."""
        return {**asdict(self), "rng": self.rng.copy()}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Weather:
        """Returns the weather of a snapshot."""
        fields = {key: type(getattr(cls(), key))(state[key]) for key in cls.__slots__ if key != "rng"}
        return cls(**fields, rng=np.array(state["rng"], np.uint64))


def _towards(strength: float, on: bool) -> float:
    return min(1.0, strength + _FADE) if on else max(0.0, strength - _FADE)


def darkness(clock: int, dim: float = 1.0) -> int:
    """Returns how many levels the sky's light lacks: 0 at a clear noon .. 11 at midnight.

    Args:
        clock: Tick of the day.
        dim: `Weather.dim`.
    """
    return int(lacking(sunlight(clock) * dim))


def lacking(sun: float) -> float:
    """Returns `darkness` as it comes, between whole levels, under a sun that is so bright, 0..1."""
    return (1.0 - sun) * _STEPS


def sun(game: Game) -> float:
    """Returns how bright the sky is in a game now, 0 night .. 1 clear day."""
    return sunlight(game.clock) * (game.weather.dim if game.weather else 1.0)


def shade(game: Game) -> int:
    """Returns how many levels the sky's light lacks in a game now."""
    return int(lacking(sun(game)))


def night(game: Game) -> bool:
    """Whether it is dark enough to sleep: at night, in a thunderstorm, and longer in rain."""
    return shade(game) >= _DUSK


def dark(game: Game, x: int, y: int, z: int) -> bool:
    """Whether a cell is dark enough for monsters, by its light and the game's draws (see weather.yaml)."""
    sky, block = game.world.light(x, y, z)
    rule = RULES["monsters"]
    if sky > int(game.random() * rule["sky"]) or block > rule["block"]:
        return False
    lacks = rule["storm"] if game.weather and game.weather.stormy else shade(game)
    return max(block, sky - lacks) <= int(game.random() * (rule["both"] + 1))


def bright(game: Game, x: int, y: int, z: int) -> bool:
    """Whether a cell is light enough for animals to appear; the time of day does not count."""
    return max(game.world.light(x, y, z)) >= RULES["animals"]


def falls(game: Game) -> str:
    """Returns what falls where the agent is: rain, snow or nothing."""
    if game.weather is None or not game.weather.wet:
        return "nothing"
    return game.world.falls(math.floor(game.body[ph.X]), math.floor(game.body[ph.Z]))


def tick(game: Game) -> None:
    """Advances the weather of a game; rain puts out who burns under the open sky."""
    assert game.weather is not None
    game.weather.tick()
    if falls(game) != "rain":
        return
    if game.vitals.fire and _open(game, game.body):
        game.vitals.fire = 0
    table = game.entities.table[: game.entities.rows]
    for row in np.flatnonzero((table[:, ent.FIRE] > 0) & (table[:, ent.KIND] > ent.ARROW)):
        if _open(game, table[row]):
            table[row, ent.FIRE] = 0.0


def _open(game: Game, body: NDArray[np.float64]) -> bool:
    """Whether nothing lies above the head of a body (its row begins with its position)."""
    x, y, z = (math.floor(v) for v in body[:3])
    return int(game.world.tops[x & 255, z & 255]) <= y + 2
