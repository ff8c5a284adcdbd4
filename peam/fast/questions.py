"""All questions about states that nano is pretrained on, and how often each is asked.

Nothing here knows which action is right in which state: states are random, every action that an answer
holds was spelled out by the question, and no recipe, tool tier or drop is used anywhere.
"""

from __future__ import annotations

import numpy as np

from peam.fast import instructions, lookups
from peam.fast.lookups import Asker, Question
from peam.fast.states import State

# Question kind -> how often it is drawn, and who asks it.
ASKERS: dict[str, tuple[float, Asker]] = {
    "has": (1.0, lookups.has_item),
    "count": (1.0, lookups.count_item),
    "enough": (1.5, lookups.enough_item),
    "lack": (2.0, lookups.first_lacking),
    "first": (1.0, lookups.first_held),
    "more": (0.8, lookups.more_of),
    "goal": (1.0, lookups.of_goal),
    "goal reached": (1.0, lookups.goal_reached),
    "short": (1.2, lookups.how_short),
    "body": (0.6, lookups.of_body),
    "near": (0.5, lookups.near_station),
    "last": (1.0, lookups.of_last),
    "sees": (0.7, lookups.sees_name),
    "do": (0.7, instructions.do),
    "say": (2.0, instructions.say),
    "if": (2.5, instructions.if_else),
    "if else if": (1.2, instructions.if_else_if),
    "free": (0.4, instructions.free),
    "numbers": (1.2, lookups.compare_numbers),
}


def state_questions(rng: np.random.Generator, state: State, count: int) -> list[Question]:
    """Draws `count` questions about one state, kinds by their weights."""
    kinds = list(ASKERS)
    weights = np.array([ASKERS[kind][0] for kind in kinds])
    found: list[Question] = []
    while len(found) < count:
        kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
        asked = ASKERS[kind][1](rng, state)
        if asked is not None:
            found.append(Question(kind, f"? {asked[0]}" if asked[0] else "", asked[1]))
    return found
