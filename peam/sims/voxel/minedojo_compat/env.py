"""`MineDojoEnv`: the embedded world behind MineDojo 0.1's interface, in this process and without Gym.

`reset()` gives an observation, `step(action)` the old four: observation, reward, done, info. Actions are
MineDojo's eight integers; drop, craft, equip, place and destroy take three ticks, and only the last one's
observation and reward are returned, as MineDojo does. `docs/minedojo.md` lists what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from peam.errors import SimError, unknown
from peam.sims.voxel.minedojo_compat.avatar import Avatar, Command
from peam.sims.voxel.minedojo_compat.chat import WEATHER
from peam.sims.voxel.minedojo_compat.masks import DeltaInventory, masks
from peam.sims.voxel.minedojo_compat.mission import Mission, Stack, known_biome, world_seed
from peam.sims.voxel.minedojo_compat.observe import observation
from peam.sims.voxel.minedojo_compat.spaces import ActionSpace, Leaf, leaves
from peam.sims.voxel.minedojo_compat.tables import BIOMES, CRAFTS, EQUIPMENT
from peam.sims.voxel.minedojo_compat.tasks import Task, stacks, task

NO_OP, USE, DROP, ATTACK, CRAFT, EQUIP, PLACE, DESTROY = range(8)
LAG: Final = {DROP: 2, CRAFT: 2, EQUIP: 2, PLACE: 2, DESTROY: 2}  # idle ticks that follow in the same step
_VERBS: Final = {"": "craft", "table": "craftNearby", "furnace": "smeltNearby"}
_KEYS: Final = {USE: "use", DROP: "drop", ATTACK: "attack"}
_AROUND: Final = {"xmin": -1, "xmax": 1, "ymin": -1, "ymax": 1, "zmin": -1, "zmax": 1}
TELEPORT: Final = 200  # metres: how far a fast reset spreads the agent
_OPTIONS: Final = (
    "initial_inventory",
    "start_position",
    "start_health",
    "start_food",
    "start_time",
    "initial_weather",
    "specified_biome",
    "allow_time_passage",
    "allow_mob_spawn",
    "use_voxel",
    "voxel_size",
    "use_lidar",
    "lidar_rays",
)


def make(
    task_id: str,
    *,
    image_size: int | tuple[int, int],
    cam_interval: float = 15,
    seed: int | None = None,
    world_seed: str | int | None = None,
    fast_reset: bool | None = None,
    fast_reset_random_teleport_range: int | None = None,
    **options: Any,
) -> MineDojoEnv:
    """Makes an environment, as `minedojo.make` does.

    Args:
        task_id: A programmatic task's id, or "harvest", "combat", "techtree", "survival" with its own options
            (target_names, target_quantities, tech_item, target_days, ...), or "open-ended".
        image_size: (height, width) of the picture, or both at once.
        cam_interval: Degrees a camera step.
        seed: Of what is drawn at resets.
        world_seed: Of the world, a number or any text; None draws one from `seed`.
        fast_reset: Whether later resets are chat commands in the same world; None for MineDojo's choice: yes,
            but for "open-ended".
        fast_reset_random_teleport_range: How far such a reset moves the agent, metres; None for 200.
        **options: Any of MineDojo's simulator options that the embedded world has.

    Raises:
        SimError: For an unknown task or option, or one that the embedded world cannot offer.
    """
    wanted = task(task_id, options)
    for key in options:
        if key not in _OPTIONS:
            raise SimError(unknown("option", key, _OPTIONS))
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    rng = np.random.default_rng(seed)
    number = _seed(world_seed, rng)
    mission = _mission(Mission((int(height), int(width)), number), {**wanted.start, **options})
    reach = TELEPORT if fast_reset_random_teleport_range is None else fast_reset_random_teleport_range
    fast = wanted.kind != "open-ended" if fast_reset is None else fast_reset
    return MineDojoEnv(wanted, mission, rng, cam_interval, reach if fast else None)


def _seed(given: str | int | None, rng: np.random.Generator) -> int:
    return int(rng.integers(2**31)) if given is None or given == "" else world_seed(str(given))


def _mission(mission: Mission, options: dict[str, Any]) -> Mission:
    """Fills MineDojo's simulator options into a mission."""
    if options.get("initial_weather") not in (None, *WEATHER):
        raise SimError(unknown("weather", str(options["initial_weather"]), WEATHER))
    biome = options.get("specified_biome")
    if isinstance(biome, int):
        biome = next((name for name, number in BIOMES.items() if number == biome), str(biome))
    place = options.get("start_position")
    box = options.get("voxel_size") if options.get("use_voxel", "voxel_size" in options) else None
    if box is None and options.get("use_voxel"):
        box = _AROUND
    rays = (options.get("lidar_rays") or [(0.0, 0.0, 10.0)]) if options.get("use_lidar") else None
    return replace(
        mission,
        inventory=stacks(options.get("initial_inventory") or {}),
        position=None if place is None else _position(place),
        life=options.get("start_health") or 20.0,
        food=options.get("start_food") or 20,
        time=options.get("start_time"),
        time_passes=options.get("allow_time_passage", True),
        mobs_spawn=options.get("allow_mob_spawn", True),
        biome=None if biome is None else known_biome(biome),
        grid=None if box is None else _spans(box),
        rays=None if rays is None else tuple((float(p), float(y), float(d)) for p, y, d in rays),
    )


def _position(place: dict[str, float]) -> tuple[float, float, float, float, float]:
    if set(place) != {"x", "y", "z", "yaw", "pitch"}:
        raise SimError("start_position: needs x, y, z, yaw, pitch")
    x, y, z, yaw, pitch = (float(place[key]) for key in ("x", "y", "z", "yaw", "pitch"))
    return x, y, z, yaw, pitch


def _spans(box: dict[str, int]) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    if set(box) != set(_AROUND):
        raise SimError(f"voxel_size: needs {', '.join(_AROUND)}")
    spans = [(int(box[f"{axis}min"]), int(box[f"{axis}max"])) for axis in "xyz"]
    for axis, (low, high) in zip("xyz", spans, strict=True):
        if not -48 <= low <= high <= 48:
            raise SimError(f"voxel_size: {axis} {low}..{high} is not within -48..48, least first")
    return spans[0], spans[1], spans[2]


class MineDojoEnv:
    """An environment with MineDojo 0.1's observations, actions and task rules.

    Attributes:
        task: What is to be done.
        mission: What the world starts from.
        action_space: The eight integers.
        observation_space: Every leaf of the observation, as MineDojo declares it.
    """

    def __init__(
        self,
        wanted: Task,
        mission: Mission,
        rng: np.random.Generator,
        cam_interval: float,
        spread: int | None,
    ) -> None:
        """Takes what `make` has prepared; `spread` is the reach of a fast reset, None for new worlds."""
        self.task, self.mission = wanted, mission
        self.action_space = ActionSpace(cam_interval)
        self.observation_space: tuple[Leaf, ...] = leaves(mission)
        self._interval, self._spread, self._rng = float(cam_interval), spread, rng
        self._avatar: Avatar | None = None
        self._delta = DeltaInventory()
        self._first: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self.is_successful = False
        self.prev_obs: dict[str, Any] = {}
        self.prev_info: dict[str, Any] = {}

    @property
    def avatar(self) -> Avatar:
        """The running mission. Raises SimError before the first reset."""
        if self._avatar is None:
            raise SimError("the environment has not been reset yet")
        return self._avatar

    @property
    def task_prompt(self) -> str:
        """The instruction."""
        return self.task.prompt

    # -- reset ---------------------------------------------------------------------------------------------

    def reset(self) -> dict[str, Any]:
        """Starts an episode and returns its first observation.

        The first time, or without `fast_reset`, that is a new game on the mission's world; later the agent is
        killed, moved and dressed again in the world as it is, as MineDojo does.
        """
        if self._avatar is None or self._spread is None:
            self._avatar = Avatar(self.mission)
        else:
            for command in self._commands(self._spread):
                self._avatar.tick([("chat", command)])
        for name, low, high in self.task.mobs:
            dx, dy, dz = (int(self._rng.uniform(*ends)) for ends in zip(low, high, strict=True))
            self._avatar.tick([("chat", f"/summon {name} ~{dx} ~{dy} ~{dz}")])
        self._first = self._before = self.task.facts(self._avatar)
        self.is_successful = False
        obs = self._observe()
        obs["delta_inv"] = self._delta.first(obs)
        return obs

    def _commands(self, spread: int) -> list[str]:
        """The chat commands of MineDojo's FastResetWrapper."""
        mission = self.mission
        out = ["/kill"]
        if spread > 0:
            out.append(f"/spreadplayers ~ ~ 0 {spread} false @p")
        out += [f"/time set {mission.time or 0}", "/weather normal"]
        out += [_replace(stack) for stack in mission.inventory]
        if mission.position is not None:
            out.append("/tp " + " ".join(str(value) for value in mission.position))
        return [*out, "/kill @e[type=item]"]

    # -- step ----------------------------------------------------------------------------------------------

    def step(self, action: Iterable[int]) -> tuple[dict[str, Any], float, bool, dict[str, Any]]:
        """Carries out one action: one tick, or three where its functional part lags.

        Returns:
            Observation, reward of the last tick, whether the task succeeded, and Malmo's report.

        Raises:
            SimError: For a malformed action, or equip, place or destroy of an empty slot; nothing changes.
        """
        if self._avatar is None:
            raise SimError("step: the environment has not been reset yet")
        act = self.action_space.checked(action)
        reward = self._tick(self._orders(act))
        for _ in range(LAG.get(act[5], 0)):
            reward = self._tick([])
        obs = self._observe()
        obs["delta_inv"] = self._delta.after(obs, act[5], act[6])
        return obs, reward, self.is_successful, self.prev_info

    def _tick(self, commands: list[Command]) -> float:
        avatar = self.avatar
        avatar.tick(commands)
        now = self.task.facts(avatar)
        reward = float(self.task.reward(self._before, now))
        self._before = now
        self.is_successful = self.task.succeeded(self._first, now)
        return reward

    def _orders(self, act: list[int]) -> list[Command]:
        """Translates an action into Malmo's commands, in the order in which MineDojo sends them."""
        verb = act[5]
        turn = [act[axis] * self._interval - 180.0 for axis in (3, 4)]
        out: list[Command] = []
        if verb == DESTROY:
            self._item(act[7], "destroy")
            out.append(("chat", _replace(Stack(act[7], "air"))))
        out.append(("camera", f"{turn[0]} {turn[1]}"))
        if verb == CRAFT:
            out.append((_VERBS[CRAFTS[act[6]].station], CRAFTS[act[6]].name))
        moves = (("", "forward", "back")[act[0]], ("", "left", "right")[act[1]])
        keys = (*moves, ("", "jump", "sneak", "sprint")[act[2]], _KEYS.get(verb, ""))
        out += [(key, "1") for key in keys if key]
        if verb in (EQUIP, PLACE):
            name = "equip" if verb == EQUIP else "place"
            out.append((name, self._item(act[7], name)))
        return out

    def _item(self, slot: int, verb: str) -> str:
        name = str(self.prev_obs["inventory"]["name"][slot]).replace(" ", "_")
        if name == "air":
            raise SimError(f"action[7]: slot {slot} is empty, there is nothing to {verb}")
        return name

    def execute_cmd(self, command: str) -> tuple[dict[str, Any], float, bool, dict[str, Any]]:
        """Runs one server command in a tick of its own, as MineDojo's simulator does; see `chat`.

        Raises:
            SimError: If the command cannot be carried out; the tick has passed.
        """
        reward = self._tick([("chat", command)])
        obs = self._observe()
        obs["delta_inv"] = self._delta.after(obs, NO_OP, 0)
        if self.avatar.answers:
            raise SimError("; ".join(self.avatar.answers))
        return obs, reward, self.is_successful, self.prev_info

    def _observe(self) -> dict[str, Any]:
        avatar = self.avatar
        self.prev_info = avatar.report()
        obs = observation(self.prev_info, avatar.picture(), self.mission)
        obs["masks"] = masks(obs)
        self.prev_obs = obs
        return obs

    def close(self) -> None:
        """Lets the world go."""
        self._avatar = None


def _replace(stack: Stack) -> str:
    """The command that sets a slot, with MineDojo's names of slots."""
    names = {slot: name for name, slot in EQUIPMENT.items()}
    slot = stack.slot
    if slot in (0, 40):
        place = f"weapon.{names[slot]}"
    elif slot in names:
        place = f"armor.{names[slot]}"
    else:
        place = f"hotbar.{slot}" if slot < 9 else f"inventory.{slot - 9}"
    return f"/replaceitem entity @p slot.{place} minecraft:{stack.name} {stack.quantity} {stack.variant}"
