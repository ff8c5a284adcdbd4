"""MineDojo environments on a flat floor, for tests of their interface."""

import numpy as np

from peam.sims.voxel.minedojo_compat import make
from peam.sims.voxel.minedojo_compat.spaces import flat
from tests.minedojo.policies import arena

SIZE = (24, 32)


def env(task="open-ended", blocks=(), inventory=None, **options):
    """An environment after its reset, the agent on a flat floor."""
    made = make(task, image_size=SIZE, world_seed=5, seed=1, initial_inventory=inventory or {}, **options)
    made.reset()
    arena(made.avatar.game, blocks)
    made.avatar.tick([])
    return made


def steps(made, action, times=1):
    for _ in range(times):
        out = made.step(action)
    return out


def beside(made, dx, dy, dz):
    """The cell so far from the feet."""
    x, y, z = (int(v) for v in np.floor(made.avatar.game.body[:3]))
    return x + dx, y + dy, z + dz


def conforms(made, obs):
    leaves = flat(obs)
    assert set(leaves) == {leaf.key for leaf in made.observation_space}
    wrong = [leaf.key for leaf in made.observation_space if not leaf.contains(leaves[leaf.key])]
    assert wrong == []
