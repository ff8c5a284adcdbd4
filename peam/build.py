"""From names in the configuration to objects: simulator, planner, agent. One visible dictionary each.

Imports are inside, so that naming a wrong one is answered without loading the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from peam.agents.base import Agent
from peam.config import Config, configs_dir
from peam.errors import ConfigError, unknown
from peam.memory.embeddings import make_encoder
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

    options = {key: config.sim[key] for key in ("fov", "sight", "difficulty", "world")}
    if config.sim.obfuscation:
        from peam.sims.obfuscated import Obfuscated

        return Obfuscated(int(config.sim.obfuscation), **options)
    return VoxelSim(**options)


def _crafter(config: Config) -> Sim:
    with _extra("crafter"):
        from peam.sims.crafter import CrafterSim

    return CrafterSim()


def _minedojo(config: Config) -> Sim:
    from peam.sims.minedojo.env import MineDojoSim

    height, width = config.observation.image
    options, radius = config.sim.minedojo, int(config.skills.perception_radius)
    return MineDojoSim(
        (height, width), radius, config.sim.sight, int(options.port) or None, options.python or None
    )


def _check_minedojo(config: Config) -> None:
    from peam.sims.minedojo.client import interpreter

    radius = int(config.skills.perception_radius)
    if radius > FARTHEST:
        raise ConfigError(
            f"skills.perception_radius={radius}: MineDojo would send {(2 * radius + 1) ** 3} blocks a tick; "
            f"at most {FARTHEST}, and --config minedojo has 8"
        )
    if config.sim.obfuscation:
        raise ConfigError("sim.backend=minedojo has no other names and recipes than Minecraft's")
    interpreter(config.sim.minedojo.python or None)


def _rulebook(config: Config) -> SlowPlanner:
    from peam.slow.rulebook import RulebookPlanner

    return RulebookPlanner(config)


def _crafter_rules(config: Config) -> SlowPlanner:
    with _extra("crafter"):
        from peam.slow.crafter import CrafterPlanner

    return CrafterPlanner(config)


def _openai(config: Config) -> SlowPlanner:
    from peam.slow.openai import OpenAIPlanner

    return OpenAIPlanner(config)


def _transformers(config: Config) -> SlowPlanner:
    from peam.slow.transformers import TransformersPlanner

    return TransformersPlanner(config)


def _planner_only(config: Config) -> Agent:
    from peam.agents.planner_only import PlannerOnly

    return PlannerOnly(make_planner(config))


def _voyager(config: Config) -> Agent:
    from peam.agents.voyager import Voyager

    return Voyager(make_planner(config), make_encoder(config), int(config.retrieval.top))


def _reflexion(config: Config) -> Agent:
    from peam.agents.reflexion import Reflexion

    return Reflexion(make_planner(config))


def _exprag(config: Config) -> Agent:
    from peam.agents.exprag import ExpRag

    options = config.retrieval
    return ExpRag(make_planner(config), make_encoder(config), int(options.top), bool(options.prune))


def _steve(config: Config) -> Agent:
    from peam.agents.steve import Steve

    return Steve(make_planner(config), make_encoder(config), int(config.retrieval.top))


def _casebandit(config: Config) -> Agent:
    from peam.agents.casebandit import CaseBandit

    return CaseBandit(make_planner(config), make_encoder(config), int(config.retrieval.top))


def _toolgraph(config: Config) -> Agent:
    from peam.agents.toolgraph import ToolGraph

    return ToolGraph(make_planner(config), make_encoder(config), int(config.retrieval.top))


def _knn_policy(config: Config) -> Agent:
    from peam.agents.knn_policy import KnnPolicy
    from peam.fast.embed import FrozenEyes

    return KnnPolicy(make_planner(config), FrozenEyes.from_config(config))


PEAM = "peam"
SIMS: dict[str, Callable[[Config], Sim]] = {"voxel": _voxel, "crafter": _crafter, "minedojo": _minedojo}
FARTHEST = 16  # blocks that MineDojo may be asked for to each side
WORLDS = ("classic", "overworld")  # of `peam.sims.voxel.worlds`, whose import would load numba
PLANNERS: dict[str, Callable[[Config], SlowPlanner]] = {
    "rulebook": _rulebook,
    "crafter": _crafter_rules,
    "openai": _openai,
    "transformers": _transformers,
}

# Agents whose memory, if any, is what they replay of a store. All others are `peam` under the options of an
# overlay `configs/agent/NAME.yaml`: their memory is adapters (peam.memory).
AGENTS: dict[str, Callable[[Config], Agent]] = {
    "planner_only": _planner_only,
    "voyager": _voyager,
    "reflexion": _reflexion,
    "exprag": _exprag,
    "steve": _steve,
    "casebandit": _casebandit,
    "toolgraph": _toolgraph,
    "knn_policy": _knn_policy,
}


def agent_names() -> list[str]:
    """Returns the names that `agent` may have: PEAM, the dictionary above, and the overlays."""
    overlays = sorted(path.stem for path in (configs_dir() / "agent").glob("*.yaml"))
    return list(dict.fromkeys([PEAM, *AGENTS, *overlays]))


def check_agent(name: str) -> None:
    """Raises ConfigError, naming the nearest, for the name of no agent."""
    if name not in agent_names():
        raise ConfigError(unknown("agent", name, agent_names()))


def make_agent(config: Config) -> Agent:
    """Builds a newborn agent of those in `AGENTS`.

    Raises:
        ConfigError: Unknown agent, or one whose memory is adapters; names the nearest.
    """
    if config.agent not in AGENTS:
        raise ConfigError(unknown("agent", config.agent, AGENTS))
    return AGENTS[config.agent](config)


def check_sim(config: Config) -> None:
    """Refuses a backend or a world that there is not, before anything heavy is loaded.

    Raises:
        ConfigError: Unknown backend or world, names the nearest; what the backend does not have.
        SimError: MineDojo's environment is not there; says what makes it.
    """
    backend, world = config.sim.backend, config.sim.world
    if backend not in SIMS:
        raise ConfigError(unknown("backend", backend, SIMS))
    if world not in WORLDS:
        raise ConfigError(unknown("world", world, WORLDS))
    if backend != "voxel" and world != WORLDS[0]:
        raise ConfigError(f"sim.world={world} is a world of sim.backend=voxel, not of {backend}")
    if backend == "minedojo":
        _check_minedojo(config)


def make_sim(config: Config) -> Sim:
    """Builds the simulator of `sim.backend`.

    Raises:
        ConfigError: What `check_sim` refuses, or what the backend needs is not installed.
        SimError: As `check_sim`.
    """
    check_sim(config)
    return SIMS[config.sim.backend](config)


def make_planner(config: Config) -> SlowPlanner:
    """Builds the planner of `slow.planner`.

    Raises:
        ConfigError: Unknown planner; names the nearest.
    """
    if config.slow.planner not in PLANNERS:
        raise ConfigError(unknown("planner", config.slow.planner, PLANNERS))
    return PLANNERS[config.slow.planner](config)
