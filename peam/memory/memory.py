"""The memory of a life, as the loop sees it: append an episode, ask what is due, consolidate.

    memory = Memory.open(run_dir, config, fast)
    memory.serve()
    ...
    report = memory.append(episode)            # store, pairs, worthiness, trigger: one transaction
    for category in memory.due():
        memory.consolidate(category)           # starts a process, or does it here and now
    for done in memory.finished(): ...         # the swap has happened, the fast tier serves the new version

A category here is an expert's name (`peam.fast.roster`): "shared" where one stands for all. Ties the parts of
this package together and has no rule of its own. Never knows the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from peam.agents.bounds import Bounds
from peam.config import Config
from peam.errors import StoreError
from peam.fast.roster import Roster
from peam.memory.consolidate import OnStage, PlayProbe, Workbench, consolidate, no_stage
from peam.memory.curator import Curator, Report
from peam.memory.gate import GateResult
from peam.memory.job import Job, Result, job_path, result_path, settle
from peam.memory.meter import Event, make_meter
from peam.memory.process import ConsolidationJob
from peam.memory.quarantine import Replay, reproduce
from peam.memory.reader import REMEDY
from peam.memory.records import Consolidation
from peam.memory.registry import AdapterRegistry
from peam.memory.serving import Serving, serve
from peam.memory.snapshot import plan_job
from peam.memory.store import Store
from peam.memory.trigger import make_trigger
from peam.memory.worthiness import Executor
from peam.types import Episode

if TYPE_CHECKING:
    from peam.fast.tier import LoraFastTier

SECONDS_A_STEP = 0.1  # expected before the first measured consolidation (200 steps of nano took 20 s)
STATE = "memory"


class Memory:
    """Store, pairs, worthiness, trigger and registry of one run.

    Args:
        run_dir: `store.db`, `.key`, `adapters/` and `jobs/` are in it.
        config: Of the run.
        fast: The tier that serves.
        executor: The same tier as worthiness sees it.
        make_bench: Makes a workbench for foreground consolidations.
        base_hash: Of the base that serves.
        probe: Plays the gate's probe episodes of foreground consolidations, where `consolidation.probe`.
    """

    def __init__(
        self,
        run_dir: Path,
        config: Config,
        fast: Serving,
        executor: Executor,
        make_bench: Callable[[], Workbench],
        base_hash: str,
        probe: PlayProbe | None = None,
    ) -> None:
        self.run_dir = run_dir
        self.config = config
        self.meter = make_meter(config)
        self.trigger = make_trigger(config)
        self.roster = Roster.from_config(config)
        self.registry = AdapterRegistry(run_dir / "adapters", base_hash)
        self._fast, self._make_bench, self._probe = fast, make_bench, probe
        self.store = Store.open_or_create(run_dir / "store.db")
        self._check_chain()
        self.curator = Curator(
            config, self.store, self.registry, self.meter, self.trigger, executor, self.price
        )
        self._running: dict[str, str] = {}  # category -> version whose consolidation is under way
        self._jobs: dict[str, ConsolidationJob] = {}
        self._done: list[Consolidation] = []
        self._resume()

    @classmethod
    def open(cls, run_dir: Path, config: Config, fast: LoraFastTier) -> Memory:
        """Opens or creates the memory of a run over a `LoraFastTier`.

        Raises:
            StoreError: The store is truncated, edited or foreign.
            AdapterError: A registered version that a killed consolidation left is damaged.
        """
        from peam.memory.probe import play_probe
        from peam.memory.workbench import LoraWorkbench, TierExecutor

        hashed = fast.experts.base_hash()
        probe = play_probe if config.consolidation.probe else None
        return cls(run_dir, config, fast, TierExecutor(fast), lambda: LoraWorkbench(config), hashed, probe)

    def close(self) -> None:
        """Kills what trains (its jobs are done again on resume) and closes the store."""
        for job in self._jobs.values():
            job.kill()
        self.store.close()

    def _check_chain(self) -> None:
        broken = self.store.verify()
        if broken is not None:
            self.store.close()
            raise StoreError(f"{self.store.path}: {broken}; {REMEDY}")

    # ---- resuming

    def _resume(self) -> None:
        """Rebuilds what is kept in memory from the store; then completes what was under way."""
        self.curator.rebuild()
        state = self.store.state(STATE)
        if state is not None:
            self.trigger.restore(state["trigger"])
            self.curator.restore(state["curator"])
            self._running = dict(state["running"])
        for path in sorted((self.run_dir / "jobs").glob("*-v????.json")):
            self._take_up(Job.read(path))

    def _take_up(self, job: Job) -> None:
        if any(c.version == job.version for c in self.store.consolidations(job.category)):
            self._clear(job)
        elif (result := settle(self.run_dir, job, self.registry)) is not None:
            self._mark_started(job)
            self._finish(job, result)
        else:
            self._clear(job)
            self._running.pop(job.category, None)
            again = self._plan(job.category)  # not the old one: its parent may have been rolled back
            if again is not None:
                self._begin(again)

    def _save_state(self) -> None:
        state = {"trigger": self.trigger.state(), "curator": self.curator.state()}
        self.store.append_state(STATE, {**state, "running": self._running})

    # ---- serving

    def serve(self) -> list[str]:
        """Loads and calibrates the serving version of every category; returns the categories.

        Raises:
            AdapterError: One is missing, corrupted, or made for another base: nothing is served in its place.
        """
        for category in self.registry.categories():
            self._serve(category)
        return self.registry.categories()

    def _serve(self, category: str) -> None:
        self.curator.serving[category] = serve(self._fast, self.registry, self.store, category)

    def recalibrate(self, category: str) -> None:
        """Fits confidence and threshold anew on all that is known of the serving version."""
        version = self.curator.serving.get(category)
        if version is not None:
            self._fast.calibrate(category, self.store.calibration(category, version))

    def bounds(self) -> Bounds:
        """Returns how far reflexes may go; they go on learning."""
        return self.curator.ledger.bounds

    # ---- experience

    def append(self, episode: Episode) -> Report:
        """Takes up an episode: everything that comes of it is committed together.

        Args:
            episode: Its index must be `store.next_episode()`.
        """
        with self.store.transaction():
            self.store.append_episode(episode)
            report = self.curator.digest(episode)
            self._save_state()
        for expert in sorted({self.roster.of(s.subgoal.category) for s in episode.segments}):
            self.recalibrate(expert)
        return report

    def reproduce(self, replay: Replay) -> dict[int, bool]:
        """Replays quarantined (imported) episodes; what comes out the same becomes experience.

        Args:
            replay: Carries out an episode's actions in the simulator.

        Returns:
            Episode -> whether it was confirmed.
        """
        with self.store.transaction():
            waiting = {e.index: e for e in self.store.episodes(quarantined=True)}
            confirmed = reproduce(self.store, replay)
            for number in sorted(n for n, released in confirmed.items() if released):
                self.curator.adopt(waiting[number], self.store.next_episode())
        return confirmed

    # ---- consolidation

    def price(self, category: str) -> float:
        """Returns K: the metered cost of the category's last consolidation.

        Before it the median over categories; before any the configured steps at the meter's price.
        """
        last = {c.category: c.cost for c in self.store.consolidations() if c.steps}
        if category in last:
            return last[category]
        if last:
            ordered = sorted(last.values())
            return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2.0
        steps = int(self.config.consolidation.steps)
        return self.meter.price("training_step", steps, steps * SECONDS_A_STEP)

    def level(self, category: str) -> float:
        """Returns how near the category's trigger is; 1 fires."""
        return self.trigger.level(category, self.price(category))

    def levels(self) -> dict[str, float]:
        """Returns category -> level, of all that have any."""
        return {c: level for c in sorted(self.curator.experts) if (level := self.level(c)) > 0.0}

    def due(self) -> list[str]:
        """Returns the categories whose trigger fires and that have new experience, none under way."""
        return [
            category
            for category in sorted(self.curator.experts)
            if category not in self._running
            and self.trigger.fires(category, self.price(category))
            and self._plan(category) is not None
        ]

    def _plan(self, category: str) -> Job | None:
        return plan_job(self.store, self.registry, category, self.config, self.store.next_episode() - 1)

    def consolidate(self, category: str, on_stage: OnStage = no_stage) -> Job | None:
        """Starts consolidating a category, in a process of its own or, by configuration, here and now.

        Returns:
            What is being done; None where there is nothing new to train on.
        """
        job = self._plan(category)
        if job is not None:
            self._begin(job, on_stage)
        return job

    def _begin(self, job: Job, on_stage: OnStage = no_stage) -> None:
        job.write(job_path(self.run_dir, job.name))
        self._mark_started(job)
        if self.config.consolidation.background:
            self._jobs[job.category] = ConsolidationJob(self.run_dir, job)
            self._jobs[job.category].start()
            return
        bench = self._make_bench()
        result = consolidate(self.run_dir, job, self.store, bench, on_stage, probe=self._probe)
        self._finish(job, result)

    def _mark_started(self, job: Job) -> None:
        if self._running.get(job.category) != job.version:
            self.trigger.started(job.category)
            self._running[job.category] = job.version
            self._save_state()

    def finished(self) -> list[Consolidation]:
        """Returns what ended since the last call; accepted versions serve already."""
        for category, running in list(self._jobs.items()):
            try:
                result = running.poll()
            except ChildProcessError as error:
                result = _died(running.job, str(error))
            if result is not None:
                del self._jobs[category]
                self._finish(running.job, result)
        done, self._done = self._done, []
        return done

    def wait(self) -> list[Consolidation]:
        """Waits for everything under way, then as `finished`."""
        for running in self._jobs.values():
            running.wait()
        return self.finished()

    def running(self) -> Mapping[str, str]:
        """Returns category -> version under way."""
        return dict(self._running)

    def _finish(self, job: Job, result: Result) -> None:
        training, probing = self._price_of(result)
        done = Consolidation(
            category=job.category,
            version=job.version,
            parent=job.parent,
            episode=job.episode,
            pairs=job.train,
            heldout=job.heldout,
            steps=result.steps,
            cost=training,
            accepted=result.accepted,
            gate=result.gate,
            metrics={**result.metrics, "admitted": job.admitted, "rejected": job.rejected},
        )
        with self.store.transaction():
            self.store.append_consolidation(done)
            self.store.note_duration(job.category, job.version, result.seconds)
            self._charge(job, "training_step", result.steps, training)
            self._charge(job, "probe", 1, probing)
            source = "probe" if "probe_tick" in result.metrics else "heldout"
            for tried in result.calibration:
                self.store.append_calibration(job.category, job.version, source, tried, False)
            self.trigger.finished(job.category, result.accepted)
            self._running.pop(job.category, None)
            self._save_state()
        self._clear(job)
        if result.accepted:
            self._serve(job.category)
        self._done.append(done)

    def _price_of(self, result: Result) -> tuple[float, float]:
        """Prices training, and probe episodes where there were any; measured seconds hold both."""
        training = self.meter.price("training_step", result.steps, result.seconds)
        events: tuple[Event, ...] = ("slow_call", "fast_decision", "tick")
        counts = [(event, float(result.metrics.get(f"probe_{event}", 0.0))) for event in events]
        return training, sum(self.meter.price(event, count) for event, count in counts)

    def _charge(self, job: Job, event: str, count: float, cost: float) -> None:
        if cost:
            self.store.append_cost(job.episode, event, job.category, count, cost, self.meter.unit)

    def _clear(self, job: Job) -> None:
        for path in (job_path(self.run_dir, job.name), result_path(self.run_dir, job.name)):
            path.unlink(missing_ok=True)


def _died(job: Job, reason: str) -> Result:
    """A consolidator that died is a rejection: on record, and the next one waits for twice the cost."""
    gate = replace(GateResult(False, reason), heldout=len(job.heldout))
    return Result(job.category, job.version, False, gate.to_dict(), {}, 0, 0.0, ())
