"""Films episodes: the first and the last of the same task of a life, or whole trials. Changes nothing there.

Knows the simulator contract and the loop's events; the writing of files is `peam.video`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from peam.sims.base import NOOP, Sim
from peam.types import Image, Task
from peam.video import Frame, frame_of, write_video

SIZE = (192, 256)
EVERY = 10  # ticks between frames: half a second
FPS = 12.0
LONGEST = 900  # frames kept of one episode


class Camera:
    """Stands before a simulator; while it rolls, keeps the picture of every tenth tick.

    Everything but `tick` is the simulator's own.
    """

    def __init__(self, sim: Sim) -> None:
        self._sim = sim
        self._ticks = 0
        self.rolling = False
        self.film: list[Image] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sim, name)

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """Ticks the simulator."""
        self._sim.tick(action)
        self._ticks += 1
        if self.rolling and self._ticks % EVERY == 0 and len(self.film) < LONGEST:
            self.film.append(self._sim.frame(*SIZE))


class Reel:
    """Films one trial, all its attempts, whole: where it gets long, only every second picture is kept.

    Attributes:
        sim: The simulator to play in: the given one behind a camera.
    """

    def __init__(self, sim: Sim) -> None:
        self._camera = Camera(sim)
        self._camera.rolling = True
        self.sim: Any = self._camera
        self._frames: list[Frame] = []
        self._kept = 1  # of so many pictures one
        self._seen = 0

    def on_event(self, event: dict[str, Any]) -> None:
        """Captions what was filmed since the last decision."""
        if event["kind"] != "decision":
            return
        caption = frame_of(event["decision"], event["task"])
        for rgb in self._camera.film:
            if self._seen % self._kept == 0:
                self._frames.append(replace(caption, rgb=rgb))
            self._seen += 1
        self._camera.film = []
        while len(self._frames) > LONGEST:
            self._frames, self._kept = self._frames[::2], 2 * self._kept

    def write(self, path: Path) -> Path | None:
        """Writes the video and returns its file; None where the trial was over before the first picture."""
        return write_video(path, self._frames, FPS) if self._frames else None


class Cameraman:
    """Films the stream's first episode and the last one of the same task.

    Attributes:
        sim: The simulator to play in: the given one behind a camera.
    """

    def __init__(self, run_dir: Path, sim: Sim, stream: Sequence[tuple[Task, int]]) -> None:
        self._dir = run_dir
        self._camera = Camera(sim)
        self.sim: Any = self._camera
        self._names = _filmed([task.name for task, _ in stream])
        self._frames: list[Frame] = []

    @contextmanager
    def filming(self, index: int) -> Iterator[None]:
        """Films what is played within, if the episode is one of the two."""
        self._camera.rolling = index in self._names
        self._camera.film, self._frames = [], []
        yield
        self._camera.rolling = False
        if index in self._names and self._frames:
            write_video(self._dir / "videos" / self._names[index], self._frames, FPS)

    def on_event(self, event: dict[str, Any]) -> None:
        """Captions what was filmed since the last decision."""
        if event["kind"] == "decision" and self._camera.rolling:
            caption = frame_of(event["decision"], event["task"])
            self._frames += [replace(caption, rgb=rgb) for rgb in self._camera.film]
            self._camera.film = []


def _filmed(tasks: Sequence[str]) -> dict[int, str]:
    """Returns episode -> file name: the first task that comes again, at its first and last time."""
    for first, name in enumerate(tasks):
        last = len(tasks) - 1 - tasks[::-1].index(name)
        if last > first:
            return {first: f"first_{name}", last: f"last_{name}"}
    return {}
