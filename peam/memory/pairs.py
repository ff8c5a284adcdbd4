"""Failure-correction pairs: what failed, and what then reached the same subgoal from an equivalent context.

Knows decisions and their outcomes, nothing of storage, models or the rules of the game. Definitions:

- context class: subgoal, inventory (counts as powers of two), hand, stations near; no position, no vitals.
  Only relevant items count: those that some pursuit of the subgoal used up, or that the game said it lacked.
- failed run: consecutive failed decisions of one pursuit in one unchanged context. Decisions whose text did
  not parse have no action to compare and are left out.
- corrected run: the OK decisions of the first later pursuit that reached the same subgoal, from the first one
  whose context is the failed run's: the rest of the same pursuit, else a later one, of any episode.
- plain success: the OK decisions of a reached pursuit before its first failure, without a twin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from peam.fast.hindsight import straight
from peam.memory.records import NO_IMAGE
from peam.types import Decision, Pair, Segment, Subgoal


def context_of(decision: Decision, relevant: Collection[str] | None = None) -> str:
    """Returns the context class of a decision, from its state text.

    Args:
        decision: Whose situation is meant.
        relevant: Items that count; None: all.

    Returns:
        e.g. "craft inventory.stick >= 4 | oak_planks 2 | air | crafting_table".
    """
    parts = dict(part.partition(" ")[::2] for part in decision.state.split(" ; "))
    words = parts.get("has", "nothing").split()
    held = [(n, int(c)) for n, c in zip(words[::2], words[1::2], strict=False) if c.isdecimal()]
    items = [f"{n} {_rounded(c)}" for n, c in held if relevant is None or n in relevant]
    hand = parts.get("hand", "air")
    if relevant is not None and hand not in relevant:
        hand = "any"
    subgoal = f"{decision.subgoal.category} {decision.subgoal.predicate}"
    return " | ".join([subgoal, " ".join(items) or "nothing", hand, parts.get("near", "nothing")])


def _rounded(count: int) -> int:
    return 1 << (count.bit_length() - 1) if count > 0 else 0


class Relevance:
    """Which items matter to a subgoal, learned from what its pursuits used up or lacked."""

    def __init__(self) -> None:
        self._items: dict[str, set[str]] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up one more pursuit."""
        items = self._items.setdefault(segment.subgoal.goal, {segment.subgoal.predicate.item})
        for decision in segment.decisions:
            outcome = decision.outcome
            items.update(name for name, change in outcome.delta.items() if change < 0)
            items.update(outcome.missing)

    def of(self, subgoal: Subgoal) -> frozenset[str]:
        """Returns the items that matter to the subgoal."""
        return frozenset(self._items.get(subgoal.goal, {subgoal.predicate.item}))

    def context(self, decision: Decision) -> str:
        """Returns the decision's context class by what is relevant so far."""
        return context_of(decision, self.of(decision.subgoal))


def action_word(decision: Decision) -> str:
    """Returns the word of the decision's action, "invalid" where its text did not parse."""
    return "invalid" if decision.action is None else decision.action.word


def signature(segment: Segment) -> str:
    """Returns the skill signature: goal and the sequence of actions, repetitions once, without counts."""
    words: list[str] = []
    for decision in segment.decisions:
        word = action_word(decision)
        if not words or words[-1] != word:
            words.append(word)
    return f"{segment.subgoal.goal}: {' '.join(words)}"


def decision_id(episode: int, decision: Decision) -> str:
    """Returns the id of a decision within its store: "episode:index"."""
    return f"{episode}:{decision.index}"


def make_pair(context: str, failed: Segment | None, corrected: Segment) -> Pair:
    """Builds a pair; its id is the sha256 over its decisions' ids."""
    text = "|".join(_ids(run) for run in (failed, corrected))
    return Pair(context, failed, corrected, hashlib.sha256(text.encode()).hexdigest())


def _ids(run: Segment | None) -> str:
    return "" if run is None else ",".join(decision_id(run.episode, d) for d in run.decisions)


@dataclass(slots=True)
class PairMiner:
    """Mines pairs as episodes arrive; failures that nothing has corrected yet wait.

    Attributes:
        relevance: What each subgoal's context looks at.
        failures: Whether failures are paired with what corrected them; False: plain successes alone.
        waiting: Subgoal -> failed runs without a correction, pictures dropped.
    """

    relevance: Relevance = field(default_factory=Relevance)
    failures: bool = True
    waiting: dict[str, list[Segment]] = field(default_factory=dict)

    def add(self, segments: Sequence[Segment]) -> list[Pair]:
        """Takes up one episode's segments, in order.

        Args:
            segments: Of one episode.

        Returns:
            The pairs whose corrected run lies in this episode. Runs of earlier episodes have no pictures:
            for training, load the pairs from the store.
        """
        for segment in segments:
            self.relevance.learn(segment)
        pairs: list[Pair] = []
        for segment in segments:
            if segment.reached:
                pairs += self._correct(segment)
                pairs += self._own(segment)
            elif self.failures:
                self._wait(segment, _failed_runs(segment, self.relevance))
        return _unique(pairs)

    def _own(self, segment: Segment) -> list[Pair]:
        """Pairs of failures that the same pursuit corrected, and the plain success before the first."""
        runs = _failed_runs(segment, self.relevance) if self.failures else []
        pairs = []
        for run in runs:
            pair = self._pair(run, segment, run.decisions[-1].index + 1)
            if pair is None:
                self._wait(segment, [run])
            else:
                pairs.append(pair)
        first = next((i for i, d in enumerate(segment.decisions) if not d.outcome.ok), None)
        plain = segment.decisions[:first]
        if plain:
            run = replace(segment, decisions=plain)
            pairs.append(make_pair(self.relevance.context(plain[0]), None, run))
        return pairs

    def _correct(self, segment: Segment) -> list[Pair]:
        """Pairs of waiting failures with this reached pursuit."""
        key = str(segment.subgoal)
        pairs, still = [], []
        for run in self.waiting.get(key, []):
            pair = self._pair(run, segment, 0)
            if pair is None:
                still.append(run)
            else:
                pairs.append(pair)
        self.waiting[key] = still
        return pairs

    def _pair(self, failed: Segment, reached: Segment, start: int) -> Pair | None:
        """Pairs a failed run with what a reached pursuit did from the first equivalent context on."""
        context = self.relevance.context(failed.decisions[0])
        later = [d for d in reached.decisions if d.index >= start]
        equal = (i for i, d in enumerate(later) if self.relevance.context(d) == context)
        chain = tuple(d for d in later[next(equal, len(later)) :] if d.outcome.ok)
        if not chain or not _differs(failed.decisions, chain):
            return None
        return make_pair(context, failed, replace(reached, decisions=chain))

    def _wait(self, segment: Segment, runs: Iterable[Segment]) -> None:
        light = [replace(r, decisions=tuple(replace(d, rgb=NO_IMAGE) for d in r.decisions)) for r in runs]
        self.waiting.setdefault(str(segment.subgoal), []).extend(light)


def _failed_runs(segment: Segment, relevance: Relevance) -> list[Segment]:
    """Returns the maximal runs of consecutive failed decisions in one context, unparsed ones left out."""
    runs: list[list[Decision]] = []
    last = ""
    for decision in segment.decisions:
        if decision.outcome.ok:
            last = ""
        elif decision.action is not None:
            context = relevance.context(decision)
            if context != last:
                runs.append([])
            runs[-1].append(decision)
            last = context
    return [replace(segment, decisions=tuple(run), reached=False) for run in runs]


def _differs(failed: Sequence[Decision], chain: Sequence[Decision]) -> bool:
    """Whether something is left to contrast: the runs part ways before the failed one ends."""
    return [d.action for d in failed] != [d.action for d in chain[: len(failed)]]


def _unique(pairs: Iterable[Pair]) -> list[Pair]:
    return list({pair.id: pair for pair in pairs}.values())


def mine_pairs(segments: Iterable[Segment]) -> list[Pair]:
    """Mines a whole history: segments by episode and position."""
    miner = PairMiner()
    pairs: list[Pair] = []
    episode: list[Segment] = []
    for segment in segments:
        if episode and segment.episode != episode[-1].episode:
            pairs += miner.add(episode)
            episode = []
        episode.append(segment)
    return pairs + miner.add(episode)


def training_decisions(pairs: Iterable[Pair]) -> list[tuple[int, Decision]]:
    """Returns (episode, decision) of all corrected runs, detours put right, each once, oldest first."""
    runs = sorted((p.corrected for p in pairs), key=lambda run: len(run.decisions))  # longest last
    found = {(run.episode, d.index): d for run in runs for d in straight(run.decisions)}
    return [(key[0], found[key]) for key in sorted(found)]
