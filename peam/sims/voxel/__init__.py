"""The embedded simulator: a deterministic block world with Minecraft's rules, and no Java."""

from pathlib import Path

import gymnasium as gym

from peam.kernels import drop_stale

drop_stale(Path(__file__).parent, Path(__file__).parents[2] / "data" / "voxel")

from peam.sims.voxel.env import VoxelSim  # noqa: E402  (its kernels may have been stale)

__all__ = ["VoxelSim", "register"]


def register() -> None:
    """Makes the simulator known to `gymnasium.make` as "peam/Voxel-v0"."""
    if "peam/Voxel-v0" not in gym.registry:
        gym.register("peam/Voxel-v0", entry_point="peam.sims.voxel.env:VoxelSim")


register()
