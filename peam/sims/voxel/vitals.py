"""Life, hunger, breath and burning of the agent, by the numbers of the Minecraft Wiki (Java 1.19).

Pages: "Hunger", "Damage", "Armor", "Drowning". Knows nothing of creatures or blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from peam.sims.voxel.blocks import data
from peam.sims.voxel.items import Inventory

FOODS = data("foods.yaml")
FULL = 20.0
AIR = 300
STARVE_FLOOR = {"peaceful": 20.0, "easy": 10.0, "normal": 1.0, "hard": 0.0}
EXHAUSTION = {
    "sprint": 0.1,
    "swim": 0.01,
    "jump": 0.05,
    "sprint_jump": 0.2,
    "attack": 0.1,
    "dig": 0.005,
    "hurt": 0.1,  # by what armour softens; the rest costs nothing
    "hunger": 0.005,
}


@dataclass(slots=True)
class Vitals:
    """The agent's condition.

    Attributes:
        life: Half hearts, 0..20.
        food: Hunger bar, 0..20.
        saturation: 0..food.
        exhaustion: Four of it cost one saturation or food.
        air: Ticks of breath, 300 when full; below 0 while drowning.
        fire: Ticks of burning left.
        shielded: Ticks left in which only a harder blow hurts.
        last: Strength of the blow that shields.
        timer: Ticks towards the next natural healing or starvation.
        hunger: Ticks left of the effect of that name, which exhausts; so `poison`, `regeneration` and
            `absorption`, which adds `extra` half hearts that are spent first.
        fed: Ticks in peace with less than full food: every tenth brings a point back.
        taken: Damage of this tick, for observations; `cause` names its last source.
    """

    life: float = FULL
    food: int = 20
    saturation: float = 5.0
    exhaustion: float = 0.0
    air: int = AIR
    fire: int = 0
    shielded: int = 0
    last: float = 0.0
    timer: int = 0
    hunger: int = 0
    taken: float = 0.0
    cause: str = ""
    poison: int = 0
    regeneration: int = 0
    absorption: int = 0
    extra: float = 0.0
    fed: int = 0

    def exert(self, amount: float) -> None:
        """Adds exhaustion."""
        self.exhaustion = min(40.0, self.exhaustion + amount)

    def hurt(self, amount: float, cause: str, inventory: Inventory | None = None) -> float:
        """Takes a blow and returns what it cost.

        Args:
            amount: Half hearts, before armour.
            cause: What did it.
            inventory: Whose armour softens it; None where armour does not help.
        """
        if self.life <= 0 or amount <= 0:
            return 0.0
        if self.shielded > 0:
            if amount <= self.last:
                return 0.0
            amount, self.last = amount - self.last, amount
        else:
            self.shielded, self.last = 10, amount
        if inventory is not None:
            amount = _armoured(amount, inventory)
        soaked = min(amount, self.extra)
        self.extra -= soaked
        amount = min(amount - soaked, self.life)
        self.life -= amount
        self.taken += amount
        self.cause = cause
        if inventory is not None:
            self.exert(EXHAUSTION["hurt"])
        return amount

    def eat(self, points: int, saturation: float) -> None:
        """Adds a meal."""
        self.food = min(20, self.food + points)
        self.saturation = min(float(self.food), self.saturation + saturation)

    def affect(self, effect: str, ticks: int) -> None:
        """Begins an effect: hunger, poison, regeneration or absorption."""
        setattr(self, effect, ticks)
        if effect == "absorption":
            self.extra = FOODS["absorption"]

    def cure(self) -> None:
        """Ends every effect."""
        self.hunger = self.poison = self.regeneration = self.absorption = 0
        self.extra = 0.0

    def tick(self, difficulty: str, submerged: bool, wet: bool) -> None:
        """Advances one tick: breath, fire, hunger, healing, starvation."""
        self.shielded = max(0, self.shielded - 1)
        self._breathe(submerged)
        if wet:
            self.fire = 0
        if self.fire > 0:
            self.fire -= 1
            if self.fire % 20 == 0:
                self.hurt(1.0, "fire")
        if self.hunger > 0:
            self.hunger -= 1
            self.exert(EXHAUSTION["hunger"])
        if self.poison or self.regeneration or self.absorption:
            self._effects()
        if self.exhaustion >= 4.0:
            self.exhaustion -= 4.0
            if self.saturation > 0:
                self.saturation = max(0.0, self.saturation - 1.0)
            elif difficulty != "peaceful":
                self.food = max(0, self.food - 1)
        if difficulty == "peaceful" and self.food < 20:
            self.fed += 1
            if self.fed % 10 == 0:
                self.food += 1
        if self.life < FULL or self.food == 0:
            self._heal(difficulty)
        else:
            self.timer = 0

    def _effects(self) -> None:
        if self.poison:
            if self.poison % FOODS["poison"] == 0 and self.life > 1.0:
                self.hurt(1.0, "poison")
            self.poison -= 1
        if self.regeneration:
            if self.regeneration % FOODS["regeneration"] == 0:
                self.life = min(FULL, self.life + 1.0)
            self.regeneration -= 1
        if self.absorption:
            self.absorption -= 1
            if not self.absorption:
                self.extra = 0.0

    def _breathe(self, submerged: bool) -> None:
        if not submerged:
            self.air = min(AIR, self.air + 4)
            return
        self.air -= 1
        if self.air <= -20:
            self.air = 0
            self.hurt(2.0, "drowning")

    def _heal(self, difficulty: str) -> None:
        self.timer += 1
        if difficulty == "peaceful" and self.timer % 20 == 0:
            self.life = min(FULL, self.life + 1.0)
        if self.food >= 20 and self.saturation > 0:
            if self.timer >= 10:
                spent = min(self.saturation, 6.0)
                self._restore(spent / 6.0, spent)
        elif self.food >= 18:
            if self.timer >= 80:
                self._restore(1.0, 6.0)
        elif self.food == 0 and self.timer >= 80:
            self.timer = 0
            if self.life > STARVE_FLOOR[difficulty]:
                self.hurt(1.0, "hunger")

    def _restore(self, life: float, cost: float) -> None:
        self.timer = 0
        self.life = min(FULL, self.life + life)
        self.exert(cost)

    def state(self) -> dict[str, Any]:
        """Returns the fields for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__}

    def load(self, state: dict[str, Any]) -> None:
        """Takes a snapshot's fields over."""
        for name in self.__slots__:
            setattr(self, name, state[name])


def _armoured(amount: float, inventory: Inventory) -> float:
    """Reduces a blow by armour: the Wiki's formula with toughness."""
    points, toughness = inventory.armor()
    cut = min(20.0, max(points / 5.0, points - 4.0 * amount / (toughness + 8.0)))
    if points:
        wear = max(1, math.floor(amount / 4))
        for slot in range(36, 40):
            inventory.wear(slot, wear)
    return amount * (1.0 - cut / 25.0)
