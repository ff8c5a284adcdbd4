"""From names in the configuration to objects: simulator, planner. One visible dictionary each.

Imports are inside, so that naming a wrong one is answered without loading the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from peam.config import Config
from peam.errors import ConfigError, unknown
from peam.sims.base import Sim
from peam.slow.planner import SlowPlanner


@contextmanager
def _extra(package: str) -> Iterator[None]:
    """Names the remedy where an optional package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ConfigError(f"the package {package} is missing: pip install 'peam[bench]'") from error


def _voxel(config: Config) -> Sim:
    from peam.sims.voxel import VoxelSim

    return VoxelSim(fov=config.sim.fov, sight=config.sim.sight, difficulty=config.sim.difficulty)


def _crafter(config: Config) -> Sim:
    with _extra("crafter"):
        from peam.sims.crafter import CrafterSim

    return CrafterSim()


def _rulebook(config: Config) -> SlowPlanner:
    from peam.slow.rulebook import RulebookPlanner

    return RulebookPlanner(config)


def _crafter_rules(config: Config) -> SlowPlanner:
    with _extra("crafter"):
        from peam.slow.crafter import CrafterPlanner

    return CrafterPlanner(config)


SIMS: dict[str, Callable[[Config], Sim]] = {"voxel": _voxel, "crafter": _crafter}
PLANNERS: dict[str, Callable[[Config], SlowPlanner]] = {"rulebook": _rulebook, "crafter": _crafter_rules}


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
