"""The contract of the fast tier, as the loop, the agents and the memory see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from peam.actions import Action
from peam.types import Image, Segment


@dataclass(frozen=True, slots=True)
class Choice:
    """What the fast tier would do.

    Attributes:
        action: The best legal action that is not tabu.
        log_prob: Its log-probability under the category's adapter, tokens summed.
        margin: log_prob minus that of the second best legal, non-tabu action (>= 0).
        confidence: Calibrated success probability in [0, 1]; 0 where nothing is calibrated.
        acts: Whether conformal risk control lets it act; else the loop escalates.
        seen: What the frozen base named in view.
        seconds: Wall seconds of the whole call.
    """

    action: Action
    log_prob: float
    margin: float
    confidence: float
    acts: bool
    seen: tuple[str, ...]
    seconds: float


class Tried(NamedTuple):
    """What came of a choice: its action's word, its margin, and whether it was right."""

    word: str
    margin: float
    ok: bool


class FastTier(Protocol):
    """One frozen multimodal base and one LoRA adapter a category."""

    def load(self, category: str, adapter_dir: Path) -> None:
        """Serves the category with this adapter version from now on. Raises AdapterError; no fall-back."""

    def knows(self, category: str) -> bool:
        """Returns whether an adapter is loaded for the category."""

    def see(self, rgb: Image) -> tuple[str, ...]:
        """Returns what the frozen base, adapter off, names in view: "oak_log near", "cow far"."""

    def decide(self, category: str, state: str, rgb: Image, tabu: Collection[Action] = ()) -> Choice:
        """Chooses an action under the category's adapter. Raises AdapterError for an unknown category."""

    def calibrate(self, category: str, tried: Sequence[Tried]) -> None:
        """Fits confidence and the acting thresholds from the store's own history."""

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, token count) of a segment's actions; base alone where no adapter is."""
