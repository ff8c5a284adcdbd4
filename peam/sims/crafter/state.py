"""A game and its chart as bytes: npz arrays and one JSON text; no pickle.

Knows every field of the package's objects that its rules read, and their order, which the course depends on.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from typing import Any, Final

import numpy as np
from crafter import objects
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.crafter.chart import Chart
from peam.sims.crafter.game import ACHIEVEMENTS, Game, Ordered
from peam.sims.crafter.templates import ITEMS

FORMAT: Final = "peam crafter 1"
_KINDS: Final = {
    "Cow": (),
    "Zombie": ("cooldown",),
    "Skeleton": ("reload",),
    "Arrow": ("facing",),
    "Plant": ("grown",),
}
_PLAYER: Final = ("sleeping", "_last_health", "_hunger", "_thirst", "_fatigue", "_recover")
_CHART: Final = ("asleep", "inventory", "step", "noted", "hurt", "struck")


def pack(game: Game, chart: Chart) -> bytes:
    """Returns the whole state."""
    world, player = game._world, game._player
    keys, state = world.random.get_state()[1], world.random.get_state()
    meta = {
        "format": FORMAT,
        "seed": game.seed,
        "episode": game._episode,
        "step": game._step,
        "daylight": float(world.daylight),
        "last_health": int(game._last_health),
        "unlocked": sorted(game._unlocked),
        "random": [int(state[2]), int(state[3]), float(state[4])],
        "slots": len(world._objects),
        "player": _player(player),
        "objects": [[i, *_object(o)] for i, o in enumerate(world._objects) if o and o is not player],
        "chunks": [
            [list(map(int, key)), [world._objects.index(o) for o in group]] for key, group in _chunks(game)
        ],
        "chart": _chart(chart),
    }
    arrays = {"ground": world._mat_map, "random": keys, "seen": chart.ground, "looked": chart.looked}
    file = io.BytesIO()
    text = np.frombuffer(json.dumps(meta, sort_keys=True).encode(), dtype=np.uint8)
    np.savez_compressed(file, meta=text, **arrays)
    return file.getvalue()


def _chunks(game: Game) -> list[tuple[tuple[int, ...], Any]]:
    return list(game._world._chunks.items())


def _player(player: Any) -> dict[str, Any]:
    plain = {name: getattr(player, name) for name in _PLAYER}
    place = {"pos": [int(v) for v in player.pos], "facing": [int(v) for v in player.facing]}
    return {
        **place,
        **plain,
        "action": player.action,
        "inventory": {k: int(v) for k, v in player.inventory.items()},
        "achievements": {k: int(v) for k, v in player.achievements.items()},
    }


def _object(thing: Any) -> list[Any]:
    kind = type(thing).__name__
    extra = [np.asarray(getattr(thing, name)).tolist() for name in _KINDS[kind]]
    return [kind, [int(v) for v in thing.pos], int(thing.health), extra]


def _chart(chart: Chart) -> dict[str, Any]:
    things = [[*cell, name, chart.seen_at[cell]] for cell, name in chart.things.items()]
    return {
        **{name: getattr(chart, name) for name in _CHART},
        "place": list(chart.place),
        "facing": list(chart.facing),
        "things": things,
        "wounds": [[*cell, n] for cell, n in chart.wounds.items()],
        "barred": sorted(map(list, chart.barred)),
    }


def unpack(state: bytes, game: Game, chart: Chart) -> None:
    """Restores a state into a game and a chart.

    Raises:
        SimError: The bytes are no snapshot of this backend.
    """
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as file:
            arrays: dict[str, NDArray[Any]] = {name: file[name] for name in file.files}
        meta = json.loads(arrays["meta"].tobytes())
        if meta["format"] != FORMAT:
            raise SimError(f"a snapshot of format '{meta['format']}', not '{FORMAT}'")
        _restore_game(game, meta, arrays)
        _restore_chart(chart, meta["chart"], arrays)
    except (ValueError, KeyError, TypeError, OSError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise SimError(f"not a snapshot of crafter: {error}") from error


def _restore_game(game: Game, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    game.begin(meta["seed"])
    world = game._world
    world.reset(0)
    game._episode, game._step = meta["episode"], meta["step"]
    game._last_health, game._unlocked = meta["last_health"], set(meta["unlocked"])
    world.daylight = meta["daylight"]
    world._mat_map[:] = arrays["ground"]
    position, gauss, cached = meta["random"]
    world.random.set_state(("MT19937", arrays["random"], position, gauss, cached))
    world._objects = [None] * meta["slots"]
    _put_player(game, meta["player"])
    for index, kind, place, health, extra in meta["objects"]:
        own = (world, place) if kind in ("Cow", "Plant") else (world, place, game._player)
        thing = (
            objects.Arrow(world, place, tuple(extra[0])) if kind == "Arrow" else getattr(objects, kind)(*own)
        )
        for name, value in zip(_KINDS[kind], extra, strict=True):
            setattr(thing, name, np.array(value) if name == "facing" else value)
        thing.health = health
        world._objects[index] = thing
        world._obj_map[tuple(place)] = index
    world._chunks = defaultdict(Ordered)
    for key, group in meta["chunks"]:
        world._chunks[tuple(key)] = Ordered([world._objects[index] for index in group])


def _put_player(game: Game, saved: dict[str, Any]) -> None:
    player = objects.Player(game._world, saved["pos"])
    for name in (*_PLAYER, "action"):
        setattr(player, name, saved[name])
    player.inventory = {name: saved["inventory"][name] for name in ITEMS}  # the order is that of the picture
    player.achievements = {name: saved["achievements"][name] for name in ACHIEVEMENTS}
    player.facing = tuple(saved["facing"])
    game._player = player
    game._world._objects[1] = player
    game._world._obj_map[tuple(saved["pos"])] = 1


def _restore_chart(chart: Chart, saved: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    chart.ground[:], chart.looked[:] = arrays["seen"], arrays["looked"]
    for name in _CHART:
        setattr(chart, name, saved[name])
    chart.place, chart.facing = tuple(saved["place"]), tuple(saved["facing"])
    chart.things = {(x, y): name for x, y, name, _ in saved["things"]}
    chart.seen_at = {(x, y): step for x, y, _, step in saved["things"]}
    chart.wounds = {(x, y): n for x, y, n in saved["wounds"]}
    chart.barred = {(x, y) for x, y in saved["barred"]}
