"""A life, as in the paper: act, record, mine pairs, score them, trigger, consolidate, act better.

    task -> slow.plan -> subgoal -> fast.decide -> confident? -> action -> skills -> outcome      (rollout.py)
    outcome -> store -> pairs -> worthiness -> trigger -> consolidate -> gate -> registry -> fast (memory/)

Everything that lasts is in the run folder; killing the process at any moment loses at most the episode
that was being played.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from peam.agents.peam import Peam
from peam.build import AGENTS, make_planner, make_sim
from peam.camera import Cameraman
from peam.claim import claim
from peam.config import Config
from peam.evaluation.suites import load_suite, suited
from peam.fast.tier import LoraFastTier
from peam.memory.memory import Memory
from peam.memory.records import Consolidation
from peam.retrieval_life import RetrievalLife
from peam.rollout import OnEvent, Rollout, ignore
from peam.stream import stream_of, told_of
from peam.summary import write_summary
from peam.types import Episode


def run_life(config: Config, resume: bool = False, on_event: OnEvent = ignore) -> Mapping[str, Any]:
    """Lives a whole life, or the rest of one.

    Args:
        config: The resolved configuration; saved in the run folder.
        resume: Whether the run folder already holds a life to go on with.
        on_event: Listener; `peam.display` names the events.

    Returns:
        The content of `summary.json`.

    Raises:
        PeamError: Another process lives in the run folder.
    """
    run_dir = Path(config.run_dir)
    config = suited(config, load_suite(config.life.suite))
    with claim(run_dir):
        config.save(run_dir / "config.yaml")
        lives = RetrievalLife if config.agent in AGENTS else Life
        with closing(lives(run_dir, config, on_event)) as life:
            life.live()
        return write_summary(run_dir, config)


class Life:
    """The loop of the paper."""

    def __init__(self, run_dir: Path, config: Config, on_event: OnEvent = ignore) -> None:
        self.config = config
        self.on_event = on_event
        self.stream = stream_of(config)
        self.fast = LoraFastTier(config)
        self.memory = Memory.open(run_dir, config, self.fast)
        self.memory.serve()
        self.agent = Peam(make_planner(config), self.fast, self.memory.bounds())
        self.cameraman = Cameraman(run_dir, make_sim(config), self.stream if config.life.video else [])
        self.rollout = Rollout(self.cameraman.sim, self.agent, config, self._tell)

    def live(self) -> None:
        """Plays the stream's remaining episodes, learning from each."""
        for index in range(self.memory.store.next_episode(), len(self.stream)):
            begun = time.perf_counter()
            self.learn(self.act(index))
            self.consolidate()
            self.memory.store.note_duration("life", str(index), time.perf_counter() - begun)
        self._swapped(self.memory.wait())

    def act(self, index: int) -> Episode:
        """Plays one episode: the fast tier where it is confident, the slow one where it is not."""
        with self.cameraman.filming(index):
            return self.rollout.run(*self.stream[index], index, int(self.config.life.max_decisions))

    def learn(self, episode: Episode) -> None:
        """Records the episode, mines its pairs, scores them, feeds the triggers."""
        report = self.memory.append(episode)
        for score in report.scores:
            self._tell({"kind": "score", **asdict(score)})
        for category, level in self.memory.levels().items():
            price = self.memory.price(category)
            self._tell({"kind": "trigger", "category": category, "level": level * price, "cost": price})
        self._tell(told_of(episode))

    def consolidate(self) -> None:
        """Starts what the triggers call for; serves what has been trained and has passed the gate."""
        for category in self.memory.due():
            self._tell({"kind": "consolidation_start", "category": category})
            self.memory.consolidate(category)
        self._swapped(self.memory.finished())

    def _swapped(self, done: Sequence[Consolidation]) -> None:
        for one in done:
            self._tell({"kind": "consolidation_end", **asdict(one)})

    def close(self) -> None:
        """Stops what trains in the background and closes the store; a resumed life takes both up again."""
        self.memory.close()
        self.cameraman.sim.close()

    def _tell(self, event: dict[str, Any]) -> None:
        self.cameraman.on_event(event)
        self.on_event({**event, "episodes": len(self.stream)})
