"""What in a snapshot's tree is an id, and how the tree of an older version becomes today's.

Ids are places in lists that grow: a snapshot says which names its ids stood for (version 2 did not; its
names are frozen in `data/voxel/snapshot2.json`), and they are looked up anew. Whoever adds a field to
`Game.state` gives it, in `_read_2`, the value that it has in a world that is older than the field.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel import blocks
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.edits import RECORD
from peam.sims.voxel.extras import CHEST, Extras
from peam.sims.voxel.items import ITEM_ID, ITEMS, SLOTS
from peam.sims.voxel.weather import Weather

Names = Mapping[str, Sequence[str]]
NAMES: Final[Names] = {"blocks": blocks.NAMES, "items": ITEMS, "kinds": ent.KINDS}
_FAR: Final = 3e7  # metres from the origin; the observation space's bound
_DAY: Final = 24000  # ticks, `game.DAY`


def renamed(state: dict[str, Any], names: Names) -> dict[str, Any]:
    """Returns a tree whose ids are today's.

    Args:
        state: A tree by other lists of names; changed in place.
        names: Those lists, by `NAMES`'s keys.

    Raises:
        SimError: Something in the tree has a name that no longer exists.
    """
    item = _table("items", names)
    edits = np.frombuffer(state["world"]["edits"], RECORD).copy()
    for column in ("was", "id"):
        edits[column] = _looked_up(edits[column], _table("blocks", names), names["blocks"])
    state["world"]["edits"] = edits.tobytes()
    held, hands = state["inventory"], state["hands"]
    held[0] = _looked_up(held[0], item, names["items"]).tolist()
    hands["item"] = int(_looked_up([hands["item"]], item, names["items"])[0])
    for _, slots in state["extras"]["chests"]:
        for slot in slots:
            slot[0] = int(_looked_up([slot[0]], item, names["items"])[0])
    rows = state["entities"]["table"]
    dropped = rows[:, ent.KIND] == ent.ITEM
    rows[dropped, ent.A] = _looked_up(rows[dropped, ent.A], item, names["items"])
    rows[:, ent.KIND] = _looked_up(rows[:, ent.KIND], _table("kinds", names), names["kinds"])
    return state


def _table(kind: str, names: Names) -> NDArray[np.int64]:
    """Returns today's id for every old one, -1 where the name is gone."""
    today = {name: index for index, name in enumerate(NAMES[kind])}
    return np.array([today.get(name, -1) for name in names[kind]], np.int64)


def _looked_up(ids: Any, table: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.int64]:
    old = np.asarray(ids, np.int64)
    if ((old < 0) | (old >= len(table))).any():
        raise SimError("snapshot: an id that its own names do not have")
    new = table[old]
    if (new < 0).any():
        raise SimError(f"snapshot: '{names[int(old[new < 0][0])]}' no longer exists")
    return new


def check(state: Mapping[str, Any]) -> None:
    """Looks a tree over before a world takes it over.

    Raises:
        SimError: Names what cannot be.
    """
    body, table, held, hands = state["body"], state["entities"]["table"], state["inventory"], state["hands"]
    kinds = table[:, ent.KIND]
    near = body.shape == (ph.BODY,) and np.isfinite(body).all() and np.abs(body[: ph.Z + 1]).max() < _FAR
    _demand("body", bool(near))
    _demand("clock", 0 <= state["clock"] < _DAY)
    _demand("entities", table.shape[1] == ent.COLUMNS and bool(np.isfinite(table).all()))
    _demand("entities", _ids(kinds, ent.KINDS) and _ids(table[kinds == ent.ITEM, ent.A], ITEMS))
    _demand("inventory", [len(column) for column in held] == [SLOTS] * 3 and _ids(np.asarray(held[0]), ITEMS))
    _demand("hands", 0 <= hands["item"] < len(ITEMS) and _numbers(hands, "cell"))
    _demand("vitals", _numbers(state["vitals"], "cause"))
    _demand("weather", _sky(state["weather"], state["kind"]))
    extras = state["extras"]
    _demand("extras", extras["points"] >= 0 and extras["asleep"] >= 0)
    chests = [slot for _, slots in extras["chests"] for slot in slots]
    _demand("chests", all(len(slots) == CHEST for _, slots in extras["chests"]))
    _demand("chests", all(len(slot) == 3 and 0 <= slot[0] < len(ITEMS) for slot in chests))
    _demand("herded", all(len(chunk) == 2 and _whole(chunk) for chunk in state["herded"]))
    for _, furnace in state["furnaces"]:
        slots = ("item", "fuel", "output")
        _demand("furnaces", all(furnace[key] in ITEM_ID for key in slots) and _numbers(furnace, *slots))


def _demand(part: str, fits: bool) -> None:
    if not fits:
        raise SimError(f"snapshot: '{part}' is not what a world here can hold")


def _sky(weather: Mapping[str, Any] | None, kind: str) -> bool:
    """Whether weather is of the overworld, and only there."""
    if weather is None or kind != "overworld":
        return weather is None and kind != "overworld"
    if set(weather) != set(Weather.__slots__):
        return False
    spans = all(0 < weather[key] < 2**31 for key in ("rain_time", "thunder_time"))
    strengths = all(0.0 <= weather[key] <= 1.0 for key in ("rain", "thunder"))
    return spans and strengths and np.asarray(weather["rng"]).shape == (1,)


def _ids(ids: NDArray[Any], names: Sequence[str]) -> bool:
    return not len(ids) or 0 <= ids.min() <= ids.max() < len(names)


def _whole(values: Sequence[Any]) -> bool:
    return all(type(value) is int for value in values)


def _numbers(fields: Mapping[str, Any], *others: str) -> bool:
    return all(isinstance(value, int | float) for key, value in fields.items() if key not in others)


def _read_2(rest: bytes) -> tuple[Names, dict[str, Any]]:
    """Reads version 2: zlib over JSON in which arrays and bytes are base64."""
    state: dict[str, Any] = json.loads(zlib.decompress(rest), object_hook=_rich)
    state["extras"] = Extras(int(state["world"]["seed"])).state()
    state["kind"], state["herded"], state["weather"] = "classic", [], None
    state["hands"]["raised"] = 0
    state["vitals"] |= dict.fromkeys(("poison", "regeneration", "absorption", "extra", "fed"), 0)
    for _, furnace in state["furnaces"]:
        furnace["buckets"] = 0
    return blocks.data("snapshot2.json"), state


def _rich(value: dict[str, Any]) -> Any:
    if "__bytes__" in value:
        return base64.b64decode(value["__bytes__"])
    if "__array__" in value:
        raw = np.frombuffer(base64.b64decode(value["__array__"]), np.dtype(value["dtype"]))
        return raw.reshape(value["shape"]).copy()
    return value


READERS: Final[dict[int, Callable[[bytes], tuple[Names, dict[str, Any]]]]] = {2: _read_2}
