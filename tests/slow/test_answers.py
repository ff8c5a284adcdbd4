"""What is read out of a model's text: whatever it wrote, a value; never an exception, never an execution."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.actions import Action, InvalidAction, legal_actions
from peam.slow.answers import KEPT, STEPS, read, schema
from tests.slow.endpoint import DECISION, GOAL
from tests.slow.moments import LOGS

MINE = Action("mine", "oak_log", 4)


@pytest.mark.parametrize(
    "text",
    [
        DECISION,
        f"Sure! Here it is:\n```json\n{DECISION}\n```\nGood luck.",
        f'<think>{{"action": "mine(dirt, 1)"}} no</think>{DECISION}',
        f"{{not json}} {DECISION}",
        DECISION[:-1] + ', "mood": {"deep": [1, {"action": "wait(20)"}]}}',
        f'{{"plan": [{GOAL}], "action": " mine(oak_log, 4)\\n"}}',
    ],
    ids=["bare", "fenced", "after thoughts", "after braces", "more keys", "blanks"],
)
def test_an_object_is_found_in_what_surrounds_it(text: str) -> None:
    answer = read(text, acts=True)
    assert (answer.action, answer.plan, answer.flaw) == (MINE, (LOGS,), "")


@pytest.mark.parametrize(
    ("text", "kept", "flaw"),
    [
        ("I would mine(oak_log, 4) now", "I would", "no JSON object"),
        ("", "", "no JSON object"),
        ("[" * 50_000, "[[", "no JSON object"),
        ('{"a": ' * 5_000, '{"a"', "no JSON object"),
        (DECISION[:40], '{"thought"', "no JSON object"),
        (
            f'{{"plan": [{GOAL}}}, "action": "mine(oak_log, 4)"}}',
            '{"plan"',
            "no JSON object",
        ),  # SmolLM2 wrote it
        ('{"plan": []}', '{"plan"', "'action' is missing"),
        ('{"action": ["mine(oak_log, 4)"]}', '{"action"', "not a text"),
        ('{"action": "mine(oak_log, 5)"}', "mine(oak_log, 5)", "takes a count of"),
        ('{"action": "fly(north)"}', "fly(north)", "no verb 'fly'"),
        ('{"action": "mine(oak_log, 4); mine(oak_log, 4)"}', "mine", "not of the form"),
        ("{\"action\": \"__import__('os').system('true')\"}", "__import__", "not of the form"),
        ('{"action": "wait(\\ud800)"}', "wait(?)", "not of the form"),
    ],
)
def test_what_does_not_parse_is_kept_and_named(text: str, kept: str, flaw: str) -> None:
    answer = read(text, acts=True)
    assert isinstance(answer.action, InvalidAction)
    assert answer.action.text.startswith(kept) and len(answer.action.text) <= KEPT
    assert flaw in answer.flaw
    answer.action.text.encode("utf-8")  # as the store does


def test_subgoals_that_cannot_be_read_are_left_out() -> None:
    bad = ['{"category": "wish", "predicate": "inventory.luck >= 1"}', "7", '{"category": "gather"}',
           '{"category": "gather", "predicate": "oak_log >= 4"}']  # fmt: skip
    text = f'{{"plan": [{", ".join([*bad, GOAL, GOAL])}]}}'
    answer = read(text, acts=False)
    assert (answer.plan, answer.flaw) == ((LOGS,), "")
    alone = read(f'{{"plan": [{bad[0]}]}}', acts=False)
    assert alone.plan == () and "unknown category 'wish'" in alone.flaw
    assert read('{"plan": []}', acts=False).flaw == "'plan' is empty"
    assert read('{"plan": "wood"}', acts=False).flaw == "'plan' is not a list"
    goals = [f'{{"category": "gather", "predicate": "inventory.oak_log >= {n}"}}' for n in range(1, 100)]
    assert len(read(f'{{"plan": [{", ".join(goals)}]}}', acts=False).plan) == STEPS


def test_a_bad_plan_does_not_spoil_a_good_action() -> None:
    answer = read('{"plan": "wood", "action": "mine(oak_log, 4)"}', acts=True)
    assert (answer.action, answer.plan, answer.flaw) == (MINE, (), "")


@settings(max_examples=60, deadline=None)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.sampled_from(["plan", "action", "category", "x"]), inner)
)).map(json.dumps), st.booleans())  # fmt: skip
def test_nothing_raises_and_only_legal_actions_come_out(text: str, acts: bool) -> None:
    answer = read(text, acts)
    assert isinstance(answer.action, InvalidAction) or answer.action in legal_actions()


def test_the_schema_is_of_the_strict_subset() -> None:
    def check(part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
                assert part["required"] == list(part["properties"])
            for inner in part.values():
                check(inner)

    for acts in (False, True):
        check(schema(acts))
        assert ("action" in schema(acts)["properties"]) is acts
