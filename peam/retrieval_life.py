"""A life of an agent that learns by replaying experience: act, record, learn. Nothing is trained.

The store is all that lasts: a resumed life learns it again, in order, before it goes on. The loop of the
paper, with adapters, is `peam.life`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from peam.build import make_agent, make_sim
from peam.camera import Cameraman
from peam.config import Config
from peam.errors import StoreError
from peam.memory.reader import REMEDY
from peam.memory.store import Store
from peam.rollout import OnEvent, Rollout, ignore
from peam.stream import stream_of, told_of


class RetrievalLife:
    """The loop of the agents in `peam.build.AGENTS`.

    Args:
        run_dir: `store.db` and `.key` are in it.
        config: Of the run.
        on_event: Listener; `peam.display` names the events.

    Raises:
        StoreError: The store is truncated, edited or foreign.
    """

    def __init__(self, run_dir: Path, config: Config, on_event: OnEvent = ignore) -> None:
        self.config = config
        self.on_event = on_event
        self.stream = stream_of(config)
        self.agent = make_agent(config)
        self.store = Store.open_or_create(run_dir / "store.db")
        broken = self.store.verify()
        if broken is not None:
            self.store.close()
            raise StoreError(f"{self.store.path}: {broken}; {REMEDY}")
        for episode in self.store.episodes(images=self.agent.looks):
            self.agent.learn(episode)
        self.cameraman = Cameraman(run_dir, make_sim(config), self.stream if config.life.video else [])
        self.rollout = Rollout(self.cameraman.sim, self.agent, config, self._tell)

    def live(self) -> None:
        """Plays the stream's remaining episodes, learning from each."""
        for index in range(self.store.next_episode(), len(self.stream)):
            begun = time.perf_counter()
            with self.cameraman.filming(index):
                episode = self.rollout.run(*self.stream[index], index, int(self.config.life.max_decisions))
            self.store.append_episode(episode)
            self.agent.learn(episode)
            self._tell(told_of(episode))
            self.store.note_duration("life", str(index), time.perf_counter() - begun)

    def close(self) -> None:
        """Closes the store."""
        self.store.close()
        self.cameraman.sim.close()

    def _tell(self, event: dict[str, Any]) -> None:
        self.cameraman.on_event(event)
        self.on_event({**event, "episodes": len(self.stream)})
