"""When the agents with a text memory act or refuse: guardrails, bandits, routines, neighbours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peam.agents.casebandit import CaseBandit, LinUcb, reward
from peam.agents.knn_policy import NEIGHBOURS, KnnPolicy
from peam.agents.steve import VETOES, Steve
from peam.agents.toolgraph import START, SUPPORT, ToolGraph, node
from peam.errors import PeamError
from peam.memory.embeddings import Ngrams

from .scripted import (
    LACKING,
    LOGS,
    TABLE,
    TASK,
    Painted,
    Scripted,
    act,
    corrected_episode,
    decision,
    episode,
    segment,
    situation,
)

# ---- steve


def lesson(*planned: str) -> tuple[Steve, Scripted]:
    planner = Scripted(*(planned or ("wait(20)",)))
    agent = Steve(planner, Ngrams(), 5)
    agent.learn(corrected_episode(0))
    agent.begin(TASK, 1)
    return agent, planner


def test_a_guardrail_forbids_while_its_root_cause_lasts() -> None:
    agent, _ = lesson()
    table = act("craft(crafting_table, 1)")
    assert agent.forbidding(table, situation(TABLE, {"oak_log": 9}).state) is not None
    assert agent.forbidding(table, situation(TABLE, {"birch_planks": 4}).state) is None, "more of the kind"
    assert agent.forbidding(act("mine(oak_log, 4)"), situation(LOGS).state) is None, (
        "that none was in view there says nothing of here"
    )


def test_a_guardrail_for_want_of_a_station_or_a_tool() -> None:
    agent, _ = lesson()
    pickaxe, ore = act("craft(wooden_pickaxe, 1)"), act("mine(iron_ore, 1)")
    table = {"crafting_table": 1}
    agent.learn(
        episode(
            1,
            segment(
                [
                    decision(0, str(pickaxe), "NO_STATION", TABLE, "stick 2", missing=table),
                    decision(
                        1, str(ore), "MISSING_TOOL", TABLE, "wooden_pickaxe 1", {}, {"stone_pickaxe": 1}
                    ),
                ],
                reached=False,
            ),
        )
    )
    assert agent.forbidding(pickaxe, situation(TABLE).state) is not None
    assert agent.forbidding(pickaxe, situation(TABLE, near=("crafting_table",)).state) is None
    assert agent.forbidding(ore, situation(TABLE, {"wooden_pickaxe": 1}).state) is not None
    assert agent.forbidding(ore, situation(TABLE, {"stone_pickaxe": 1}).state) is None


def test_an_answer_that_is_forbidden_is_given_back_at_the_price_of_a_call() -> None:
    agent, planner = lesson("craft(crafting_table, 1)", "craft(oak_planks, 4)")
    proposal = agent.propose(situation(TABLE, {"oak_log": 4}))
    assert (proposal.action, proposal.calls) == (act("craft(oak_planks, 4)"), 2)
    foreseen = planner.histories[1][-1]
    assert (str(foreseen.outcome.diagnosis), foreseen.outcome.missing) == (
        "MISSING_MATERIAL",
        {"oak_planks": 4},
    )


def test_what_was_foreseen_is_known_for_the_rest_of_the_episode() -> None:
    agent, planner = lesson("craft(crafting_table, 1)", "craft(oak_planks, 4)", "wait(20)", "wait(20)")
    agent.begin(TASK, 1)
    agent.propose(situation(TABLE, {"oak_log": 4}))
    agent.propose(situation(TABLE, {"oak_log": 4}))
    assert [str(d.action) for d in planner.histories[-1]] == ["craft(crafting_table, 1)"]
    agent.begin(TASK, 2)
    agent.propose(situation(TABLE, {"oak_log": 4}))
    assert planner.histories[-1] == []


def test_a_planner_that_insists_has_its_way() -> None:
    agent, planner = lesson("craft(crafting_table, 1)")
    proposal = agent.propose(situation(TABLE, {"oak_log": 4}))
    assert (proposal.action, proposal.calls) == (act("craft(crafting_table, 1)"), VETOES + 1)
    assert len(planner.histories) == proposal.calls


def test_a_guardrail_that_a_success_refutes_is_lifted() -> None:
    agent, _ = lesson()
    state = situation(TABLE, {"oak_log": 4}).state
    assert agent.forbidding(act("craft(crafting_table, 1)"), state) is not None
    agent.learn(episode(1, segment([decision(0, "craft(crafting_table, 1)", "OK", TABLE, "oak_log 4")])))
    assert agent.forbidding(act("craft(crafting_table, 1)"), state) is None


def test_skills_tell_their_precondition_and_criterion() -> None:
    agent, _ = lesson()
    hints = agent.recall(TABLE, situation(TABLE, {"oak_log": 4}).state)
    assert any(
        "requires log 1, done when inventory.crafting_table >= 1: craft(oak_planks, 4)" in hint
        for hint in hints
    )
    assert hints[-1] == f"forbidden while no more than nothing of it is there: {LACKING}"


# ---- casebandit


def test_the_bandit_tries_what_it_does_not_know_and_keeps_to_what_pays() -> None:
    bandit, arms = LinUcb(np.zeros(2)), np.eye(2)
    bandit.learn(arms[0], 0.2)
    assert bandit.scores(arms).argmax() == 1, "the unknown arm"
    for _ in range(20):
        bandit.learn(arms[0], 0.9)
        bandit.learn(arms[1], 0.1)
    assert bandit.scores(arms).argmax() == 0


def test_cases_are_what_succeeded_and_the_choice_lasts_for_the_pursuit() -> None:
    agent = CaseBandit(Scripted("wait(20)"), Ngrams(), 5)
    state = situation(TABLE, {"oak_log": 4}).state
    assert agent.choose(TABLE, state)[0] is None
    agent.learn(corrected_episode(0))
    case, features = agent.choose(TABLE, state)
    assert case is not None and case.subgoal == TABLE
    assert features.tolist()[2:] == [1.0, 1.0, 1.0]
    agent.begin(TASK, 1)
    agent.propose(situation(TABLE, {"oak_log": 4}))
    chosen = agent._chosen
    agent.propose(situation(TABLE, {"oak_planks": 4}))
    assert agent._chosen is chosen


def test_going_without_wins_where_cases_do_not_pay() -> None:
    agent = CaseBandit(Scripted("wait(20)"), Ngrams(), 1)
    agent.learn(corrected_episode(0))
    state = decision(0, "wait(20)", "OK", TABLE, "oak_log 4").state
    assert agent.choose(TABLE, state)[0] is not None
    lost = segment([decision(0, "craft(chest, 1)", "NO_STATION", TABLE, "oak_log 4")], reached=False)
    won = segment([decision(0, "wait(20)", "OK", TABLE, "oak_log 4", tier="fast")])
    for index in range(20):
        agent.learn(episode(1 + index, won if agent.choose(TABLE, state)[0] is None else lost))
    assert agent.choose(TABLE, state)[0] is None


def test_a_failed_pursuit_is_no_case() -> None:
    agent = CaseBandit(Scripted("wait(20)"), Ngrams(), 5)
    failed = segment([decision(0, "explore(north)", "OK", TABLE)], reached=False)
    agent.learn(episode(0, failed))
    assert agent.choose(TABLE, situation(TABLE).state)[0] is None


def test_the_reward_is_the_share_that_went_ok_where_the_subgoal_was_reached() -> None:
    logs, _ = corrected_episode(0).segments
    assert reward(logs) == pytest.approx(2 / 3)
    assert reward(replace(logs, reached=False)) == 0.0


# ---- toolgraph


def graph(times: int) -> ToolGraph:
    agent = ToolGraph(Scripted("wait(20)"), Ngrams(), 5)
    for index in range(times):
        agent.learn(corrected_episode(index))
    agent.begin(TASK, 1)
    return agent


def test_an_edge_becomes_routine_with_support_and_success() -> None:
    after = node(decision(0, "explore(north)"))
    assert graph(SUPPORT - 1).routine(LOGS.goal, after) is None
    assert graph(SUPPORT).routine(LOGS.goal, after) == act("mine(oak_log, 4)")
    assert graph(SUPPORT).routine(LOGS.goal, START) is None, "it failed each time"


def test_an_edge_that_does_not_dominate_is_deliberated() -> None:
    agent, after = graph(SUPPORT), node(decision(0, "explore(north)"))
    others = [decision(0, "explore(north)"), decision(1, "explore(east)")]
    for index in range(SUPPORT):
        agent.learn(episode(10 + index, segment(others)))
    assert agent.routine(LOGS.goal, after) is None


def test_routine_is_taken_without_the_planner_until_it_fails_or_is_tabu() -> None:
    agent = graph(SUPPORT)
    gone = [decision(0, "explore(north)")]
    proposal = agent.propose(situation(LOGS, history=gone))
    assert (proposal.action, proposal.tier) == (act("mine(oak_log, 4)"), "fast")
    failed = [*gone, decision(1, "mine(oak_log, 4)", "NOT_FOUND", tier="fast")]
    assert agent.propose(situation(LOGS, history=failed)).tier == "slow"
    tabu = [decision(0, "mine(oak_log, 4)", "MISSING_TOOL", missing={"iron_axe": 1}), gone[0]]
    assert agent.propose(situation(LOGS, history=tabu)).tier == "slow"
    other = [decision(0, "explore(north)", subgoal=TABLE)]
    assert agent.propose(situation(LOGS, history=other)).tier == "slow", "the last of another pursuit"


def test_where_it_deliberates_the_summaries_are_told() -> None:
    hints = graph(1).recall(TABLE, situation(TABLE, {"oak_log": 4}).state)
    assert f"after start, holding oak_log 4, near nothing: {LACKING}" in hints


# ---- knn_policy


def paint(*colour: int) -> np.ndarray:
    return np.full((2, 2, 3), colour, dtype=np.uint8)


def neighbours(*actions: str) -> KnnPolicy:
    agent = KnnPolicy(Scripted("wait(20)"), Painted())
    far = [replace(decision(9, "explore(west)"), rgb=paint(0, 0, i)) for i in range(NEIGHBOURS)]
    near = [replace(decision(i, text), rgb=paint(200 + i, 0, 0)) for i, text in enumerate(actions)]
    agent.learn(episode(0, segment(far), segment(near)))
    agent.begin(TASK, 1)
    return agent


def test_where_neighbours_agree_their_action_is_taken() -> None:
    agent = neighbours(*["mine(oak_log, 4)"] * NEIGHBOURS)
    proposal = agent.propose(situation(LOGS, rgb=paint(201, 0, 0)))
    assert (proposal.action, proposal.tier, proposal.seen) == (
        act("mine(oak_log, 4)"),
        "fast",
        ("oak_log near",),
    )
    assert agent.propose(situation(LOGS, rgb=paint(0, 0, 1))).action == act("explore(west)")
    assert agent.propose(situation(TABLE, rgb=paint(201, 0, 0))).tier == "slow", "another category"


def test_where_they_disagree_or_it_is_tabu_the_planner_is_asked() -> None:
    mixed = neighbours("mine(oak_log, 4)", "mine(oak_log, 2)", "mine(oak_log, 4)")
    proposal = mixed.propose(situation(LOGS, rgb=paint(201, 0, 0)))
    assert (proposal.tier, proposal.seen) == ("slow", ("oak_log near",))
    agent = neighbours(*["mine(oak_log, 4)"] * NEIGHBOURS)
    failed = [decision(0, "mine(oak_log, 4)", "NOT_FOUND")]
    assert agent.propose(situation(LOGS, history=failed, rgb=paint(201, 0, 0))).tier == "slow"


def test_only_what_went_ok_on_the_way_to_a_reached_subgoal_is_kept() -> None:
    agent = KnnPolicy(Scripted("wait(20)"), Painted())
    tried = [replace(decision(i, "mine(oak_log, 4)", "NOT_FOUND"), rgb=paint(9, 9, 9)) for i in range(5)]
    agent.learn(episode(0, segment(tried)))
    fine = [replace(decision(i, "mine(oak_log, 4)"), rgb=paint(9, 9, 9)) for i in range(5)]
    agent.learn(episode(1, segment(fine, reached=False)))
    assert agent.nearest("gather", np.ones(3, np.float32)) is None
    agent.learn(episode(2, segment(fine)))
    assert agent.nearest("gather", np.ones(3, np.float32)) == act("mine(oak_log, 4)")


def test_a_memory_without_pictures_is_refused() -> None:
    blind = replace(decision(0, "mine(oak_log, 4)"), rgb=np.zeros((0, 0, 3), np.uint8))
    with pytest.raises(PeamError, match="episode 4 has none"):
        KnnPolicy(Scripted("wait(20)"), Painted()).learn(episode(4, segment([blind])))
