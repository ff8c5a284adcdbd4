"""`peam pretrain`: makes nano from nothing, in four stages, without a single task solution.

1. text: random states and questions about them (`questions.py`), helped by `echo.py`;
2. eyes: supervised grounding of the vision tower (`eyes.py`) on staged views (`frames.py`);
3. reading: questions about pictures and states together, the vision tower frozen: counting and comparing
   take far longer than seeing;
4. joint: the same with the vision tower trained, too, and still grounded.

Resumable: the same command goes on from `out/checkpoint.safetensors` and the frames beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_model
from torch import Tensor, nn
from torch.nn import functional

from peam.errors import PeamError
from peam.fast.card import write_card
from peam.fast.echo import Echo
from peam.fast.examine import Report, examine
from peam.fast.eyes import Eyes, look
from peam.fast.frames import Frames, gather
from peam.fast.lookups import Question, lookup_questions, recital
from peam.fast.nano import VISUAL_TOKENS, new_model, save_nano, tokenizer
from peam.fast.packing import Packer, Row, answer_logits, read
from peam.fast.picture_questions import picture_questions
from peam.fast.questions import state_questions
from peam.fast.recipe import Recipe
from peam.fast.states import State, random_state
from peam.fast.trainer import Stage, Trainer

TRAIN_WORLDS, HELD_OUT_WORLDS = 200_000, 300_000  # first world seeds; lives and evaluations use neither
ENCODED = 64  # pictures encoded at once


class Pupil(nn.Module):
    """The model with the heads that help it to learn: everything that a checkpoint holds."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.model = new_model(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.eyes = Eyes(self.model)
            self.echo = Echo(self.model.config.text_config.hidden_size)

    def take_up(self, directory: Path) -> None:
        """Takes the weights of a saved nano.

        Raises:
            PeamError: If there is none, or one of another shape.
        """
        path = directory / "model.safetensors"
        try:
            load_model(self.model, path)
        except (OSError, SafetensorError, RuntimeError) as error:
            raise PeamError(f"{path}: not the weights of a nano ({error})") from error

    @property
    def words(self) -> Tensor:
        """The word embeddings."""
        weight: Tensor = self.model.model.text_model.embed_tokens.weight
        return weight

    @property
    def rms(self) -> Tensor:
        """Root mean square of the word embeddings."""
        return self.words.detach().square().mean().sqrt()

    def parts(self, *names: str) -> list[nn.Parameter]:
        """Returns the parameters under some of "text" (the output layer is tied to it), "vision"."""
        inner = self.model.model
        of = {
            "text": [*inner.text_model.parameters(), *self.echo.parameters()],
            "vision": [
                *inner.vision_model.parameters(),
                *inner.connector.parameters(),
                *self.eyes.parameters(),
            ],
        }
        return [parameter for name in names for parameter in of[name]]


class Lessons:
    """The losses of the three stages."""

    def __init__(self, pupil: Pupil, recipe: Recipe) -> None:
        self._pupil, self._recipe = pupil, recipe
        self._packer = Packer(tokenizer())
        self._frames: Frames | None = None
        self._tokens: Tensor | None = None

    def show(self, frames: Frames) -> None:
        """Sets the pictures that the stages that look draw from, rare sights more often."""
        self._frames, self._shares = frames, frames.rarity().cumsum()

    def text(self, rng: np.random.Generator, step: int) -> Tensor:
        """Questions about states; some prompts start with noise in the place of a picture."""
        progress = step / self._recipe.text_steps
        rows = [self._state_row(rng, rng.random() < 0.15, progress) for _ in range(self._recipe.rows)]
        width = self._pupil.words.shape[1]
        noise = rng.standard_normal((sum(row.picture for row in rows), VISUAL_TOKENS, width), np.float32)
        return self._answers(rows, torch.from_numpy(noise) * self._pupil.rms)

    def ground(self, rng: np.random.Generator, step: int) -> Tensor:
        """What every patch and every visual token shows."""
        some = self._draw(rng, self._recipe.pictures)
        return self._grounding(some, *look(self._pupil.model, some.rgb))

    def joint(self, rng: np.random.Generator, step: int) -> Tensor:
        """Questions about pictures, questions about states with and without a picture, and grounding."""
        some = self._draw(rng, self._recipe.asked_pictures)
        asked = [
            picture_questions(rng, some.label(i), self._recipe.picture_questions) for i in range(len(some))
        ]
        shown = self._recipe.joint_rows // 2
        rows = [Row(True, "", questions) for questions in asked]
        rows += [self._state_row(rng, i < shown, 1.0) for i in range(self._recipe.joint_rows)]
        patches, tokens = look(self._pupil.model, some.rgb)
        grounding = self._grounding(some, patches, tokens)
        return self._answers(rows, torch.cat([tokens, tokens[:shown]])) + self._recipe.grounding * grounding

    def reading(self, rng: np.random.Generator, step: int) -> Tensor:
        """Questions about pictures that were encoded once, and more about states."""
        pictures, rows = self._recipe.read_pictures, self._recipe.read_rows
        drawn = self._picked(rng, pictures + rows)
        asked = [Row(True, "", self._sights(rng, int(i))) for i in drawn[:pictures]]
        asked += [self._state_row(rng, True, 1.0) for _ in range(rows)]
        batch = self._packer.pack(asked)
        logits, labels = answer_logits(self._pupil.model, batch, self._encoded()[drawn].flatten(0, 1))
        return functional.cross_entropy(logits, labels)

    def _sights(self, rng: np.random.Generator, frame: int) -> list[Question]:
        assert self._frames is not None, "frames are gathered before the stages that look"
        return picture_questions(rng, self._frames.label(frame), self._recipe.picture_questions)

    @torch.no_grad()
    def _encoded(self) -> Tensor:
        """Returns (frames, VISUAL_TOKENS, hidden): every picture as the frozen tower encodes it."""
        if self._tokens is None:
            assert self._frames is not None, "frames are gathered before the stages that look"
            parts = np.array_split(self._frames.rgb, max(1, len(self._frames) // ENCODED))
            self._tokens = torch.cat([look(self._pupil.model, rgb)[1] for rgb in parts])
        return self._tokens

    def _picked(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Returns (count,) frames by their shares."""
        picked: NDArray[np.int64] = np.searchsorted(self._shares, rng.random(count) * self._shares[-1])
        return picked

    def _draw(self, rng: np.random.Generator, count: int) -> Frames:
        assert self._frames is not None, "frames are gathered before the stages that look"
        some = self._frames.take(self._picked(rng, count))
        return some.mirrored(rng.random(count) < 0.5)

    def _grounding(self, some: Frames, patches: Tensor, tokens: Tensor) -> Tensor:
        hit, metres = torch.from_numpy(some.hit.astype(np.int64)), torch.from_numpy(some.metres())
        return self._pupil.eyes.loss(patches, tokens, hit, metres, self._pupil.words)

    def _state_row(self, rng: np.random.Generator, picture: bool, progress: float) -> Row:
        """Draws a state; early in training it is mostly recited and looked up, later asked everything."""
        state = random_state(rng)
        return Row(picture, state.text(), self._asked(rng, state, progress))

    def _asked(self, rng: np.random.Generator, state: State, progress: float) -> list[Question]:
        recite, search = max(0.03, 0.35 - 0.5 * progress), max(0.15, 0.45 - 0.35 * progress)
        drawn = rng.random()
        if drawn < recite:
            return recital(rng, state)
        if drawn < recite + search:
            return lookup_questions(rng, state, 12)
        return state_questions(rng, state, self._recipe.questions)

    def _answers(self, rows: Sequence[Row], visual: Tensor) -> Tensor:
        batch, pupil = self._packer.pack(rows), self._pupil
        logits, labels, hidden = read(pupil.model, batch, visual.flatten(0, 1))
        echo = pupil.echo.loss(hidden, pupil.words, batch, pupil.model.config.image_token_id)
        return functional.cross_entropy(logits, labels) + self._recipe.echo * echo


def pretrain(
    out: Path, seed: int = 0, recipe: Recipe | None = None, threads: int = 1, start: Path | None = None
) -> Report:
    """Makes a nano in `out`, or goes on where an interrupted run of the same seed stopped.

    Args:
        out: Receives the model, tokenizer and processor files, MODEL_CARD.md, the checkpoint and the frames.
        seed: Seeds weights, states, views and batches.
        recipe: How much of everything; default: the full recipe.
        threads: Torch threads.
        start: A nano whose weights to start from; it has the first two stages behind it.

    Returns:
        Accuracy a question on held-out worlds and states.

    Raises:
        PeamError: On a checkpoint or frames file that is damaged or of another seed, or a `start` that is no
            nano.
    """
    torch.set_num_threads(threads)
    recipe = recipe or Recipe()
    out.mkdir(parents=True, exist_ok=True)
    pupil = Pupil(seed).train()
    lessons, trainer = Lessons(pupil, recipe), Trainer(pupil, out, seed)
    if not trainer.resume() and start is not None:
        pupil.take_up(start)
        trainer.done = ("text", "eyes")
    trainer.run(Stage("text", recipe.text_steps, recipe.text_lr, pupil.parts("text"), lessons.text))
    lessons.show(gather(out / "frames.npz", TRAIN_WORLDS, recipe.frames, seed))
    trainer.run(Stage("eyes", recipe.eyes_steps, recipe.eyes_lr, pupil.parts("vision"), lessons.ground))
    trainer.run(Stage("reading", recipe.read_steps, recipe.read_lr, pupil.parts("text"), lessons.reading))
    if start is not None:  # the heads that grounded it were thrown away
        heads = list(pupil.eyes.parameters())
        trainer.run(Stage("heads", recipe.head_steps, recipe.eyes_lr, heads, lessons.ground))
    everything = pupil.parts("text", "vision")
    trainer.run(Stage("joint", recipe.joint_steps, recipe.joint_lr, everything, lessons.joint))
    save_nano(pupil.model.eval(), out)
    held_out = gather(out / "held_out.npz", HELD_OUT_WORLDS, recipe.held_out, seed)
    report = examine(pupil.model, held_out, seed, recipe.held_out_states)
    write_card(out / "MODEL_CARD.md", report, recipe, seed, start)
    return report
