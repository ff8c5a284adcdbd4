"""MineDojo 0.1's interface over the embedded world: `make(task_id, image_size=(160, 256))`.

The observation dictionary, the action semantics and the tasks of `minedojo==0.1`, without Java, Gym or a
second process. What the embedded world lacks, and what differs, is listed in docs/minedojo.md.
"""

from peam.sims.voxel.minedojo_compat.env import MineDojoEnv, make
from peam.sims.voxel.minedojo_compat.mission import Stack
from peam.sims.voxel.minedojo_compat.specs import possible

__all__ = ["MineDojoEnv", "Stack", "make", "possible"]
