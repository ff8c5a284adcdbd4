"""The experience store: one SQLite file a run, append-only, every row under a keyed hash chain.

Knows records, not agents, simulators or models. Success is what the simulator's state said when a record was
made; nothing here rewrites a row. A transaction is all or nothing, so that after kill -9 an episode is either
there with everything that belongs to it, or not at all.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peam.errors import StoreError
from peam.fast.base import Tried
from peam.memory import chain, records
from peam.memory.chain import Break, Head, Row, Value
from peam.memory.database import chained, check_format, connect, initialise, layout, normal
from peam.memory.reader import REMEDY, Reader
from peam.memory.records import Consolidation, Score
from peam.types import Episode, Pair


def head_path(path: Path) -> Path:
    """Returns where the chain's head is kept: beside the store."""
    return path.with_name(path.name + ".head")


class Store(Reader):
    """A run's experience. Open it with `create`, `open` or `open_or_create`; close it, or use `with`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, key: bytes | None, head: Head) -> None:
        super().__init__(path, connection)
        self._key = key
        self._head = head
        self._in_transaction = False

    @classmethod
    def create(cls, path: Path, key_path: Path | None = None) -> Store:
        """Creates an empty store.

        Args:
            path: The SQLite file; its folder is made.
            key_path: Where the secret is written, mode 0600; `.key` beside the store by default.

        Raises:
            StoreError: A file or key is there already.
        """
        if path.exists():
            raise StoreError(f"{path} exists already; resume it, or choose another run_dir")
        path.parent.mkdir(parents=True, exist_ok=True)
        key = chain.create_key(key_path or path.with_name(".key"))
        head = chain.genesis(key)
        chain.write_head(head_path(path), key, head)
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        initialise(temporary)
        temporary.rename(path)
        return cls.open(path, key_path)

    @classmethod
    def open(cls, path: Path, key_path: Path | None = None, readonly: bool = False) -> Store:
        """Opens a store; read-only needs no key, and such a store cannot `verify`.

        Raises:
            StoreError: Missing, truncated, of another format, cut shorter than its head file says.
        """
        connection = connect(path, readonly)
        try:
            check_format(path, connection, readonly)
            if readonly:
                return cls(path, connection, None, Head(0, b""))
            key = chain.read_key(key_path or path.with_name(".key"))
            store = cls(path, connection, key, chain.genesis(key))
            store._settle(chain.read_head(head_path(path), key))
            return store
        except sqlite3.DatabaseError as error:
            connection.close()
            raise StoreError(f"{path} is truncated or not a PEAM store ({error}); {REMEDY}") from None
        except StoreError:
            connection.close()
            raise

    @classmethod
    def open_or_create(cls, path: Path, key_path: Path | None = None) -> Store:
        """Opens the store where there is one, else creates it."""
        return cls.open(path, key_path) if path.exists() else cls.create(path, key_path)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _settle(self, head: Head) -> None:
        """Takes up the chain's end; the head file may lag by what was committed just before a crash."""
        newest = max((self._last(table) for table in chained()), key=lambda h: h.seq)
        self._head = newest if newest.seq else self._head
        if self._head.seq < head.seq:
            lost = f"ends at row {self._head.seq} although {head.seq} were written"
            raise StoreError(f"{self.path} {lost}; {REMEDY}")
        if self._head != head:
            assert self._key is not None
            chain.write_head(head_path(self.path), self._key, self._head)

    def _last(self, table: str) -> Head:
        found = self._rows(f"SELECT seq, mac FROM {table} ORDER BY seq DESC LIMIT 1")
        return Head(found[0]["seq"], _bytes(found[0]["mac"])) if found else Head(0, b"")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything appended inside becomes durable together, or not at all. May be nested."""
        if self._in_transaction:
            yield
            return
        if self._key is None:
            raise StoreError(f"{self.path} is open for reading only")
        before = self._head
        self._db.execute("BEGIN IMMEDIATE")
        self._in_transaction = True
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            self._head = before
            raise
        finally:
            self._in_transaction = False
        chain.write_head(head_path(self.path), self._key, self._head)

    def _append(self, table: str, row: Mapping[str, Value]) -> None:
        columns = {n: t for n, t in layout()[table].items() if n not in ("seq", "mac")}
        if set(row) != set(columns):
            raise StoreError(f"table {table} has the columns {list(columns)}, got {list(row)}")
        values = [normal(row[name], kind) for name, kind in columns.items()]
        with self.transaction():
            assert self._key is not None
            seq = self._head.seq + 1
            mac = chain.link(self._key, self._head.mac, table, seq, values)
            marks = ",".join("?" * (len(values) + 2))
            self._db.execute(f"INSERT INTO {table} VALUES ({marks})", [seq, mac, *values])
            self._head = Head(seq, mac)

    def append_episode(self, episode: Episode, origin: str = "") -> None:
        """Appends an episode with its segments, decisions, outcomes and new pictures, in one transaction.

        Args:
            episode: Its index must be new.
            origin: "" for own experience; anything else is quarantined until reproduced.
        """
        with self.transaction():
            self._append("episodes", records.episode_row(episode, origin))
            for position, segment in enumerate(episode.segments):
                self._append("segments", records.segment_row(episode.index, position, segment))
                for decision in segment.decisions:
                    image = self._append_image(decision.rgb)
                    self._append("decisions", records.decision_row(episode.index, position, decision, image))
                    self._append("outcomes", records.outcome_row(episode.index, decision))
                    self._time(episode.index, decision.index, decision.seconds, decision.outcome.seconds)
            self._time(episode.index, -1, 0.0, episode.seconds)

    def _append_image(self, rgb: Any) -> str:
        sha = records.image_id(rgb)
        if sha and not self._rows("SELECT 1 FROM images WHERE sha = ?", (sha,)):
            self._append("images", {"sha": sha, "png": records.encode_png(rgb)})
        return sha

    def _time(self, episode: int, index: int, think: float, act: float) -> None:
        self._db.execute("INSERT INTO timings VALUES (?, ?, ?, ?)", (episode, index, think, act))

    def append_pair(self, pair: Pair, signature: str) -> None:
        """Appends a mined pair (references to decisions that are there already)."""
        self._append("pairs", records.pair_row(pair, signature))

    def append_score(self, score: Score) -> None:
        """Appends the four terms of one pair and whether it was admitted."""
        names = [n for n in layout()["scores"] if n not in ("seq", "mac")]
        self._append("scores", {name: getattr(score, name) for name in names})

    def append_consolidation(self, done: Consolidation) -> None:
        """Appends a finished consolidation."""
        self._append("consolidations", records.consolidation_row(done))

    def note_duration(self, kind: str, name: str, seconds: float) -> None:
        """Notes how long something took; outside the chain, as every measured time."""
        self._db.execute("INSERT INTO durations VALUES (?, ?, ?)", (kind, name, seconds))

    def append_cost(
        self, episode: int, event: str, category: str, count: float, amount: float, unit: str
    ) -> None:
        """Appends a metered cost."""
        row: dict[str, Value] = {"episode": episode, "event": event, "category": category}
        self._append("costs", {**row, "count": count, "amount": amount, "unit": unit})

    def append_calibration(self, category: str, version: str, source: str, tried: Tried, acted: bool) -> None:
        """Appends what came of one choice."""
        row: dict[str, Value] = {"category": category, "version": version, "source": source}
        told: dict[str, Value] = {
            "word": tried.word,
            "margin": tried.margin,
            "success": tried.ok,
            "acted": acted,
        }
        self._append("calibrations", {**row, **told})

    def append_reproduction(self, episode: int, confirmed: bool, detail: str) -> None:
        """Appends whether replay reproduced an imported episode."""
        self._append("reproductions", {"episode": episode, "confirmed": confirmed, "detail": detail})

    def append_state(self, name: str, value: Any) -> None:
        """Saves what a resumed life goes on from (JSON); the last of a name counts."""
        self._append("states", {"name": name, "value": records.dumps(value)})

    def verify(self) -> Break | None:
        """Checks the whole chain; returns the first edited, dropped or reordered row, or None."""
        if self._key is None:
            raise StoreError(f"{self.path} is open for reading only: verifying it needs its key")
        head = chain.read_head(head_path(self.path), self._key)
        streams = [self._stream(table) for table in chained()]
        try:
            return chain.first_break(self._key, heapq.merge(*streams, key=lambda row: row.seq), head)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be read ({error}); {REMEDY}") from None

    def _stream(self, table: str) -> Iterator[Row]:
        cursor = self._db.cursor()
        cursor.row_factory = None
        for values in cursor.execute(f"SELECT * FROM {table} ORDER BY seq"):
            yield Row(values[0], table, _bytes(values[1]), tuple(values[2:]))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
