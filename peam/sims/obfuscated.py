"""A world in which things have other names and other recipes, drawn from a seed: knowing the game misleads.

After SE-Bench (functions renamed, so that only what was learnt there helps). A simulator around another one:
names are exchanged in everything that goes in or out (inventory, hand, blocks, sightings, rules, counters,
options), so skills, verifiers and agents alike see and say the new ones. Pictures are as they were, and
things do what they did: what is called an iron axe may be a wooden sword.

Names are exchanged within `GROUPS`, so that every name takes the verbs that it took, and no name in them is
kept. Recipes are dealt anew among `DEALT`, some may come back; product and yield stay. They are dealt again
until everything in `DEALT` can be made from bare hands (`reachable`). Raw materials, planks, tables, chests
and furnaces keep their names, planks and tables their recipes: without them there is no way in. Knows the
contract and the embedded simulator's book of recipes; nothing of agents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from peam.errors import SimError
from peam.sims.base import NOOP, Body, Cell, Entity, Rules, Sighting, Sim, Voxels
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.book import dealt
from peam.sims.voxel.rules import ENTRIES, OF_ITEM, TAGS, VoxelRules
from peam.types import Image, Observation

_MATERIALS = ("wooden", "stone", "iron")
GROUPS: Final = (
    tuple(f"{m}_{kind}" for kind in ("pickaxe", "sword") for m in _MATERIALS),
    tuple(f"{m}_{kind}" for kind in ("axe", "shovel") for m in _MATERIALS),
    ("stick", "ladder", "bucket"),
)
DEALT: Final = (*(name for group in GROUPS for name in group), "chest", "furnace")
TRIES: Final = 100_000  # draws until a reachable world is found; about one in thirty is
_BARE: Final = ("oak_log", "dirt", "sand", "gravel")  # what the hand gathers
_BLOCKS: Final = ("stone", "coal_ore", "iron_ore", "diamond_ore")


@dataclass(frozen=True, slots=True)
class Disguise:
    """A world's names and recipes.

    Attributes:
        shown: True name -> the name it goes by; names that are not in it are kept.
        true: The inverse.
        like: True item -> the true item by whose ordinary recipe it is made.
    """

    shown: Mapping[str, str]
    true: Mapping[str, str]
    like: Mapping[str, str]

    @classmethod
    def draw(cls, seed: int) -> Disguise:
        """Draws a world in which everything can be made.

        Args:
            seed: Of the numpy Generator, 1 or more.

        Raises:
            SimError: The seed is below 1.
        """
        if seed < 1:
            raise SimError(f"obfuscation: seed {seed} is not 1 or more")
        rng = np.random.default_rng(seed)
        shown = {k: v for group in GROUPS for k, v in zip(group, _deranged(group, rng), strict=True)}
        for _ in range(TRIES):
            like = dict(zip(DEALT, _shuffled(DEALT, rng), strict=True))
            if set(DEALT) <= reachable(like):
                return cls(shown, {v: k for k, v in shown.items()}, like)
        raise SimError(
            f"obfuscation: no world in {TRIES} draws of seed {seed} in which everything can be made"
        )

    def show(self, name: str) -> str:
        """Returns the name that a thing goes by."""
        return self.shown.get(name, name)

    def know(self, name: str) -> str:
        """Returns the true name of what goes by a name."""
        return self.true.get(name, name)


def _shuffled(names: Sequence[str], rng: np.random.Generator) -> list[str]:
    return [names[int(i)] for i in rng.permutation(len(names))]


def _deranged(names: Sequence[str], rng: np.random.Generator) -> list[str]:
    while True:
        drawn = _shuffled(names, rng)
        if all(a != b for a, b in zip(names, drawn, strict=True)):
            return drawn


def reachable(like: Mapping[str, str]) -> set[str]:
    """Returns what can be had from bare hands: a search over recipes, tools of blocks, and smelting.

    True names. Of the tools that a block drops for only the weakest counts: it is the one that the game names
    to who lacks it. Stations count as there once they can be had, fuel as there (logs burn).

    Args:
        like: Item -> the item by whose ordinary recipe it is made; items that are not in it, by their own.
    """
    rules, have = VoxelRules(lambda _: 0), set(_BARE)
    while True:
        more = {rules.drops(b) or b for b in _BLOCKS if rules.weakest_tool(b) in have}
        more |= {item for item in ("charcoal", "iron_ingot", "glass", "stone") if _smelts(rules, item, have)}
        more |= {item for item in OF_ITEM if _crafts(like.get(item, item), item, like, have)}
        if more <= have:
            return have
        have |= more


def _smelts(rules: Rules, product: str, have: set[str]) -> bool:
    return "furnace" in have and bool(have.intersection(rules.smelting(product)))


def _crafts(model: str, item: str, like: Mapping[str, str], have: set[str]) -> bool:
    indices = OF_ITEM[model][:1] if item in like else OF_ITEM[model]
    return any(
        _paid(ENTRIES[i].takes, have) and (not ENTRIES[i].station or ENTRIES[i].station in have)
        for i in indices
    )


def _paid(takes: Mapping[str, int], have: set[str]) -> bool:
    return all(have.intersection(TAGS[name[1:]]) if name.startswith("#") else name in have for name in takes)


class Obfuscated(Sim):
    """The embedded simulator behind a disguise.

    Args:
        seed: Of the disguise.
        options: `VoxelSim`'s.
    """

    def __init__(self, seed: int, **options: Any) -> None:
        self.disguise = Disguise.draw(seed)
        self._sim = VoxelSim(**options, book=dealt(self.disguise.like))
        self.capabilities = self._sim.capabilities
        self.observation_space, self.action_space = self._sim.observation_space, self._sim.action_space
        self.metadata, self.render_mode = self._sim.metadata, self._sim.render_mode
        self.rules = _Renamed(self._sim.rules, self.disguise)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Sim`; items in the options go by their new names."""
        given, know = dict(options or {}), self.disguise.know
        if isinstance(given.get("inventory"), Mapping):
            given["inventory"] = {know(name): n for name, n in given["inventory"].items()}
        if isinstance(given.get("hand"), str):
            given["hand"] = know(given["hand"])
        obs, info = self._sim.reset(seed=seed, options=given)
        return self._seen(obs), self._told(info)

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """See `Sim`."""
        obs, reward, terminated, truncated, info = self._sim.step(action)
        return self._seen(obs), reward, terminated, truncated, self._told(info)

    def _seen(self, obs: dict[str, Any]) -> dict[str, Any]:
        """Renames in a fresh observation, in place."""
        delta = obs["delta_inv"]
        arrays = [obs[group]["name"] for group in ("inventory", "equipment")]
        arrays += [delta[key] for key in delta if "_name_" in key]
        for names in arrays:
            names[:] = [self.disguise.show(str(name)) for name in names]
        return obs

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        return {**info, "stats": self._counted(info["stats"])}

    def _counted(self, stats: Mapping[str, int]) -> dict[str, int]:
        split = [(key.partition("."), number) for key, number in stats.items()]
        return {f"{fact}.{self.disguise.show(item)}": number for (fact, _, item), number in split}

    def render(self) -> Image | None:
        """See `Sim`."""
        return self._sim.render()

    def close(self) -> None:
        """See `Sim`."""
        self._sim.close()

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """See `Sim`."""
        self._sim.tick(action)

    def frame(self, height: int, width: int) -> Image:
        """See `Sim`; as it was."""
        return self._sim.frame(height, width)

    def observe(self, image: tuple[int, int] | None = None, nearby_text: bool = False) -> Observation:
        """See `Sim`."""
        seen, show = self._sim.observe(image, nearby_text), self.disguise.show
        return replace(
            seen,
            inventory={show(name): n for name, n in seen.inventory.items()},
            hand=show(seen.hand),
            stats=self._counted(seen.stats),
            nearby=tuple(map(show, seen.nearby)),
        )

    def body(self) -> Body:
        """See `Sim`."""
        body = self._sim.body()
        return replace(body, hand=self.disguise.show(body.hand))

    def slots(self) -> Sequence[tuple[str, int]]:
        """See `Sim`."""
        return [(self.disguise.show(name), count) for name, count in self._sim.slots()]

    def sight(self, reach: float | None = None) -> Sequence[Sighting]:
        """See `Sim`."""
        return [replace(s, name=self.disguise.show(s.name)) for s in self._sim.sight(reach)]

    def entities(self, reach: float = 32.0) -> Sequence[Entity]:
        """See `Sim`."""
        return [replace(e, name=self.disguise.show(e.name)) for e in self._sim.entities(reach)]

    def voxels(self, radius: int = 32) -> Voxels:
        """See `Sim`."""
        grid = self._sim.voxels(radius)
        return replace(grid, names=[self.disguise.show(name) for name in grid.names])

    def block(self, cell: Cell) -> str:
        """See `Sim`."""
        return self.disguise.show(self._sim.block(cell))

    def craft_id(self, item: str) -> int:
        """See `Sim`."""
        return self._sim.craft_id(self.disguise.know(item))

    def smelt_id(self, product: str) -> int:
        """See `Sim`."""
        return self._sim.smelt_id(self.disguise.know(product))

    def stations(self, name: str, reach: float) -> Sequence[Cell]:
        """See `Sim`."""
        return self._sim.stations(self.disguise.know(name), reach)

    def stats(self) -> Mapping[str, int]:
        """See `Sim`."""
        return self._counted(self._sim.stats())

    def snapshot(self) -> bytes:
        """See `Sim`; the disguise is not part of it."""
        return self._sim.snapshot()

    def restore(self, state: bytes) -> None:
        """See `Sim`."""
        self._sim.restore(state)


class _Renamed(Rules):
    """Rules by the new names."""

    def __init__(self, rules: Rules, disguise: Disguise) -> None:
        self._rules, self._know, self._show = rules, disguise.know, disguise.show

    def drops(self, block: str) -> str | None:
        """See base."""
        name = self._rules.drops(self._know(block))
        return None if name is None else self._show(name)

    def weakest_tool(self, block: str) -> str | None:
        """See base."""
        name = self._rules.weakest_tool(self._know(block))
        return None if name is None else self._show(name)

    def tool_works(self, block: str, item: str) -> bool:
        """See base."""
        return self._rules.tool_works(self._know(block), self._know(item))

    def dig_ticks(self, block: str, item: str) -> int:
        """See base."""
        return self._rules.dig_ticks(self._know(block), self._know(item))

    def recipe(self, item: str) -> tuple[int, Mapping[str, int], bool] | None:
        """See base."""
        found = self._rules.recipe(self._know(item))
        if found is None:
            return None
        return found[0], {self._show(name): n for name, n in found[1].items()}, found[2]

    def smelting(self, product: str) -> Sequence[str]:
        """See base."""
        return tuple(map(self._show, self._rules.smelting(self._know(product))))

    def fuel_ticks(self, item: str) -> int:
        """See base."""
        return self._rules.fuel_ticks(self._know(item))

    def food_points(self, item: str) -> int:
        """See base."""
        return self._rules.food_points(self._know(item))
