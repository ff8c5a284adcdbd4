"""The slow tier on any OpenAI-compatible endpoint (`POST BASE_URL/chat/completions`): docs/llm.md.

The key is read from the environment variable that the configuration names, and is written nowhere. Knows the
endpoint's dialect, its cache and its budget; nothing of the game, and nothing of what is asked.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peam.config import Config
from peam.errors import ConfigError
from peam.slow.budget import Budget
from peam.slow.cache import Cache, key_of
from peam.slow.chat import ChatPlanner, Reply
from peam.slow.messages import Message
from peam.slow.wire import RefusedError, Wire

LEDGER = "spent.jsonl"  # in the cache's folder
CHARACTERS = 4  # a token, where the endpoint does not count: the usual rule of thumb for English
REFUSALS = frozenset({400, 404, 422})  # with which servers answer to a field that they do not know


@dataclass(frozen=True, slots=True)
class _Quirk:
    """A field that not every server takes: words of the refusal, and the name to send it under instead."""

    field: str
    words: tuple[str, ...]
    instead: str | None = None


QUIRKS = (
    _Quirk("response_format", ("response_format", "json_schema", "structured output", "guided")),
    _Quirk("max_tokens", ("max_completion_tokens",), "max_completion_tokens"),
    _Quirk("temperature", ("temperature",)),
    _Quirk("seed", ("seed",)),
)


class Endpoint:
    """A `Chat` over HTTP, with cache and budget."""

    def __init__(self, config: Config, wire: Wire | None = None) -> None:
        """Args: config: `slow.openai`, `slow.chat` are read. wire: The way there, by default as configured.

        Raises:
            ConfigError: No model is named, the key's variable is not set, a value does not fit.
        """
        options, chat = config.slow.openai, config.slow.chat
        if not options.model:
            raise ConfigError("slow.openai.model is empty: name the model as the endpoint does")
        self.looks = bool(options.images)
        folder = Path(options.cache) if options.cache else None
        self._cache = Cache(folder) if folder else None
        self.budget = Budget(config, folder / LEDGER if folder else None)
        self._model = str(options.model)
        self._temperature, self._longest = float(chat.temperature), int(chat.max_tokens)
        self._wire = wire or _wire(options)
        self._unfit: set[str] = set()  # fields that this server has refused

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any], seed: int) -> Reply:
        """Answers from the cache, else from the endpoint; only the latter counts against the budget.

        Raises:
            BudgetError: The budget is spent.
            PlannerError: The endpoint refuses, or does not answer.
        """
        sampling = self._sampling(schema, seed)
        key = key_of(self._model, sampling, messages)
        reply = self._cache.get(key) if self._cache else None
        if reply is None:
            self.budget.check()
            body = {"model": self._model, "messages": list(messages), **sampling}
            reply = _reply(self._post(body), messages)
            if self._cache:
                self._cache.put(key, reply)
            self.budget.spend(reply.tokens)
        return reply

    def _sampling(self, schema: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """Returns all that determines an answer beside model and messages; greedy answers need no seed."""
        form = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
        }
        sampling = {"temperature": self._temperature, "max_tokens": self._longest, "response_format": form}
        return {**sampling, "seed": seed} if self._temperature > 0 else sampling

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Posts, and leaves out or renames the fields that this server turns out not to take."""
        while True:
            try:
                return self._wire.post(self._fitted(body))
            except RefusedError as error:
                quirk = self._quirk(error, body)
                if quirk is None:
                    raise
                self._unfit.add(quirk.field)
                sent = f"sent as {quirk.instead}" if quirk.instead else "left out"
                warnings.warn(f"{self._model} does not take {quirk.field}: {sent} from now on", stacklevel=2)

    def _fitted(self, body: Mapping[str, Any]) -> dict[str, Any]:
        fitted = dict(body)
        for quirk in QUIRKS:
            if quirk.field in self._unfit and quirk.field in fitted:
                value = fitted.pop(quirk.field)
                fitted |= {quirk.instead: value} if quirk.instead else {}
        return fitted

    def _quirk(self, error: RefusedError, body: Mapping[str, Any]) -> _Quirk | None:
        if error.status not in REFUSALS:
            return None
        said = error.text.lower()
        sent = [quirk for quirk in QUIRKS if quirk.field in body and quirk.field not in self._unfit]
        return next((quirk for quirk in sent if any(word in said for word in quirk.words)), None)


def _wire(options: Config) -> Wire:
    key = ""
    if options.key_env:
        key = os.environ.get(options.key_env, "").strip()
        if not key:
            raise ConfigError(
                f"environment variable {options.key_env} (slow.openai.key_env) is not set; "
                "for an endpoint without a key: slow.openai.key_env=''"
            )
    url = f"{str(options.base_url).rstrip('/')}/chat/completions"
    return Wire(url, key, float(options.timeout), int(options.retries), float(options.longest_wait))


def _reply(data: Mapping[str, Any], messages: Sequence[Message]) -> Reply:
    choice = data["choices"][0]
    content = choice["message"].get("content")
    text = content if isinstance(content, str) else ""  # a refusal, or a call of a tool that nobody offered
    return Reply(text, _tokens(data.get("usage"), messages, text), choice.get("finish_reason") == "length")


def _tokens(usage: Any, messages: Sequence[Message], text: str) -> tuple[int, int]:
    """Returns (prompt, completion) tokens as the endpoint counts them, else by the length of the texts."""
    counts = usage if isinstance(usage, Mapping) else {}
    lengths = {"prompt_tokens": sum(len(str(m["content"])) for m in messages), "completion_tokens": len(text)}
    prompt, completion = (
        counts[name] if type(counts.get(name)) is int and counts[name] >= 0 else -(-length // CHARACTERS)
        for name, length in lengths.items()
    )
    return prompt, completion


class OpenAIPlanner(ChatPlanner):
    """The planner of `slow.planner: openai`."""

    def __init__(self, config: Config) -> None:
        self.endpoint = Endpoint(config)
        super().__init__(self.endpoint, config)
