"""Prompts: the two forms that the fast tier is asked in, and their token ids.

One code path for every base: a user message of a picture and a text, rendered by the processor's own chat
template. Knows the processor, never the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peam.actions import Action, Trie, format_action, legal_actions
from peam.errors import PeamError

_MARK = "peamtextmark"  # a word that no chat template changes


def see_text(name: str) -> str:
    """Returns the question whether `name` is in view; answered by no, near or far."""
    return f"see {name}"


def act_text(state: str, seen: Sequence[str]) -> str:
    """Returns the request for an action: the state text and what the base named in view."""
    return f"{state} ; sees {' '.join(seen) or 'nothing'}"


def messages(text: str) -> list[dict[str, Any]]:
    """Returns the chat: one user turn of a picture and a text."""
    return [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}]


class Prompter:
    """Turns texts into token ids after the picture, and actions into answer ids.

    Attributes:
        rendered: The template's text around `text`: (before, after); `before` ends at or after the picture.
        eos: The id that ends every answer.
        actions: The legal actions, in the grammar's order.
        answers: Token ids of each legal action, `eos` last.
        trie: Prefix tree over `answers`; a leaf is an index into `actions`.
    """

    def __init__(self, processor: Any) -> None:
        self._tokenizer = processor.tokenizer
        whole = processor.apply_chat_template(messages(_MARK), add_generation_prompt=True, tokenize=False)
        before, found, after = str(whole).partition(_MARK)
        image = str(processor.image_token)
        if not found or image not in before:
            raise PeamError("the base's chat template does not put the picture before the text")
        self.rendered = (before, after)
        self._head = before.rpartition(image)[2]
        self.eos = int(self._tokenizer.eos_token_id)
        self.actions: tuple[Action, ...] = legal_actions()
        self.answers = [self.answer(action) for action in self.actions]
        self.trie = Trie.of(self.answers)

    def text(self, text: str) -> str:
        """Returns the rendered prompt, picture placeholder included."""
        return f"{self.rendered[0]}{text}{self.rendered[1]}"

    def ids(self, text: str) -> list[int]:
        """Returns the token ids of the prompt after the picture's last token."""
        return self.encode(f"{self._head}{text}{self.rendered[1]}")

    def answer(self, action: Action) -> list[int]:
        """Returns the token ids of an action's text, eos last."""
        return [*self.encode(format_action(action)), self.eos]

    def encode(self, text: str) -> list[int]:
        """Tokenises without special tokens added."""
        return [int(i) for i in self._tokenizer(text, add_special_tokens=False)["input_ids"]]

    def first_tokens(self, words: Sequence[str]) -> list[int]:
        """Returns each word's first token.

        Raises:
            PeamError: If two words begin with one token, so that a first token cannot tell them apart.
        """
        firsts = [self.encode(word)[0] for word in words]
        if len(set(firsts)) != len(firsts):
            raise PeamError(f"the base's tokenizer gives {list(words)} a common first token")
        return firsts
