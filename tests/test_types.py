from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.errors import PeamError
from peam.types import CATEGORIES, Diagnosis, Observation, Outcome, Predicate, Subgoal


def observation(**changes: Any) -> Observation:
    base: dict[str, Any] = {
        "rgb": None,
        "inventory": {},
        "hand": "air",
        "life": 20.0,
        "food": 20.0,
        "position": (0.0, 64.0, 0.0),
        "yaw": 0.0,
        "pitch": 0.0,
        "time": 1000,
        "tick": 0,
        "stats": {},
    }
    return Observation(**{**base, **changes})


PREDICATES = st.builds(
    Predicate,
    st.sampled_from(["inventory", "killed", "shot", "placed", "mined"]),
    st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20),
    st.integers(0, 9999),
)


@given(PREDICATES)
def test_predicates_survive_text(predicate: Predicate) -> None:
    assert Predicate.parse(str(predicate)) == predicate


@given(st.text())
def test_other_texts_are_a_users_error(text: str) -> None:
    try:
        assert str(Predicate.parse(text)) == text.removesuffix("\n") or Predicate.parse(text)
    except PeamError as error:
        assert "is not of the form" in str(error)


@pytest.mark.parametrize(
    "text", ["oak_log >= 4", "inventory.oak_log > 4", "owned.oak_log >= 4", "inventory.oak_log >= 99999"]
)
def test_malformed_predicates(text: str) -> None:
    with pytest.raises(PeamError, match="is not of the form"):
        Predicate.parse(text)


def test_predicates_read_inventory_or_counters() -> None:
    seen = observation(inventory={"oak_log": 3}, stats={"killed.zombie": 1, "mined.oak_log": 9})
    assert Predicate("inventory", "oak_log", 3).holds(seen)
    assert not Predicate("inventory", "oak_log", 4).holds(seen)
    assert Predicate("mined", "oak_log", 4).value(seen) == 9
    assert Predicate("killed", "zombie").holds(seen)
    assert not Predicate("shot", "zombie").holds(seen)


def test_days_are_lived_through_alive() -> None:
    goal = Predicate.parse("time.day >= 3")
    assert str(goal) == "time.day >= 3"
    assert not goal.holds(observation(tick=71999)) and goal.holds(observation(tick=72000))
    assert goal.value(observation(tick=72000, alive=False)) == 0
    for text in ("time.night >= 3", "day >= 3", "inventory.oak_log >= 3 time.day >= 3"):
        with pytest.raises(PeamError, match="is not of the form"):
            Predicate.parse(text)


@pytest.mark.parametrize(
    ("time", "night"), [(0, False), (12999, False), (13000, True), (22999, True), (23000, False)]
)
def test_night(time: int, night: bool) -> None:
    assert observation(time=time).night is night


def test_the_words_of_the_dictionary() -> None:
    assert CATEGORIES == ("gather", "craft", "smelt", "build", "combat", "explore")
    assert len(Diagnosis) == 13
    assert all(str(d) == d.name for d in Diagnosis)
    assert str(Subgoal("gather", Predicate("inventory", "oak_log", 4))) == "gather: inventory.oak_log >= 4"


def test_only_ok_is_ok() -> None:
    assert [d for d in Diagnosis if Outcome(d).ok] == [Diagnosis.OK]


def test_records_are_frozen() -> None:
    seen = observation()
    for field in fields(Observation):
        with pytest.raises(FrozenInstanceError):
            setattr(seen, field.name, None)
