"""Simulators: one contract (`base.py`) and its backends.

Importing this package makes the embedded simulator known to Gymnasium as "peam/Voxel-v0", without loading it:

    import gymnasium
    import peam.sims
    env = gymnasium.make("peam/Voxel-v0", image_size=(160, 256), difficulty="hard")

    gymnasium.make("peam.sims:peam/Voxel-v0")  # the same, without an import of one's own
    gymnasium.make_vec("peam.sims:peam/Voxel-v0", num_envs=8, vectorization_mode="async")

"peam/Crafter-v0" is Crafter made deterministic (needs the extra `bench`).
Keyword arguments are `VoxelSim`'s. Gymnasium 1.x looks for no plugins, so that one of the two is needed.
"""

import gymnasium as gym

NAME = "peam/Voxel-v0"
CRAFTER = "peam/Crafter-v0"

if NAME not in gym.registry:
    gym.register(NAME, entry_point="peam.sims.voxel:VoxelSim")
if CRAFTER not in gym.registry:
    gym.register(CRAFTER, entry_point="peam.sims.crafter.env:CrafterEnv")
