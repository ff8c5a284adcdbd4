"""Examines nano on held-out worlds and states: accuracy by question, precision and recall by name in view.

An answer counts only if every token of it is the model's first choice: what greedy decoding would say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from transformers import Idefics3ForConditionalGeneration

from peam.fast.eyes import look
from peam.fast.frames import Frames, Label
from peam.fast.lookups import Question
from peam.fast.nano import tokenizer
from peam.fast.packing import IGNORE, Packer, Row, answer_logits
from peam.fast.picture_questions import all_sights, picture_questions
from peam.fast.questions import state_questions
from peam.fast.states import random_state
from peam.fast.vocabulary import SCENE, SEEN

ROWS = 32  # prompts a forward pass
HELD_OUT = 7_919  # added to the seed, so that no state was trained on


@dataclass(slots=True)
class Report:
    """What was right.

    Attributes:
        right: Question kind -> [right, asked].
        seen: Name -> counts of (truth, answer), each no, near or far.
    """

    right: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    seen: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))

    def accuracy(self, kinds: Sequence[str]) -> float:
        """Returns the share of right answers over some kinds."""
        right, asked = np.sum([self.right[kind] for kind in kinds], axis=0)
        return float(right / max(1, asked))

    @property
    def text_kinds(self) -> list[str]:
        """The kinds asked of states; a free action has no right answer."""
        return sorted(kind for kind in self.right if kind.startswith("text: ") and kind != "text: free")

    def sight(self, name: str) -> Sight:
        """Returns the detector figures of one name."""
        counts = self.seen[name]

        def total(truth: Sequence[str], answers: Sequence[str]) -> int:
            return sum(counts[t, a] for t in truth for a in answers)

        there, no = ("near", "far"), ("no",)
        hits, misses = total(there, there), total(there, no)
        false, true = total(no, there), total(no, no)
        right_range = counts["near", "near"] + counts["far", "far"]
        return Sight(hits + misses, false + true, hits, false, right_range)


@dataclass(frozen=True, slots=True)
class Sight:
    """How well one name is seen: counts of pictures."""

    present: int
    absent: int
    hits: int
    false: int
    right_range: int

    @property
    def recall(self) -> float:
        """Share of pictures that show it in which it is named."""
        return self.hits / max(1, self.present)

    @property
    def precision(self) -> float:
        """Share of namings that are true."""
        return self.hits / max(1, self.hits + self.false)

    @property
    def balanced(self) -> float:
        """Mean of recall and of the share of rightly denied absences."""
        return (self.recall + 1 - self.false / max(1, self.absent)) / 2

    @property
    def ranged(self) -> float:
        """Share of hits with the right one of near and far."""
        return self.right_range / max(1, self.hits)


@torch.inference_mode()
def examine(model: Idefics3ForConditionalGeneration, frames: Frames, seed: int, states: int) -> Report:
    """Asks everything of held-out frames, and of so many fresh states."""
    report, rng = Report(), np.random.default_rng(seed + HELD_OUT)
    packer = Packer(tokenizer())
    drawn = [random_state(rng) for _ in range(states)]
    rows = [Row(False, state.text(), state_questions(rng, state, 8)) for state in drawn]
    for start in range(0, len(rows), ROWS):
        _ask(model, packer, rows[start : start + ROWS], None, report, "text: ")
    for start in range(0, len(frames), ROWS):
        some = frames.take(np.arange(start, min(start + ROWS, len(frames))))
        _, tokens = look(model, some.rgb)
        labels = [some.label(i) for i in range(len(some))]
        _ask(model, packer, [Row(True, "", all_sights(label)) for label in labels], tokens, report, "")
        rows = [Row(True, "", _other(rng, label)) for label in labels]
        _ask(model, packer, rows, tokens, report, "picture: ")
    return report


def _other(rng: np.random.Generator, label: Label) -> list[Question]:
    asked = picture_questions(rng, label, 14)
    return [question for question in asked if not question.kind.startswith("see ")]


def _ask(
    model: Idefics3ForConditionalGeneration,
    packer: Packer,
    rows: Sequence[Row],
    tokens: torch.Tensor | None,
    report: Report,
    prefix: str,
) -> None:
    batch = packer.pack(rows)
    logits, _ = answer_logits(model, batch, None if tokens is None else tokens.flatten(0, 1))
    best = torch.full_like(batch.labels, IGNORE)
    best[batch.labels != IGNORE] = logits.argmax(-1)
    for row, index, question in _questions(rows):
        spots = (batch.branch[row] == index) & (batch.labels[row] != IGNORE)
        said = best[row][spots]
        if prefix:
            score = report.right[prefix + question.kind]
            score[0] += int(torch.equal(said, batch.labels[row][spots]))
            score[1] += 1
        else:
            report.seen[question.kind.removeprefix("see ")][question.answer, _word(packer, said)] += 1


def _questions(rows: Sequence[Row]) -> Iterator[tuple[int, int, Question]]:
    for row, asked in enumerate(rows):
        for index, question in enumerate(asked.questions, 1):
            yield row, index, question


def _word(packer: Packer, said: torch.Tensor) -> str:
    word = packer.word(int(said[0]))
    return word if word in SEEN else "no"


def table(report: Report) -> str:
    """Renders the report as Markdown tables."""
    lines = [
        "| in view | shown in | recall | precision | balanced accuracy | near/far right |",
        "|---|---|---|---|---|---|",
    ]
    for name in SCENE:
        s = report.sight(name)
        shares = " | ".join(f"{share:.3f}" for share in (s.recall, s.precision, s.balanced, s.ranged))
        lines.append(f"| {name} | {s.present} of {s.present + s.absent} | {shares} |")
    lines += ["", "| question | asked | right |", "|---|---|---|"]
    for kind in sorted(report.right):
        right, asked = report.right[kind]
        if kind != "text: free":
            lines.append(f"| {kind} | {asked} | {right / asked:.3f} |")
    lines += ["", f"All text questions together: {report.accuracy(report.text_kinds):.3f}."]
    return "\n".join(lines)
