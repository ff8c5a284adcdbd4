"""The slow tier for Crafter: goal regression over its rules, forgetful in the same way as the rulebook.

Text only, hence blind: it sees inventory, vitals, its own count of achievements and the outcomes of its
actions. Knows nothing of the simulator.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import Action
from peam.config import Config
from peam.sims.crafter.grammar import nearest_count
from peam.slow.crafter_beliefs import CrafterBeliefs, load_crafter
from peam.types import Decision, Diagnosis, Observation, Predicate, Subgoal, Task

FULL = 9  # of every item
STOCK = 5  # stones that are kept at hand for shelter
SHARE = 14  # explorations for one goal before another one has its turn
DAY, DARK = 300, (160, 280)  # steps; the hours at which grass is no place to be
ROCK = ("stone", "coal", "iron", "diamond", "rock", "tunnel", "skeleton")
RIPE = 330  # steps after which a plant that was tended may be ripe
PLANT, GUARD, EAT = (Action(verb, "plant") for verb in ("place", "guard", "eat"))
SOUGHT = ("mine", "kill", "eat")  # what may go well after a change of place
PATIENT = 3  # failures of one action after which a goal is put off


class CrafterPlanner:
    """A `SlowPlanner`. Deterministic given the seed, the task planned last, and the arguments."""

    looks = False

    def __init__(self, config: Config) -> None:
        rulebook = config.slow.rulebook
        self._p_unknown, self._p_wrong = float(rulebook.p_unknown), float(rulebook.p_wrong)
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Forgets the last episode; draws what is unknown or wrong in this one."""
        self.beliefs = CrafterBeliefs.draw(seed, self._p_unknown, self._p_wrong)
        self._task: Task | None = None
        self._read = self._tick = 0
        self._weary: dict[str, int] = {}
        self._failed: dict[Action, int] = {}
        self._goal = ""
        self._planted: int | None = None

    def spent(self) -> tuple[int, int]:
        """Returns none: it costs no tokens."""
        return (0, 0)

    def brief(self, task: Task, observation: Observation) -> None:
        """Takes up the task."""
        self._task = task

    def plan(
        self, task: Task, observation: Observation, history: Sequence[Decision], hints: Sequence[str] = ()
    ) -> list[Subgoal]:
        """Returns the achievements still to be earned, the task's goal last."""
        self.brief(task, observation)
        return self.outlook(observation, (), history, hints)

    def outlook(
        self,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> list[Subgoal]:
        """Returns the open achievements in the order in which they are pursued; what tires comes later."""
        self._tick = observation.tick
        self._catch_up(history)
        if self._task is None:
            return []
        last = Subgoal(self._task.category, self._task.goal)
        open_ = [name for name in self._wanted() if not observation.stats.get(f"noted.{name}")]
        open_.sort(key=lambda name: self._weary.get(name, 0) // SHARE)
        if DARK[0] <= observation.tick % DAY < DARK[1]:
            moment = _Moment(self, observation, stations)
            open_.sort(key=lambda name: not moment.in_rock(Predicate("noted", name, 1)))
        if self._growing(observation) and len(open_) > 1:
            open_ = [name for name in open_ if name != "eat_plant"]
        elif "eat_plant" in open_ and self.beliefs.guarded:
            open_ = ["eat_plant", *(name for name in open_ if name != "eat_plant")]
        if "wake_up" in open_ and self._nap(observation):
            open_ = ["wake_up", *(name for name in open_ if name != "wake_up")]
        return [*map(_subgoal, open_), last]

    def decide(
        self,
        subgoal: Subgoal,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> Action:
        """Returns the next action: the first believed step that is still to be done."""
        self._tick = observation.tick
        self._catch_up(history)
        if self._may_guard(observation):
            return GUARD
        self._goal = subgoal.predicate.item
        moment = _Moment(self, observation, stations)
        action = moment.towards(subgoal.predicate)
        night = DARK[0] <= observation.tick % DAY < DARK[1]
        return Action("explore", "rock") if night and action.verb == "explore" else action

    def _wanted(self) -> list[str]:
        assert self._task is not None
        order: list[str] = load_crafter()["order"]
        goal = self._task.goal
        return order if goal.item == "all" else [goal.item] if goal.item in order else []

    def _growing(self, observation: Observation) -> bool:
        """Returns whether a plant has been set too lately to be ripe."""
        return self._planted is not None and observation.tick - self._planted < RIPE

    @staticmethod
    def _nap(observation: Observation) -> bool:
        """Returns whether a nap would be short and safe: a little tired, by day or with stones at hand."""
        tired = observation.stats.get("vital.energy", 0) <= 4
        return tired and observation.inventory.get("stone", 0) >= STOCK

    def _catch_up(self, history: Sequence[Decision]) -> None:
        """Learns from the outcomes since the last call."""
        for decision in history[self._read :]:
            if decision.action is None:
                continue
            self.beliefs.learn(decision.action, decision.outcome)
            if decision.action == PLANT and decision.outcome.ok:
                self._planted = self._tick
            name = decision.subgoal.predicate.item
            if decision.action.verb == "explore":
                self._weary[name] = self._weary.get(name, 0) + 1
                self._failed = {a: n for a, n in self._failed.items() if a.verb not in SOUGHT}
            if decision.outcome.ok:
                self._failed.pop(decision.action, None)
            else:
                self._failed[decision.action] = self._failed.get(decision.action, 0) + 1
                if decision.outcome.diagnosis is not Diagnosis.NOT_FOUND:
                    self._weary[name] = self._weary.get(name, 0) + SHARE // 2
        self._read = len(history)

    def _may_guard(self, observation: Observation) -> bool:
        """Returns whether a plant is there to be fenced in, and stones and daylight to do it."""
        day = observation.tick % DAY < DARK[0] - 30
        ready = observation.inventory.get("stone", 0) >= STOCK and not self.beliefs.guarded and day
        return ready and self._planted is not None and not self.failed(GUARD)

    def failed(self, action: Action) -> int:
        """Returns how often an action failed since it last went well or the place was changed."""
        return self._failed.get(action, 0)

    def rest_of(self, observation: Observation) -> list[str]:
        """Returns the achievements still wanted."""
        wanted = self._wanted() if self._task is not None else [self._goal]
        return [name for name in wanted if not observation.stats.get(f"noted.{name}")]


class _Moment:
    """One decision: what is held, what is near, what is believed."""

    def __init__(self, planner: CrafterPlanner, observation: Observation, stations: Sequence[str]) -> None:
        self.planner, self.beliefs = planner, planner.beliefs
        self.observation, self.inventory = observation, observation.inventory
        self.stations = stations
        self._sought: set[str] = set()  # tools on the way to this action: wrong beliefs may go in circles

    def towards(self, predicate: Predicate) -> Action:
        """Returns the next action towards a predicate."""
        if predicate.fact == "inventory":
            return self._obtain(predicate.item, predicate.count)
        verb, _, what = predicate.item.partition("_")
        match verb:
            case "collect":
                wanted = self._foresee(what, 1) if what in ("iron", "coal") else 1
                return self._mine(self.beliefs.source(what), wanted)
            case "place":
                return self._place(what)
            case "make":
                return self._make(what)
            case "defeat":
                return self._fight(what)
            case "eat":
                return self._eat(what)
            case "wake":
                return self._sleep()
        return self._look("anywhere")

    def in_rock(self, predicate: Predicate) -> bool:
        """Returns whether the next action towards a predicate is one that grass has no part in."""
        self._sought.clear()
        action = self.towards(predicate)
        return action.target in ROCK or (action.verb in ("craft", "place") and action.target != "plant")

    def _held(self, item: str) -> int:
        return self.inventory.get(item, 0)

    def _obtain(self, item: str, count: int) -> Action:
        if item in self.beliefs.made:
            return self._make(item)
        return self._mine(self.beliefs.source(item), count - self._held(item))

    def _mine(self, ground: str, count: int) -> Action:
        """Returns what brings n more of what a ground gives: its tool, the ground itself, or a search."""
        tool = self.beliefs.tool(ground)
        if tool and not self._held(tool) and tool not in self._sought:
            self._sought.add(tool)
            return self._make(tool)
        action = Action("mine", ground, nearest_count("mine", max(1, count)))
        tries = 1 if ground in ("water", "grass") else 0
        return self._try(action, self.beliefs.where(ground), tries)

    def _try(self, action: Action, where: str, again: int = 0) -> Action:
        """Returns the action, or a search where it has just failed."""
        return action if self.planner.failed(action) <= again else self._look(where)

    def _look(self, where: str) -> Action:
        for kind in (where, "anywhere", "land", "tunnel"):
            action = Action("explore", kind)
            if not self.planner.failed(action):
                return action
        return Action("wait", "", 50)

    def _make(self, item: str) -> Action:
        action = Action("craft", item)
        lacking = self._lacking(self.beliefs.uses(item))
        if lacking is not None:
            return lacking
        missing = [name for name in self.beliefs.near(item) if name not in self.stations]
        if missing:
            return self._place(missing[0], self.beliefs.uses(item))
        if self.planner.failed(action) < PATIENT:
            return action
        return self._place("table", self.beliefs.uses(item))

    def _lacking(self, uses: dict[str, int]) -> Action | None:
        """Returns what brings the first thing that is lacking; the costliest to find first."""
        for name in sorted(uses, key=lambda n: ("iron", "coal", "stone", "wood", "sapling").index(n)):
            if self._held(name) < uses[name]:
                wanted = self._foresee(name, uses[name]) - self._held(name)
                return self._mine(self.beliefs.source(name), wanted)
        return None

    def _foresee(self, item: str, least: int) -> int:
        """Returns how many to fetch at once: wood and stone for all that is still to be made of them."""
        total = STOCK if item == "stone" else 0
        for goal in self.planner.rest_of(self.observation):
            verb, _, what = goal.partition("_")
            if verb in ("make", "place"):
                total += self.beliefs.uses(what).get(item, 0)
        return max(least, min(FULL, total))

    def _place(self, what: str, besides: dict[str, int] | None = None) -> Action:
        """Returns what leads to a thing being placed, leaving what is needed besides."""
        uses = {name: n + (besides or {}).get(name, 0) for name, n in self.beliefs.uses(what).items()}
        lacking = self._lacking(uses)
        if lacking is not None:
            return lacking
        if what == "furnace" and "table" not in self.stations and self._held("wood") >= 2 and besides:
            return self._place("table", besides)
        return self._try(Action("place", what), "anywhere")

    def _fight(self, creature: str) -> Action:
        action = Action("kill", creature)
        if creature == "zombie" and self.planner.failed(action) and not self.observation.night:
            return self._look("land")
        return self._try(action, self.beliefs.where(creature))

    def _eat(self, what: str) -> Action:
        if what == "cow":
            return self._try(Action("eat", "cow"), self.beliefs.where("cow"))
        if not self.planner.failed(EAT) and not self.planner.failed(GUARD):
            if self._held("stone") < 4:
                return self._mine("stone", FULL - self._held("stone"))
            return EAT if self.beliefs.guarded else GUARD
        if not self._held("sapling"):
            return self._mine("grass", 1)
        return PLANT

    def _sleep(self) -> Action:
        if self._held("stone") < STOCK and self._held("wood_pickaxe"):
            return self._mine("stone", FULL - self._held("stone"))
        if self.observation.stats.get("vital.energy", 0) >= FULL:
            return Action("wait", "", 10)
        return self._try(Action("sleep", "bed"), "rock")


def _subgoal(name: str) -> Subgoal:
    category = load_crafter()["categories"][name.partition("_")[0]]
    return Subgoal(str(category), Predicate("noted", name, 1))
