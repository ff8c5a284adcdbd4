"""The frozen records that flow through the loop; the words are those of docs/architecture.md.

Knows nothing of simulators, models or storage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peam.actions import Action
from peam.errors import PeamError

CATEGORIES: tuple[str, ...] = ("gather", "craft", "smelt", "build", "combat", "explore")
Tier = Literal["slow", "fast"]
Image = NDArray[np.uint8]


class Diagnosis(StrEnum):
    """How a skill call ended (after Steve-Evolving, arXiv 2603.13131)."""

    OK = "OK"
    NOT_FOUND = "NOT_FOUND"
    UNREACHABLE = "UNREACHABLE"
    MISSING_TOOL = "MISSING_TOOL"
    MISSING_MATERIAL = "MISSING_MATERIAL"
    NO_STATION = "NO_STATION"
    NO_FUEL = "NO_FUEL"
    NO_SPACE = "NO_SPACE"
    TARGET_LOST = "TARGET_LOST"
    DIED = "DIED"
    TIMEOUT = "TIMEOUT"
    STUCK = "STUCK"
    INVALID_ACTION = "INVALID_ACTION"


@dataclass(frozen=True, slots=True)
class Observation:
    """What the agent perceives at a decision.

    Attributes:
        rgb: First-person picture, (H, W, 3) uint8; None where nobody asked for it.
        inventory: Item name -> count, all slots summed, no zero entries.
        hand: Item in the main hand, or "air".
        life: Health, 0..20.
        food: Hunger bar, 0..20.
        position: Feet, metres (x, y, z); y is up.
        yaw: Degrees; 0 = south (+z), 90 = west (-x), as in Minecraft.
        pitch: Degrees; positive looks down.
        time: Tick of the day, 0..23999; night is 13000..23000.
        tick: Ticks since the episode began.
        stats: Counters since the episode began: "killed.zombie", "shot.skeleton" (killed by the
            agent's arrow), "placed.furnace", "mined.stone", "crafted.stick", "smelted.iron_ingot".
        alive: False once health reached 0.
        nearby: The simulator's list of near blocks and creatures; empty unless
            `observation.nearby_text` is true.
    """

    rgb: Image | None
    inventory: Mapping[str, int]
    hand: str
    life: float
    food: float
    position: tuple[float, float, float]
    yaw: float
    pitch: float
    time: int
    tick: int
    stats: Mapping[str, int]
    alive: bool = True
    nearby: tuple[str, ...] = ()

    @property
    def night(self) -> bool:
        """True between 13000 and 23000 of the day."""
        return 13000 <= self.time < 23000


_PREDICATE = re.compile(
    r"^(?:(inventory|killed|shot|placed|mined|noted|achieved)\.([a-z0-9_]+)|(time)\.(day)) >= (\d{1,4})$"
)
_DAY = 24000  # ticks


@dataclass(frozen=True, slots=True)
class Predicate:
    """`fact.item >= count`, decided from simulator state alone.

    Attributes:
        fact: "inventory" (held now), or an episode counter: killed, shot, placed, mined; in Crafter, noted
            (achievements by the agent's own reckoning) and achieved (by the game's); or "time".
        item: Item, block or creature name; with "time" it is "day": whole days that the agent has lived since
            the episode began, none once it is dead.
        count: At least this many.
    """

    fact: str
    item: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.fact}.{self.item} >= {self.count}"

    @classmethod
    def parse(cls, text: str) -> Predicate:
        """Parses `inventory.oak_log >= 4`.

        Raises:
            PeamError: If the text has another form.
        """
        match = _PREDICATE.match(text)
        if match is None:
            raise PeamError(f"predicate '{text}' is not of the form 'inventory.oak_log >= 4'")
        return cls(match[1] or match[3], match[2] or match[4], int(match[5]))

    def value(self, observation: Observation) -> int:
        """Returns how many there are now."""
        if self.fact == "inventory":
            return observation.inventory.get(self.item, 0)
        if self.fact == "time":
            return observation.tick // _DAY if observation.alive else 0
        return observation.stats.get(f"{self.fact}.{self.item}", 0)

    def holds(self, observation: Observation) -> bool:
        """Returns whether the predicate is true of the observation."""
        return self.value(observation) >= self.count


@dataclass(frozen=True, slots=True)
class Subgoal:
    """What a run of decisions is for: a category (one adapter each) and a predicate."""

    category: str
    predicate: Predicate

    def __str__(self) -> str:
        return f"{self.category}: {self.predicate}"

    @property
    def goal(self) -> str:
        """The subgoal without its count: "gather inventory.oak_log"."""
        return f"{self.category} {self.predicate.fact}.{self.predicate.item}"


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a suite or a life.

    Attributes:
        name: e.g. "iron_pickaxe".
        text: The instruction in words, as a user would type it.
        goal: True of the observation when the task is done.
        category: The category of the goal.
        start: Reset options of the simulator: {"inventory": {item: count}, "time": 18000, ...}.
    """

    name: str
    text: str
    goal: Predicate
    category: str
    start: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one action did, verified from simulator state only.

    Attributes:
        diagnosis: OK, or why not.
        delta: Inventory difference, item -> signed count, no zero entries.
        missing: What the game said is lacking, for the first piece where several are asked for:
            MISSING_MATERIAL -> ingredient -> how many more; MISSING_TOOL -> the weakest tool that works
            -> 1; NO_STATION -> the station -> 1.
        ticks: Simulator ticks spent (50 ms each).
        seconds: Wall seconds spent.
        detail: One short sentence for people.
    """

    diagnosis: Diagnosis
    delta: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    ticks: int = 0
    seconds: float = 0.0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True where the action did what it says."""
        return self.diagnosis is Diagnosis.OK


@dataclass(frozen=True, slots=True)
class Decision:
    """(image, state text, subgoal) -> one action, and its outcome: the unit of everything.

    Attributes:
        index: Position in the episode, from 0.
        subgoal: What it was for.
        state: State text (`peam.state.describe`) that the decision was made from.
        rgb: The picture that it was made from, (H, W, 3) uint8.
        seen: What the frozen base named in view ("oak_log near"); empty where it was not asked.
        action: The action taken; None where the tier's output did not parse.
        tier: Who decided.
        outcome: What came of it.
        confidence: Fast tier's calibrated success probability, None without an adapter.
        margin: Log-probability of the fast tier's best action minus its second best, or None.
        shadow: What the fast tier proposed where the slow tier decided (text), or "".
        raw: The unparsed text, kept where `action` is None.
        seconds: Wall seconds that the tier thought (the outcome has those of the action).
        tokens: Prompt and completion tokens that were paid for, with those of a plan asked for just before.
    """

    index: int
    subgoal: Subgoal
    state: str
    rgb: Image
    seen: tuple[str, ...]
    action: Action | None
    tier: Tier
    outcome: Outcome
    confidence: float | None = None
    margin: float | None = None
    shadow: str = ""
    raw: str = ""
    seconds: float = 0.0
    tokens: tuple[int, int] = (0, 0)

    @property
    def reflex(self) -> bool:
        """Whether an adapter chose it; a search that goes on is the fast tier's, too, but has no margin."""
        return self.tier == "fast" and self.margin is not None


@dataclass(frozen=True, slots=True)
class Segment:
    """The run of decisions that pursued one subgoal."""

    episode: int
    subgoal: Subgoal
    decisions: tuple[Decision, ...]
    reached: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A failure and its correction, from equivalent contexts; `failed` is None for a plain success.

    Attributes:
        context: The context class both start from (`peam.memory.pairs.context_of`).
        failed: The failed run (chosen against), its last decision failed; None without a twin.
        corrected: The run that reached the same subgoal, failed decisions removed.
        id: sha256 over its decision ids; stable across runs with the same seed.
    """

    context: str
    failed: Segment | None
    corrected: Segment
    id: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One attempt at one task."""

    index: int
    task: Task
    seed: int
    segments: tuple[Segment, ...]
    success: bool
    slow_calls: int
    fast_decisions: int
    ticks: int
    seconds: float
