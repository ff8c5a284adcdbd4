"""The server commands that MineDojo types into the chat, on a game of the embedded world.

summon, kill, time set, weather, replaceitem, tp, clear, setblock, spreadplayers: those that its `CMDExecutor`
lets through. As in the game, a command that cannot be carried out changes nothing; the chat answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from peam.errors import SimError
from peam.sims.voxel import building
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, SOLID
from peam.sims.voxel.game import DAY
from peam.sims.voxel.items import OFFHAND, SLOTS
from peam.sims.voxel.minedojo_compat.mission import Stack, move_to, put
from peam.sims.voxel.minedojo_compat.names import SUMMONED, modern_name
from peam.sims.voxel.minedojo_compat.tables import EQUIPMENT
from peam.sims.voxel.tables import HEIGHT

if TYPE_CHECKING:
    from peam.sims.voxel.minedojo_compat.avatar import Avatar

WEATHER: Final = ("clear", "normal", "rain", "thunder")


def run(avatar: Avatar, text: str) -> str:
    """Carries out one command; returns "", or what the chat would answer where it fails."""
    verb, *words = text.lstrip("/").split() or [""]
    if verb not in _COMMANDS:
        return f"unknown command '{verb}'"
    try:
        _COMMANDS[verb](avatar, words)
    except (ValueError, LookupError, OverflowError, SimError) as error:
        return f"{verb}: {error}"
    return ""


def _point(avatar: Avatar, words: Sequence[str]) -> tuple[float, float, float]:
    """Reads three coordinates; "~" and "~n" are relative to the agent's feet."""
    here = avatar.game.body[:3].tolist()
    values = [
        here[i] + float(word[1:] or 0) if word.startswith("~") else float(word)
        for i, word in enumerate(words[:3])
    ]
    x, y, z = values
    return x, y, z


def _summon(avatar: Avatar, words: Sequence[str]) -> None:
    """Puts a creature at a point, or on the first two free cells above it."""
    if words[0] not in SUMMONED or SUMMONED[words[0]] not in ent.DATA:
        raise SimError(f"no creature '{words[0]}'")
    game = avatar.game
    x, y, z = _point(avatar, words[1:])
    cell = [math.floor(v) for v in (x, y, z)]
    if not game.world.loaded(cell[0], cell[2]):
        raise SimError("not loaded")
    while cell[1] < HEIGHT and any(SOLID[game.world.get(cell[0], cell[1] + up, cell[2])] for up in (0, 1)):
        cell[1] += 1
    game.entities.creature(SUMMONED[words[0]], (cell[0] + 0.5, max(y, cell[1]), cell[2] + 0.5))


def _kill(avatar: Avatar, words: Sequence[str]) -> None:
    table = avatar.game.entities
    if not words:
        avatar.die()
    elif words[0] == "@e[type=item]":
        for row in list(table.of([ent.ITEM])):
            table.remove(row)
    else:
        raise SimError(f"selector '{words[0]}' is not understood")


def _time(avatar: Avatar, words: Sequence[str]) -> None:
    if words[0] != "set":
        raise SimError("only 'set' is understood")
    avatar.game.clock = int(words[1]) % DAY
    avatar.clock = avatar.game.clock


def _weather(avatar: Avatar, words: Sequence[str]) -> None:
    """Takes every word that Minecraft takes; the embedded world's weather is its own."""
    if words[0] not in WEATHER:
        raise SimError(f"no weather '{words[0]}'")


def _slot(text: str) -> int:
    _, part, name = text.split(".")
    if part in ("weapon", "armor"):
        return EQUIPMENT[name]
    slot = int(name) + (9 if part == "inventory" else 0)
    if part not in ("hotbar", "inventory") or not 0 <= slot < SLOTS:
        raise SimError(f"no slot '{text}'")
    return slot


def _replace(avatar: Avatar, words: Sequence[str]) -> None:
    """Sets a slot: entity @p SLOT minecraft:ITEM COUNT VARIANT."""
    name = words[3].removeprefix("minecraft:")
    put(avatar.game, Stack(_slot(words[2]), name, int(words[5]), int(words[4])))


def _teleport(avatar: Avatar, words: Sequence[str]) -> None:
    x, y, z = _point(avatar, words)
    game = avatar.game
    game.world.ensure(x, z)
    game.body[: ph.Z + 1] = x, y, z
    game.body[ph.VX : ph.VZ + 1], game.body[ph.FALL] = 0.0, 0.0
    if len(words) >= 5:
        game.body[ph.YAW] = (float(words[3]) + 180.0) % 360.0 - 180.0
        game.body[ph.PITCH] = min(90.0, max(-90.0, float(words[4])))


def _clear(avatar: Avatar, words: Sequence[str]) -> None:
    for slot in range(OFFHAND + 1):
        put(avatar.game, Stack(slot, "air"))


def _setblock(avatar: Avatar, words: Sequence[str]) -> None:
    """Sets a block, X Y Z NAME: blocks that have an item of that name."""
    name = words[3].removeprefix("minecraft:")
    block = "air" if name == "air" else modern_name(name) or name
    if block not in ID:
        raise SimError(f"no block '{name}'")
    x, y, z = (math.floor(value) for value in _point(avatar, words))
    building.put(avatar.game, (x, y, z), ID[block])


def _spread(avatar: Avatar, words: Sequence[str]) -> None:
    """Moves the agent, X Z LEAST RANGE false @p: to a random dry column within the range of X, Z."""
    game = avatar.game
    x, _, z = _point(avatar, (words[0], "~", words[1]))
    reach = float(words[3])
    for _ in range(64):
        i = math.floor(x + (2 * game.random() - 1) * reach)
        k = math.floor(z + (2 * game.random() - 1) * reach)
        game.world.ensure(i, k)
        surface = game.world.surface(i, k)
        if game.world.get(i, surface + 1, k) not in (ID["water"], ID["lava"]):
            move_to(game, i, k)
            return
    game.world.ensure(*game.body[[ph.X, ph.Z]])
    raise SimError("no dry place")


_COMMANDS: Final[dict[str, Callable[[Avatar, Sequence[str]], None]]] = {
    "summon": _summon,
    "kill": _kill,
    "time": _time,
    "weather": _weather,
    "replaceitem": _replace,
    "tp": _teleport,
    "clear": _clear,
    "setblock": _setblock,
    "spreadplayers": _spread,
}
