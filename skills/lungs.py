"""The breath that is left, reckoned: the contract does not tell it.

300 ticks, one less a tick under water, four more a tick above (Minecraft Wiki, "Damage"; Java 1.19). Knows
the contract's body and block only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from peam.sims.base import Body, Sim

FULL = 300  # ticks of breath
REGAIN = 4  # a tick in the air
SHORT = 150  # ticks of breath at which the air is sought: half of them to find it
PAUSE = 40  # ticks after which it is sought again where no way was found


@dataclass(slots=True)
class Lungs:
    """One body's breath, in an episode.

    Attributes:
        air: Ticks of breath that are left.
        under: Whether the head is under water.
        tried: Tick at which the air was sought last.
    """

    air: int = FULL
    under: bool = False
    tried: int = -PAUSE

    def watch(self, sim: Sim, body: Body) -> None:
        """Takes up one tick."""
        x, y, z = body.eye
        self.under = body.in_water and sim.block((math.floor(x), math.floor(y), math.floor(z))) == "water"
        self.air = self.air - 1 if self.under else min(FULL, self.air + REGAIN)

    def short(self, tick: int) -> bool:
        """Returns whether it is time to seek the air."""
        return self.under and self.air <= SHORT and tick >= self.tried + PAUSE
