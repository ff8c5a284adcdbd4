"""What each agent with a text memory stores, what it retrieves, and when it acts without the planner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peam.agents.casebandit import CaseBandit, LinUcb, reward
from peam.agents.exprag import OFTEN, ExpRag
from peam.agents.knn_policy import NEIGHBOURS, KnnPolicy
from peam.agents.reflexion import WINDOW, Reflexion
from peam.agents.steve import VETOES, Steve
from peam.agents.toolgraph import START, SUPPORT, ToolGraph, node
from peam.agents.voyager import Voyager
from peam.agents.words import distinct, needed, recalled, told
from peam.errors import PeamError
from peam.memory.embeddings import Ngrams
from peam.slow.beliefs import Beliefs
from peam.types import Predicate, Subgoal, Task

from .scripted import (
    LOGS,
    TABLE,
    TASK,
    Scripted,
    act,
    corrected_episode,
    decision,
    episode,
    segment,
    situation,
)

LACKING = "craft(crafting_table, 1): MISSING_MATERIAL oak_planks 4"
LOG_TASK = Task("oak_log_4", "collect 4 oak logs", LOGS.predicate, "gather")


# ---- words


def test_every_agents_hints_end_in_what_a_planner_reads() -> None:
    """Each of them repairs the recipe of the table in a planner that has forgotten it."""
    learned = corrected_episode(0)
    agents = [
        Voyager(Scripted("wait(20)"), Ngrams(), 5),
        Reflexion(Scripted("wait(20)")),
        ExpRag(Scripted("wait(20)"), Ngrams(), 5, prune=False),
        Steve(Scripted("wait(20)"), Ngrams(), 5),
        CaseBandit(Scripted("wait(20)"), Ngrams(), 5),
        ToolGraph(Scripted("wait(20)"), Ngrams(), 5),
    ]
    for agent in agents:
        agent.learn(learned)
        now = situation(TABLE, {"oak_log": 4}, task=replace(TASK, name="crafting_table"))
        hints = agent.recall(TABLE, now.state.replace("task t ", "task crafting_table "))
        beliefs = Beliefs()
        beliefs.facts["recipe:crafting_table"] = None
        heard = beliefs.replay((), hints)
        assert heard.recipe("crafting_table") == {"planks": 4}, (agent.name, hints)


def test_hints_that_say_the_same_are_told_once() -> None:
    lines = ["here: mine(stone, 1): NOT_FOUND", "there: mine(stone, 4): NOT_FOUND", "mine(stone, 1): OK"]
    assert distinct(lines, 5) == (lines[0], lines[2])
    assert distinct(lines, 1) == (lines[0],)


def test_what_a_run_uses_up_is_reckoned_by_kind_and_net() -> None:
    run = [
        decision(0, "mine(oak_log, 1)", delta={"oak_log": 1}),
        decision(1, "craft(birch_planks, 4)", delta={"birch_log": -1, "birch_planks": 4}),
        decision(2, "craft(stick, 4)", delta={"birch_planks": -6, "stick": 4}),
    ]
    assert needed(run) == {"planks": 2}


def test_experience_is_looked_up_by_what_is_wanted_and_held() -> None:
    now = situation(TABLE, {"oak_log": 4})
    assert recalled(now.state) == (
        "goal inventory crafting_table 1 ; has oak_log 4 ; hand air ; near nothing ; last nothing"
    )
    assert told(decision(0, "craft(stick, 4)", "MISSING_MATERIAL", missing={"oak_planks": 2})) == (
        "craft(stick, 4): MISSING_MATERIAL oak_planks 2"
    )


# ---- voyager


def library(*planned: str) -> tuple[Voyager, Scripted]:
    planner = Scripted(*(planned or ("wait(20)",)))
    agent = Voyager(planner, Ngrams(), 5)
    agent.learn(corrected_episode(0))
    agent.begin(TASK, 1)
    return agent, planner


def test_a_skill_is_reused_whole_where_its_subgoal_matches_and_its_needs_are_held() -> None:
    agent, planner = library()
    first = agent.propose(situation(TABLE, {"oak_log": 4}))
    assert (first.action, first.tier) == (act("craft(oak_planks, 4)"), "fast")
    done = [decision(0, "craft(oak_planks, 4)", subgoal=TABLE)]
    second = agent.propose(situation(TABLE, {"oak_log": 3, "oak_planks": 4}, done))
    assert (second.action, second.tier) == (act("craft(crafting_table, 1)"), "fast")
    assert not planner.hints, "the planner was never asked"
    more = [*done, decision(1, "craft(crafting_table, 1)", subgoal=TABLE)]
    assert agent.propose(situation(TABLE, {}, more)).tier == "slow", "carried out, and yet not there"


def test_a_skill_that_fails_drops_back_to_the_planner_for_the_pursuit() -> None:
    agent, planner = library()
    agent.propose(situation(TABLE, {"oak_log": 4}))
    failed = [decision(0, "craft(oak_planks, 4)", "MISSING_MATERIAL", TABLE)]
    for held in ({}, {"oak_log": 4}):
        assert agent.propose(situation(TABLE, held, failed)).tier == "slow"
    assert "craft(crafting_table, 1): OK" in planner.hints[0][0], "and tells it the skill"


def test_what_is_not_held_or_another_subgoal_is_no_match() -> None:
    agent, _ = library()
    assert agent.propose(situation(TABLE)).tier == "slow", "it uses up a log"
    more = Subgoal("gather", Predicate("inventory", "oak_log", 8))
    assert agent.propose(situation(more)).tier == "slow"
    assert agent.propose(situation(LOGS)).action == act("mine(oak_log, 4)"), "the walk was of another world"


def test_where_a_step_finds_nothing_the_planner_searches_and_the_skill_goes_on() -> None:
    agent, _ = library("explore(south)", "mine(oak_log, 4)")
    both = [decision(0, "mine(oak_log, 4)"), decision(1, "craft(oak_planks, 4)")]
    chain = Subgoal("craft", Predicate("inventory", "oak_planks", 4))
    agent.learn(episode(1, segment([replace(d, subgoal=chain) for d in both])))
    agent.begin(TASK, 1)
    assert agent.propose(situation(chain)).action == act("mine(oak_log, 4)")
    course = [decision(0, "mine(oak_log, 4)", "NOT_FOUND", chain, tier="fast")]
    for text in ("explore(south)", "mine(oak_log, 4)"):
        proposal = agent.propose(situation(chain, history=course))
        assert (proposal.action, proposal.tier) == (act(text), "slow")
        course.append(decision(len(course), text, subgoal=chain))
    proposal = agent.propose(situation(chain, history=course))
    assert (proposal.action, proposal.tier) == (act("craft(oak_planks, 4)"), "fast")


def test_the_library_takes_what_reached_its_subgoal_and_keeps_the_newest() -> None:
    agent, _ = library()
    failed = segment(
        [decision(0, "mine(stone, 1)", "NOT_FOUND"), decision(1, "explore(east)")], reached=False
    )
    agent.learn(episode(1, failed))
    assert len(agent.retrieve(LOGS)) == 2
    agent.learn(episode(2, segment([decision(0, "mine(oak_log, 4)", delta={"oak_log": 4})])))
    (skill,) = (s for s in agent.retrieve(LOGS) if s.subgoal == LOGS)
    assert skill.actions == (act("mine(oak_log, 4)"),)
    again = segment([decision(0, "explore(west)", tier="fast")])
    agent.learn(episode(3, again))
    assert skill in agent.retrieve(LOGS), "a run of reflexes alone is the skill itself"


# ---- reflexion


def test_lessons_name_the_failure_its_reason_and_what_worked() -> None:
    agent = Reflexion(Scripted("wait(20)"))
    agent.learn(corrected_episode(0))
    hints = agent.recall(TABLE, situation(TABLE).state)
    assert hints == (
        "for gather inventory.oak_log do explore(north) first, since this failed: "
        "mine(oak_log, 4): NOT_FOUND",
        f"for craft inventory.crafting_table do craft(oak_planks, 4) first, since this failed: {LACKING}",
    )
    other = situation(TABLE, task=LOG_TASK)
    assert agent.recall(TABLE, other.state) == (), "lessons of another task"


def test_the_window_holds_the_last_few_episodes_newest_first() -> None:
    agent = Reflexion(Scripted("wait(20)"))
    items = ("chest", "furnace", "ladder", "torch")
    for index, item in enumerate(items):
        agent.learn(episode(index, segment([decision(0, f"craft({item}, 1)", "NO_STATION")], reached=False)))
    agent.learn(episode(9, segment([decision(0, "explore(north)")])))
    hints = agent.recall(TABLE, situation(TABLE).state)
    assert [h.split("(")[1].split(",")[0] for h in hints] == list(reversed(items))[:WINDOW]


# ---- exprag


def test_the_most_alike_steps_are_told_failures_too() -> None:
    agent = ExpRag(Scripted("wait(20)"), Ngrams(), 2, prune=False)
    agent.learn(corrected_episode(0))
    agent.learn(corrected_episode(1))
    assert len(agent) == 6, "the same step is kept once"
    hints = agent.recall(TABLE, situation(TABLE, {"oak_log": 4}).state)
    assert {h.partition(": ")[2] for h in hints} == {LACKING, "craft(oak_planks, 4): OK"}


def test_what_is_often_retrieved_and_never_helps_is_forgotten() -> None:
    kept, pruned = (ExpRag(Scripted("wait(20)"), Ngrams(), 2, prune=prune) for prune in (False, True))
    idle = segment([decision(0, "wait(20)", has="dirt 1")], reached=False)
    for agent in (kept, pruned):
        agent.learn(corrected_episode(0))
        for index in range(OFTEN + 1):
            agent.learn(episode(1 + index, idle, success=False))
    assert len(kept) == 7
    assert len(pruned) < len(kept)
    useful = ExpRag(Scripted("wait(20)"), Ngrams(), 2, prune=True)
    useful.learn(corrected_episode(0))
    for index in range(OFTEN + 1):
        useful.learn(episode(1 + index, idle, success=True))
    assert len(useful) == 7


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


class Painted:
    """Eyes that take the colour of the first pixel for what is seen, and for the embedding."""

    def see(self, rgb):
        return ("oak_log near",) if rgb[0, 0, 0] else ()

    def embed(self, rgb, text):
        return rgb[0, 0].astype(np.float32)


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
