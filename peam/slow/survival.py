"""To stay alive: eat when hungry, hunt by day, be under ground by night, else wait.

Read off the observation and the episode's decisions, as all that the planner does. Knows no simulator.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import Action
from peam.slow import seek
from peam.slow.knowledge import Knowledge
from peam.types import Decision, Observation

PECKISH = 14.0  # food at or below which one eats, or hunts: above 17 wounds heal
DUSK, DAWN = 11500, 23500  # of the day: hostile creatures come with the dark, 13000 to 23000
HUNTS = 6  # looks around for game before one waits again
WAIT = Action("wait", "", 200)


def live_on(
    knowledge: Knowledge, observation: Observation, history: Sequence[Decision], surface: float
) -> Action:
    """Returns the next action.

    Args:
        knowledge: For foods, and what gives them.
        observation: For hunger, time and place.
        history: The whole episode.
        surface: Height of the feet when the episode began.
    """
    below = seek.underground(observation, history, surface)
    dark = DUSK <= observation.time < DAWN
    if observation.food <= PECKISH:
        held = [food for food in knowledge.foods if observation.inventory.get(food, 0)]
        if held:
            return Action("eat", held[0])
        if not dark and (hunt := _hunt(knowledge, history, below)):
            return hunt
    if dark and not below and "down" not in seek.absent(history, "explore"):
        return Action("explore", "down")
    return WAIT


def _hunt(knowledge: Knowledge, history: Sequence[Decision], below: bool) -> Action | None:
    """Returns a step of a hunt; None where game has been looked for in vain since the last wait."""
    beasts = tuple(knowledge.creatures.values())
    since = seek.search(history, "kill", beasts)
    waits = [i for i, d in enumerate(since) if d.action is not None and d.action.verb == "wait"]
    looks = [d for d in since[waits[-1] + 1 if waits else 0 :] if d.action and d.action.verb == "explore"]
    if len(looks) >= HUNTS:
        return None
    if below:
        return Action("explore", "up")
    gone = seek.absent(history, "kill")
    near = next((beast for beast in beasts if beast not in gone), None)
    return Action("kill", near) if near else seek.look_round(history, since)
