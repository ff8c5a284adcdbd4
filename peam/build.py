"""From names in the configuration to objects: simulator, planner. One visible dictionary each.

Imports are inside, so that naming a wrong one is answered without loading the right one.
"""

from __future__ import annotations

from collections.abc import Callable

from peam.config import Config
from peam.errors import ConfigError, unknown
from peam.sims.base import Sim
from peam.slow.planner import SlowPlanner


def _voxel(config: Config) -> Sim:
    from peam.sims.voxel import VoxelSim

    options = {"fov": config.sim.fov, "sight": config.sim.sight, "difficulty": config.sim.difficulty}
    if config.sim.obfuscation:
        from peam.sims.obfuscated import Obfuscated

        return Obfuscated(int(config.sim.obfuscation), **options)
    return VoxelSim(**options)


def _rulebook(config: Config) -> SlowPlanner:
    from peam.slow.rulebook import RulebookPlanner

    return RulebookPlanner(config)


SIMS: dict[str, Callable[[Config], Sim]] = {"voxel": _voxel}
PLANNERS: dict[str, Callable[[Config], SlowPlanner]] = {"rulebook": _rulebook}


def make_sim(config: Config) -> Sim:
    """Builds the simulator of `sim.backend`.

    Raises:
        ConfigError: Unknown backend; names the nearest.
    """
    if config.sim.backend not in SIMS:
        raise ConfigError(unknown("backend", config.sim.backend, SIMS))
    return SIMS[config.sim.backend](config)


def make_planner(config: Config) -> SlowPlanner:
    """Builds the planner of `slow.planner`.

    Raises:
        ConfigError: Unknown planner; names the nearest.
    """
    if config.slow.planner not in PLANNERS:
        raise ConfigError(unknown("planner", config.slow.planner, PLANNERS))
    return PLANNERS[config.slow.planner](config)
