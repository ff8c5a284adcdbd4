"""One consolidation as files: the job that is to be done, the result, and what a crash left of it.

`jobs/<category>-<version>.json` is written before the work starts, `.result.json` when it ended;
`adapters/.staging/<category>-<version>/` gathers the candidate's files. Knows nothing of training.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from peam.errors import PeamError
from peam.fast.base import Tried
from peam.memory.chain import replace_file
from peam.memory.registry import STAGING, AdapterRegistry

Calibration = tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One consolidation to be done; written before it starts, so that a killed one can be done again.

    Attributes:
        category: Whose adapter.
        version: The candidate's name.
        parent: The version to train from, "" for the bare base.
        episode: The last episode before it.
        train: Ids of new admitted pairs to train on.
        replay: Ids of retained pairs (exemplars) to rehearse.
        heldout: Ids kept for the gate and for calibration.
        admitted: Admitted pairs of the category so far.
        rejected: Rejected ones.
        seed: Of the training.
        config: The run's resolved configuration.
    """

    category: str
    version: str
    parent: str
    episode: int
    train: tuple[str, ...]
    replay: tuple[str, ...]
    heldout: tuple[str, ...]
    admitted: int
    rejected: int
    seed: int
    config: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Returns "gather-v0002"."""
        return f"{self.category}-{self.version}"

    def write(self, path: Path) -> None:
        """Writes it atomically."""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(asdict(self), indent=1).encode())

    @classmethod
    def read(cls, path: Path) -> Job:
        """Reads it. Raises PeamError where the file is malformed."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            lists = {name: tuple(data[name]) for name in ("train", "replay", "heldout")}
            return cls(**{**data, **lists})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise PeamError(f"{path} is not a consolidation job ({error}); remove it") from None


@dataclass(frozen=True, slots=True)
class Result:
    """How a consolidation ended.

    Attributes:
        category: Whose.
        version: The candidate's name.
        accepted: Whether it serves now.
        gate: `GateResult` as a mapping.
        metrics: Numbers of the training.
        steps: Training steps.
        seconds: Wall seconds in all; not for anything that must be reproducible.
        calibration: What came of the candidate's choices in the probe, or on held-out decisions.
    """

    category: str
    version: str
    accepted: bool
    gate: Mapping[str, Any]
    metrics: Mapping[str, Any]
    steps: int
    seconds: float
    calibration: Calibration


def calibration_of(data: Mapping[str, Any]) -> Calibration:
    """Returns the calibration that a result or a manifest holds as JSON.

    Raises:
        ValueError, TypeError, KeyError: If it is malformed.
    """
    return tuple(Tried(str(word), float(margin), bool(ok)) for word, margin, ok in data["calibration"])


def job_path(run_dir: Path, name: str) -> Path:
    """Returns where a job is written."""
    return run_dir / "jobs" / f"{name}.json"


def result_path(run_dir: Path, name: str) -> Path:
    """Returns where a job's result is written."""
    return run_dir / "jobs" / f"{name}.result.json"


def staging(run_dir: Path, job: Job) -> Path:
    """Returns the folder in which a candidate's files are gathered."""
    return run_dir / "adapters" / STAGING / job.name


def write_result(run_dir: Path, job: Job, result: Result) -> None:
    """Writes a result atomically."""
    path = result_path(run_dir, job.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(asdict(result), indent=1).encode())


def read_result(run_dir: Path, job: Job) -> Result | None:
    """Reads a job's result, None where there is none yet. Raises PeamError where it is malformed."""
    path = result_path(run_dir, job.name)
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Result(**{**data, "calibration": calibration_of(data)})
    except (ValueError, TypeError, KeyError) as error:
        raise PeamError(f"{path} is not a consolidation result ({error}); remove it") from None


def settle(run_dir: Path, job: Job, registry: AdapterRegistry) -> Result | None:
    """After a crash: completes a job that had registered its candidate; clears away one that had not.

    Returns:
        The result, or None where the job must be done again from the start.
    """
    done = read_result(run_dir, job)
    if done is not None:
        return done
    shutil.rmtree(staging(run_dir, job), ignore_errors=True)
    if job.version not in registry.versions(job.category):
        return None
    registry.serve(job.category, job.version)
    known = registry.manifest(job.category, job.version)
    observed = calibration_of(known)
    steps = int(known["metrics"].get("steps", 0))
    result = Result(job.category, job.version, True, known["gate"], known["metrics"], steps, 0.0, observed)
    write_result(run_dir, job, result)
    return result
