"""Arms: agents under test, by name. A description that can be sent to another process, and how it is built.

One function, `build`, makes every arm: what differs between them is seen here and nowhere else. Knows how to
serve a run's memory for reading; records nothing in it. Knows no suite and no trial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from peam.agents.affordances import Affordances
from peam.agents.base import Agent
from peam.agents.peam import Peam
from peam.agents.planner_only import PlannerOnly
from peam.agents.routines import Routines
from peam.build import make_planner
from peam.config import Config
from peam.memory.registry import AdapterRegistry
from peam.memory.serving import bounds_of, serve
from peam.memory.store import Store

BLANK = "peam_blank"  # an ablation: peam with every picture uniformly grey
UNTOLD = "peam_untold"  # an ablation: peam without its tables: no needs of actions, no ways to goals
ARMS = ("peam", "planner_only", BLANK, UNTOLD)
REMEMBERING = frozenset({"peam", BLANK, UNTOLD})  # need a run to take their memory from


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """What it takes to build an arm anywhere.

    Attributes:
        name: One of `ARMS`.
        config: The resolved configuration.
        memory: Run folder whose memory is served, frozen; None for agents without one. Workers on other
            machines must find it at the same path.
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


def build(spec: ArmSpec) -> Arm:
    """Builds an arm.

    Raises:
        PeamError: Unknown planner; memory that cannot be served.
    """
    name, config = spec.name, spec.config
    if name == "planner_only":
        return Arm(name, PlannerOnly(make_planner(config)), config)
    looks = {**config.observation.to_dict(), "blank_image": name == BLANK or config.observation.blank_image}
    seeing = Config({**config.to_dict(), "observation": looks})
    agent = frozen_peam(config, spec.memory or Path())
    if name == UNTOLD:
        agent.bounds = replace(agent.bounds, affordances=Affordances(), routines=Routines())
    return Arm(name, agent, seeing)


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
