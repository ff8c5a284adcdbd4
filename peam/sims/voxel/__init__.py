"""The embedded simulator: a deterministic block world with Minecraft's rules, and no Java."""

import gymnasium as gym

from peam.sims.voxel.env import VoxelSim

__all__ = ["VoxelSim", "register"]


def register() -> None:
    """Makes the simulator known to `gymnasium.make` as "peam/Voxel-v0"."""
    if "peam/Voxel-v0" not in gym.registry:
        gym.register("peam/Voxel-v0", entry_point="peam.sims.voxel.env:VoxelSim")


register()
