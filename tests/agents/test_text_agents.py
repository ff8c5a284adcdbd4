"""What the agents with a text memory tell the planner; the library, the lessons and the steps."""

from __future__ import annotations

from dataclasses import replace

from peam.agents.casebandit import CaseBandit
from peam.agents.exprag import OFTEN, ExpRag
from peam.agents.reflexion import WINDOW, Reflexion
from peam.agents.steve import Steve
from peam.agents.toolgraph import ToolGraph
from peam.agents.voyager import Voyager
from peam.agents.words import distinct, needed, recalled, told
from peam.memory.embeddings import Ngrams
from peam.slow.beliefs import Beliefs
from peam.types import Predicate, Subgoal, Task

from .scripted import (
    LACKING,
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
