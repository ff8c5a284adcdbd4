"""Continual metrics against tables worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from peam.evaluation.continual import (
    Cell,
    Matrix,
    accuracy,
    backward_transfer,
    count,
    forgetting,
    forward_transfer,
    matrix,
)
from tests.evaluation.results import trial

# R of three tasks learned one after another; rows: stages.
#          a    b    c
#   0     .8   .3   .1
#   1     .9   .7   .2
#   2     .5   .8   .6
RATES = [[8, 3, 1], [9, 7, 2], [5, 8, 6]]


def table(rows: list[list[int | None]], n: int = 10) -> Matrix:
    cells = [
        Cell(stage, "abc"[j], wins, n)
        for stage, row in enumerate(rows)
        for j, wins in enumerate(row)
        if wins is not None
    ]
    return matrix(cells, "abc")


def test_gem_metrics_by_hand() -> None:
    """ACC (.5+.8+.6)/3; BWT ((.5-.8)+(.8-.7))/2; FWT ((.3-.2)+(.2-.2))/2; F ((.9-.5)+(.7-.8))/2."""
    r = table(RATES)
    assert accuracy(r).value == pytest.approx(1.9 / 3)
    assert backward_transfer(r).value == pytest.approx(-0.1)
    assert forward_transfer(r, dict.fromkeys("abc", 0.2)).value == pytest.approx(0.05)
    assert forgetting(r).value == pytest.approx(0.15)
    assert backward_transfer(r).groups == ("a", "b")
    assert forward_transfer(r, dict.fromkeys("abc", 0.2)).groups == ("b", "c")


def test_the_stage_that_learned_a_group_can_be_told() -> None:
    """With a learned at 1 and b at 0: BWT ((.5-.9)+(.8-.3))/2; FWT of a alone .8-.1; c is never learned."""
    r = table(RATES)
    learned = {"a": 1, "b": 0}
    assert backward_transfer(r, learned).value == pytest.approx(0.05)
    assert forward_transfer(r, {"a": 0.1, "b": 0.0, "c": 0.0}, learned).value == pytest.approx(0.7)
    assert forgetting(r, learned).value == pytest.approx(0.15)
    assert accuracy(r).value == pytest.approx(1.9 / 3)
    assert backward_transfer(r, {"a": 2}).value is None
    for wrong in ({"d": 0}, {"a": 3}, {"a": -1}):
        with pytest.raises(ValueError, match="no such column"):
            backward_transfer(r, wrong)


def test_missing_entries_are_left_out() -> None:
    r = table([[8, None, None], [None, 7, 2], [5, None, 6]])
    assert accuracy(r).value == pytest.approx(0.55)
    assert accuracy(r).groups == ("a", "c")
    assert backward_transfer(r).value == pytest.approx(-0.3)  # a only: b has no last entry
    assert forgetting(r).value == pytest.approx(0.3)
    assert forward_transfer(r, {"a": 0.0, "c": 0.1}).value == pytest.approx(0.1)  # b: no entry, no baseline
    assert forward_transfer(r, {}).value is None
    unseen = table([[None, 3, 1], [5, 8, 6]])  # a is measured only at the end: nothing to forget
    assert forgetting(unseen, {"a": 0}) == forgetting(unseen, {})
    assert forgetting(unseen, {"a": 0}).value is None


def test_one_stage_has_no_transfer() -> None:
    r = table([[8, 3, 1]])
    assert accuracy(r).value == pytest.approx(0.4)
    assert backward_transfer(r).value is None
    assert forgetting(r).value is None


def test_rows_of_one_stage_and_group_are_added() -> None:
    r = matrix([Cell(1, "a", 1, 2), Cell(1, "a", 2, 2), Cell(0, "b", 0, 1)], stages=3)
    assert r.groups == ("a", "b")
    assert r.rates[1, 0] == 0.75
    assert r.rates.shape == (3, 2)
    assert np.isnan(r.rates[[0, 1, 2, 2], [0, 1, 0, 1]]).all()


@pytest.mark.parametrize("row", [(-1, "a", 0, 1), (0, "a", 2, 1), (0, "a", 0, 0), (0, "a", -1, 1)])
def test_impossible_counts_are_refused(row: tuple[int, str, int, int]) -> None:
    with pytest.raises(ValueError, match="not counts"):
        Cell(*row)


def test_counts_come_from_the_trials_of_each_stage() -> None:
    stages = [
        [trial("peam", "x", 1, True), trial("peam", "x", 2, False), trial("other", "x", 1, True)],
        [trial("peam", "y", 1, True, category="gather")],
    ]
    assert count(stages, "peam", lambda t: t.task) == [Cell(0, "x", 1, 2), Cell(1, "y", 1, 1)]
    assert count(stages, "peam", lambda t: t.category) == [Cell(0, "craft", 1, 2), Cell(1, "gather", 1, 1)]
    assert count(stages, "oracle", lambda t: t.task) == []
