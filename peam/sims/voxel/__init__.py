"""The embedded simulator: a deterministic block world with Minecraft's rules, and no Java."""

from pathlib import Path

from peam.kernels import drop_stale

drop_stale(Path(__file__).parent, Path(__file__).parents[2] / "data" / "voxel")

from peam.sims.voxel.env import VoxelSim  # noqa: E402  (its kernels may have been stale)

__all__ = ["VoxelSim"]
