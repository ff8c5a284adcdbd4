"""A resumable training loop: stages of steps, cosine learning rate, one checkpoint file, a progress bar.

A step's randomness comes from (seed, stage, step) alone, so that a resumed run goes on exactly where it
stopped. Knows nothing of models or data.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from peam.errors import PeamError

CHECKPOINT = "checkpoint.safetensors"
WARM_UP = 40  # steps
CLIP = 1.0  # gradient norm
LOG_EVERY = 50  # steps


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of training.

    Attributes:
        name: Unique within a run.
        steps: Optimiser steps.
        lr: Peak learning rate.
        parameters: Parameters that it trains.
        loss: (generator, step) -> scalar loss of that step's batch.
    """

    name: str
    steps: int
    lr: float
    parameters: Sequence[nn.Parameter]
    loss: Callable[[np.random.Generator, int], torch.Tensor]


class Trainer:
    """Runs stages over one module and keeps `out/checkpoint.safetensors`.

    Args:
        module: Everything that is trained; its state is what the checkpoint holds.
        out: Directory of the checkpoint.
        seed: Seeds every batch.
        every: Seconds between checkpoints.
    """

    def __init__(self, module: nn.Module, out: Path, seed: int, every: float = 120.0) -> None:
        self._module, self._out, self._seed, self._every = module, out, seed, every
        self._console = Console()
        self.done: tuple[str, ...] = ()
        self._at = ("", 0)
        self._moments: dict[str, torch.Tensor] = {}

    @property
    def _path(self) -> Path:
        return self._out / CHECKPOINT

    def resume(self) -> bool:
        """Loads the checkpoint if there is one.

        Raises:
            PeamError: If it is damaged, or of another seed or model.
        """
        if not self._path.is_file():
            return False
        try:
            with safe_open(self._path, "pt") as file:
                about = json.loads(file.metadata()["about"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            self._module.load_state_dict(
                {name[6:]: value for name, value in tensors.items() if name.startswith("model.")}
            )
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise PeamError(f"{self._path}: not a checkpoint of this model ({error}); delete it") from error
        if about["seed"] != self._seed:
            raise PeamError(f"{self._path}: made with seed {about['seed']}, not {self._seed}; delete it")
        self.done, self._at = tuple(about["done"]), (about["stage"], about["step"])
        self._moments = {name[5:]: value for name, value in tensors.items() if name.startswith("adam.")}
        return True

    def save(self, stage: str = "", step: int = 0, optimiser: torch.optim.Optimizer | None = None) -> None:
        """Replaces the checkpoint atomically."""
        tensors = {f"model.{name}": value.contiguous() for name, value in self._module.state_dict().items()}
        for index, state in (optimiser.state_dict()["state"] if optimiser else {}).items():
            tensors |= {f"adam.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
        about = {"seed": self._seed, "done": self.done, "stage": stage, "step": step}
        fresh = self._path.with_suffix(".new")
        save_file(
            {name: value.clone() for name, value in tensors.items()}, fresh, {"about": json.dumps(about)}
        )
        os.replace(fresh, self._path)

    def run(self, stage: Stage) -> None:
        """Runs a stage to its end, from the checkpoint's step if it was cut off there."""
        if stage.name in self.done:
            return
        optimiser = torch.optim.AdamW(stage.parameters, stage.lr, betas=(0.9, 0.98), weight_decay=0.01)
        first = self._at[1] if self._at[0] == stage.name else 0
        if first:
            self._restore(optimiser)
        saved, window = time.monotonic(), list[float]()
        with self._progress(stage, first) as advance:
            for step in range(first, stage.steps):
                window.append(self._step(stage, optimiser, step))
                advance(f"loss {np.mean(window[-LOG_EVERY:]):.4f}")
                if time.monotonic() - saved > self._every:
                    self.save(stage.name, step + 1, optimiser)
                    saved = time.monotonic()
        self.done = (*self.done, stage.name)
        self.save()

    def _restore(self, optimiser: torch.optim.Optimizer) -> None:
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in self._moments.items():
            index, key = name.split(".", 1)
            state.setdefault(int(index), {})[key] = value
        optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})

    def _step(self, stage: Stage, optimiser: torch.optim.Optimizer, step: int) -> float:
        for group in optimiser.param_groups:
            group["lr"] = stage.lr * _cosine(step, stage.steps)
        loss = stage.loss(step_rng(self._seed, stage.name, step), step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(stage.parameters, CLIP)
        optimiser.step()
        return float(loss.detach())

    @contextmanager
    def _progress(self, stage: Stage, first: int) -> Iterator[Callable[[str], None]]:
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = Progress(*columns, TextColumn("{task.fields[note]}"), console=self._console)
        task = bar.add_task(stage.name, total=stage.steps, completed=first, note="")
        began, count = time.monotonic(), first

        def advance(note: str) -> None:
            nonlocal count
            count += 1
            bar.update(task, advance=1, note=note)
            if not self._console.is_terminal and count % LOG_EVERY == 0:
                spent = time.monotonic() - began
                self._console.print(f"{stage.name} {count}/{stage.steps} {note} {spent:.0f} s")

        with bar:
            yield advance


def step_rng(seed: int, stage: str, step: int) -> np.random.Generator:
    """Returns the generator of one step's batch."""
    return np.random.default_rng([seed, step, *stage.encode()])


def _cosine(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / WARM_UP)
    return warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / max(1, steps))))
