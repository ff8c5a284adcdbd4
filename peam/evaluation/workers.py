"""Spreads jobs over processes of this machine. Knows nothing of what a job is.

Processes are spawned, so that each begins clean, and keep to one thread. Only the parent receives answers;
a worker that finds its parent gone ends at once, so that a killed evaluation leaves nothing running.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnContext
from typing import Any, Protocol, TypeVar

from peam.errors import PeamError

Job = TypeVar("Job", contravariant=True)
Answer = TypeVar("Answer", covariant=True)


class Worker(Protocol[Job, Answer]):
    """Does jobs one after another, and keeps what it likes in between."""

    def __call__(self, job: Job) -> Answer:
        """Does one job."""

    def close(self) -> None:
        """Gives up what it keeps."""


Start = Callable[[], Worker[Any, Any]]  # a picklable maker of workers
Spread = Callable[[Start, Sequence[Any]], Iterator[Any]]  # answers in the order in which they come


def one_by_one(start: Start, jobs: Sequence[Any]) -> Iterator[Any]:
    """Does the jobs in this process, in order."""
    worker = start()
    try:
        for job in jobs:
            yield worker(job)
    finally:
        worker.close()


class Processes:
    """A `Spread` over so many processes of this machine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __call__(self, start: Start, jobs: Sequence[Any]) -> Iterator[Any]:
        """Does the jobs, handed out in order.

        Raises:
            PeamError: A process died; names the job that it had.
        """
        context = get_context("spawn")
        crew = [_Hand(context, start) for _ in range(min(self.workers, len(jobs)))]
        todo = iter(jobs)
        try:
            for hand in crew:
                hand.give(next(todo))
            while busy := {hand.pipe: hand for hand in crew if hand.busy}:
                for pipe in connection.wait(list(busy)):
                    hand = busy[pipe]  # type: ignore[index]
                    answer = hand.take()
                    hand.give(next(todo, None))
                    yield answer
        finally:
            for hand in crew:
                hand.dismiss()


class _Hand:
    """The parent's side of one process."""

    def __init__(self, context: SpawnContext, start: Start) -> None:
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(start, theirs), daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not close the pipe
        self._job: Any = None

    @property
    def busy(self) -> bool:
        """Whether it has a job."""
        return self._job is not None

    def give(self, job: Any) -> None:
        """Hands a job over; None is none."""
        self._job = job
        if job is not None:
            self.pipe.send(job)

    def take(self) -> Any:
        """Returns the answer. Raises what the worker raised, or PeamError where the process has died."""
        try:
            answer, error = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join(5)
            raise PeamError(
                f"a worker died (exit code {self._process.exitcode}) at {self._job}: "
                "the same command goes on with what is not finished"
            ) from None
        if error is not None:
            raise error
        return answer

    def dismiss(self) -> None:
        """Ends the process, whatever it is at."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(start: Start, pipe: connection.Connection) -> None:
    """Runs in the process: answers jobs until the parent has no more, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    keep_to_one_thread()
    worker = None
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            worker = worker or start()
            pipe.send((worker(job), None))
        except Exception as error:
            pipe.send((None, error))


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def keep_to_one_thread() -> None:
    """Keeps numerical libraries of this process to one thread, whether they are loaded yet or not."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
