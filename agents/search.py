"""A search that the slow tier has begun, carried on by reflex.

The slow tier tried for something that was not there and went to look for it. That is an intention, and to go
on with it takes eyes, not thought: on in the same direction until what is wanted comes into view, then the
same action again. For as long again as the search has lasted, not counting what an adapter walked; then the
slow tier is asked whether it still wants that. So a search of n explorations takes about log n calls, and one
that is in vain is at most twice as long. Only on the level: how deep to go is for the planner to say. Only
for what stays where it is: who is hunted comes and goes, and is not named in the dark. And only while no life
is lost.

Nothing is learned here: the eyes are the base's, adapter off, so that it serves categories that no adapter
does, too, from birth on. Reads decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import EXPLORE, Action
from peam.agents.base import Situation
from peam.agents.tabu import OPPOSITE, explores, since
from peam.state import parse_state
from peam.types import Decision, Diagnosis

_HUNTS = frozenset({"kill", "shoot"})


def carry_on(situation: Situation, seen: Sequence[str]) -> Action | None:
    """Returns how the search goes on; None where there is none, or where it is for the slow tier to decide.

    Args:
        situation: What is pursued, and the episode so far.
        seen: What the base names in view, "oak_log near".
    """
    search = _search(situation)
    if not search or not _explored(search[-1]) or _life(situation.state) < _life(search[-1].state):
        return None
    led = [i for i, decision in enumerate(search) if decision.tier == "slow"]
    sought = [a for i in led if (a := search[i].action) and a.word != EXPLORE]
    if not sought or sought[-1].verb in _HUNTS:
        return None
    in_view = {name.split(" ")[0] for name in seen}
    found = next((a for a in reversed(sought) if a.verb not in _HUNTS and a.target in in_view), None)
    lasted = sum(_explored(d) and not d.reflex for d in search[: led[-1] + 1])
    alone, last = len(search) - 1 - led[-1], search[-1]
    level = last.action is not None and last.action.target not in OPPOSITE
    onward = last.action if level and alone < lasted and not last.reflex else None
    return found or onward


def _search(situation: Situation) -> Sequence[Decision]:
    """Returns the last decisions for this subgoal of which each explored, or did not find its target."""

    def other(decision: Decision) -> bool:
        missed = decision.outcome.diagnosis is Diagnosis.NOT_FOUND
        return decision.subgoal != situation.subgoal or not (explores(decision) or missed)

    return since(situation.history, other)


def _explored(decision: Decision) -> bool:
    return decision.outcome.ok and explores(decision)


def _life(state: str) -> int:
    """Returns the life that a state text tells: its vitals are "life 20 food 20 ..."."""
    return int(parse_state(state).vitals.split()[1])
