"""The reading half of the store: lazily built records, in order; pictures decoded only where asked for.

Every query that SQLite cannot answer becomes a StoreError that says where and what to do.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from peam.errors import StoreError
from peam.fast.base import Tried
from peam.memory import records
from peam.memory.chain import canonical
from peam.memory.records import Consolidation, Experience, Score
from peam.types import Decision, Episode, Image, Pair, Predicate, Segment, Subgoal

REMEDY = (
    "restore store.db, store.db.head and .key from a copy, or start anew with another run_dir; adapters are "
    "not affected and can be rolled back with `peam skills rollback`"
)
_QUARANTINED = (
    "(origin != '' AND NOT EXISTS (SELECT 1 FROM reproductions r "
    "WHERE r.episode = episodes.episode AND r.confirmed = 1))"
)
_DECISIONS = (
    "SELECT d.*, o.diagnosis, o.delta, o.missing, o.ticks, o.detail, t.think, t.act FROM decisions d "
    "JOIN outcomes o ON o.episode = d.episode AND o.idx = d.idx "
    "LEFT JOIN timings t ON t.episode = d.episode AND t.idx = d.idx "
)


class Reader:
    """Reads a store. Quarantined (imported, not yet reproduced) episodes appear only where asked for."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        try:
            return self._db.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be read ({error}); {REMEDY}") from None

    def counts(self) -> dict[str, int]:
        """Returns table -> number of rows."""
        tables = self._rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {t["name"]: self._rows(f"SELECT count(*) AS n FROM {t['name']}")[0]["n"] for t in tables}

    def next_episode(self) -> int:
        """Returns the number of the first own episode that is not yet there (imported ones are negative)."""
        last = self._rows("SELECT max(episode) AS n FROM episodes WHERE episode >= 0")[0]["n"]
        return 0 if last is None else int(last) + 1

    def lowest_episode(self) -> int:
        """Returns the lowest episode number, at most 0."""
        return min(0, self._rows("SELECT min(episode) AS n FROM episodes")[0]["n"] or 0)

    def episodes(self, images: bool = True, quarantined: bool = False) -> Iterator[Episode]:
        """Yields episodes by number; with `quarantined`, those alone."""
        condition = _QUARANTINED if quarantined else f"NOT {_QUARANTINED}"
        for row in self._rows(f"SELECT * FROM episodes WHERE {condition} ORDER BY episode"):
            yield self._episode(row, images)

    def segments(self, category: str | None = None, images: bool = True) -> Iterator[Segment]:
        """Yields segments by episode and position, of one category or of all."""
        sql = f"SELECT episode FROM episodes WHERE NOT {_QUARANTINED} ORDER BY episode"
        for row in self._rows(sql):
            yield from self._segments(row["episode"], images, category)

    def decisions(self, category: str | None = None, images: bool = True) -> Iterator[tuple[int, Decision]]:
        """Yields (episode, decision) in order."""
        for segment in self.segments(category, images):
            for decision in segment.decisions:
                yield segment.episode, decision

    def _episode(self, row: sqlite3.Row, images: bool) -> Episode:
        number = row["episode"]
        timing = self._rows("SELECT act FROM timings WHERE episode = ? AND idx = -1", (number,))
        return Episode(
            index=number,
            task=records.task_of(row["task"]),
            seed=row["seed"],
            segments=tuple(self._segments(number, images)),
            success=bool(row["success"]),
            slow_calls=row["slow_calls"],
            fast_decisions=row["fast_decisions"],
            ticks=row["ticks"],
            seconds=timing[0]["act"] if timing else 0.0,
        )

    def _segments(self, episode: int, images: bool, category: str | None = None) -> Iterator[Segment]:
        where, parameters = "episode = ?", list[Any]([episode])
        if category is not None:
            where, parameters = "episode = ? AND category = ?", [episode, category]
        for row in self._rows(f"SELECT * FROM segments WHERE {where} ORDER BY position", parameters):
            subgoal = Subgoal(row["category"], Predicate.parse(row["predicate"]))
            sql = _DECISIONS + "WHERE d.episode = ? AND d.segment = ? ORDER BY d.idx"
            found = self._rows(sql, (episode, row["position"]))
            decisions = tuple(self._decision(r, images) for r in found)
            yield Segment(episode, subgoal, decisions, bool(row["reached"]))

    def _decision(self, row: sqlite3.Row, images: bool) -> Decision:
        return records.decision_of(dict(row), self.image(row["image"]) if images else records.NO_IMAGE)

    def image(self, sha: str) -> Image:
        """Decodes one stored picture, (H, W, 3) uint8 RGB; empty for "". StoreError where it is lacking."""
        if not sha:
            return records.NO_IMAGE
        found = self._rows("SELECT png FROM images WHERE sha = ?", (sha,))
        if not found:
            raise StoreError(f"{self.path}: picture {sha[:12]} is missing; {REMEDY}")
        return records.decode_png(found[0]["png"])

    def pairs(self, ids: Sequence[str], images: bool = True) -> list[Pair]:
        """Builds the named pairs, in the order of `ids`. Raises StoreError for an unknown id."""
        return [self._pair(name, images) for name in ids]

    def _pair(self, name: str, images: bool) -> Pair:
        found = self._rows("SELECT * FROM pairs WHERE pair = ?", (name,))
        if not found:
            raise StoreError(f"{self.path} has no pair {name[:12]}")
        row = found[0]
        subgoal = Subgoal(row["category"], Predicate.parse(row["predicate"]))
        failed = json.loads(row["failed"])
        corrected = json.loads(row["corrected"])
        return Pair(
            context=row["context"],
            failed=None if failed is None else self._run(subgoal, failed, False, images),
            corrected=self._run(subgoal, corrected, True, images),
            id=name,
        )

    def _run(self, subgoal: Subgoal, reference: list[Any], reached: bool, images: bool) -> Segment:
        episode, indices = reference
        marks = ",".join("?" * len(indices))
        sql = _DECISIONS + f"WHERE d.episode = ? AND d.idx IN ({marks}) ORDER BY d.idx"
        rows = self._rows(sql, [episode, *indices])
        if len(rows) != len(indices):
            raise StoreError(f"{self.path}: episode {episode} lacks decisions that a pair names; {REMEDY}")
        return Segment(episode, subgoal, tuple(self._decision(r, images) for r in rows), reached)

    def experience(self, category: str | None = None, admitted: bool | None = None) -> list[Experience]:
        """Lists pairs with their four terms and the reason, oldest first.

        Args:
            category: Only this one, or all.
            admitted: Only admitted or only rejected ones, or all (those not scored among them).
        """
        sql = (
            f"SELECT pairs.*, {_QUARANTINED} AS quarantined, s.pair AS scored, s.worthiness, s.cost_saved, "
            "s.stability, s.novelty, s.agreement, s.threshold, s.admitted, s.reason "
            "FROM pairs JOIN episodes ON episodes.episode = pairs.episode "
            "LEFT JOIN scores s ON s.pair = pairs.pair ORDER BY pairs.seq"
        )
        listed = [_experience(row) for row in self._rows(sql)]
        return [
            e
            for e in listed
            if (category is None or e.category == category)
            and (admitted is None or (e.score is not None and e.score.admitted == admitted))
        ]

    def consolidations(self, category: str | None = None) -> list[Consolidation]:
        """Lists finished consolidations, oldest first."""
        rows = self._rows("SELECT * FROM consolidations ORDER BY seq")
        return [records.consolidation_of(dict(r)) for r in rows if category in (None, r["category"])]

    def durations(self) -> dict[tuple[str, str], float]:
        """Returns (category, version) or ("life", episode) -> wall seconds."""
        return {(r["kind"], r["name"]): r["seconds"] for r in self._rows("SELECT * FROM durations")}

    def calibration(self, category: str, version: str) -> list[Tried]:
        """Lists what came of one adapter version's choices, oldest first."""
        return [
            Tried(r["word"], r["margin"], bool(r["success"])) for r in self._calibrations(category, version)
        ]

    def acted(self, category: str, version: str) -> list[bool]:
        """Lists the success of those of its choices that the life carried out."""
        return [bool(r["success"]) for r in self._calibrations(category, version) if r["acted"]]

    def _calibrations(self, category: str, version: str) -> list[sqlite3.Row]:
        sql = "SELECT * FROM calibrations WHERE category = ? AND version = ? ORDER BY seq"
        return self._rows(sql, (category, version))

    def costs(self) -> dict[str, float]:
        """Returns event -> metered amount in all, in the meter's unit."""
        rows = self._rows("SELECT event, sum(amount) AS total FROM costs GROUP BY event ORDER BY event")
        return {r["event"]: r["total"] for r in rows}

    def state(self, name: str) -> Any:
        """Returns the last saved state of that name, or None."""
        found = self._rows("SELECT value FROM states WHERE name = ? ORDER BY seq DESC LIMIT 1", (name,))
        return json.loads(found[0]["value"]) if found else None

    def decisions_digest(self) -> str:
        """Returns the sha256 over all decisions and outcomes; wall times are not in it."""
        digest = hashlib.sha256()
        for table in ("decisions", "outcomes"):
            for row in self._rows(f"SELECT * FROM {table} ORDER BY episode, idx"):
                digest.update(canonical(table, 0, tuple(row)[2:]))
        return digest.hexdigest()


def _experience(row: sqlite3.Row) -> Experience:
    terms = ("worthiness", "cost_saved", "stability", "novelty", "agreement", "threshold", "reason")
    score = None
    if row["scored"] is not None:
        values = {name: row[name] for name in terms}
        score = Score(pair=row["pair"], category=row["category"], admitted=bool(row["admitted"]), **values)
    return Experience(
        pair=row["pair"],
        episode=row["episode"],
        category=row["category"],
        predicate=row["predicate"],
        context=row["context"],
        signature=row["signature"],
        has_failure=row["failed"] != "null",
        quarantined=bool(row["quarantined"]),
        score=score,
    )
