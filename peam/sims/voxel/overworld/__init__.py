"""The overworld: Minecraft 1.19's kind of world, folded to 128 high. `docs/world.md` lists its numbers."""

from pathlib import Path

from peam.kernels import drop_stale

_HERE = Path(__file__).parent
drop_stale(_HERE, _HERE.parent, _HERE.parents[2] / "data" / "voxel")
