"""The package's game, made deterministic from outside: no file of `crafter` is changed.

Two things make Crafter 1.8.3 take another course each time: its chunks keep their objects in sets (ordered by
memory address), and a night picture draws from the generator that also moves the creatures. Here chunks keep
the order of arrival, and pictures have noise of their own. Terrain is the package's for the same seed.
Knows nothing of agents: it is the side that verifiers read.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import crafter
import numpy as np
from crafter import constants, engine, objects
from numpy.typing import NDArray

from peam.errors import SimError
from peam.types import Image

ACTIONS: Final[tuple[str, ...]] = tuple(constants.actions)
ACHIEVEMENTS: Final[tuple[str, ...]] = tuple(constants.achievements)
LENGTH: Final = 10_000  # steps of an episode; danijar/crafter, env.py
SIZE: Final = 64  # pixels of the picture that Crafter's agents see
VIEW: Final = 9  # cells across the picture; the lowest two rows of cells are the inventory
SEEDS: Final = 2**31 - 1


class Ordered:
    """A set that keeps the order of arrival, with the three methods that `engine.World` calls."""

    def __init__(self, members: list[Any] | None = None) -> None:
        self._members = dict.fromkeys(members or [])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def add(self, member: Any) -> None:
        """Adds a member at the end."""
        self._members[member] = None

    def remove(self, member: Any) -> None:
        """Removes a member."""
        del self._members[member]


class OrderedWorld(engine.World):  # type: ignore[misc]
    """The package's world with ordered chunks."""

    def reset(self, seed: int | None = None) -> None:
        """Empties the world."""
        super().reset(seed)
        self._chunks: defaultdict[Any, Ordered] = defaultdict(Ordered)


class QuietView(engine.LocalView):  # type: ignore[misc]
    """The package's picture of the surroundings; its night noise is drawn from (seed, step) alone."""

    moment: tuple[int, int] = (0, 0)

    def _noise(self, canvas: NDArray[Any], amount: float, stddev: float) -> NDArray[Any]:
        noise = np.random.default_rng(self.moment).uniform(32, 127, canvas.shape[:2])[..., None]
        mask = amount * vignette(canvas.shape[:2], stddev)[..., None]
        return np.asarray((1 - mask) * canvas + mask * noise)


@functools.lru_cache(8)
def vignette(shape: tuple[int, int], stddev: float = 0.5) -> NDArray[np.float64]:
    """Returns the share of noise by place in a night picture, 0 in the middle (engine.py, LocalView)."""
    xs, ys = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]))
    return np.asarray(1 - np.exp(-0.5 * (xs**2 + ys**2) / stddev**2)).T


class Game(crafter.Env):  # type: ignore[misc]
    """One world and its player; `begin` starts the first episode of `crafter.Env(seed=seed)`."""

    def __init__(self) -> None:
        super().__init__(size=(SIZE, SIZE), length=LENGTH, seed=0)
        self._world = OrderedWorld((64, 64), constants.materials, (12, 12))
        self._local_view = QuietView(self._world, self._textures, [VIEW, VIEW - 2])
        self._sem_view = engine.SemanticView(
            self._world,
            [objects.Player, objects.Cow, objects.Zombie, objects.Skeleton, objects.Arrow, objects.Plant],
        )
        self.seed = 0

    def begin(self, seed: int) -> None:
        """Makes the world of a seed.

        Raises:
            SimError: The seed is not in 0..2**31 - 2.
        """
        if isinstance(seed, bool) or not 0 <= int(seed) < SEEDS:
            near = min(max(int(seed), 0), SEEDS - 1)
            raise SimError(f"seed {seed} is not in 0..{SEEDS - 1} (nearest: {near})")
        self.seed = self._seed = int(seed)
        self._episode = 0
        self._world.reset(0)
        self.reset()

    def _obs(self) -> None:
        """Draws nothing: pictures are made when asked for."""

    def act(self, action: int) -> tuple[float, bool]:
        """Advances one step.

        Returns:
            (reward, whether the episode is over).

        Raises:
            SimError: No such action, or the episode is over.
        """
        if not 0 <= int(action) < len(ACTIONS):
            raise SimError(f"action {action} is not in 0..{len(ACTIONS) - 1}")
        if self.over:
            raise SimError("the episode is over: reset first")
        _, reward, done, _ = self.step(int(action))
        return float(reward), bool(done)

    def picture(self, height: int = SIZE, width: int = SIZE) -> Image:
        """Draws the picture, (height, width, 3). Changes nothing in the world.

        Raises:
            SimError: A side below 9 pixels: less than one a cell.
        """
        if min(height, width) < VIEW:
            raise SimError(f"a picture of {height} x {width} is too small: at least {VIEW} x {VIEW}")
        self._local_view.moment = (self.seed, int(self._step or 0))
        return np.ascontiguousarray(self.render((width, height)), dtype=np.uint8)

    @property
    def steps(self) -> int:
        """Steps since the episode began."""
        return int(self._step or 0)

    @property
    def alive(self) -> bool:
        """Whether the player lives."""
        return bool(self._player.health > 0)

    @property
    def over(self) -> bool:
        """Whether the episode is over: by death or by its length."""
        return not self.alive or self.steps >= LENGTH

    def achievements(self) -> dict[str, int]:
        """Returns how often each of the 22 was unlocked in this episode."""
        return {name: int(self._player.achievements[name]) for name in ACHIEVEMENTS}
