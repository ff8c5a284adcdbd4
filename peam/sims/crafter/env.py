"""`CrafterEnv`: Crafter as plain Gymnasium 1.x, deterministic: the picture in, one of 17 actions out.

For agents that bring their own everything; knows nothing of charts and skills.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from peam.sims.crafter.game import ACTIONS, SIZE, Game


class CrafterEnv(gym.Env[NDArray[np.uint8], np.int64]):
    """Crafter's own observation, actions and reward; ends at death, is cut at 10,000 steps."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012 - Gymnasium's own form

    def __init__(self, render_mode: str | None = None) -> None:
        self.game = Game()
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0, 255, (SIZE, SIZE, 3), np.uint8)
        self.action_space = spaces.Discrete(len(ACTIONS))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Makes a world; without a seed the next one of this environment's generator."""
        super().reset(seed=seed, options=options)
        self.game.begin(int(self.np_random.integers(2**31 - 1)) if seed is None else seed)
        return self.game.picture(), {"achievements": self.game.achievements()}

    def step(self, action: np.int64) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Takes one action."""
        reward, _ = self.game.act(int(action))
        dead = not self.game.alive
        info = {"achievements": self.game.achievements()}
        return self.game.picture(), reward, dead, self.game.over and not dead, info

    def render(self) -> NDArray[np.uint8]:  # type: ignore[override]
        """Returns the picture."""
        return self.game.picture()
