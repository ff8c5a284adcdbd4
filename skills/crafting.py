"""Crafting, placing and smelting.

Knows the contract through `Context` only. What a recipe takes comes from the game's rules at the moment
of acting: this is the hand's knowledge, not the planner's.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import Action
from peam.sims.base import Cell
from peam.skills.context import Context
from peam.skills.control import CRAFT
from peam.skills.diagnosis import Result, Stop, missing_material, no_station, partial
from peam.skills.path import PLANE, Goal
from peam.types import Diagnosis

STATIONS = ("crafting_table", "furnace", "chest")
USUAL_INPUT = {"iron_ingot": "raw_iron", "charcoal": "oak_log"}
SMELT_TICKS = 200


def craft(context: Context, action: Action) -> Result:
    """Makes at least `count` more of an item.

    Raises:
        Stop: MISSING_MATERIAL, NO_STATION, NO_SPACE, DIED, TIMEOUT.
    """
    item, wanted, control = action.target, action.count or 1, context.control
    recipe = context.sim.rules.recipe(item)
    if recipe is None:
        raise Stop(Diagnosis.INVALID_ACTION, f"no recipe makes {item}")
    _require(context, item)
    control.reserved = frozenset(recipe[1])  # a pillar out of the mine would eat the furnace
    if recipe[2] and context.go_to_station("crafting_table") is None:
        raise no_station("crafting_table")
    start = control.count(item)
    while control.count(item) - start < wanted:
        argument, before = context.sim.craft_id(item), control.count(item)
        if argument < 0 or _lacking(context, item):
            break
        control.tick(act=CRAFT, craft=argument)
        if control.count(item) == before:
            break
    made = control.count(item) - start
    context.level(control.view[0])
    if made == 0:
        _require(context, item)
    return partial(made, wanted, item, Result(Diagnosis.NO_SPACE, f"{item} does not fit the inventory"))


def _require(context: Context, item: str) -> None:
    lacking = _lacking(context, item)
    if lacking:
        raise missing_material(lacking)


def _lacking(context: Context, item: str) -> dict[str, int]:
    """Returns ingredient -> how many more one recipe takes."""
    recipe = context.sim.rules.recipe(item)
    held = context.control.inventory()
    lacking: dict[str, int] = {}
    for name, count in (recipe[1] if recipe else {}).items():
        if held.get(name, 0) < count:
            lacking[_usual(name) if not held.get(name) else name] = count - held.get(name, 0)
    return lacking


def _usual(name: str) -> str:
    """Names the most common of interchangeable ingredients."""
    if name.endswith("_planks"):
        return "oak_planks"
    return {"charcoal": "coal", "blackstone": "cobblestone", "cobbled_deepslate": "cobblestone"}.get(
        name, name
    )


def place(context: Context, action: Action) -> Result:
    """Puts a block beside the agent.

    Raises:
        Stop: MISSING_MATERIAL, NO_SPACE, DIED, TIMEOUT.
    """
    item, control = action.target, context.control
    if control.slot(item) < 0:
        raise missing_material({item: 1})
    cell = _put_beside(context, item)
    if cell is None and context.navigator.go(Goal(PLANE, radius=2, axis=(0, -1, 0)), control.dig_costs()):
        cell = _put_beside(context, item)  # off a pillar or a ledge there is a floor
    context.level(control.view[0])
    if cell is None:
        raise Stop(Diagnosis.NO_SPACE, "no free cell beside the agent")
    if item in STATIONS:
        context.memory.stations.append((item, cell))
    return Result(detail=f"{item} at {cell}")


def _put_beside(context: Context, item: str) -> Cell | None:
    context.control.settle()
    sites, free = _sites(context), context.control.unhide_floor
    for cell in sites:
        if _place_into(context, cell, item):
            return cell
    return next((c for c in sites[:6] if free(c) and _place_into(context, c, item)), None)


def _place_into(context: Context, cell: Cell, item: str) -> bool:
    control = context.control
    if control.refresh(cell) and not control.dig(cell, depth=1):
        return False
    return control.place_at(cell, item) and context.sim.block(cell) == item


def _sites(context: Context) -> list[Cell]:
    """Returns cells beside the agent, free ones first, then plants, then what can be dug."""
    control, world = context.control, context.control.world
    x, y, z = control.body.cell
    around = [(dx, dz) for dx in (-2, -1, 0, 1, 2) for dz in (-2, -1, 0, 1, 2)]
    around.sort(key=lambda o: (abs(abs(o[0]) + abs(o[1]) - 2), abs(o[0]), o))
    cells = [
        (x + dx, y + dy, z + dz)
        for dy in (0, 1, -1)
        for dx, dz in around
        if not _touches(control.body.position, (x + dx, y + dy, z + dz))
    ]
    based = [c for c in cells if world.is_solid((c[0], c[1] - 1, c[2])) and not world.near_hazard(c)]
    free = [c for c in based if not world.is_solid(c) and not world.is_liquid(c)]
    clear = [c for c in free if not world.is_opaque(c)]
    plants = [c for c in free if world.is_opaque(c)]
    block = [c for c in based if world.is_solid(c) and c[1] >= y and control.diggable(world.name(c))]
    block += [c for c in block if control.diggable(world.name(c), by_hand=True)]
    return [*clear, *plants[:6], *block[:6]]


def _touches(position: Sequence[float], cell: Cell) -> bool:
    """Returns whether the body would overlap a block in the cell."""
    x, y, z = position
    beside = not (cell[0] - 0.3 < x < cell[0] + 1.3 and cell[2] - 0.3 < z < cell[2] + 1.3)
    return not beside and cell[1] - 1.8 < y < cell[1] + 1


def smelt(context: Context, action: Action) -> Result:
    """Smelts at least `count` more of a product in a furnace, waiting 200 ticks for each.

    Raises:
        Stop: MISSING_MATERIAL, NO_STATION, NO_FUEL, DIED, TIMEOUT.
    """
    product, wanted, control = action.target, action.count or 1, context.control
    inputs = context.sim.rules.smelting(product)
    if not inputs:
        raise Stop(Diagnosis.INVALID_ACTION, f"nothing smelts into {product}")
    if not _any(context, inputs):
        raise missing_material({USUAL_INPUT.get(product, inputs[0]): 1})
    if context.go_to_station("furnace") is None:
        raise no_station("furnace")
    start = control.count(product)
    while control.count(product) - start < wanted and _smelt_one(context, product, inputs):
        pass
    made, unused = control.count(product) - start, _any(context, inputs)
    context.level(control.view[0])
    if made == 0 and unused:
        raise Stop(Diagnosis.NO_FUEL, "nothing that burns long enough", {"coal": 1})
    ended = Diagnosis.NO_FUEL if unused else Diagnosis.MISSING_MATERIAL
    return partial(made, wanted, product, Result(ended, "the furnace gave nothing"))


def _number(context: Context, items: Sequence[str]) -> int:
    held = context.control.inventory()
    return sum(held.get(item, 0) for item in items)


def _any(context: Context, items: Sequence[str]) -> bool:
    return _number(context, items) > 0


def _smelt_one(context: Context, product: str, inputs: Sequence[str]) -> bool:
    """Loads the furnace once and waits for the product; returns whether it came."""
    control, before = context.control, context.control.count(product)
    argument, held = context.sim.smelt_id(product), _number(context, inputs)
    if argument < 0 or held == 0:
        return False
    control.tick(act=CRAFT, craft=argument)
    if _number(context, inputs) == held:
        return False
    return control.wait_until(lambda: control.count(product) > before, SMELT_TICKS + 20)
