"""Questions about one labelled picture: what is in view, where, how many, what time, what place.

Answers come from the labels alone. Knows nothing of what a sight is good for.
"""

from __future__ import annotations

import numpy as np

from peam.fast.frames import Label
from peam.fast.lookups import Question
from peam.fast.states import CREATURES
from peam.fast.vocabulary import SCENE


def picture_questions(rng: np.random.Generator, label: Label, count: int) -> list[Question]:
    """Draws about `count` questions: what shows, as many names that do not, then the rest.

    Args:
        rng: Draws.
        label: What may be asked.
        count: At least 6.
    """
    shown = [name for name in SCENE if label.seen.get(name, "no") != "no"]
    absent = [name for name in SCENE if label.seen.get(name) == "no"]
    others = _others(rng, label)
    rng.shuffle(others)  # type: ignore[arg-type]
    asked = shown[: count - 5] + list(rng.permutation(absent)[: max(3, count - len(shown) - 3)])
    sights = [Question(f"see {name}", f"see {name}", label.seen[name]) for name in asked]
    return [*sights, *others[: max(2, count - len(sights))]]


def all_sights(label: Label) -> list[Question]:
    """Returns the question `see` for every name that can be told."""
    return [Question(f"see {name}", f"see {name}", label.seen[name]) for name in SCENE if name in label.seen]


def _others(rng: np.random.Generator, label: Label) -> list[Question]:
    found = [Question("side", f"side {name}", where) for name, where in label.side.items()]
    if label.creatures is not None:
        found.append(Question("count creatures", "count creatures", str(label.creatures)))
    if label.night is not None:
        found.append(Question("picture time", "time", "night" if label.night else "day"))
    found.append(Question("where", "where", "underground" if label.underground else "surface"))
    if all(name in label.seen for name in SCENE) and rng.random() < 0.5:
        shown = [f"{name} {label.seen[name]}" for name in SCENE if label.seen[name] != "no"]
        found.append(Question("caption", "caption", " ".join(shown) or "nothing"))
    if all(name in label.seen for name in CREATURES):
        nearby = [name for name in CREATURES if label.seen[name] == "near"]
        if len(nearby) < 2:
            found.append(Question("near creatures", "near creatures", nearby[0] if nearby else "none"))
    return found
