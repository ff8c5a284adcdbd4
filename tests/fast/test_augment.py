from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.actions import Action, legal_actions
from peam.errors import PeamError
from peam.fast.augment import (
    CLUTTER,
    GROUPS,
    WOODS,
    augment,
    protected_items,
    task_names,
    transplant,
    woodless,
)
from peam.fast.vocabulary import tokens
from peam.state import describe, parse_state, render_state
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


def test_another_wood_everywhere_or_nowhere() -> None:
    rng = np.random.default_rng(0)
    has = {"oak_log": 2, "oak_planks": 3, "birch_log": 1, "stick": 4}
    text = text_of(has, [], Action("mine", "oak_log", 1))
    seen = ("oak_log near", "birch_log far", "cow far")
    kinds = set()
    for _ in range(60):
        told, names, action = transplant(text, seen, Action("craft", "oak_planks", 4), rng)
        wood = action.target.split("_")[0]
        kinds.add(wood)
        held = dict(parse_state(told).has)
        assert held[f"{wood}_log"] == 2 and held[f"{wood}_planks"] == 3 and held["stick"] == 4
        assert list(held) == sorted(held) and f"{wood}_log near" in names and "cow far" in names
        assert parse_state(told).last.startswith(f"mine {wood}_log")
        assert len(told.split()) == len(text.split())
    assert kinds == set(WOODS)


def test_an_action_without_a_word_for_another_wood_stays() -> None:
    text, action = text_of({"oak_log": 2}, []), Action("goto", "oak_log")
    drawn = [transplant(text, ("oak_log far",), action, np.random.default_rng(i)) for i in range(20)]
    assert all(told[2] == action for told in drawn)
    assert all(dict(parse_state(told[0]).has) == {"oak_log": 2} for told in drawn if "oak_log far" in told[1])


def test_an_action_that_is_no_wood_is_told_among_other_trees() -> None:
    text = text_of({"oak_log": 2}, [])
    drawn = [transplant(text, (), Action("wait", "", 20), np.random.default_rng(i)) for i in range(20)]
    assert {next(iter(dict(parse_state(told[0]).has))) for told in drawn} == {f"{w}_log" for w in WOODS}
    assert all(told[2] == Action("wait", "", 20) for told in drawn)


def test_names_without_their_wood() -> None:
    assert [woodless(n) for n in ("birch_log", "oak_planks", "stone", "coal_ore")] == [
        "log", "planks", "stone", "coal_ore",
    ]  # fmt: skip
