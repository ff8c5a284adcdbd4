"""A slow tier made of any chat model: it asks, reads, asks again, and keeps the plan as it stands.

One request a slow call: the answer to a decision carries the revised plan with it, so `outlook` asks and
`decide` hands out the action of the same answer. Nothing lasts beyond the episode. Knows no model and no
network: a `Chat` answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from peam.actions import Action, InvalidAction
from peam.config import Config
from peam.slow.answers import Answer, read, schema
from peam.slow.messages import Kind, Message, Moment, again, ask
from peam.types import Decision, Observation, Subgoal, Task

CUT = "it was cut off at its longest: answer in fewer words"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a chat model wrote.

    Attributes:
        text: Its words.
        tokens: (prompt, completion) tokens that it cost; for a cached one, when it was first written.
        cut: Whether it ends because it became too long.
    """

    text: str
    tokens: tuple[int, int]
    cut: bool = False


class Chat(Protocol):
    """A chat model. `looks`: whether it is sent the picture."""

    looks: bool

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any], seed: int) -> Reply:
        """Answers.

        Args:
            messages: The conversation.
            schema: The JSON schema of the answer that is hoped for; not every model can be held to it.
            seed: Of sampling, where it samples.

        Raises:
            PlannerError: It does not answer.
            BudgetError: What it may cost is spent.
        """


@dataclass(frozen=True, slots=True)
class _Ready:
    """An action that was answered along with a plan, and what it was an answer to."""

    moment: tuple[object, ...]
    subgoal: Subgoal
    action: Action | InvalidAction


class ChatPlanner:
    """A `SlowPlanner`. Deterministic where the chat model is."""

    def __init__(self, chat: Chat, config: Config) -> None:
        """Args: chat: What answers. config: `slow.chat` is read."""
        self._chat = chat
        self._reasks = int(config.slow.chat.reasks)
        self._recent = int(config.slow.chat.history)
        self.looks = chat.looks
        self._tokens = (0, 0)
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Forgets the last episode; `seed` is that of sampling."""
        self._seed = seed
        self._task: Task | None = None
        self._plan: tuple[Subgoal, ...] = ()
        self._ready: _Ready | None = None

    def brief(self, task: Task, observation: Observation) -> None:
        """Takes up the task."""
        self._task, self._plan = task, ()

    def plan(
        self, task: Task, observation: Observation, history: Sequence[Decision], hints: Sequence[str] = ()
    ) -> list[Subgoal]:
        """Asks for the subgoals; the goal alone where no answer could be read."""
        if self._task != task:
            self.brief(task, observation)
        moment = Moment(task, self._open(task, observation), observation, (), history, hints)
        self._plan = self._ask("plan", moment).plan or self._plan
        return self._open(task, observation)

    def outlook(
        self,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> list[Subgoal]:
        """Asks for plan and action; `decide` has the action ready. Empty where it was not told the task."""
        task = self._task
        if task is None:
            return []
        before = self._open(task, observation)
        answer = self._ask("decide", Moment(task, before, observation, stations, history, hints))
        self._plan = answer.plan or self._plan
        plan = self._open(task, observation)
        self._ready = _Ready(_key(observation, stations, history, hints), plan[0], answer.action)
        return plan

    def decide(
        self,
        subgoal: Subgoal,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> Action | InvalidAction:
        """Returns the action that `outlook` was just answered, or asks for one towards `subgoal`."""
        ready, self._ready = self._ready, None
        if ready and (ready.moment, ready.subgoal) == (_key(observation, stations, history, hints), subgoal):
            return ready.action
        task = self._task or Task("", "", subgoal.predicate, subgoal.category)
        plan = self._open(task, observation)
        return self._ask("pursue", Moment(task, plan, observation, stations, history, hints, subgoal)).action

    def spent(self) -> tuple[int, int]:
        """Returns the tokens that were paid for since this was last asked."""
        tokens, self._tokens = self._tokens, (0, 0)
        return tokens

    def _ask(self, kind: Kind, moment: Moment) -> Answer:
        """Asks, and asks again where the answer cannot be used; returns the last answer as it is."""
        acts = kind != "plan"
        wanted, messages = schema(acts), ask(kind, moment, self._recent, self.looks)
        for left in range(self._reasks, -1, -1):
            reply = self._chat.complete(messages, wanted, self._seed)
            self._tokens = (self._tokens[0] + reply.tokens[0], self._tokens[1] + reply.tokens[1])
            answer = read(reply.text, acts)
            if not answer.flaw or not left:
                break
            messages = again(messages, reply.text, CUT if reply.cut else answer.flaw)
        return answer

    def _open(self, task: Task, observation: Observation) -> list[Subgoal]:
        """Returns what is still to be reached of the plan, the task's goal last."""
        last = Subgoal(task.category, task.goal)
        rest = [s for s in self._plan if s.predicate != task.goal and not s.predicate.holds(observation)]
        return [*rest, last]


def _key(
    observation: Observation, stations: Sequence[str], history: Sequence[Decision], hints: Sequence[str]
) -> tuple[object, ...]:
    return (observation.tick, len(history), tuple(stations), tuple(hints))
