"""The planner over any chat model: one request a slow call, re-asks, the plan as it stands."""

from __future__ import annotations

from typing import Any

from peam.actions import Action, InvalidAction
from peam.agents.base import Situation, think
from peam.config import load_config
from peam.slow.chat import ChatPlanner, Reply
from tests.slow.endpoint import DECISION, GOAL
from tests.slow.moments import BARE, LAST, LOGS, TASK, did, seen

PLAN = f'{{"thought": "", "plan": [{GOAL}]}}'
MINE = Action("mine", "oak_log", 4)


class Parrot:
    """A chat model that says what it is told to, and keeps what it was asked."""

    looks = False

    def __init__(self, *texts: str, cut: bool = False) -> None:
        self.texts, self.cut = list(texts), cut
        self.asked: list[list[dict[str, Any]]] = []
        self.seeds: list[int] = []

    def complete(self, messages, schema, seed: int) -> Reply:
        self.asked.append(list(messages))
        self.seeds.append(seed)
        return Reply(self.texts.pop(0), (10, 1), self.cut)


def planner(*texts: str, reasks: int = 2, cut: bool = False) -> tuple[ChatPlanner, Parrot]:
    parrot = Parrot(*texts, cut=cut)
    made = ChatPlanner(parrot, load_config(overrides=[f"slow.chat.reasks={reasks}"]))
    made.begin(7)
    return made, parrot


def situation(**changes) -> Situation:
    return Situation(LAST, seen(**changes), "", (), ())


def test_a_slow_call_is_one_request() -> None:
    made, parrot = planner(PLAN, DECISION)
    assert made.plan(TASK, BARE, []) == [LOGS, LAST]
    assert len(parrot.asked) == 1 and made.spent() == (10, 1)
    proposal = think(made, situation())
    assert len(parrot.asked) == 2, "outlook and decide share an answer"
    assert (proposal.action, proposal.plan, proposal.tokens) == (MINE, (LOGS, LAST), (10, 1))
    assert made.spent() == (0, 0) and parrot.seeds == [7, 7]


def test_the_plan_stands_until_it_is_revised_and_what_holds_is_left_out() -> None:
    made, _ = planner(PLAN, '{"plan": [], "action": "wait(20)"}', DECISION)
    made.plan(TASK, BARE, [])
    assert think(made, situation()).plan == (LOGS, LAST), "no plan in the answer: the old one"
    assert think(made, situation(inventory={"oak_log": 4})).plan == (LAST,)


def test_another_subgoal_or_another_moment_is_another_request() -> None:
    made, parrot = planner(*[DECISION] * 6)
    made.brief(TASK, BARE)
    made.outlook(BARE, (), [])
    assert made.decide(LAST, BARE, (), []) == MINE and len(parrot.asked) == 2, "not what was ready"
    assert '"pursue"' in parrot.asked[-1][1]["content"]
    made.outlook(BARE, (), [])
    made.decide(LOGS, BARE, (), [did(0, "wait(20)")])
    assert len(parrot.asked) == 4, "an answer to the past is not handed out"
    made.outlook(BARE, (), [])
    made.begin(7)
    made.decide(LOGS, BARE, (), [])
    assert len(parrot.asked) == 6, "nor one of the last episode"


def test_an_answer_is_handed_out_once() -> None:
    made, parrot = planner(DECISION, DECISION)
    made.brief(TASK, BARE)
    made.outlook(BARE, (), [])
    made.decide(LOGS, BARE, (), [])
    made.decide(LOGS, BARE, (), [])
    assert len(parrot.asked) == 2


def test_without_a_task_there_is_no_outlook_and_still_a_decision() -> None:
    made, parrot = planner(DECISION)
    assert made.outlook(BARE, (), []) == [] and parrot.asked == []
    assert made.decide(LOGS, BARE, (), []) == MINE


def test_it_asks_again_with_what_was_wrong_and_pays_for_both() -> None:
    made, parrot = planner("no idea", '{"action": "mine(oak, 4)"}', DECISION)
    made.brief(TASK, BARE)
    proposal = think(made, situation())
    assert proposal.action == MINE and proposal.tokens == (30, 3)
    assert "no JSON object" in parrot.asked[1][-1]["content"]
    assert "mine knows no 'oak'" in parrot.asked[2][-1]["content"]
    assert len(parrot.asked[2]) == 6, "the whole conversation"


def test_what_never_parses_is_a_decision_that_does_nothing() -> None:
    made, parrot = planner("no idea", "none", "still none")
    made.brief(TASK, BARE)
    proposal = think(made, situation())
    assert proposal.action == InvalidAction("still none", "it holds no JSON object of that form")
    assert proposal.plan == (LAST,) and len(parrot.asked) == 3
    made, parrot = planner("no idea", reasks=0)
    assert made.plan(TASK, BARE, []) == [LAST], "the goal alone where no plan could be read"
    assert len(parrot.asked) == 1


def test_an_answer_that_was_cut_off_is_told_so() -> None:
    made, parrot = planner(DECISION[:30], DECISION, cut=True)
    made.brief(TASK, BARE)
    think(made, situation())
    assert "cut off" in parrot.asked[1][-1]["content"]
