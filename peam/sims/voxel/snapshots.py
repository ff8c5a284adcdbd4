"""Snapshots as bytes: a versioned, hashed, compressed tree of plain values and arrays. No pickle.

Layout: magic, sha256 of what follows, then zlib over JSON in which arrays and bytes are base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import numpy as np

from peam.errors import SimError

MAGIC = b"PEAM-VOXEL-2\n"


def encode(state: dict[str, Any]) -> bytes:
    """Packs nested dictionaries, lists, scalars, bytes and arrays; equal states give equal bytes."""
    text = json.dumps(state, default=_plain, sort_keys=True, separators=(",", ":")).encode()
    packed = zlib.compress(text, 1)
    return MAGIC + hashlib.sha256(packed).digest() + packed


def decode(blob: bytes) -> dict[str, Any]:
    """Unpacks `encode`'s bytes.

    Raises:
        SimError: If they are of another format, cut or altered.
    """
    start = len(MAGIC)
    if not isinstance(blob, bytes) or blob[:start] != MAGIC:
        raise SimError(f"snapshot: not of this simulator or version ({MAGIC.decode().strip()})")
    digest, packed = blob[start : start + 32], blob[start + 32 :]
    if hashlib.sha256(packed).digest() != digest:
        raise SimError("snapshot: cut or altered, its sha256 does not match")
    state: dict[str, Any] = json.loads(zlib.decompress(packed), object_hook=_rich)
    return state


def _plain(value: object) -> Any:
    if isinstance(value, bytes):
        return {"__bytes__": base64.b64encode(value).decode()}
    if isinstance(value, np.ndarray):
        raw = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"__array__": raw, "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be part of a snapshot")


def _rich(value: dict[str, Any]) -> Any:
    if "__bytes__" in value:
        return base64.b64decode(value["__bytes__"])
    if "__array__" in value:
        raw = np.frombuffer(base64.b64decode(value["__array__"]), np.dtype(value["dtype"]))
        return raw.reshape(value["shape"]).copy()
    return value
