"""Starts the process that runs the real MineDojo, and talks to it; `child.py` is the other side.

Which Python: the argument, else the environment variable PEAM_MINEDOJO_PYTHON, else `.venv-minedojo` in the
working folder, as `make minedojo` makes it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Final

from peam.errors import SimError
from peam.sims.minedojo import wire

VARIABLE: Final = "PEAM_MINEDOJO_PYTHON"
FOLDER: Final = ".venv-minedojo"
_CHILD: Final = Path(__file__).with_name("child.py")


def interpreter(given: str | None = None) -> Path:
    """Returns the Python of MineDojo's environment.

    Raises:
        SimError: If there is none.
    """
    path = Path(given or os.environ.get(VARIABLE) or Path(FOLDER) / "bin" / "python")
    if not path.exists():
        raise SimError(
            f"no MineDojo environment at {path}: `make minedojo` makes one; sim.minedojo.python or "
            f"{VARIABLE} names one"
        )
    return path


class MineDojoProcess:
    """The process, as a thing to call.

    Use it as a context, or `close` it.
    """

    def __init__(self, python: str | None = None) -> None:
        """Starts it. Raises SimError where there is no such environment."""
        self._process = subprocess.Popen(
            [str(interpreter(python)), str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
        )

    def __enter__(self) -> MineDojoProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, op: str, **arguments: Any) -> Any:
        """Sends an op and waits for its answer.

        Raises:
            SimError: If MineDojo raised an error, or the process is gone.
        """
        incoming, outgoing = self._process.stdout, self._process.stdin
        assert incoming is not None and outgoing is not None
        try:
            wire.send(outgoing, {"op": op, "with": arguments})
            answer = wire.receive(incoming)
        except (OSError, ValueError, wire.WireError) as error:
            raise SimError(f"minedojo: {op}: {error}") from None
        if answer is None:
            raise SimError(f"minedojo: {op}: the process ended, code {self._process.wait()}")
        if "error" in answer:
            raise SimError(f"minedojo: {op}: {': '.join(answer['error'])}")
        return answer["ok"]

    def close(self) -> None:
        """Closes the environment and ends the process."""
        if self._process.poll() is None:
            try:
                self.call("close")
                self._process.wait(30)
            except (SimError, subprocess.TimeoutExpired):
                self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
