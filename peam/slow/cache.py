"""Answers on disk, one JSON file each, named by the sha256 of (model, sampling, messages).

Any number of processes may share the folder: a file is replaced whole or not at all. Knows no endpoint.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from peam.errors import ConfigError, PlannerError
from peam.slow.chat import Reply


class Cache:
    """A folder of answers."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder. Raises ConfigError where that cannot be done."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"slow.openai.cache: cannot make {folder}: {error.strerror}") from error

    def get(self, key: str) -> Reply | None:
        """Returns the answer, or None where there is none yet.

        Raises:
            PlannerError: The file is not one that `put` writes.
        """
        path = self._path(key)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            prompt, completion = data["tokens"]
            return Reply(str(data["text"]), (int(prompt), int(completion)), bool(data["cut"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise PlannerError(f"cached answer {path} cannot be read ({error}): delete it") from error

    def put(self, key: str, reply: Reply) -> None:
        """Keeps an answer."""
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        content = {"text": reply.text, "tokens": list(reply.tokens), "cut": reply.cut}
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")
        os.replace(temporary, path)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def key_of(model: str, sampling: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> str:
    """Returns the name of an answer: what determines it, and nothing else."""
    text = json.dumps([model, dict(sampling), list(messages)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
