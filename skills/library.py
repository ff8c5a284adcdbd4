"""The inspectable catalogue of primitives: verb, what it does, what it needs, how it may end.

A table for people, documentation and the command line; nothing is looked up in it to act.
"""

from __future__ import annotations

from dataclasses import dataclass

from peam.actions import grammar
from peam.errors import PeamError, unknown
from peam.types import Diagnosis


@dataclass(frozen=True, slots=True)
class Primitive:
    """One skill primitive.

    Attributes:
        verb: Its word in the action language.
        module: The file that carries it out.
        doc: What it does.
        preconditions: What must hold for it to be able to end OK.
        diagnoses: Every way it may end.
    """

    verb: str
    module: str
    doc: str
    preconditions: tuple[str, ...]
    diagnoses: tuple[Diagnosis, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that the grammar allows."""
        return grammar()[self.verb].targets

    @property
    def counts(self) -> tuple[int, ...]:
        """The counts that the grammar allows."""
        return grammar()[self.verb].counts


_ANY = (Diagnosis.OK, Diagnosis.DIED, Diagnosis.TIMEOUT)

CATALOGUE: tuple[Primitive, ...] = (
    Primitive(
        "mine",
        "gathering",
        "Collects n more of a block's drop: goes there, digs it and what adjoins it.",
        ("the block is in the picture within sight", "a tool that makes it drop is in the inventory"),
        (*_ANY, Diagnosis.NOT_FOUND, Diagnosis.MISSING_TOOL, Diagnosis.UNREACHABLE, Diagnosis.TARGET_LOST),
    ),
    Primitive(
        "craft",
        "crafting",
        "Makes at least n more of an item, at a table where the recipe needs one.",
        ("the ingredients of one recipe are in the inventory", "a table is near or in view, if needed"),
        (
            *_ANY,
            Diagnosis.MISSING_MATERIAL,
            Diagnosis.NO_STATION,
            Diagnosis.NO_SPACE,
            Diagnosis.INVALID_ACTION,
        ),
    ),
    Primitive(
        "smelt",
        "crafting",
        "Smelts at least n more of a product, 200 ticks each.",
        ("an input is in the inventory", "a furnace is own and near, or in view", "fuel is in the inventory"),
        (
            *_ANY,
            Diagnosis.MISSING_MATERIAL,
            Diagnosis.NO_STATION,
            Diagnosis.NO_FUEL,
            Diagnosis.INVALID_ACTION,
        ),
    ),
    Primitive(
        "place",
        "crafting",
        "Puts a block beside the agent and remembers it if it is a station.",
        ("the block is in the inventory", "a cell beside the agent is free or can be cleared"),
        (*_ANY, Diagnosis.MISSING_MATERIAL, Diagnosis.NO_SPACE),
    ),
    Primitive(
        "goto",
        "travel",
        "Walks to an own station or to a block in view, and looks at it.",
        ("it is an own station within 32 blocks, or in the picture within sight",),
        (*_ANY, Diagnosis.NOT_FOUND, Diagnosis.UNREACHABLE),
    ),
    Primitive(
        "explore",
        "travel",
        "Walks up to 16 blocks; underground it digs on. `down` and `up` go 8 levels by stairs.",
        ("the way is open, or can be dug with a tool in the inventory",),
        (*_ANY, Diagnosis.UNREACHABLE, Diagnosis.MISSING_TOOL, Diagnosis.STUCK),
    ),
    Primitive("wait", "travel", "Stands still for so many ticks.", (), _ANY),
    Primitive(
        "equip",
        "combat",
        "Takes an item in hand.",
        ("the item is in the inventory",),
        (Diagnosis.OK, Diagnosis.DIED, Diagnosis.MISSING_MATERIAL, Diagnosis.STUCK),
    ),
    Primitive(
        "eat",
        "combat",
        "Eats one item; what was in hand returns there.",
        ("the food is in the inventory", "the agent is hungry"),
        (*_ANY, Diagnosis.MISSING_MATERIAL, Diagnosis.NO_SPACE, Diagnosis.STUCK),
    ),
    Primitive(
        "kill",
        "combat",
        "Pursues a creature and strikes it with what is in hand until one dies.",
        ("the creature is in the picture within sight",),
        (*_ANY, Diagnosis.NOT_FOUND, Diagnosis.TARGET_LOST, Diagnosis.UNREACHABLE),
    ),
    Primitive(
        "shoot",
        "combat",
        "Shoots arrows at a creature until one dies of them.",
        ("a bow and arrows are in the inventory", "the creature is in the picture within sight"),
        (
            *_ANY,
            Diagnosis.MISSING_MATERIAL,
            Diagnosis.NOT_FOUND,
            Diagnosis.TARGET_LOST,
            Diagnosis.UNREACHABLE,
        ),
    ),
)


def primitive(verb: str) -> Primitive:
    """Returns the entry of a verb.

    Raises:
        PeamError: Unknown verb; names the nearest.
    """
    for entry in CATALOGUE:
        if entry.verb == verb:
            return entry
    raise PeamError(unknown("skill primitive", verb, [entry.verb for entry in CATALOGUE]))
