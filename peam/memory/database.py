"""The SQLite file under the store: layout from `schema.sql`, opening, and refusing what is not a store.

Knows nothing of records or the hash chain's key.
"""

from __future__ import annotations

import math
import sqlite3
from functools import cache
from importlib import resources
from pathlib import Path

from peam.errors import StoreError
from peam.memory.chain import Value
from peam.memory.reader import REMEDY

APPLICATION_ID = 0x5045414D  # "PEAM"
FORMAT = 1


@cache
def layout() -> dict[str, dict[str, str]]:
    """Returns table -> column -> type, as `schema.sql` says."""
    db = sqlite3.connect(":memory:")
    db.executescript(_schema())
    tables = _layout(db)
    db.close()
    return tables


def chained() -> list[str]:
    """Returns the tables whose rows are under the hash chain."""
    return [table for table, columns in layout().items() if "mac" in columns]


def _schema() -> str:
    return resources.files("peam.memory").joinpath("schema.sql").read_text(encoding="utf-8")


def _layout(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {n: {c[1]: c[2] for c in db.execute(f"PRAGMA table_info({n})")} for n in names}


def initialise(path: Path) -> None:
    """Writes an empty store file."""
    db = sqlite3.connect(path)
    db.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};")
    db.executescript(_schema())
    db.close()


def connect(path: Path, readonly: bool) -> sqlite3.Connection:
    """Opens the file; StoreError where there is none."""
    if not path.is_file():
        raise StoreError(f"no store at {path}; a life writes one: `peam run`")
    uri = f"{path.resolve().as_uri()}?mode={'ro' if readonly else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30.0)
    connection.row_factory = sqlite3.Row
    return connection


def check_format(path: Path, db: sqlite3.Connection, readonly: bool) -> None:
    """Refuses foreign, damaged and other-format files with StoreError; sets WAL on writable ones."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} is not a PEAM store (a foreign or emptied file); {REMEDY}")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT:
        raise StoreError(f"{path} has store format {version}; this version reads {FORMAT}")
    result = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise StoreError(f"{path} is damaged ({' '.join(result.split())}); {REMEDY}")
    if _layout(db) != layout():
        raise StoreError(f"{path} has other tables than this version's schema; {REMEDY}")
    if not readonly:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")


def normal(value: Value, kind: str) -> Value:
    """Makes a value what SQLite gives back, so that the hash of what is read is that of what was written."""
    if value is None:
        return None
    if kind == "INTEGER":
        return int(value)
    if kind == "REAL":
        number = float(value)
        if math.isnan(number):
            raise StoreError("NaN cannot be stored")
        return number
    if kind == "TEXT":
        return str(value).encode("utf-8", "backslashreplace").decode()
    return value
