"""How much of everything nano's pretraining takes: plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """The measure of each stage.

    Attributes:
        text_steps: Steps of stage 1.
        rows: States a step of stage 1: few, for it is the number of steps that breaks the plateau.
        questions: Questions a state.
        frames: Labelled pictures for training.
        eyes_steps: Steps of stage 2.
        pictures: Pictures a step of stage 2.
        joint_steps: Steps of stage 4.
        asked_pictures: Pictures a step of stage 4.
        picture_questions: About how many questions a picture.
        joint_rows: States a step of stage 4, half of them behind a picture that they do not ask about.
        read_steps: Steps of stage 3.
        read_pictures: Pictures asked about a step of stage 3.
        read_rows: States a step of stage 3, all behind a picture that they do not ask about.
        head_steps: Steps that make the grounding heads anew where a model is taken up.
        held_out: Labelled pictures of held-out worlds, for the model card.
        held_out_states: Fresh states, for the model card.
        echo: Weight of the previous-word loss.
        grounding: Weight of the grounding loss in stage 4.
        text_lr: Peak learning rate of stage 1; likewise `eyes_lr`, `joint_lr`, `read_lr`.
    """

    text_steps: int = 6000
    rows: int = 4
    questions: int = 9
    frames: int = 40_000
    eyes_steps: int = 3000
    pictures: int = 32
    joint_steps: int = 5000
    asked_pictures: int = 16
    picture_questions: int = 12
    joint_rows: int = 6
    read_steps: int = 16_000
    read_pictures: int = 2
    read_rows: int = 5
    head_steps: int = 150
    held_out: int = 2_400
    held_out_states: int = 600
    echo: float = 0.3
    grounding: float = 0.3
    text_lr: float = 1e-3
    eyes_lr: float = 1e-3
    joint_lr: float = 1e-3
    read_lr: float = 1e-3
