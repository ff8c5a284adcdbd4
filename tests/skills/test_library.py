import pytest

from peam.actions import grammar
from peam.errors import PeamError
from peam.skills.diagnosis import Result, missing_material, no_station, outcome, partial
from peam.skills.executor import PRIMITIVES
from peam.skills.library import CATALOGUE, primitive
from peam.types import Diagnosis


def test_every_verb_has_one_primitive_and_one_entry() -> None:
    assert [entry.verb for entry in CATALOGUE] and sorted(grammar()) == sorted(e.verb for e in CATALOGUE)
    assert sorted(PRIMITIVES) == sorted(grammar())


def test_modules_are_where_the_catalogue_says() -> None:
    for entry in CATALOGUE:
        assert PRIMITIVES[entry.verb].__module__ == f"peam.skills.{entry.module}"


def test_entries_are_filled() -> None:
    for entry in CATALOGUE:
        assert entry.doc.endswith(".") and Diagnosis.OK in entry.diagnoses
        assert entry.targets or entry.counts


def test_unknown_verb_names_the_nearest() -> None:
    with pytest.raises(PeamError, match="did you mean 'mine'"):
        primitive("mien")


def test_partial_success_is_ok_and_says_so() -> None:
    lost = Result(Diagnosis.TARGET_LOST, "none left")
    assert partial(0, 4, "log", lost) is lost
    assert partial(2, 4, "log", lost).diagnosis is Diagnosis.OK
    assert "2 of 4" in partial(2, 4, "log", lost).detail
    assert "of" not in partial(4, 4, "log", lost).detail


def test_outcome_drops_zero_differences() -> None:
    record = outcome(Result(), {"stick": 4, "oak_planks": 0, "oak_log": -1}, 3, 0.1)
    assert record.ok and dict(record.delta) == {"oak_log": -1, "stick": 4} and record.ticks == 3


def test_stops_name_what_is_missing() -> None:
    assert missing_material({"stick": 2}).result.missing == {"stick": 2}
    assert no_station("furnace").result == Result(Diagnosis.NO_STATION, "no furnace in reach", {"furnace": 1})
