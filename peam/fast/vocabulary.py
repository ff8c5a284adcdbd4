"""The words of nano: the names that it can see, and the token list of its tokenizer.

Reads `data/nano/vocabulary.txt`. Knows nothing of the model, and nothing of what a word is good for.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

# Asked one by one of each picture before a decision (see, then act).
SCENE: tuple[str, ...] = (
    "oak_log", "birch_log", "spruce_log", "stone", "coal_ore", "iron_ore", "diamond_ore", "dirt", "sand",
    "water", "lava", "crafting_table", "furnace", "cow", "pig", "sheep", "zombie", "skeleton",
)  # fmt: skip
SEEN: tuple[str, ...] = ("no", "near", "far")  # the answers to `see {name} =>`
NEAR_METRES = 6.0  # at most this far is "near"
FAR_METRES = 16.0  # farther is not asked

PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<s>", "</s>"
IMAGE, FAKE, GLOBAL, END = "<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>"
SPECIALS: tuple[str, ...] = (PAD, UNK, BOS, EOS, IMAGE, FAKE, GLOBAL, END)
PUNCTUATION: tuple[str, ...] = ("=>", ";", "(", ")", ",", ".", ":", ">=", "?")
LARGEST = 64  # as in peam/state.py
SIZE = 684  # tokens; a word appended to the file takes the place of the first spare one

Section = Literal["core", "items", "creatures", "scene", "words", "more"]


@cache
def sections() -> dict[str, tuple[str, ...]]:
    """Loads section -> words from `data/nano/vocabulary.txt`, in the file's order."""
    text = resources.files("peam").joinpath("data/nano/vocabulary.txt").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.extend(line.split())
    return {name: tuple(words) for name, words in found.items()}


def section(name: Section) -> tuple[str, ...]:
    """Returns the words of one section of the file."""
    return sections()[name]


@cache
def tokens() -> tuple[str, ...]:
    """Returns every token of the tokenizer; its position is its id."""
    numbers = [str(number) for number in range(LARGEST + 1)]
    words = [word for listed in sections().values() for word in listed]
    known = list(dict.fromkeys([*SPECIALS, *PUNCTUATION, *numbers, *words]))
    return (*known, *(f"<spare_{index}>" for index in range(SIZE - len(known))))
