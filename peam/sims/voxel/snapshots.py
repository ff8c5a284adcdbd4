"""Snapshots as bytes: a version, a hash, the names that its ids stand for, and a tree of values. No pickle.

Layout of version 3: b"PEAM-VOXEL-3" and a newline; sha256 of all that follows; the lengths of the next two
parts, two little-endian uint32; the names, JSON; the tree, JSON with sorted keys, in which
{"@": [place, size]} stands for bytes and {"@": [place, size, dtype, shape]} for an array; then those, at
their places. Equal trees give equal bytes.

Knows nothing of what the tree means: `migrations.py` does, and reads older versions.
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any, Final

import numpy as np

from peam.errors import SimError
from peam.sims.voxel import migrations

VERSION: Final = 3
_MAGIC: Final = b"PEAM-VOXEL-"
_HEAD: Final = _MAGIC + f"{VERSION}\n".encode()
_LENGTHS: Final = struct.Struct("<II")
_NAMES: Final = json.dumps(migrations.NAMES, separators=(",", ":")).encode()
_DIGEST: Final = 32


def encode(state: dict[str, Any]) -> bytes:
    """Packs nested dictionaries, lists, scalars, bytes and arrays; equal states give equal bytes.

    Example:
        >>> decode(encode({"clock": 6000, "edits": b"", "body": np.zeros(3)}))
        {'body': array([0., 0., 0.]), 'clock': 6000, 'edits': b''}
    """
    parts: list[bytes] = []
    place = 0

    def plain(value: object) -> Any:
        nonlocal place
        if isinstance(value, np.generic):
            return value.item()
        raw, *form = _raw(value)
        parts.append(raw)
        place += len(raw)
        return {"@": [place - len(raw), len(raw), *form]}

    encoder = json.JSONEncoder(default=plain, sort_keys=True, separators=(",", ":"), check_circular=False)
    text = encoder.encode(state).encode()
    rest = b"".join((_LENGTHS.pack(len(_NAMES), len(text)), _NAMES, text, *parts))
    return _HEAD + hashlib.sha256(rest).digest() + rest


def _raw(value: object) -> tuple[Any, ...]:
    if isinstance(value, bytes):
        return (value,)
    if isinstance(value, np.ndarray):
        return value.tobytes(), value.dtype.str, list(value.shape)
    raise TypeError(f"a {type(value).__name__} cannot be part of a snapshot")


def decode(blob: bytes) -> dict[str, Any]:
    """Unpacks `encode`'s bytes, or an older version's into today's tree and ids.

    Raises:
        SimError: They are of another format or a newer version, cut, altered, or name what no longer exists.
    """
    version, digest, rest = _opened(blob)
    if hashlib.sha256(rest).digest() != digest:
        raise SimError("snapshot: cut or altered, its sha256 does not match")
    try:
        if version == VERSION:
            names, state = _read(rest)
        else:
            names, state = migrations.READERS[version](rest)
        return state if names is None else migrations.renamed(state, names)
    except SimError:
        raise
    except Exception as error:  # whatever a foreign tree provokes
        raise SimError(f"snapshot: malformed: {error!r}") from error


def content(blob: bytes) -> bytes:
    """Returns what of a snapshot of this version tells its state, without header and names."""
    start = len(_HEAD) + _DIGEST
    return blob[start + _LENGTHS.size + _LENGTHS.unpack_from(blob, start)[0] :]


def _opened(blob: bytes) -> tuple[int, bytes, bytes]:
    if not isinstance(blob, bytes) or not blob.startswith(_MAGIC):
        raise SimError("snapshot: not one of this simulator")
    number, _, rest = blob[len(_MAGIC) :].partition(b"\n")
    known = (*migrations.READERS, VERSION)
    if not number.isdigit() or int(number[:9]) not in known:
        shown = number[:9].decode("ascii", "replace")
        raise SimError(
            f"snapshot: version {shown} is not one that is read here ({min(known)} to {max(known)})"
        )
    return int(number), rest[:_DIGEST], rest[_DIGEST:]


def _read(rest: bytes) -> tuple[Any, dict[str, Any]]:
    """Returns the names, None where they are today's, and the tree."""
    many, size = _LENGTHS.unpack_from(rest)
    start = _LENGTHS.size + many
    names = rest[_LENGTHS.size : start]
    parts = start + size

    def rich(value: dict[str, Any]) -> Any:
        if "@" not in value:
            return value
        place, length, *form = value["@"]
        raw = rest[parts + place : parts + place + length]
        if not form:
            return raw
        return np.frombuffer(raw, np.dtype(form[0])).reshape(form[1]).copy()

    state = json.loads(rest[start:parts], object_hook=rich)
    return None if names == _NAMES else json.loads(names), state
