"""The process that runs the real `minedojo==0.1`, in its own environment; `client.py` starts it.

Run as a script by that environment's Python. Reads messages (`wire.py`) from its input and answers each with
{"ok": ...} or {"error": [type, text]}. What MineDojo prints goes to the error stream. Ops: make, reset, step,
command, spaces, close. Imports nothing of PEAM.
"""

from __future__ import annotations

import copy
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parent))

import wire  # a sibling, found by the line above


def _minedojo() -> Any:
    """Imports MineDojo, silently."""
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    import minedojo

    return minedojo


class Child:
    """Holds one environment and carries out ops on it."""

    def __init__(self) -> None:
        self._env: Any = None

    def make(self, task_id: str, options: dict[str, Any], port: int | None = None) -> Any:
        """Makes the environment; with a port, on a Malmo that already runs there."""
        minedojo = _minedojo()
        if port is not None:
            from minedojo.sim.bridge.mc_instance import InstanceManager

            InstanceManager.add_existing_instance(port)
        if "initial_inventory" in options:
            rows = options["initial_inventory"]
            options["initial_inventory"] = [minedojo.sim.InventoryItem(**row) for row in rows]
        if "image_size" in options and isinstance(options["image_size"], list):
            options["image_size"] = tuple(options["image_size"])
        specs = minedojo.tasks.ALL_TASKS_SPECS
        kept = copy.deepcopy(specs.get(task_id))
        self._env = minedojo.make(task_id, **options)
        if kept is not None:
            specs[task_id] = kept  # 0.1 empties the entry, and a second make of the same task would fail
        return {"nvec": self._env.action_space.nvec.tolist(), "noop": self._env.action_space.no_op().tolist()}

    def reset(self) -> Any:
        """Resets; answers the observation and the last information."""
        obs = self._env.reset()
        return {"obs": obs, "info": self._env.unwrapped.prev_info}

    def step(self, action: list[int]) -> Any:
        """Steps with the eight integers."""
        import numpy as np

        obs, reward, done, info = self._env.step(np.array(action))
        return {"obs": obs, "reward": float(reward), "done": bool(done), "info": info}

    def command(self, text: str) -> Any:
        """Types a server command; one tick passes. MineDojo's masks are not in this observation."""
        obs, _, done, info = self._env.unwrapped.execute_cmd(text)
        obs.pop("full_stats", None)
        return {"obs": obs, "reward": 0.0, "done": bool(done), "info": info}

    def close(self) -> Any:
        """Closes the environment."""
        if self._env is not None:
            self._env.close()
            self._env = None
        return None


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answers messages until the input ends or a `close` came."""
    child = Child()
    ops: dict[str, Callable[..., Any]] = {
        "make": child.make,
        "reset": child.reset,
        "step": child.step,
        "command": child.command,
    }
    while True:
        message = wire.receive(incoming)
        if message is None or message["op"] == "close":
            wire.send(outgoing, {"ok": child.close()}) if message else child.close()
            return
        try:
            answer = {"ok": ops[message["op"]](**message.get("with", {}))}
        except Exception as error:  # the parent decides what an error means
            answer = {"error": [type(error).__name__, str(error)]}
        wire.send(outgoing, answer)


def main() -> None:
    """Keeps the real output for messages and sends what anybody prints to the error stream."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, out)


if __name__ == "__main__":
    main()
