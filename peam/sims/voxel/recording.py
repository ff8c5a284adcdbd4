"""A course of the embedded simulator as a file: how it was made, its actions, a hash chain over its states.

JSON lines. The first: {"format": "peam-recording", "version": 1, "world", "difficulty", "seed", "options",
"every", "start"}; one without "world" is of the classic world. Then one for every `every` steps: {"actions":
[eight integers, ...], "sha256"}. The last: {"steps"}. `start` is the sha256 of the state after reset, and
every "sha256" that of the one before it followed by the state: a snapshot without its header and names.
Knows nothing of pictures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from peam.errors import SimError
from peam.sims.base import NOOP
from peam.sims.voxel import snapshots
from peam.sims.voxel.env import VoxelSim
from peam.sims.voxel.game import NVEC, checked

FORMAT: Final = "peam-recording"
VERSION: Final = 1
_SIXTY_DEGREES: Final = (8, 17)  # camera values -60 .. +60


@dataclass(frozen=True, slots=True)
class Start:
    """How a recorded world begins.

    Attributes:
        seed: Of the world.
        difficulty: `VoxelSim`'s.
        options: Of `reset`.
        every: How many steps share one hash; 1 tells the very step at which a replay differs.
        world: `VoxelSim`'s.
    """

    seed: int
    difficulty: str = "normal"
    options: dict[str, Any] = field(default_factory=dict)
    every: int = 1
    world: str = "classic"

    def make(self) -> VoxelSim:
        """Returns a simulator at this start. Raises SimError where there is none such."""
        if isinstance(self.every, bool) or not isinstance(self.every, int) or self.every < 1:
            raise SimError(f"recording: every {self.every!r} is not a positive integer")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise SimError(f"recording: seed {self.seed!r} is not an integer")
        if not isinstance(self.options, dict):
            raise SimError(f"recording: options {self.options!r} are no mapping")
        sim = VoxelSim(image_size=None, difficulty=self.difficulty, world=self.world)
        sim.reset(seed=self.seed, options=self.options)
        return sim


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found.

    Attributes:
        steps: How many steps the file holds.
        sha256: The chain's last link, of the replay.
        first: First step at which a state differs, None where none does; 0 is the start. With `every` above 1
            it is the last step of the first group that differs.
    """

    steps: int
    sha256: str
    first: int | None


def random_actions(seed: int, steps: int) -> list[list[int]]:
    """Returns actions drawn from the whole action space, but for turns of more than 60 degrees a tick."""
    rng = np.random.default_rng(seed)
    actions = rng.integers(0, NVEC, (steps, len(NVEC)))
    actions[:, 3:5] = np.where(
        rng.random((steps, 2)) < 0.2, rng.integers(*_SIXTY_DEGREES, (steps, 2)), NOOP[3]
    )
    return [[int(value) for value in action] for action in actions]


def record(start: Start, actions: Iterable[Sequence[int]], path: Path) -> Replayed:
    """Plays actions and writes the recording.

    Example:
        >>> done = record(Start(seed=3), random_actions(3, 200), Path("walk.jsonl"))
        >>> replay(Path("walk.jsonl")) == done
        True

    Raises:
        SimError: A start or an action that is none; nothing is written.
    """
    sim = start.make()
    link = _link(sim, b"")
    head = {"format": FORMAT, "version": VERSION, **asdict(start), "start": link.hex()}
    lines: list[dict[str, Any]] = [head]
    course = [checked(action) for action in actions]
    for first in range(0, len(course), start.every):
        group = course[first : first + start.every]
        link = _play(sim, group, link)
        lines.append({"actions": group, "sha256": link.hex()})
    lines.append({"steps": len(course)})
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    return Replayed(len(course), link.hex(), None)


def replay(path: Path) -> Replayed:
    """Plays a recording again and compares every hash.

    Raises:
        SimError: The file is missing, cut or malformed; names the line.
    """
    lines = _lines(path)
    try:
        head = {"world": "classic", **lines[0]}
        start = Start(**{key: head[key] for key in Start.__slots__})
        expected, groups = lines[0]["start"], [(line["actions"], line["sha256"]) for line in lines[1:-1]]
        if sum(len(actions) for actions, _ in groups) != lines[-1]["steps"]:
            raise SimError(f"{path}: steps are missing")
    except (KeyError, TypeError) as error:
        raise SimError(f"{path}: field missing or malformed: {error}") from error
    sim = start.make()
    link = _link(sim, b"")
    first, steps = None if link.hex() == expected else 0, 0
    for actions, known in groups:
        link = _play(sim, actions, link)
        steps += len(actions)
        if first is None and link.hex() != known:
            first = steps
    return Replayed(steps, link.hex(), first)


def read_actions(path: Path) -> Iterator[list[int]]:
    """Yields the actions of a file: eight integers a line, as a JSON list.

    Raises:
        SimError: The file is missing or a line is no action; names the line.
    """
    for number, line in enumerate(_text(path), 1):
        try:
            yield checked(json.loads(line))
        except (ValueError, SimError) as error:
            raise SimError(f"{path}:{number}: {error}") from error


def _play(sim: VoxelSim, actions: Iterable[Sequence[int]], link: bytes) -> bytes:
    for action in actions:
        sim.tick(action)
    return _link(sim, link)


def _link(sim: VoxelSim, before: bytes) -> bytes:
    return hashlib.sha256(before + snapshots.content(sim.snapshot())).digest()


def _text(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SimError(f"{path}: cannot be read: {error}") from error


def _lines(path: Path) -> list[Mapping[str, Any]]:
    lines: list[Mapping[str, Any]] = []
    for number, text in enumerate(_text(path), 1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise SimError(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(line, dict):
            raise SimError(f"{path}:{number}: not a mapping")
        lines.append(line)
    if not lines or lines[0].get("format") != FORMAT:
        raise SimError(f"{path}: not a recording")
    if lines[0].get("version") != VERSION:
        raise SimError(
            f"{path}: version {lines[0].get('version')!r} is not the one that is read here, {VERSION}"
        )
    if "steps" not in lines[-1]:
        raise SimError(f"{path}: cut: its last line is missing")
    return lines
