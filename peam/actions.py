"""The action language: a closed grammar of skill calls. Text that does not parse is an error value.

Knows nothing of how an action is carried out. Nothing here evaluates text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

import yaml

EXPLORE = "explore"  # the word of looking around, whichever way
_CALL = re.compile(r"([a-z]{1,16})\(([a-z0-9_]{1,40})(?:, ?([1-9][0-9]{0,3}))?\)")


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One skill call: `verb(target)` or `verb(target, count)`; `wait` has a count alone.

    Attributes:
        verb: One of the verbs of `data/actions.yaml`.
        target: Block, item, creature or direction; "" for `wait`.
        count: How many, for the verbs that take a count; else None. Ticks for `wait`.
    """

    verb: str
    target: str
    count: int | None = None

    def __str__(self) -> str:
        return format_action(self)

    @property
    def word(self) -> str:
        """`verb(target)`; every direction of explore is the same word, as it depends on the world."""
        return EXPLORE if self.verb == EXPLORE else f"{self.verb}({self.target})"


@dataclass(frozen=True, slots=True)
class InvalidAction:
    """A text outside the grammar, and why. A value, not an exception."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verb:
    """The targets and counts that one verb takes; empty where it takes none."""

    targets: tuple[str, ...]
    counts: tuple[int, ...]


@cache
def grammar() -> dict[str, Verb]:
    """Loads verb -> targets and counts from `data/actions.yaml`."""
    text = resources.files("peam").joinpath("data/actions.yaml").read_text(encoding="utf-8")
    data = cast(dict[str, dict[str, list[str] | list[int]]], yaml.safe_load(text)["verbs"])
    return {
        verb: Verb(tuple(map(str, spec.get("targets", []))), tuple(map(int, spec.get("counts", []))))
        for verb, spec in data.items()
    }


def format_action(action: Action) -> str:
    """Formats an action; `parse_action(format_action(a)) == a` for every legal action."""
    arguments = [action.target] if action.target else []
    if action.count is not None:
        arguments.append(str(action.count))
    return f"{action.verb}({', '.join(arguments)})"


def parse_action(text: str) -> Action | InvalidAction:
    """Parses one skill call. Never raises and never executes, whatever the text.

    Args:
        text: e.g. `mine(oak_log, 4)`. Surrounding blanks are ignored.

    Returns:
        The action, or an `InvalidAction` that says why not.
    """
    match = _CALL.fullmatch(text.strip()) if len(text) <= 200 else None
    if match is None:
        return InvalidAction(text, "not of the form verb(target, count)")
    verb, first, second = match[1], match[2], match[3]
    spec = grammar().get(verb)
    if spec is None:
        return InvalidAction(text, f"no verb '{verb}'")
    if not spec.targets:
        if second is not None or not first.isdecimal() or not first.isascii():
            return InvalidAction(text, f"{verb} takes a number alone")
        return _checked(text, spec, Action(verb, "", int(first)))
    return _checked(text, spec, Action(verb, first, int(second) if second else None))


def _checked(text: str, spec: Verb, action: Action) -> Action | InvalidAction:
    if spec.targets and action.target not in spec.targets:
        return InvalidAction(text, f"{action.verb} knows no '{action.target}'")
    if not spec.counts and action.count is not None:
        return InvalidAction(text, f"{action.verb} takes no count")
    if spec.counts and action.count not in spec.counts:
        return InvalidAction(text, f"{action.verb} takes a count of {list(spec.counts)}")
    if format_action(action) != re.sub(r",(?! )", ", ", text.strip()):
        return InvalidAction(text, "not in canonical form")
    return action


@cache
def legal_actions() -> tuple[Action, ...]:
    """Enumerates every legal action, in the file's order."""
    return tuple(
        Action(verb, target, count)
        for verb, spec in grammar().items()
        for target in (spec.targets or ("",))
        for count in (spec.counts or (None,))
    )


def nearest_count(verb: str, count: int) -> int:
    """Returns the smallest listed count >= `count`, or the largest listed one."""
    counts = grammar()[verb].counts
    return next((listed for listed in counts if listed >= count), counts[-1])


class Trie:
    """A prefix tree over token sequences, for constrained decoding.

    Attributes:
        children: Token id -> subtree.
        leaf: Index of the sequence that ends here, or None.
    """

    __slots__ = ("children", "leaf")

    def __init__(self) -> None:
        self.children: dict[int, Trie] = {}
        self.leaf: int | None = None

    @classmethod
    def of(cls, sequences: list[list[int]]) -> Trie:
        """Builds the tree; no sequence may be a proper prefix of another (end each with EOS)."""
        root = cls()
        for index, sequence in enumerate(sequences):
            node = root
            for token in sequence:
                node = node.children.setdefault(token, cls())
            node.leaf = index
        return root
