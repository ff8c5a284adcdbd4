from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peam.errors import StoreError
from peam.fast.base import Tried
from peam.memory import chain
from peam.memory.chain import Head, Row
from peam.memory.pairs import PairMiner, signature
from peam.memory.quarantine import import_from, reproduce
from peam.memory.records import Score
from peam.memory.store import Store, head_path

from .helpers import corrected_episode, decision, episode, segment

KEY = b"k" * 32
TABLES = ("episodes", "decisions", "outcomes")
values = st.one_of(
    st.none(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.text(), st.binary()
)
contents = st.lists(st.tuples(st.sampled_from(TABLES), st.lists(values, max_size=3)), min_size=2, max_size=12)


def written(rows: list[tuple[str, list[chain.Value]]]) -> tuple[list[Row], Head]:
    head, chained = chain.genesis(KEY), []
    for table, row in rows:
        mac = chain.link(KEY, head.mac, table, head.seq + 1, row)
        head = Head(head.seq + 1, mac)
        chained.append(Row(head.seq, table, mac, tuple(row)))
    return chained, head


@given(contents)
def test_untouched_chain_holds_and_a_lagging_head_is_accepted(rows: list) -> None:
    chained, head = written(rows)
    assert chain.first_break(KEY, chained, head) is None
    before = Head(chained[-2].seq, chained[-2].mac)
    assert chain.first_break(KEY, chained, before) is None


@given(contents, st.data())
def test_an_edited_row_is_found_where_it_is(rows: list, data: st.DataObject) -> None:
    chained, head = written(rows)
    at = data.draw(st.integers(0, len(chained) - 1))
    row = chained[at]
    forged = tuple(data.draw(st.lists(values, max_size=3)))
    same = chain.canonical("t", 0, forged) == chain.canonical("t", 0, row.values)
    chained[at] = Row(row.seq, row.table, row.mac, forged)
    broken = chain.first_break(KEY, chained, head)
    assert (
        broken is None if same else broken is not None and (broken.table, broken.seq) == (row.table, row.seq)
    )


@given(contents, st.data())
def test_a_dropped_row_is_found_even_at_the_tail(rows: list, data: st.DataObject) -> None:
    chained, head = written(rows)
    at = data.draw(st.integers(0, len(chained) - 1))
    del chained[at]
    assert chain.first_break(KEY, chained, head) is not None
    renumbered = [Row(i + 1, r.table, r.mac, r.values) for i, r in enumerate(chained)]
    assert chain.first_break(KEY, renumbered, head) is not None


@given(contents, st.data())
def test_reordered_rows_are_found(rows: list, data: st.DataObject) -> None:
    chained, head = written(rows)
    a, b = data.draw(st.lists(st.integers(0, len(chained) - 1), min_size=2, max_size=2, unique=True))
    one, two = chained[a], chained[b]
    chained[a] = Row(one.seq, two.table, two.mac, two.values)
    chained[b] = Row(two.seq, one.table, one.mac, one.values)
    broken = chain.first_break(KEY, chained, head)
    assert broken is not None and broken.seq == min(one.seq, two.seq)


def test_another_key_cannot_extend_the_chain() -> None:
    chained, head = written([("episodes", [1])])
    forged = chain.link(b"x" * 32, head.mac, "episodes", 2, [2])
    assert chain.first_break(KEY, [*chained, Row(2, "episodes", forged, (2,))], head) is not None


def fill(path: Path, episodes: int = 2) -> Store:
    store = Store.create(path)
    miner = PairMiner()
    for index in range(episodes):
        with store.transaction():
            done = corrected_episode(index)
            store.append_episode(done)
            for pair in miner.add(done.segments):
                store.append_pair(pair, signature(pair.corrected))
                store.append_score(Score(pair.id, "gather", 0.5, 0.1, 0.2, 0.3, 0.4, None, index == 0, "why"))
            store.append_calibration("gather", "v0001", "life", Tried("wait(20)", 1.5, True), False)
            store.append_state("trigger", {"R": 1.5})
    return store


def test_episodes_come_back_as_they_went_in(tmp_path: Path) -> None:
    with fill(tmp_path / "store.db") as store:
        back = list(store.episodes())
        assert len(back) == 2 and store.next_episode() == 2
        for was, now in zip([corrected_episode(0), corrected_episode(1)], back, strict=True):
            assert (was.task, was.seed, was.ticks, was.seconds) == (
                now.task,
                now.seed,
                now.ticks,
                now.seconds,
            )
            for a, b in zip(was.segments, now.segments, strict=True):
                assert (a.subgoal, a.reached, a.episode) == (b.subgoal, b.reached, b.episode)
                for c, d in zip(a.decisions, b.decisions, strict=True):
                    np.testing.assert_array_equal(c.rgb, d.rgb)
                    assert (c.action, c.outcome, c.state, c.seen) == (d.action, d.outcome, d.state, d.seen)
        assert store.counts()["images"] == 3  # six decisions an episode, three pictures in all
        assert store.calibration("gather", "v0001")[0] == ("wait(20)", 1.5, True)
        assert store.state("trigger") == {"R": 1.5} and store.state("nothing") is None
        assert store.verify() is None


def test_experience_keeps_terms_and_reason(tmp_path: Path) -> None:
    with fill(tmp_path / "store.db") as store:
        rejected = store.experience("gather", admitted=False)
        assert rejected and all(e.episode == 1 and e.score is not None for e in rejected)
        score = rejected[0].score
        assert score is not None and (score.cost_saved, score.agreement, score.reason) == (0.1, 0.4, "why")
        pair = store.pairs([e.pair for e in store.experience("gather", True) if e.has_failure])[0]
        assert pair.failed is not None and not pair.failed.decisions[-1].outcome.ok
        assert [str(d.action) for d in pair.corrected.decisions] == ["explore(north)", "mine(oak_log, 4)"]
        assert pair.corrected.decisions[0].rgb.shape == (8, 8, 3)


def test_text_that_is_not_unicode_and_unparsed_actions_are_kept(tmp_path: Path) -> None:
    odd = decision(0, "rm -rf \ud800 \x00", "INVALID_ACTION")
    with Store.create(tmp_path / "store.db") as store:
        store.append_episode(episode(0, segment([odd], reached=False), success=False))
        back = next(store.decisions())[1]
        assert back.action is None and "rm -rf" in back.raw
        assert store.verify() is None


def test_digest_ignores_wall_time_and_key(tmp_path: Path) -> None:
    digests = []
    for name in ("a", "b"):
        with fill(tmp_path / name / "store.db") as store:
            digests.append(store.decisions_digest())
            store._db.execute("UPDATE timings SET think = random()")
            assert store.verify() is None
    assert digests[0] == digests[1]


EDITS = {
    "edited": "UPDATE outcomes SET diagnosis = 'OK' WHERE idx = 0 AND episode = 1",
    "dropped": "DELETE FROM decisions WHERE idx = 1 AND episode = 0",
    "picture": "UPDATE images SET png = x'00' WHERE seq = (SELECT min(seq) FROM images)",
    "planted": "INSERT INTO states SELECT max(seq) + 100, mac, name, '{}' FROM states",
    "mac": "UPDATE segments SET mac = 'text' WHERE episode = 1 AND position = 1",
}


@pytest.mark.parametrize("how", EDITS)
def test_tampering_with_the_file_is_found(tmp_path: Path, how: str) -> None:
    with fill(tmp_path / "store.db") as store:
        store._db.execute(EDITS[how])
        broken = store.verify()
        assert broken is not None and broken.table in str(broken)


def test_swapped_rows_are_found(tmp_path: Path) -> None:
    with fill(tmp_path / "store.db") as store:
        (a,), (b,) = store._db.execute("SELECT seq FROM outcomes ORDER BY seq LIMIT 2").fetchall()
        for was, now in ((a, -1), (b, a), (-1, b)):
            store._db.execute("UPDATE outcomes SET seq = ? WHERE seq = ?", (now, was))
        broken = store.verify()
        assert broken is not None and (broken.table, broken.seq) == ("outcomes", a)


def test_a_dropped_tail_is_refused_on_opening(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with fill(path) as store:
        last = store._db.execute("SELECT max(seq) FROM states").fetchone()[0]
        store._db.execute("DELETE FROM states WHERE seq = ?", (last,))
        assert store.verify() is not None
    with pytest.raises(StoreError, match=rf"ends at row {last - 1} although {last}"):
        Store.open(path)


def test_a_head_file_that_lags_is_settled_and_a_forged_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fill(path, 1).close()
    old = head_path(path).read_bytes()
    with Store.open(path) as store:
        store.append_episode(corrected_episode(1))
    head_path(path).write_bytes(old)  # killed between commit and head
    with Store.open(path) as store:
        assert store.verify() is None
    assert head_path(path).read_bytes() != old
    head_path(path).write_text('{"seq": 0, "mac": "00", "tag": "00"}', encoding="utf-8")
    with pytest.raises(StoreError, match="not written with this run's key"):
        Store.open(path)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    with fill(tmp_path / "store.db", 1) as store:
        before = store.counts()
        with pytest.raises(RuntimeError), store.transaction():
            store.append_episode(corrected_episode(1))
            raise RuntimeError
        assert store.counts() == before and store.verify() is None
        store.append_episode(corrected_episode(1))
        assert store.verify() is None


KILLED = """
import os, signal, sys
from pathlib import Path
from memory.helpers import corrected_episode
from peam.memory.store import Store
store = Store.open(Path(sys.argv[1]))
store.append_episode(corrected_episode(1))
with store.transaction():
    store.append_episode(corrected_episode(2))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_inside_a_transaction_leaves_whole_episodes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fill(path, 1).close()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    with Store.open(path) as store:
        assert [e.index for e in store.episodes()] == [0, 1]
        assert store.verify() is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_truncated_files_are_refused_with_what_and_where(tmp_path: Path, share: float) -> None:
    path = tmp_path / "store.db"
    fill(path).close()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(StoreError, match=r"store\.db.*peam skills rollback"):
        Store.open(path)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but long enough to look like something" * 20)
    with pytest.raises(StoreError, match="not a PEAM store"):
        Store.open(path, readonly=True)
    path.unlink()
    with pytest.raises(StoreError, match="no store at"):
        Store.open(path)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE other (x)")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="not a PEAM store"):
        Store.open(path)


def test_a_reader_needs_no_key_and_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fill(path).close()
    (tmp_path / ".key").unlink()
    with Store.open(path, readonly=True) as store:
        assert len(list(store.episodes(images=False))) == 2
        with pytest.raises(StoreError, match="reading only"):
            store.append_state("x", 1)
    with pytest.raises(StoreError, match="key"):
        Store.open(path)


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    fill(tmp_path / "store.db", 0).close()
    assert (tmp_path / ".key").stat().st_mode & 0o777 == 0o600


def test_imports_wait_in_quarantine_for_replay(tmp_path: Path) -> None:
    with fill(tmp_path / "a" / "store.db") as source, Store.create(tmp_path / "b" / "store.db") as store:
        assert import_from(store, source) == [-1, -2]
        assert list(store.episodes()) == [] and list(store.segments()) == [] and store.next_episode() == 0

        def replay(done: object) -> tuple[list, bool]:
            outcomes = [d.outcome for s in done.segments for d in s.decisions]  # type: ignore[attr-defined]
            return (outcomes if done.index == -1 else outcomes[:-1]), True  # type: ignore[attr-defined]

        assert reproduce(store, replay) == {-1: True, -2: False}
        assert [e.index for e in store.episodes()] == [-1]
        assert [e.index for e in store.episodes(quarantined=True)] == [-2]
        assert store.verify() is None


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_edit_of_any_cell_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    with fill(tmp_path_factory.mktemp("s") / "store.db", 1) as store:
        tables = [t for t, n in store.counts().items() if n and t != "timings"]
        table = data.draw(st.sampled_from(tables))
        names = [c[1] for c in store._db.execute(f"PRAGMA table_info({table})") if c[1] != "seq"]
        column = data.draw(st.sampled_from(names))
        seq = data.draw(st.sampled_from([r[0] for r in store._db.execute(f"SELECT seq FROM {table}")]))
        store._db.execute(f"UPDATE {table} SET {column} = 'forged {column}' WHERE seq = ?", (seq,))
        broken = store.verify()
        assert broken is not None and (broken.table, broken.seq) == (table, seq)
