from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from peam.actions import Action
from peam.state import describe
from peam.types import Diagnosis, Outcome, Predicate, Subgoal, Task
from tests.test_display import decision
from tests.test_types import observation

TASK = Task("oak_logs", "collect four oak logs", Predicate("inventory", "oak_log", 4), "gather")
LACKING = Outcome(Diagnosis.MISSING_MATERIAL, missing={"stick": 1, "oak_log": 70})
SUBGOAL = Subgoal("gather", TASK.goal)


def test_the_whole_line() -> None:
    seen = observation(inventory={"stick": 2, "oak_log": 1}, hand="stick", life=18.6, time=14000)
    last = replace(decision(), outcome=LACKING)
    assert describe(TASK, SUBGOAL, seen, ["furnace", "crafting_table"], last) == (
        "task oak_logs ; goal inventory oak_log 4 ; has oak_log 1 stick 2 ; hand stick ; "
        "near crafting_table furnace ; life 19 food 20 height 64 night ; "
        "last mine oak_log MISSING_MATERIAL oak_log 64 stick 1"
    )


def test_nothing_is_written_as_nothing() -> None:
    line = describe(TASK, SUBGOAL, observation(), [], None)
    assert "has nothing" in line
    assert "near nothing" in line
    assert line.endswith("last nothing")


def test_last_of_a_text_that_did_not_parse_and_of_wait() -> None:
    bad = replace(decision(), action=None, raw="fly()", outcome=Outcome(Diagnosis.INVALID_ACTION))
    assert describe(TASK, SUBGOAL, observation(), [], bad).endswith("last text INVALID_ACTION")
    wait = replace(decision(), action=Action("wait", "", 20))
    assert describe(TASK, SUBGOAL, observation(), [], wait).endswith("last wait OK")


def test_what_stands_around_is_there_only_where_the_option_put_it() -> None:
    assert "around" not in describe(TASK, SUBGOAL, observation(), [], None)
    line = describe(TASK, SUBGOAL, observation(nearby=("stone", "cow")), [], None)
    assert line.endswith("around stone cow")


@given(st.dictionaries(st.sampled_from(["dirt", "stone", "stick", "apple"]), st.integers(1, 999)))
def test_inventory_order_does_not_matter_and_counts_saturate(inventory: dict[str, int]) -> None:
    backwards = dict(reversed(inventory.items()))
    line = describe(TASK, SUBGOAL, observation(inventory=inventory), [], None)
    assert line == describe(TASK, SUBGOAL, observation(inventory=backwards), [], None)
    assert max(int(word) for word in line.split() if word.isdecimal()) <= 64
