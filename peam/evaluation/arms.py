"""Arms: from a name, a configuration and a run folder to an agent under test, its memory frozen.

An arm is described by an `ArmSpec`, which can be sent to another process, and built there by `make_arm`.

An agent of `peam.build.AGENTS` replays the run's episodes; every other name is PEAM with the run's adapters.
Knows how to read a run's memory; writes nothing into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peam.agents.base import Agent
from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.build import AGENTS, PEAM, agent_names, make_agent, make_planner
from peam.config import Config
from peam.errors import PeamError, unknown
from peam.memory.registry import AdapterRegistry
from peam.memory.serving import bounds_of, serve
from peam.memory.store import Store

BLANK = "peam_blank"  # an ablation: peam with every picture uniformly grey
UNTOLD = "peam_untold"  # an ablation: peam without its tables: needs, precedents, ways to goals
ABLATIONS = (BLANK, UNTOLD)  # they share peam's memory
FORGETFUL = ("planner_only",)  # need none
ARMS = (*agent_names(), *ABLATIONS)
SHARED = ("sim", "observation", "skills", "slow")  # sections that all arms of an evaluation have in common


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """What it takes to build an arm anywhere.

    Attributes:
        name: One of `ARMS`.
        config: That its episodes run under.
        memory: Run folder; None for an arm without memory. Workers on other machines must find it at the
            same path.
    """

    name: str
    config: Config
    memory: Path | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """An agent under test: its policy and the configuration that its episodes run under."""

    name: str
    agent: Agent
    config: Config


def parse_memories(given: Sequence[str]) -> dict[str, Path]:
    """Parses `["voyager=runs/v", "runs/p"]` to agent -> run folder; one without a name is peam's.

    Raises:
        PeamError: An unknown agent, the same agent twice, or a folder that holds no run.
    """
    memories: dict[str, Path] = {}
    for text in given:
        name, separator, folder = text.rpartition("=")
        name = name if separator else PEAM
        if name not in ARMS:
            raise PeamError(unknown("agent", name, ARMS))
        if name in memories:
            raise PeamError(f"agent {name} is given two memories: {memories[name]} and {folder}")
        if not (Path(folder) / "config.yaml").is_file():
            raise PeamError(f"{folder} is not a run folder: it has no config.yaml")
        memories[name] = Path(folder)
    return memories


def memory_of(name: str, memories: Mapping[str, Path]) -> Path | None:
    """Returns the run folder that an arm has its memory from; None where it needs none.

    Raises:
        PeamError: It needs one and there is none; says with which option.
    """
    if name in FORGETFUL:
        return None
    found = memories.get(name) or (memories.get(PEAM) if name in ABLATIONS else None)
    if found is None:
        option = "--memory RUN" if name in (PEAM, *ABLATIONS) else f"--memory {name}=RUN"
        raise PeamError(f"agent {name} needs a run to take its memory from: {option}")
    return found


def check_paired(configs: Mapping[str, Config]) -> None:
    """Refuses arms whose memories were lived under different worlds, skills or planners.

    Raises:
        PeamError: Names the section and two arms that differ in it.
    """
    first, *others = configs
    for name in others:
        for section in SHARED:
            if configs[name][section] != configs[first][section]:
                raise PeamError(
                    f"{first} and {name} have memories lived under another '{section}' configuration: "
                    "evaluate them apart, or give both the same with --set"
                )


def make_arm(spec: ArmSpec) -> Arm:
    """Builds one arm.

    Raises:
        PeamError: Memory that cannot be served, a planner or agent that is not known.
    """
    name, config, memory = spec.name, spec.config, spec.memory
    if name in AGENTS:
        return Arm(name, frozen(Config({**config.to_dict(), "agent": name}), memory), config)
    looks = {**config.observation.to_dict(), "blank_image": name == BLANK or config.observation.blank_image}
    seeing = Config({**config.to_dict(), "observation": looks})
    agent = frozen_peam(config, memory or Path())
    if name == UNTOLD:
        agent.bounds = Bounds(patience=agent.bounds.patience)
    return Arm(name, agent, seeing)


def frozen(config: Config, memory: Path | None) -> Agent:
    """Builds an agent that has learned a run's episodes, in order, and learns no more."""
    agent = make_agent(config)
    if memory is not None:
        with Store.open(memory / "store.db", readonly=True) as store:
            for episode in store.episodes(images=agent.looks):
                agent.learn(episode)
    return agent


def frozen_peam(config: Config, memory: Path) -> Peam:
    """Builds the agent with the adapters and the calibration that a run ended with."""
    from peam.fast.tier import LoraFastTier

    tier = LoraFastTier(config)
    registry = AdapterRegistry(memory / "adapters", tier.experts.base_hash())
    with Store.open(memory / "store.db", readonly=True) as store:
        for category in registry.categories():
            serve(tier, registry, store, category)
        bounds = bounds_of(store)
    return Peam(make_planner(config), tier, bounds)
