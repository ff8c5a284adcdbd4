"""The slow tier on a local chat model: a folder, a Hugging Face id, or a GGUF file (needs package `gguf`).

Same prompts and same reading as `openai.py`. Text only. Knows torch and transformers; nothing of the game.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError
from transformers import AutoModelForCausalLM, AutoTokenizer

from peam.config import Config
from peam.errors import ConfigError, PlannerError
from peam.slow.chat import ChatPlanner, Reply
from peam.slow.messages import Message


class LocalChat:
    """A `Chat` in this process."""

    looks = False

    def __init__(self, model: str, device: str, temperature: float, max_tokens: int) -> None:
        """Loads the model.

        Args:
            model: Folder, id or GGUF file.
            device: auto, cpu or cuda.
            temperature: 0 for greedy.
            max_tokens: Of an answer.

        Raises:
            ConfigError: There is no such model, or it cannot be loaded.
            PlannerError: It has no chat template.
        """
        place = torch.device("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        source, more = _source(model)
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(source, **more)
            self._model: Any = AutoModelForCausalLM.from_pretrained(source, dtype="auto", **more)
        except (OSError, ValueError, ImportError) as error:
            raise ConfigError(f"slow.transformers.model '{model}' cannot be loaded: {error}") from error
        if not self._tokenizer.chat_template:
            raise PlannerError(f"slow.transformers.model '{model}' has no chat template: not a chat model")
        self._model.to(place).eval()
        self._temperature, self._longest = temperature, max_tokens

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any], seed: int) -> Reply:
        """Answers; nothing holds it to the schema, which the prompt describes.

        Raises:
            PlannerError: The conversation is longer than the model's context.
        """
        ids = self._encoded(list(messages))
        length = int(ids["input_ids"].shape[1])
        context = int(getattr(self._model.config, "max_position_embeddings", 0) or length + self._longest)
        if length + self._longest > context:
            raise PlannerError(f"{length} tokens of prompt and {self._longest} of answer exceed {context}")
        sampling: dict[str, Any] = {"do_sample": self._temperature > 0}
        if self._temperature > 0:
            sampling["temperature"] = self._temperature
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(seed)
            out = self._model.generate(**ids, max_new_tokens=self._longest, **sampling)
        new = out[0, length:]
        text = self._tokenizer.decode(new, skip_special_tokens=True)
        return Reply(text, (length, len(new)), len(new) >= self._longest)

    def _encoded(self, messages: list[Message]) -> Any:
        render = self._tokenizer.apply_chat_template
        options = {"add_generation_prompt": True, "return_tensors": "pt", "return_dict": True}
        try:
            return render(messages, **options).to(self._model.device)
        except TemplateError:  # some templates know no system role
            system, user, *rest = messages
            merged = {"role": "user", "content": f"{system['content']}\n\n{user['content']}"}
            return render([merged, *rest], **options).to(self._model.device)


def _source(model: str) -> tuple[str, dict[str, str]]:
    """Returns where a model is loaded from, and the options that a GGUF file needs."""
    if not model:
        raise ConfigError("slow.transformers.model is empty: a folder, a GGUF file or a Hugging Face id")
    path = Path(model)
    return (str(path.parent), {"gguf_file": path.name}) if path.suffix == ".gguf" else (model, {})


class TransformersPlanner(ChatPlanner):
    """The planner of `slow.planner: transformers`."""

    def __init__(self, config: Config) -> None:
        options, chat = config.slow.transformers, config.slow.chat
        made = LocalChat(options.model, options.device, float(chat.temperature), int(chat.max_tokens))
        super().__init__(made, config)
