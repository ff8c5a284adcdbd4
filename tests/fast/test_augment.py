from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.actions import Action, legal_actions
from peam.errors import PeamError
from peam.fast.augment import CLUTTER, GROUPS, augment, parse_state, protected_items, render_state, task_names
from peam.fast.vocabulary import tokens
from peam.state import describe
from peam.types import Decision, Diagnosis, Observation, Outcome, Predicate, Subgoal, Task
from tests.fast.symbolic import BLANK, chain

NAMES = st.sampled_from(["oak_log", "stick", "dirt", "stone_pickaxe", "iron_ingot", "apple"])


def text_of(
    has: dict[str, int],
    stations: list[str],
    action: Action | None = None,
    missing: dict[str, int] | None = None,
    nearby: tuple[str, ...] = (),
) -> str:
    goal = Subgoal("craft", Predicate("inventory", "stick", 4))
    outcome = Outcome(Diagnosis.MISSING_MATERIAL, missing=missing or {})
    last = Decision(0, goal, "", BLANK, (), action, "slow", outcome) if action else None
    seen = Observation(None, has, "air", 20.0, 17.6, (0, 64, 0), 0, 0, 6000, 0, {}, nearby=nearby)
    return describe(Task("t", "", goal.predicate, "craft"), goal, seen, stations, last)


@given(
    st.dictionaries(NAMES, st.integers(1, 64), max_size=5),
    st.lists(st.sampled_from(["crafting_table", "furnace"]), max_size=2, unique=True),
    st.one_of(st.none(), st.sampled_from(legal_actions())),
    st.dictionaries(NAMES, st.integers(1, 9), max_size=2),
    st.sampled_from([(), ("oak_log 3 north",)]),
)
def test_parse_and_render_are_inverse(
    has: dict[str, int],
    stations: list[str],
    action: Action | None,
    missing: dict[str, int],
    nearby: tuple[str, ...],
) -> None:
    text = text_of(has, stations, action, missing, nearby)
    state = parse_state(text)
    assert render_state(state) == text
    assert dict(state.has) == has and set(state.near) == set(stations)


def test_foreign_text_is_refused() -> None:
    for text in ("", "task x", text_of({}, []).replace("goal", "aim")):
        with pytest.raises(PeamError, match="state text"):
            parse_state(text)


def test_nothing_that_matters_is_touched() -> None:
    rng = np.random.default_rng(0)
    for number in range(25):
        run = chain(rng, number=number).corrected.decisions
        fixed = protected_items(run)
        for decision in run:
            assert decision.action is not None
            before = parse_state(decision.state)
            after = parse_state(augment(decision.state, decision.action, fixed, task_names(), rng))
            for part in ("goal", "hand", "near", "vitals", "last"):
                assert getattr(after, part) == getattr(before, part)
            held, now = dict(before.has), dict(after.has)
            for name in {*held, *now}:
                if name in fixed or name.endswith(("_pickaxe", "_sword", "_table")):
                    assert held.get(name) == now.get(name)
                elif name in held and name in now:
                    assert held[name] == now[name]
            assert list(after.has) == sorted(after.has)


def test_it_does_change_something_and_knows_every_word() -> None:
    rng = np.random.default_rng(0)
    run = chain(rng).corrected.decisions
    texts = {augment(run[0].state, run[0].action, protected_items(run), task_names(), rng) for _ in range(50)}
    assert len(texts) > 40
    assert len({parse_state(t).task for t in texts}) > 5
    words = set(tokens())
    assert {*CLUTTER, *task_names()} <= words
    assert set().union(*GROUPS) <= words
    assert all(word in words for text in texts for word in text.split())


def test_a_chain_protects_what_it_names_changes_and_misses() -> None:
    run = chain(np.random.default_rng(0)).corrected.decisions
    outcome = Outcome(Diagnosis.MISSING_MATERIAL, {"feather": 1}, {"string": 2})
    odd = replace(run[0], action=Action("mine", "sand", 1), outcome=outcome)
    fixed = protected_items([odd])
    assert {"feather", "string", "sand", "glass", odd.subgoal.predicate.item} <= fixed
    assert "bone" not in fixed
