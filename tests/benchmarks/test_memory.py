from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from peam.actions import legal_actions
from peam.benchmarks import hoards, memory
from peam.benchmarks.hoards import Cells, Everything, Search, embed, size_of
from peam.benchmarks.made_up import CATEGORY, experiences, sentence
from peam.benchmarks.upkeep import growth
from peam.cli import main
from peam.state import parse_state
from peam.types import CATEGORIES, Diagnosis


def words(text: str) -> int:
    return len(text.split())


def test_made_up_experience_repeats_is_of_the_right_form_and_lacks_what_it_says() -> None:
    made = list(experiences(3, 400))
    assert made[:50] == list(experiences(3, 50)) and made[:50] != list(experiences(4, 50))
    assert len({e.decisions[0].state for e in made}) == 400
    assert set(CATEGORY.values()) <= set(CATEGORIES) and {a.verb for a in legal_actions() if a.target} <= set(
        CATEGORY
    )
    for e in made:
        (decision,) = e.decisions
        held = dict(parse_state(decision.state).has)
        assert decision.action in legal_actions()
        assert e.reached is decision.outcome.ok
        assert not set(decision.outcome.missing) & set(held)
    lacks = [e for e in made if not e.reached]
    assert 40 < len(lacks) < 140
    picks = [e for e in lacks if str(e.decisions[0].action).startswith("craft(stone_pickaxe")]
    assert all(set(e.decisions[0].outcome.missing) <= {"cobblestone", "stick"} for e in picks)
    assert {e.decisions[0].outcome.diagnosis for e in lacks} <= {
        Diagnosis.MISSING_TOOL,
        Diagnosis.MISSING_MATERIAL,
    }


def test_everything_grows_by_what_it_was_told() -> None:
    made, hoard = list(experiences(3, 1200)), Everything(words)
    query = made[0]
    alone = hoard.decide(query)
    hoard.add(made[:5])
    assert hoard.decide(query) == alone + sum(words(sentence(e)) for e in made[:5])
    hoard.add(made[5:])
    assert hoard.decide(query) == alone + sum(words(sentence(e)) for e in made), "in pieces, but all of it"
    assert hoard.nbytes() == sum(len(sentence(e)) for e in made)


def test_a_search_finds_the_nearest_however_it_has_grown() -> None:
    made, hoard = list(experiences(3, 300)), Search(words, top=3)
    for start in (0, 1, 20, 150):
        hoard.add(made[start : {0: 1, 1: 20, 20: 150, 150: 300}[start]])
    query = embed(sentence(made[210]))
    vectors = np.stack([embed(sentence(e)) for e in made])
    want = np.argsort(-(vectors @ query))[:3]
    assert set(hoard._nearest(query)) == set(want.tolist()) and 210 in want
    few = Search(words, top=8)
    few.add(made[:2])
    assert few.decide(made[5]) == words(made[5].decisions[0].state) + sum(
        words(sentence(e)) for e in made[:2]
    )


def test_embeddings_are_unit_vectors_that_tell_texts_apart() -> None:
    texts = [sentence(e) for e in experiences(3, 30)]
    vectors = np.stack([embed(t) for t in texts])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    likeness = vectors @ vectors.T
    assert np.array_equal(likeness.argmax(1), np.arange(30))
    assert likeness[~np.eye(30, dtype=bool)].max() < 0.99


def test_cells_wait_for_enough_to_be_made_and_then_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setattr(hoards, "CELLS", 4)
    monkeypatch.setattr(hoards, "LEARNED", 160)
    made, cells, full = list(experiences(3, 300)), Cells(words, top=1), Search(words, top=1)
    for chunk in (made[:100], made[100:200], made[200:]):
        assert (cells._cells is None) is (len(cells._texts) < 160)
        cells.add(chunk)
        full.add(chunk)
    assert cells._cells.ntotal == 300
    for e in made[:40]:
        assert list(cells._nearest(embed(sentence(e)))) == list(full._nearest(embed(sentence(e))))


def test_sizes_count_each_thing_once() -> None:
    shared = "x" * 1000
    assert size_of([shared, shared]) < 1300 < size_of([shared, "y" * 1000])
    assert size_of({"a": [1] * 100}) > size_of({"a": [1]})


def test_a_small_run_has_every_kind_at_every_size_and_leaves_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "SIZES", (10, 40))
    monkeypatch.setattr(memory, "QUERIES", 2)
    monkeypatch.setattr(memory, "WARM", 1)
    monkeypatch.setattr(memory, "growth", lambda: {"store_bytes": {10: 1}})
    assert main(["bench", "memory", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    figures = json.loads((tmp_path / "memory.json").read_text())
    assert (tmp_path / "memory.png").read_bytes()[:4] == b"\x89PNG"
    rows = {(r["kind"], r["n"]): r for r in figures["rows"]}
    kinds = {"weights", "growing prompt", "search, top 8"}
    assert set(rows) == {(kind, n) for kind in kinds for n in (10, 40)}
    assert all(kind in told for kind in kinds)
    assert rows["growing prompt", 40]["tokens"] > 3 * rows["growing prompt", 10]["tokens"]
    assert abs(rows["weights", 40]["tokens"] - rows["weights", 10]["tokens"]) < 5
    assert rows["weights", 10]["bytes"] > 6 * 233_472 * 4 and figures["flat"] >= 0.0
    assert rows["weights", 40]["tables_bytes"] > rows["weights", 10]["tables_bytes"] > 0


def test_what_does_not_write_files_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "fast", "--out", str(tmp_path)]) == 2
    assert "writes no files" in capsys.readouterr().err
    assert main(["bench", "memry"]) == 2
    assert "did you mean 'memory'" in capsys.readouterr().err


def test_upkeep_grows_with_what_is_kept() -> None:
    figures = growth((10, 30), (20,))
    assert (
        set(figures["store_bytes"])
        == set(figures["after_episode_ms"])
        == set(figures["start_ms"])
        == {10, 30}
    )
    assert figures["store_bytes"][30] > figures["store_bytes"][10] and 20 in figures["calibrate_ms"]


def test_flatness_is_the_largest_deviation_from_the_smallest_memory() -> None:
    rows = [{"kind": "weights", "n": n, "cpu_ms": ms} for n, ms in ((1000, 9.0), (10, 10.0), (100, 10.5))]
    assert memory.flatness([*rows, {"kind": "search", "n": 10, "cpu_ms": 99.0}]) == 0.1


def test_a_longer_stream_begins_like_a_shorter_one() -> None:
    assert list(islice(experiences(1, 1000), 10)) == list(experiences(1, 10))
