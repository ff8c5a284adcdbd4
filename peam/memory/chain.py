"""The keyed hash chain of the store: canonical rows, their MACs, the head file, and what breaks.

Knows nothing of what the rows mean. Row `seq` carries
HMAC-SHA256(key, mac[seq - 1] || canonical(table, seq, values)), one chain over all tables, so that an
edited, dropped or reordered row is found by whoever holds the key (against planted experience: MemoryGraft,
arXiv 2512.16962).
The head file `<store>.head` holds the last (seq, mac) with a MAC of its own: a dropped tail is found too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from peam.errors import StoreError

Value = int | float | str | bytes | None
GENESIS = b"peam experience store 1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the chain: its number (0 for an empty store) and MAC."""

    seq: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One chained row as read back."""

    seq: int
    table: str
    mac: bytes
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold: table, row number and what is wrong there."""

    table: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.table} row {self.seq}: {self.what}"


def canonical(table: str, seq: int, values: Sequence[Value]) -> bytes:
    """Returns the bytes that are hashed: JSON, blobs by their sha256, floats by shortest repr."""
    plain = [_blob(v) if isinstance(v, bytes) else v for v in values]
    return json.dumps([table, seq, plain], separators=(",", ":")).encode()


def _blob(value: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(value).hexdigest()}


def link(key: bytes, previous: bytes, table: str, seq: int, values: Sequence[Value]) -> bytes:
    """Returns the MAC of a row that follows the row with MAC `previous`."""
    return hmac.digest(key, previous + canonical(table, seq, values), "sha256")


def genesis(key: bytes) -> Head:
    """Returns the head of an empty store."""
    return Head(0, hmac.digest(key, GENESIS, "sha256"))


def first_break(key: bytes, rows: Iterable[Row], head: Head) -> Break | None:
    """Checks rows in the order of `seq` against the chain and the head.

    Args:
        key: The harness's secret.
        rows: Every chained row of the store, by ascending `seq`.
        head: What the head file holds. It may lag behind the rows by what was committed just before a crash;
            rows missing from its reach are a break.

    Returns:
        The first break, or None.
    """
    at, last = genesis(key), "store"
    for row in rows:
        if row.seq != at.seq + 1:
            return Break(row.table, row.seq, f"row {at.seq + 1} before it is missing")
        mac = link(key, at.mac, row.table, row.seq, row.values)
        if not hmac.compare_digest(mac, row.mac):
            return Break(row.table, row.seq, "edited, reordered, or not written with this run's key")
        if row.seq == head.seq and not hmac.compare_digest(mac, head.mac):
            return Break(row.table, row.seq, "differs from what the head file recorded")
        at, last = Head(row.seq, mac), row.table
    if at.seq < head.seq:
        return Break(last, at.seq, f"the last {head.seq - at.seq} rows are missing")
    return None


def create_key(path: Path) -> bytes:
    """Writes a fresh secret, readable by its owner alone, and returns it. StoreError where one exists."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StoreError(f"{path} exists: the key of another store; choose another run_dir") from None
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Returns the secret. Raises StoreError where it is missing or has another length."""
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot read the store's key {path}: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise StoreError(f"the store's key {path} has {len(key)} bytes instead of {KEY_BYTES}")
    return key


def write_head(path: Path, key: bytes, head: Head) -> None:
    """Replaces the head file atomically."""
    tag = hmac.digest(key, b"head" + head.seq.to_bytes(8, "big") + head.mac, "sha256")
    text = json.dumps({"seq": head.seq, "mac": head.mac.hex(), "tag": tag.hex()})
    replace_file(path, text.encode())


def read_head(path: Path, key: bytes) -> Head:
    """Reads the head file. StoreError where it is missing, malformed, or not written with `key`."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        head, tag = Head(int(data["seq"]), bytes.fromhex(data["mac"])), bytes.fromhex(data["tag"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the store's head file {path} is missing or malformed ({error})") from None
    expected = hmac.digest(key, b"head" + head.seq.to_bytes(8, "big") + head.mac, "sha256")
    if not hmac.compare_digest(tag, expected):
        raise StoreError(f"the store's head file {path} was not written with this run's key")
    return head


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file so that at any moment either the old or the new content is there (fsync, os.replace)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_dir(path.parent)


def sync_dir(path: Path) -> None:
    """Makes renames inside a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
