"""A consolidation as a process of its own: the agent goes on acting while it trains.

Knows job files and processes, nothing of what a job does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from peam.memory.job import Job, Result, job_path, read_result, settle
from peam.memory.registry import AdapterRegistry


class ConsolidationJob:
    """Starts, polls and kills one consolidation.

    Args:
        run_dir: The run.
        job: What is to be done.
    """

    def __init__(self, run_dir: Path, job: Job) -> None:
        self.run_dir = run_dir
        self.job = job
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Returns where the process writes what it says."""
        return self.run_dir / "jobs" / f"{self.job.name}.log"

    def start(self) -> None:
        """Writes the job and starts the process: one thread, nice."""
        path = job_path(self.run_dir, self.job.name)
        self.job.write(path)
        command = [sys.executable, "-m", "peam.memory.consolidate", str(self.run_dir), self.job.category]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--job", str(path)], stdout=log, stderr=subprocess.STDOUT, env=environment
            )

    def poll(self) -> Result | None:
        """Returns the result once there is one; None while it is under way.

        Raises:
            ChildProcessError: The process ended without a result; the message has the end of its log.
        """
        assert self._process is not None, "start() comes first"
        code = self._process.poll()
        if code is None:
            return None
        result = read_result(self.run_dir, self.job)
        if result is None:
            result = settle(self.run_dir, self.job, AdapterRegistry(self.run_dir / "adapters"))
        if result is None:
            raise ChildProcessError(f"the consolidator ended with code {code}: {self._last_words()}")
        return result

    def result(self, timeout: float | None = None) -> Result:
        """Waits for the result, at most `timeout` seconds (subprocess.TimeoutExpired). Raises as `poll`."""
        self.wait(timeout)
        result = self.poll()
        assert result is not None
        return result

    def wait(self, timeout: float | None = None) -> None:
        """Waits for the process to end."""
        assert self._process is not None, "start() comes first"
        self._process.wait(timeout)

    def kill(self) -> None:
        """Kills the process, if it lives; the job file stays, so that a resumed life does it again."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "no output"
