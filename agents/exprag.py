"""ExpRAG (Evo-Memory, arXiv 2511.20857), by the step as in SLEA-RL (2603.18079): similar experience as hints.

Every decision is kept with its state text and outcome, failures too; at a decision the steps whose states
are most alike are told to the planner. With `retrieval.prune` an entry that was often retrieved and seldom
in an episode that succeeded is forgotten (ReMe, arXiv 2512.10696).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peam.agents.remembering import Remembering
from peam.agents.words import distinct, holding, recalled, told
from peam.memory.embeddings import Encoder
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Subgoal

OFTEN = 5  # episodes an entry was retrieved in before it is judged
USEFUL = 0.5  # share of them that must have succeeded
WIDER = 4  # times as many entries looked at as told: the nearest often say the same


@dataclass(slots=True)
class Step:
    """One kept decision.

    Attributes:
        text: As the planner reads it.
        retrieved: Episodes in which it was told.
        useful: Those of them that succeeded.
    """

    text: str
    retrieved: int = 0
    useful: int = 0


class ExpRag(Remembering):
    """The step memory.

    Args:
        planner: Asked at every decision.
        encoder: Of state texts.
        top: Steps told.
        prune: Whether useless entries are forgotten.
    """

    name = "exprag"

    def __init__(self, planner: SlowPlanner, encoder: Encoder, top: int, prune: bool) -> None:
        super().__init__(planner)
        self._encoder, self._top, self._prune = encoder, top, prune
        self._index = Index(encoder.width)
        self._steps: dict[int, Step] = {}
        self._known: dict[tuple[str, str], int] = {}  # what is kept already, by where and what

    def __len__(self) -> int:
        return len(self._steps)

    def learn(self, episode: Episode) -> None:
        """Judges what this episode was told, then keeps its decisions, each different one once."""
        played = [d for segment in episode.segments for d in segment.decisions]
        if self._prune:
            self._judge(played, episode.success)
        for decision in played:
            key = (recalled(decision.state), told(decision))
            if decision.action is not None and key not in self._known:
                number = self._index.add(self._encoder.encode([key[0]])[0])
                self._steps[number] = Step(f"holding {holding(decision.state)}: {key[1]}")
                self._known[key] = number

    def _judge(self, played: Sequence[Decision], success: bool) -> None:
        """Counts what was retrieved; from the record alone, so that a replayed life judges the same."""
        used = {number for d in played for number in self._nearest(d.state)}
        for number in sorted(used):
            step = self._steps[number]
            step.retrieved += 1
            step.useful += success
            if step.retrieved >= OFTEN and step.useful < USEFUL * step.retrieved:
                self._index.drop(number)
                del self._steps[number]

    def _nearest(self, state: str) -> list[int]:
        found = self._index.search(self._encoder.encode([recalled(state)])[0], WIDER * self._top)
        texts = distinct((self._steps[number].text for number, _ in found), self._top)
        first = {self._steps[number].text: number for number, _ in reversed(found)}
        return [first[text] for text in texts]

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the steps taken in the states most alike."""
        return [self._steps[number].text for number in self._nearest(state)]
