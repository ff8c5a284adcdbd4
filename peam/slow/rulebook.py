"""The offline slow tier: goal regression over the game's rules as a forgetful LLM would know them.

It is text only, hence blind: it sees state and outcomes, never the picture. It wastes actions on what it
forgot, is put right by diagnoses, and forgets again when the episode ends. Knows nothing of the simulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peam.actions import Action, grammar, legal_actions, nearest_count
from peam.config import Config
from peam.slow import seek, survival
from peam.slow.beliefs import Beliefs
from peam.slow.knowledge import SURFACE
from peam.slow.regress import Step, regress
from peam.types import Decision, Diagnosis, Observation, Predicate, Subgoal, Task

HUNGRY = 10.0  # life at or below which food is eaten
MARGIN = 12  # metres above its height from which an ore is worth a try
_LEGAL = frozenset(legal_actions())


class RulebookPlanner:
    """A `SlowPlanner`. Deterministic given the seed, the task planned last, and the arguments."""

    looks = False

    def __init__(self, config: Config) -> None:
        rulebook = config.slow.rulebook
        self._p_unknown, self._p_wrong = float(rulebook.p_unknown), float(rulebook.p_wrong)
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Forgets the last episode; draws what is unknown or wrong in this one."""
        self._drawn = Beliefs.draw(seed, self._p_unknown, self._p_wrong)
        self._task: Task | None = None
        self._surface = 64.0

    def brief(self, task: Task, observation: Observation) -> None:
        """Takes up the task, and the height at which the episode begins."""
        self._task, self._surface = task, observation.position[1]

    def plan(
        self, task: Task, observation: Observation, history: Sequence[Decision], hints: Sequence[str] = ()
    ) -> list[Subgoal]:
        """Returns what is believed to be needed on the way and not there yet, the goal last.

        Worth a subgoal of their own are pickaxes, a blade, stations that are carried, ores and metals.
        """
        if self._task != task or not history:
            self.brief(task, observation)
        return self.outlook(observation, (), history, hints)

    def outlook(
        self,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> list[Subgoal]:
        """Returns the plan by the beliefs of this moment; empty where it was not told the task."""
        task, held = self._task, observation.inventory
        if task is None:
            return []
        last = Subgoal(task.category, task.goal)
        if task.goal.fact != "inventory":
            return [last]
        beliefs, item = self._drawn.replay(history, hints), task.goal.item
        near = _usable(stations, history)
        steps = regress(beliefs, [(item, task.goal.count)], held, near)
        found = [self._milestone(step, held) for step in steps]
        milestones = [m for m in found if m and m.predicate.item != item]
        if any(step.verb == "mine" and step.target in beliefs.knowledge.ores for step in steps):
            first = milestones[:1] if milestones and milestones[0].category == "craft" else []
            milestones = [*first, *self._blade(beliefs, steps, held, near), *milestones[len(first) :]]
        return [*milestones, last]

    @staticmethod
    def _blade(
        beliefs: Beliefs, steps: Sequence[Step], held: Mapping[str, int], near: Sequence[str]
    ) -> list[Subgoal]:
        """Returns the weapon to take along under ground, where its wood is there or to be fetched anyway."""
        weapon = f"wooden_{beliefs.weapon()}"
        if beliefs.weapon() is None or any(held.get(name) for name in beliefs.knowledge.at_least(weapon)):
            return []
        log = [step for step in regress(beliefs, [(weapon, 1)], held, near) if step.target == "log"]
        if log and not any(step.target == "log" for step in steps):
            return []
        return [Subgoal("craft", Predicate("inventory", weapon, 1))]

    def decide(
        self,
        subgoal: Subgoal,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> Action:
        """Returns the next action: the first believed step that is still to be done."""
        beliefs = self._drawn.replay(history, hints)
        beliefs.see(observation.life)
        moment = _Moment(beliefs, observation, _usable(stations, history), history, self._surface)
        action = moment.meal() or moment.towards(subgoal.predicate, self._task)
        if action in _LEGAL and action not in seek.tabu(history):
            return action
        return moment.aside()

    def spent(self) -> tuple[int, int]:
        """Returns none: it costs no tokens."""
        return (0, 0)

    def _milestone(self, step: Step, inventory: Mapping[str, int]) -> Subgoal | None:
        knowledge, target = self._drawn.knowledge, step.target
        if step.verb == "craft" and (target.endswith("_pickaxe") or target == knowledge.facts["station"]):
            return Subgoal("craft", Predicate("inventory", target, 1))
        if step.verb == "mine" and target in knowledge.ores:
            target = next(item for item, block in knowledge.source.items() if block == target)
            return Subgoal("gather", Predicate("inventory", target, inventory.get(target, 0) + step.count))
        if step.verb == "smelt" and target.endswith("_ingot"):
            return Subgoal("smelt", Predicate("inventory", target, inventory.get(target, 0) + step.count))
        return None


class _Moment:
    """One decision: beliefs as they stand, and what there is to choose from."""

    def __init__(
        self,
        beliefs: Beliefs,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        surface: float,
    ) -> None:
        self.beliefs, self.knowledge = beliefs, beliefs.knowledge
        self.observation, self.inventory = observation, observation.inventory
        self.stations, self.history, self.surface = stations, history, surface

    def meal(self) -> Action | None:
        """Returns what to eat, where life is low and something edible is held."""
        if self.observation.life > HUNGRY or self.observation.food >= 20:
            return None
        held = [food for food in self.knowledge.foods if self.inventory.get(food, 0)]
        return Action("eat", held[0]) if held else None

    def towards(self, predicate: Predicate, task: Task | None) -> Action:
        """Returns the next action towards a predicate."""
        lacking = predicate.count - predicate.value(self.observation)
        if predicate.fact == "killed":
            return self._fight("kill", predicate.item)
        if predicate.fact == "shot":
            return self._fight("shoot", predicate.item)
        if predicate.fact == "time":
            return survival.live_on(self.knowledge, self.observation, self.history, self.surface)
        if predicate.fact == "mined":
            return self._first(self._steps(predicate.item, 0), Step("mine", predicate.item, lacking))
        if predicate.fact == "placed":
            return self._first(self._steps(predicate.item, 1), Step("place", predicate.item, 1))
        return self._first(self._foresee(self._steps(predicate.item, predicate.count), task), None)

    def aside(self) -> Action:
        """Returns an exploration: circumstances must change before the same is tried again."""
        return seek.explore(seek.HIGH, self.beliefs, self.observation, self.history, (), self.surface)

    def _steps(self, item: str, count: int) -> list[Step]:
        if count:
            return regress(self.beliefs, [(item, count)], self.inventory, self.stations)
        tool = self.beliefs.tool(item)
        held = any(self.inventory.get(name, 0) for name in self.knowledge.at_least(tool))
        return [] if held or not tool else self._steps(tool, 1)

    def _foresee(self, steps: list[Step], task: Task | None) -> list[Step]:
        """Where logs are wanted, puts them first, and enough for the whole task.

        The way back up from the mine is dear. So recipes that are not known are asked for before.
        """
        wood = [step for step in steps if step.verb == "mine" and step.target == "log"]
        if not wood:
            return steps
        whole = steps
        if task is not None and task.goal.fact == "inventory":
            whole = regress(self.beliefs, [(task.goal.item, task.goal.count)], self.inventory, self.stations)
        asked = [s for s in (*steps, *whole) if s.verb == "craft" and self.beliefs.recipe(s.target) is None]
        count = max(step.count for step in (*wood, *whole) if (step.verb, step.target) == ("mine", "log"))
        count += any(step.target in self.knowledge.ores for step in whole)  # tools wear out on the way
        below = [step for step in steps if self._below(step)]
        others = [step for step in steps if step not in wood and step not in below]
        return [*asked[:1], *below, Step("mine", "log", count), *others]

    def _below(self, step: Step) -> bool:
        """Returns whether a step is rock to be mined while one is under ground with the tool for it."""
        if step.verb != "mine" or not isinstance(self.beliefs.where(step.target), int):
            return False
        held = not self._steps(step.target, 0)
        return held and seek.underground(self.observation, self.history, self.surface)

    def _first(self, steps: list[Step], last: Step | None) -> Action:
        step = steps[0] if steps else last
        if step is None:
            return self.aside()
        match step.verb:
            case "mine":
                return self._mine(step)
            case "craft":
                return self._craft(step)
            case "place":
                return Action("place", step.target)
            case "kill":
                return self._fight("kill", step.target)
            case verb:
                return Action(verb, step.target, nearest_count(verb, step.count))

    def _mine(self, step: Step) -> Action:
        kinds = self.knowledge.members(step.target)
        since = seek.search(self.history, "mine", kinds)
        gone = seek.absent(self.history, "mine")
        where = self.beliefs.where(kinds[0])
        if not self._elsewhere(kinds[0], where):
            # One more kind of wood at each new place: forests differ, and a blind try costs a decision.
            places = 1 + sum(seek.moved(d) for d in since)
            for kind in self._likely(kinds)[:places]:
                if kind not in gone:
                    return Action("mine", kind, nearest_count("mine", step.count))
        return seek.explore(where, self.beliefs, self.observation, self.history, kinds, self.surface)

    def _likely(self, kinds: Sequence[str]) -> list[str]:
        """Returns the kinds of wood, what was found last first."""
        moved = [d.action for d in self.history if d.action and seek.moved(d)]
        last = next((a.target for a in reversed(moved) if a.verb == "mine" and a.target in kinds), kinds[0])
        return [last, *(kind for kind in kinds if kind != last)]

    def _elsewhere(self, block: str, where: int | str | None) -> bool:
        """Returns whether there is no use in trying at this height."""
        if block in self.knowledge.ores and isinstance(where, int):
            return self.observation.position[1] > where + MARGIN
        below = seek.underground(self.observation, self.history, self.surface)
        return where == SURFACE and block in self.knowledge.members("log") and below

    def _craft(self, step: Step) -> Action:
        target = step.target
        if target == "planks":
            held = [m for m in self.knowledge.members("log") if self.inventory.get(m, 0)]
            target = (held[0] if held else "oak_log").replace("_log", "_planks")
        count = nearest_count("craft", step.count)
        affordable = self._affordable(target)
        if affordable and count > affordable:
            count = max([n for n in grammar()["craft"].counts if n <= affordable], default=1)
        return Action("craft", target, count)

    def _affordable(self, item: str) -> int:
        """Returns how many the inventory is believed to pay for, 0 where none or unknown."""
        kind = self.knowledge.class_of(item)
        recipe = self.beliefs.recipe(kind)
        if not recipe:
            return 0
        if item != kind:  # one kind of planks comes from its own logs
            recipe = {item.replace("_planks", "_log") if k == "log" else k: n for k, n in recipe.items()}
        crafts = [self._held(name) // count for name, count in recipe.items()]
        return min(crafts) * self.beliefs.yields(kind)

    def _held(self, name: str) -> int:
        return sum(self.inventory.get(member, 0) for member in self.knowledge.members(name))

    def _fight(self, verb: str, creature: str) -> Action:
        ready = self._armed() if verb == "kill" else self._ranged()
        if ready is not None:
            return ready
        if creature not in seek.absent(self.history, verb):
            return Action(verb, creature)
        if creature in ("zombie", "skeleton") and not self.observation.night:
            return Action("wait", "", 200)
        since = seek.search(self.history, verb, (creature,))
        return seek.look_round(self.history, since)

    def _armed(self) -> Action | None:
        """Returns what is to be done before a fight hand to hand: draw the best weapon believed in."""
        kind = self.beliefs.weapon()
        if kind is None:
            return None
        arms = [f"{tier}_{kind}" for tier in reversed(self.knowledge.tiers)]
        best = next((name for name in arms if self.inventory.get(name, 0)), None)
        if best is not None:
            return Action("equip", best) if self.observation.hand != best else None
        return self._first(self._foresee(self._steps(f"wooden_{kind}", 1), None), None)

    def _ranged(self) -> Action | None:
        lacking = [name for name in self.knowledge.ranged if not self.inventory.get(name, 0)]
        return self._first(self._steps(lacking[0], 1), None) if lacking else None


def _usable(stations: Sequence[str], history: Sequence[Decision]) -> Sequence[str]:
    """Returns the stations near, none where crafting at one has just failed for want of it."""
    lost = (Diagnosis.NO_STATION, Diagnosis.UNREACHABLE, Diagnosis.STUCK, Diagnosis.TIMEOUT)
    for decision in reversed(history):
        verb = decision.action.verb if decision.action else ""
        if seek.moved(decision) or (verb == "place" and decision.outcome.ok):
            return stations
        if verb in ("craft", "smelt") and decision.outcome.diagnosis in lost:
            return ()
    return stations
