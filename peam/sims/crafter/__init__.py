"""Crafter 1.8.3 (Danijar Hafner, MIT licence) as a backend: a 2-D world that nobody here wrote.

`game` is the package made deterministic; `eyes` and `chart` are what the agent perceives, from pictures
alone; `pilot`, `routes`, `survival`, `shelter`, `roam` and `skills` act on that; `sim` is the contract's
face and `env` plain Gymnasium's. Needs the extra `bench`.
"""

from pathlib import Path

from peam.kernels import drop_stale

drop_stale(Path(__file__).parent)

from peam.sims.crafter.sim import CrafterSim  # noqa: E402 - after the kernels

__all__ = ["CrafterSim"]
