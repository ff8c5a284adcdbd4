"""SIT-Graph (arXiv 2512.07287): an action-transition graph whose edges carry summaries of the state.

Within one goal each decision is an edge from the last action and its outcome to the next action. An edge
that is well supported, succeeds and dominates is routine: it is taken without asking the planner.
Everywhere else the planner is asked, and told the state summaries most alike with what came of the edge
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peam.actions import Action
from peam.agents.base import Situation
from peam.agents.remembering import Remembering
from peam.agents.tabu import tabu
from peam.agents.words import distinct, holding, recalled, told
from peam.memory.embeddings import Encoder
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Subgoal

START = "start"
SUPPORT = 3  # times an edge was taken before it can be routine
SUCCESS = 0.8  # share of them that went OK in a pursuit that reached its subgoal
DOMINANCE = 0.5  # share of what followed its node that it must exceed
WIDER = 4  # times as many summaries looked at as told: the nearest often say the same


@dataclass(slots=True)
class Edge:
    """How often it was taken, and how often it was right."""

    taken: int = 0
    right: int = 0

    def reliable(self, followed: int) -> bool:
        """Returns whether it is routine, of `followed` decisions at its node."""
        supported = self.taken >= SUPPORT and self.right >= SUCCESS * self.taken
        return supported and self.taken > DOMINANCE * followed


class ToolGraph(Remembering):
    """The graph.

    Args:
        planner: Asked where no edge is routine.
        encoder: Of state texts.
        top: Summaries told.
    """

    name = "toolgraph"

    def __init__(self, planner: SlowPlanner, encoder: Encoder, top: int) -> None:
        super().__init__(planner)
        self._encoder, self._top = encoder, top
        self._edges: dict[tuple[str, str], dict[Action, Edge]] = {}
        self._index = Index(encoder.width)
        self._summaries: list[str] = []
        self._known: set[tuple[str, str]] = set()

    def learn(self, episode: Episode) -> None:
        """Adds the episode's transitions."""
        for segment in episode.segments:
            last: Decision | None = None
            for decision in segment.decisions:
                if decision.action is not None:
                    edges = self._edges.setdefault((segment.subgoal.goal, node(last)), {})
                    edge = edges.setdefault(decision.action, Edge())
                    edge.taken += 1
                    edge.right += decision.outcome.ok and segment.reached
                    self._summarise(node(last), decision)
                last = decision

    def _summarise(self, before: str, decision: Decision) -> None:
        key = (recalled(decision.state), told(decision))
        if key not in self._known:
            self._known.add(key)
            self._index.add(self._encoder.encode([key[0]])[0])
            self._summaries.append(f"after {before}, holding {holding(decision.state)}: {key[1]}")

    def routine(self, goal: str, before: str) -> Action | None:
        """Returns the action of the routine edge from a node, None where there is none."""
        edges = self._edges.get((goal, before), {})
        followed = sum(edge.taken for edge in edges.values())
        return next((action for action, edge in edges.items() if edge.reliable(followed)), None)

    def reflex(self, situation: Situation) -> Action | None:
        """Returns the routine action, unless routine has just failed or the episode has ruled it out."""
        last = _last(situation)
        if last is not None and last.tier == "fast" and not last.outcome.ok:
            return None
        action = self.routine(situation.subgoal.goal, node(last))
        return None if action is None or action in tabu(situation.history) else action

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the summaries of the states most alike, with what came of the edge."""
        found = self._index.search(self._encoder.encode([recalled(state)])[0], WIDER * self._top)
        return distinct((self._summaries[number] for number, _ in found), self._top)


def node(last: Decision | None) -> str:
    """Returns the node that a pursuit is at: its last action, by its word, and how that ended."""
    if last is None or last.action is None:
        return START
    return f"{last.action.word} {last.outcome.diagnosis}"


def _last(situation: Situation) -> Decision | None:
    """Returns the last decision, where it was of the same pursuit."""
    history = situation.history
    return history[-1] if history and history[-1].subgoal == situation.subgoal else None
