"""What creatures leave behind. Minecraft Wiki "Drops", Java 1.19; numbers: `data/voxel/{mobs,fauna}.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import data

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_FAUNA: Final = data("fauna.yaml")
COOKED: Final[dict[str, str]] = _FAUNA["cooked"]
RARE: Final[dict[str, tuple[float, list[str]]]] = {
    name: (float(chance), list(items)) for name, (chance, items) in _FAUNA["rare"].items()
}


def loot(game: Game, name: str, burning: bool, slain: bool) -> list[tuple[str, int]]:
    """Draws what a creature drops.

    Args:
        game: Whose generator draws.
        name: Of the creature.
        burning: Whether it burns: its meat is cooked.
        slain: Whether the agent killed it, which rare drops need.
    """
    out = []
    for item, (least, most) in ent.DATA[name]["drops"].items():
        number = least + int(game.random() * (most - least + 1))
        if number:
            out.append((COOKED.get(item, item) if burning and _modern(game, name) else item, number))
    if slain and name in RARE and _modern(game, name) and game.random() < RARE[name][0]:
        items = RARE[name][1]
        out.append((items[int(game.random() * len(items))], 1))
    return out


def _modern(game: Game, name: str) -> bool:
    """Whether a creature lives by the overworld's rules: the classic five only there."""
    return game.kind != "classic" or name not in ent.CLASSIC
