"""Spreads jobs over the machines of a Ray cluster. Knows nothing of what a job is.

Ray is an optional extra (`pip install peam[ray]`). Every machine needs this version of PEAM, and finds the
files that jobs name at the same paths.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from peam.errors import PeamError
from peam.evaluation.workers import Start, keep_to_one_thread

LOCAL = "local"


class Cluster:
    """A `Spread` over Ray actors of one processor each.

    Args:
        address: Of a running cluster ("host:port", "auto", "ray://..."), or "local" for one of this machine
            that lives as long as the evaluation.
        workers: Actors at most; 0 for as many as the cluster has processors.
    """

    def __init__(self, address: str = LOCAL, workers: int = 0) -> None:
        self.address, self.workers = address, workers

    def __call__(self, start: Start, jobs: Sequence[Any]) -> Iterator[Any]:
        """Does the jobs, handed out in order.

        Raises:
            PeamError: Ray is not installed or not reached, or an actor died.
        """
        ray = _ray()
        actors: list[Any] = []
        try:
            self._join(ray)
            size = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            remote = ray.remote(num_cpus=1)(_Actor)
            actors = [remote.remote(start) for _ in range(min(size, len(jobs)))]
            yield from _dealt(ray, actors, jobs)
        finally:
            for actor in actors:
                ray.kill(actor)
            ray.shutdown()

    def _join(self, ray: Any) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
        local = (
            {"num_cpus": self.workers or None, "include_dashboard": False} if self.address == LOCAL else {}
        )
        try:
            ray.init(address=self.address, log_to_driver=False, logging_level="error", **local)
        except Exception as error:  # a node that does not come up in time raises the bare class
            raise PeamError(f"--ray {self.address}: {str(error).splitlines()[0]}") from error


class _Actor:
    """One worker of the cluster."""

    def __init__(self, start: Start) -> None:
        keep_to_one_thread()
        self._start, self._worker = start, None

    def do(self, job: Any) -> tuple[Any, Exception | None]:
        """Returns (answer, None), or (None, what the worker raised)."""
        try:
            self._worker = self._worker or self._start()  # type: ignore[assignment]
            assert self._worker is not None
            return self._worker(job), None
        except Exception as error:
            return None, error


def _dealt(ray: Any, actors: Sequence[Any], jobs: Sequence[Any]) -> Iterator[Any]:
    todo = iter(jobs)
    pending = {actor.do.remote(job): (actor, job) for actor, job in zip(actors, todo, strict=False)}
    while pending:
        (done, *_), _rest = ray.wait(list(pending))
        actor, job = pending.pop(done)
        try:
            answer, error = ray.get(done)
        except ray.exceptions.RayError as lost:
            raise PeamError(f"ray lost a worker at {job}: {str(lost).splitlines()[0]}") from lost
        if error is not None:
            raise error
        following = next(todo, None)
        if following is not None:
            pending[actor.do.remote(following)] = (actor, following)
        yield answer


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise PeamError("--ray needs the package ray: pip install 'peam[ray]'") from None
    return ray
