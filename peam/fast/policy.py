"""The policy: see with the frozen base, then choose the best legal action under an adapter.

The search over the action trie is exact: log-probabilities only fall along a branch, so the first two leaves
that a best-first search pops are the best two of all legal, non-tabu actions. Knows nothing of training,
calibration or the simulator.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from peam.actions import Action, Trie
from peam.errors import PeamError
from peam.fast.backbone import Answered, Continue, Picture
from peam.fast.experts import Experts
from peam.fast.prompt import act_text, see_text
from peam.fast.vocabulary import SCENE, SEEN
from peam.types import Image

ABSENT = 0.7  # best mean balanced accuracy on half of the held-out pictures: 0.88, first choice 0.86
WIDTH = 4  # trie nodes expanded in the first forward passes: 4 short rows cost little more than one
WIDEST = 32  # the width doubles with each pass after the third, for policies that are undecided


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best two actions.

    Attributes:
        action: The best legal, non-tabu action.
        log_prob: Its log-probability, tokens summed.
        margin: log_prob minus the second best's; 0 where only one is left.
    """

    action: Action
    log_prob: float
    margin: float


class Policy:
    """Constrained decoding for one loaded base."""

    def __init__(self, experts: Experts) -> None:
        self._experts = experts
        self._backbone = experts.backbone
        prompter = self._backbone.prompter
        questions = [prompter.ids(see_text(name)) for name in SCENE]
        shared = next(i for i, tokens in enumerate(zip(*questions, strict=False)) if len(set(tokens)) > 1)
        self._asked, self._questions = questions[0][:shared], [question[shared:] for question in questions]
        self._firsts = prompter.first_tokens(SEEN)
        self._last: tuple[Picture, tuple[str, ...]] | None = None

    def picture(self, rgb: Image) -> Picture:
        """Encodes a picture with the frozen tower, once for seeing and acting."""
        with self._experts.serving(None) as handle:
            return self._backbone.pictures(handle, [rgb])[0]

    def see(self, picture: Picture) -> tuple[str, ...]:
        """Returns what the base, adapter off, names in view: "oak_log near", "cow far".

        A name counts as in view unless the base gives "no" at least `ABSENT`: things out of view are the
        many, so that its first choice misses more than it invents. The last answer is kept: what is crafted
        leaves the view as it was.
        """
        if self._last is None or self._last[0] is not picture:
            self._last = picture, self._look(picture)
        return self._last[1]

    @torch.inference_mode()
    def _look(self, picture: Picture) -> tuple[str, ...]:
        with self._experts.serving(None) as handle:
            extend = self._backbone.continuations(handle, picture, self._asked)
            last = [[len(question)] for question in self._questions]
            scores = extend(self._questions, last)[:, 0, self._firsts]
        absent = scores.softmax(-1)[:, 0]
        nearest = scores[:, 1:].argmax(-1)
        return tuple(
            f"{name} {SEEN[1 + int(how)]}"
            for name, how, no in zip(SCENE, nearest, absent.tolist(), strict=True)
            if no < ABSENT
        )

    @torch.inference_mode()
    def decide(
        self,
        category: str | None,
        state: str,
        seen: Sequence[str],
        picture: Picture,
        tabu: Collection[Action] = (),
    ) -> Ranked:
        """Returns the best legal action that is not tabu, and its margin.

        Args:
            category: Whose adapter decides; None asks the base alone.
            state: State text.
            seen: What `see` returned.
            picture: The encoded picture.
            tabu: Actions that must not be chosen.
        """
        prompter = self._backbone.prompter
        prompt = prompter.ids(act_text(state, seen))
        banned = {index for index, action in enumerate(prompter.actions) if action in tabu}
        with self._experts.serving(category) as handle:
            extend = self._backbone.continuations(handle, picture, prompt)
            best = best_two(prompter.trie, extend, banned)
        margin = best[0][1] - best[1][1] if len(best) > 1 else 0.0
        return Ranked(prompter.actions[best[0][0]], best[0][1], margin)

    @torch.inference_mode()
    def score_all(
        self, category: str | None, state: str, seen: Sequence[str], picture: Picture
    ) -> list[float]:
        """Scores every legal action by brute force: the reference that `decide` must equal."""
        prompter = self._backbone.prompter
        prompt = prompter.ids(act_text(state, seen))
        with self._experts.serving(category) as handle:
            rows = [Answered(picture, prompt, answer) for answer in prompter.answers]
            starts = range(0, len(rows), 32)
            parts = [self._backbone.log_probs(handle, rows[i : i + 32])[0].sum(1) for i in starts]
        return [float(value) for value in torch.cat(parts)]


@dataclass(frozen=True, slots=True)
class _Node:
    """A place in the trie: `path` leads to it."""

    path: tuple[int, ...]
    trie: Trie

    def children(self) -> list[_Node]:
        """Returns the places one token further."""
        return [_Node((*self.path, token), trie) for token, trie in self.trie.children.items()]

    def forced(self) -> _Node:
        """Follows single children to the leaf or branch that they end in."""
        path, trie = list(self.path), self.trie
        while trie.leaf is None and len(trie.children) == 1:
            token, trie = next(iter(trie.children.items()))
            path.append(token)
        return _Node(tuple(path), trie)


def best_two(
    trie: Trie, extend: Continue, banned: Collection[int] = (), width: int = WIDTH
) -> list[tuple[int, float]]:
    """Returns the best two leaves that are not banned, best first, as (leaf, log-probability).

    The root is read together with its children, before it is known which of them will be asked for: a pass
    less, for a few more tokens.

    Args:
        trie: Token sequences; its root has at least two children.
        extend: As `Backbone.continuations` returns.
        banned: Leaves that are skipped.
        width: Nodes expanded together at first; changes speed, never the result.

    Raises:
        PeamError: If every leaf is banned.
    """
    root = _Node((), trie)
    read = _read([root, *root.children()], extend)
    queue = _Queue()
    queue.push(0.0, root)
    found: list[tuple[int, float]] = []
    passes = 0
    while len(found) < 2 and (nodes := queue.next(width, found, banned)):
        passes += 1
        width = width if passes < 4 else max(width, min(2 * width, WIDEST))
        unread = [node for node in nodes if node.path not in read]
        read |= _read(unread, extend) if unread else {}
        for node in nodes:
            queue.expand(node, *read[node.path])
    if not found:
        raise PeamError("every legal action is tabu")
    return found


def _read(
    nodes: Sequence[_Node], extend: Continue
) -> dict[tuple[int, ...], tuple[_Node, NDArray[np.float32]]]:
    """Returns path -> where it is forced to, and log-probabilities after it and each forced token."""
    ends = [node.forced() for node in nodes]
    rows = [end.path[: len(end.path) - (end.trie.leaf is not None)] for end in ends]  # nothing follows a leaf
    spans = [(len(node.path), len(row)) for node, row in zip(nodes, rows, strict=True)]
    longest = max(last - first for first, last in spans) + 1
    where = [[min(first + j, last) for j in range(longest)] for first, last in spans]
    scores = extend(rows, where).log_softmax(-1).numpy(force=True)
    return {node.path: (end, part) for node, end, part in zip(nodes, ends, scores, strict=True)}


class _Queue:
    """Nodes and finished leaves, best first; ties in order of insertion, so that runs repeat."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, _Node]] = []
        self._scores: dict[tuple[int, ...], float] = {}
        self._count = 0

    def push(self, score: float, node: _Node) -> None:
        heapq.heappush(self._heap, (-score, self._count, node))
        self._scores[node.path] = score
        self._count += 1

    def expand(self, node: _Node, end: _Node, scores: NDArray[np.float32]) -> None:
        """Adds the forced tokens' log-probabilities; then pushes the leaf, or the children of the branch.

        `end` is where the node is forced to, `scores[j]` the log-probabilities after j forced tokens.
        """
        score, forced = self._scores.pop(node.path), end.path[len(node.path) :]
        for after, token in zip(scores, forced, strict=False):
            score += float(after[token])
        if end.trie.leaf is not None:
            self.push(score, end)
            return
        children = end.children()
        parts = scores[len(forced), [child.path[-1] for child in children]].tolist()
        for child, part in zip(children, parts, strict=True):
            self.push(score + part, child)

    def next(self, width: int, found: list[tuple[int, float]], banned: Collection[int]) -> list[_Node]:
        """Moves leaves at the top into `found`; then returns up to `width` nodes to expand, best first."""
        while self._heap and len(found) < 2 and self._heap[0][2].trie.leaf is not None:
            score, _, node = heapq.heappop(self._heap)
            leaf = node.trie.leaf
            if leaf is not None and leaf not in banned:
                found.append((leaf, -score))
        return [] if len(found) == 2 else list(self._take(width))

    def _take(self, width: int) -> Iterator[_Node]:
        leaves: list[tuple[float, int, _Node]] = []
        while self._heap and width and len(leaves) < 2:  # behind two leaves nothing can matter yet
            entry = heapq.heappop(self._heap)
            if entry[2].trie.leaf is not None:
                leaves.append(entry)
            else:
                width -= 1
                yield entry[2]
        for entry in leaves:
            heapq.heappush(self._heap, entry)
