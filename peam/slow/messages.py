"""What a language model is told: prompt files filled with the state of the game as JSON.

The prompts are `prompts/*.txt`. Whatever comes from the game goes in as JSON values, its names reduced to
the letters of names, in one pass: a name cannot end the data, open a message or fill a placeholder. The
history is told in bounded length, however long the episode. Knows tasks, observations and outcomes; no
model, no network.
"""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Any, Literal

from PIL import Image as Pillow

from peam.actions import grammar
from peam.errors import PlannerError
from peam.slow.answers import clean
from peam.types import CATEGORIES, Decision, Image, Observation, Predicate, Subgoal, Task

Message = dict[str, Any]
Kind = Literal["plan", "decide", "pursue"]

NAME = 40  # characters of a name, as in the action language
TEXT = 2000  # characters of a task's text or of one hint
EARLIER = 20  # kinds of older outcomes that are told
AROUND = 64  # words of the simulator's own list that are told
_FOREIGN = re.compile(r"[^A-Za-z0-9_.:/-]+")


@dataclass(frozen=True, slots=True)
class Moment:
    """All that one slow call may look at.

    Attributes:
        task: What the episode is for.
        plan: Subgoals still to be reached, by the last answer.
        observation: What the agent perceives.
        stations: Stations that the agent placed and that are near.
        history: The episode's decisions so far.
        hints: Text memory.
        pursue: The subgoal to decide for, where the caller and not the plan names it.
    """

    task: Task
    plan: Sequence[Subgoal]
    observation: Observation
    stations: Sequence[str]
    history: Sequence[Decision]
    hints: Sequence[str] = ()
    pursue: Subgoal | None = None


@cache
def prompt(name: str) -> Template:
    """Loads a prompt file by name, without suffix."""
    return Template(resources.files("peam.slow").joinpath(f"prompts/{name}.txt").read_text(encoding="utf-8"))


def ask(kind: Kind, moment: Moment, recent: int, picture: bool) -> list[Message]:
    """Returns the messages of a slow call.

    Args:
        kind: What is asked for: the name of the user's prompt.
        moment: What is told.
        recent: Decisions told one by one; older ones are told as counts.
        picture: Whether the picture is sent as well.

    Raises:
        PlannerError: A picture is wanted, and the agent draws none.
    """
    state = json.dumps(told(moment, recent), ensure_ascii=True)
    text = prompt(kind).substitute(state=state)
    content: Any = text
    if picture:
        image = {"type": "image_url", "image_url": {"url": data_url(moment.observation.rgb)}}
        content = [{"type": "text", "text": text}, image]
    return [{"role": "system", "content": system()}, {"role": "user", "content": content}]


def again(messages: Sequence[Message], said: str, flaw: str) -> list[Message]:
    """Returns the messages that ask once more, after an answer that cannot be used."""
    reply = {"role": "assistant", "content": clean(said[:TEXT]) or "(nothing)"}
    return [*messages, reply, {"role": "user", "content": prompt("reask").substitute(flaw=clean(flaw))}]


@cache
def system() -> str:
    """Returns the system prompt: action language and form of subgoals, nothing of the game's state."""
    lines = []
    for verb, spec in grammar().items():
        arguments = ["TARGET"] * bool(spec.targets) + ["COUNT"] * bool(spec.counts)
        lists = [f"TARGET: {' '.join(spec.targets)}"] * bool(spec.targets)
        lists += [f"COUNT: {' '.join(map(str, spec.counts))}"] * bool(spec.counts)
        lines.append(f"{verb}({', '.join(arguments)})  {'; '.join(lists)}")
    return prompt("system").substitute(actions="\n".join(lines), categories=", ".join(CATEGORIES))


def told(moment: Moment, recent: int) -> dict[str, Any]:
    """Returns what the model is told of the game, ready for JSON."""
    seen, task = moment.observation, moment.task
    state: dict[str, Any] = {
        "task": {"text": task.text[:TEXT], "goal": _goal(Subgoal(task.category, task.goal), seen)},
        "plan": [_goal(subgoal, seen) for subgoal in moment.plan],
        "inventory": _counts(seen.inventory),
        "hand": plain(seen.hand),
        "stations_near": [plain(name) for name in moment.stations],
        "life": round(seen.life),
        "food": round(seen.food),
        "height": math.floor(seen.position[1]),
        "night": seen.night,
        **_history(moment.history, recent),
    }
    if moment.pursue is not None:
        state["pursue"] = _goal(moment.pursue, seen)
    if seen.nearby:
        state["around"] = [plain(word) for word in seen.nearby[:AROUND]]
    if moment.hints:
        state["hints"] = [hint[:TEXT] for hint in moment.hints]
    return state


def plain(name: str) -> str:
    """Returns a name of the game with nothing in it but what names are made of, at most `NAME` characters."""
    return _FOREIGN.sub("_", name[: 4 * NAME])[:NAME]


def _goal(subgoal: Subgoal, seen: Observation) -> dict[str, Any]:
    predicate: Predicate = subgoal.predicate
    text = f"{predicate.fact}.{plain(predicate.item)} >= {predicate.count}"
    return {"category": subgoal.category, "predicate": text, "now": predicate.value(seen)}


def _counts(items: Mapping[str, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, count in sorted(items.items()):
        counts[plain(name)] += count
    return dict(counts)


def _history(history: Sequence[Decision], recent: int) -> dict[str, Any]:
    """Returns the last decisions one by one, and of those before only how often what ended how."""
    cut = max(0, len(history) - recent)
    last = [f"{d.index}: {_action(d)} -> {_ending(d)}" for d in history[cut:]]
    return {"earlier": _tally(history[:cut]), "recent": last}


def _tally(history: Iterable[Decision]) -> list[str]:
    counts: dict[str, int] = {}
    for d in history:
        key = f"{d.action.word if d.action else 'text'} {d.outcome.diagnosis}"
        counts[key] = counts.pop(key, 0) + 1  # what happened last stands last
    kinds = list(counts.items())
    hidden = sum(count for _, count in kinds[:-EARLIER])
    others = [f"others: {hidden} times"] if hidden else []
    return others + [f"{key}: {count} times" for key, count in kinds[-EARLIER:]]


def _action(decision: Decision) -> str:
    return str(decision.action) if decision.action else "a text that is no action"


def _ending(decision: Decision) -> str:
    outcome = decision.outcome
    parts = [str(outcome.diagnosis)]
    if outcome.missing:
        parts.append("missing " + _listed(outcome.missing))
    gained = {name: n for name, n in outcome.delta.items() if n > 0}
    if gained:
        parts.append("gained " + _listed(gained))
    return ", ".join(parts)


def _listed(items: Mapping[str, int]) -> str:
    return " ".join(f"{name} {count}" for name, count in _counts(items).items())


def data_url(rgb: Image | None) -> str:
    """Returns a picture as a PNG data URL.

    Raises:
        PlannerError: There is none.
    """
    if rgb is None:
        raise PlannerError("slow.openai.images is true, but this agent draws no pictures: set it to false")
    file = io.BytesIO()
    Pillow.fromarray(rgb).save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
