"""Pairs, runs and profiles of trials, by hand; the ticks of an axis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.evaluation.charts import dots, ticks
from peam.evaluation.compare import Entry, comparisons, pair, runs, runs_are_folders, solved_within
from peam.evaluation.folders import read_folders
from peam.evaluation.plots import plots
from tests.evaluation.results import made, trial, write


def played(agent: str, folder: int, wins: dict[tuple[str, int], bool]) -> list[Entry]:
    return [Entry(folder, trial(agent, task, seed, won)) for (task, seed), won in wins.items()]


def test_pairs_within_folders_that_hold_both() -> None:
    a = played("a", 0, {("x", 1): True}) + played("a", 1, {("x", 1): False, ("x", 2): True})
    b = played("b", 1, {("x", 1): True, ("x", 3): True})
    assert [(m.seed, m.success, t.success) for m, t in pair(b, a)] == [(1, True, False)]


def test_pairs_of_arms_in_folders_of_their_own_by_rank() -> None:
    a = played("a", 0, {("x", 1): True}) + played("a", 2, {("x", 1): False})
    b = played("b", 1, {("x", 1): True}) + played("b", 3, {("x", 1): True})
    assert [t.success for _, t in pair(b, a)] == [True, False]
    assert pair(played("b", 1, {("y", 1): True}), a) == []


def test_without_pairs_nothing_is_claimed() -> None:
    arms = {
        "a": played("a", 0, {("x", s): True for s in range(6)}),
        "b": played("b", 0, {("y", 1): True}),
        "c": played("c", 0, {("x", s): False for s in range(6)}),
    }
    none, lost = comparisons(arms)
    assert (none.pairs, none.success, none.p, none.adjusted) == (0, None, 1.0, 1.0)
    assert (lost.pairs, lost.only_first, lost.only_arm) == (6, 6, 0)
    assert lost.adjusted == lost.p == pytest.approx(2 / 2**6)  # a family of one: b was not tested


def test_runs_are_seeds_or_folders() -> None:
    a = played("a", 0, {("x", 1): True, ("y", 1): False, ("x", 2): True, ("y", 2): True})
    a += played("a", 1, {("x", 1): False, ("y", 1): False, ("x", 2): True})
    by_seed = runs(a, ["x", "y"], by_folder=False)
    assert by_seed.scores(lambda t: t.success).tolist() == [[1, 0], [1, 1], [0, 0]]
    assert by_seed.incomplete == 1
    by_life = runs(a, ["x", "y"], by_folder=True)
    assert by_life.scores(lambda t: t.success).tolist() == [[1, 0.5], [0.5, 0]]
    assert by_life.incomplete == 0
    assert runs_are_folders({"a": a})
    assert not runs_are_folders({"a": a, "b": played("b", 0, {("x", 1): True})})


def test_the_profile_counts_what_was_solved_within_a_budget() -> None:
    trials = [
        Entry(0, trial("a", "x", s, won, slow=slow))
        for s, won, slow in ((1, True, 0), (2, True, 3), (3, False, 1), (4, True, 7))
    ]
    found = solved_within(trials, ["x"], [0, 2, 3, 6, 7, 100], lambda t: t.slow_calls)
    assert found is not None
    share, low, high = found
    assert share.tolist() == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75]
    assert (low <= share).all() and (share <= high).all()
    assert solved_within(trials, ["x", "y"], [0], lambda t: t.slow_calls) is None


@given(st.floats(1e-6, 1e9))
def test_ticks_are_few_and_reach(high: float) -> None:
    marks = ticks(high)
    assert marks[0] == 0
    assert marks[-1] >= high * (1 - 1e-6)
    assert marks[-2] < high
    assert 2 <= len(marks) <= 7


def test_nothing_spent_can_be_drawn() -> None:
    assert ticks(0) == [0, 1]
    arms = {"a": [Entry(0, trial("a", "x", s, True, slow=0)) for s in (1, 2)]}
    assert "NaN" not in str(plots(arms)) and "nan" not in str(plots(arms))
    assert "<svg" in dots([], "nothing")


def test_folders_are_named_by_what_tells_them_apart(tmp_path: Path) -> None:
    paths = [write(tmp_path / a / "ev", made({"peam": 0.5})) for a in ("one", "two")]
    assert [folder.name for folder in read_folders(paths)] == ["one/ev", "two/ev"]
    assert [folder.name for folder in read_folders(paths[:1])] == ["ev"]


def test_a_trial_played_again_counts_once(tmp_path: Path) -> None:
    twice = [trial("a", "x", 1, False), trial("a", "x", 2, False), trial("a", "x", 1, True)]
    (folder,) = read_folders([write(tmp_path, twice)])
    assert [(t.seed, t.success) for t in folder.trials] == [(1, True), (2, False)]
