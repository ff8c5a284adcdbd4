"""MineDojo's programmatic tasks: what each starts from, success and reward.

Harvest, combat, techtree and survival, with the rules of MineDojo 0.1 (several targets: all of them).
Playthrough and creative tasks are not here. Knows nothing of ticks or observations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from peam.errors import SimError, nearest, unknown
from peam.sims.voxel.minedojo_compat.avatar import Avatar
from peam.sims.voxel.minedojo_compat.mission import Stack
from peam.sims.voxel.minedojo_compat.names import CREATURES, SUMMONED, exists
from peam.sims.voxel.minedojo_compat.specs import TECHS, items, lacks, lives, possible, prompt_of, specs
from peam.sims.voxel.minedojo_compat.tables import EQUIPMENT, ITEM_INDEX

DAY = 24000
KINDS: Final = ("harvest", "combat", "techtree", "survival")
NIGHT, LATE = 13000, 18000  # start of combat at night; of "always night" and of harvest at night
_TOKENS: Final = {row[0]: row[1] for row in CREATURES.values()}  # /summon name -> statistics token


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        id: MineDojo's id, or the kind of a task that the caller described.
        kind: harvest, combat, techtree, survival or open-ended.
        prompt: The instruction.
        targets: Item or creature -> how many; survival: "days" -> days.
        weights: Item or creature -> reward of one.
        use_weights: Techtree: item -> reward of one use.
        mobs: Creatures beside the agent at the start, and how far at most on each axis.
        start: Fields of `Mission` that differ from its defaults.
    """

    id: str
    kind: str
    prompt: str
    targets: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    use_weights: Mapping[str, float] = field(default_factory=dict)
    mobs: tuple[tuple[str, tuple[int, int, int], tuple[int, int, int]], ...] = ()
    start: Mapping[str, Any] = field(default_factory=dict)

    def facts(self, avatar: Avatar) -> dict[str, int]:
        """Returns the counts that success and reward are read from."""
        if self.kind == "survival":
            return {"alive_for": avatar.ledger.alive_for}
        out: dict[str, int] = {}
        for name in self.targets:
            if self.kind == "combat":
                out[name] = avatar.ledger.killed(_TOKENS[name])
            else:
                out[name] = avatar.held(name)
                out[f"use {name}"] = avatar.ledger.used(name)
        return out

    def succeeded(self, first: Mapping[str, int], now: Mapping[str, int]) -> bool:
        """Whether the task is done, from the counts at the reset and now."""
        if self.kind == "open-ended":
            return False
        if self.kind == "survival":
            return now["alive_for"] >= DAY * self.targets["days"]
        prefix = "use " if self.kind == "techtree" else ""
        return all(now[prefix + name] - first[prefix + name] >= n for name, n in self.targets.items())

    def reward(self, before: Mapping[str, int], now: Mapping[str, int]) -> float:
        """Returns the reward of one tick, from the counts before and after it."""
        if self.kind == "survival":
            days = now["alive_for"] // DAY - before["alive_for"] // DAY
            final = self.weights["final"] * (now["alive_for"] >= DAY * self.targets["days"])
            return days * self.weights["day"] + final
        gained = sum((now[name] - before[name]) * weight for name, weight in self.weights.items())
        return gained + sum(
            (now[f"use {name}"] - before[f"use {name}"]) * weight for name, weight in self.use_weights.items()
        )


def task(name: str, options: dict[str, Any]) -> Task:
    """Returns a task by MineDojo's id, or of a kind with the caller's own options, which it takes out.

    Raises:
        SimError: For an id that MineDojo does not have, or a task that the embedded world cannot offer;
            with the nearest one that it can.
    """
    if name in specs():
        lacking = list(lacks(name))
        if lacking:
            kind = specs()[name]["__cls__"]
            able = [other for other in possible() if specs()[other]["__cls__"] == kind]
            what = ", ".join(lacking)
            raise SimError(f"task '{name}': the embedded world lacks {what}{nearest(name, able)}")
        return _described(name, dict(specs()[name]))
    kind = name.lower()
    if kind == "open-ended":
        return Task(name, kind, "")
    if kind in KINDS:
        return _described(kind, {"__cls__": kind, "prompt": "", **_taken(options)})
    raise SimError(unknown("task", name, [*possible(), *KINDS, "open-ended"]))


_OWN: Final = (
    "target_names",
    "target_quantities",
    "reward_weights",
    "tech",
    "tech_item",
    "obtain_items_reward_weights",
    "use_items_reward_weights",
    "target_days",
    "per_day_reward",
    "success_reward",
    "initial_mobs",
    "initial_mob_spawn_range_low",
    "initial_mob_spawn_range_high",
    "start_at_night",
    "always_night",
)


def _taken(options: dict[str, Any]) -> dict[str, Any]:
    return {key: options.pop(key) for key in _OWN if key in options}


def _described(name: str, spec: dict[str, Any]) -> Task:
    kind, prompt = spec["__cls__"], prompt_of(spec)
    start: dict[str, Any] = {}
    for key in ("initial_inventory", "specified_biome", "allow_mob_spawn"):
        if key in spec:
            start[key] = spec[key]
    if spec.get("use_voxel"):
        start["voxel_size"] = spec["voxel_size"]
    start |= _clock(kind, spec)
    targets, weights, uses = _aims(kind, spec)
    if not prompt:
        prompt = _words(kind, targets)
    mobs = _mobs(spec)
    for place in targets if kind in ("harvest", "techtree") else ():
        if not exists(place):
            raise SimError(f"task: the embedded world has no '{place}'{nearest(place, items())}")
    for place in (*(targets if kind == "combat" else ()), *(row[0] for row in mobs)):
        if not lives(place):
            raise SimError(unknown("creature", place, [m for m in SUMMONED if lives(m)]))
    return Task(name, kind, prompt, targets, weights, uses, mobs, start)


def _clock(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if kind == "combat" and spec.get("start_at_night", True):
        out["start_time"] = NIGHT
    if kind == "harvest" and spec.get("start_at_night", False):
        out["start_time"] = LATE
    if kind == "combat" and spec.get("always_night", False):
        out |= {"start_time": LATE, "allow_time_passage": False}
    return out


def _aims(kind: str, spec: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, float], dict[str, float]]:
    """Returns (targets, reward of one, reward of one use)."""
    if kind == "survival":
        if "target_days" not in spec:
            raise SimError("survival: needs target_days")
        days, each = int(spec["target_days"]), float(spec.get("per_day_reward", 1))
        if days <= 1:
            raise SimError(f"target_days: {days} is not more than 1")
        return {"days": days}, {"day": each, "final": float(spec.get("success_reward") or days * each)}, {}
    if kind == "techtree":
        if ("tech" in spec) == ("tech_item" in spec):
            raise SimError("techtree: needs either tech or tech_item")
        if "tech" in spec and spec["tech"] not in TECHS:
            raise SimError(unknown("tech", str(spec["tech"]), TECHS))
        items = TECHS[spec["tech"]] if "tech" in spec else [str(spec["tech_item"])]
        known = [item for names in TECHS.values() for item in names]
        if items[0] not in known:
            raise SimError(unknown("tech_item", items[0], known))
        obtain = _each(items, spec.get("obtain_items_reward_weights", 1.0), "obtain_items_reward_weights")
        use = _each(items, spec.get("use_items_reward_weights", 10.0), "use_items_reward_weights")
        return dict.fromkeys(items, 1), obtain, use
    if "target_names" not in spec or "target_quantities" not in spec:
        raise SimError(f"{kind}: needs target_names and target_quantities")
    named = spec["target_names"]
    names = [named] if isinstance(named, str) else list(named)
    counts = _each(names, spec["target_quantities"], "target_quantities")
    weights = _each(names, spec.get("reward_weights", 1.0), "reward_weights")
    return {key: int(value) for key, value in counts.items()}, weights, {}


def _each(names: list[str], value: Any, what: str) -> dict[str, float]:
    """One value for each name: the same for all, a list in their order, or a dictionary."""
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise SimError(f"{what}: {len(value)} values for {len(names)} names")
        value = dict(zip(names, value, strict=True))
    if isinstance(value, Mapping):
        if set(value) != set(names):
            raise SimError(f"{what}: names {sorted(value)} are not {sorted(names)}")
        return {name: float(value[name]) for name in names}
    return {name: float(value) for name in names}


def _mobs(spec: Mapping[str, Any]) -> tuple[tuple[str, tuple[int, int, int], tuple[int, int, int]], ...]:
    named = spec.get("initial_mobs") or []
    names = [named] if isinstance(named, str) else list(named)
    if not names:
        return ()
    low, high = (spec.get(f"initial_mob_spawn_range_{end}") for end in ("low", "high"))
    if low is None or high is None or len(low) != 3 or len(high) != 3:
        raise SimError("initial_mobs: needs initial_mob_spawn_range_low and _high, three numbers each")
    return tuple((name, (low[0], low[1], low[2]), (high[0], high[1], high[2])) for name in names)


def _words(kind: str, targets: Mapping[str, int]) -> str:
    listed = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in targets.items())
    return {
        "harvest": f"Harvest {listed}.",
        "combat": f"Hunt {listed}.",
        "techtree": f"Unlock {', '.join(targets).replace('_', ' ')} technology.",
        "survival": f"Survive for {targets.get('days')} days.",
    }[kind]


def stacks(inventory: Any) -> tuple[Stack, ...]:
    """Reads a start inventory: {slot: {name, variant, quantity}}, or rows with slot, name, variant, quantity.

    Raises:
        SimError: For an unknown slot or item.
    """
    named = isinstance(inventory, Mapping)
    out = []
    for slot, row in inventory.items() if named else ((row.slot, row._asdict()) for row in inventory):
        place = EQUIPMENT.get(slot, slot) if isinstance(slot, str) and not slot.isdigit() else int(slot)
        if not isinstance(place, int) or not 0 <= place <= 40:
            raise SimError(unknown("slot", str(slot), EQUIPMENT))
        if row["name"] not in ITEM_INDEX:
            raise SimError(unknown("item", row["name"], ITEM_INDEX))
        out.append(Stack(place, row["name"], row.get("variant") or 0, row.get("quantity") or 1))
    return tuple(out)
