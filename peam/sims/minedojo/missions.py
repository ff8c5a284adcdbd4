"""Reads MineDojo's mission XML into a `Mission`: world, place, time, inventory, observations.

Generators and decorators that the embedded world does not have (flat worlds, files, drawings, villages) are
errors, not ignored.
"""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from typing import Final

from peam.errors import SimError
from peam.sims.voxel.minedojo_compat.mission import Mission, Span, Stack, biome_name, known_biome, world_seed

_SPACE: Final = "{http://ProjectMalmo.microsoft.com}"
_FOREIGN: Final = ("FlatWorldGenerator", "FileWorldGenerator", "DrawingDecorator", "VillageSpawnDecorator")


def parse(text: bytes) -> Mission:
    """Returns the mission of an XML document.

    Raises:
        SimError: If it is no mission, or asks for what the embedded world does not have.
    """
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise SimError("mission: document types are not read")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise SimError(f"mission: no XML: {error}") from None
    for name in _FOREIGN:
        if root.find(f".//{_SPACE}{name}") is not None:
            raise SimError(f"mission: the embedded world has no {name}")
    try:
        return _mission(_Document(root))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SimError(f"mission: malformed: {error}") from None


class _Document:
    """The parts of a mission by their names."""

    def __init__(self, root: ET.Element) -> None:
        self._root = root

    def part(self, name: str) -> ET.Element | None:
        return self._root.find(f".//{_SPACE}{name}")

    def every(self, name: str) -> list[ET.Element]:
        return self._root.findall(f".//{_SPACE}{name}")

    def text(self, name: str, default: str = "") -> str:
        part = self.part(name)
        return default if part is None or part.text is None else part.text.strip()

    def attributes(self, name: str) -> dict[str, str]:
        part = self.part(name)
        return {} if part is None else dict(part.attrib)


def _mission(doc: _Document) -> Mission:
    biome = doc.attributes("BiomeGenerator")
    seed = (biome or doc.attributes("DefaultWorldGenerator")).get("seed", "")
    place, time = doc.attributes("Placement"), doc.text("StartTime")
    multiplier = doc.text("BreakSpeedMultiplier", "1.0")
    if float(multiplier) != 1.0:
        raise SimError(f"mission: break speed {multiplier}: the embedded world digs at Minecraft's own")
    return Mission(
        image=(int(doc.text("Height")), int(doc.text("Width"))),
        seed=world_seed(seed) if seed not in ("", "None") else random.randrange(2**31),
        inventory=tuple(
            Stack(int(row.attrib["slot"]), row.attrib["type"], _variant(row), int(row.attrib["quantity"]))
            for row in doc.every("InventoryObject")
        ),
        position=None
        if not place
        else (
            float(place["x"]),
            float(place["y"]),
            float(place["z"]),
            float(place["yaw"]),
            float(place["pitch"]),
        ),
        life=float(doc.attributes("StartingHealth").get("health", 20.0)),
        food=int(doc.attributes("StartingFood").get("food", 20)),
        time=int(time) if time else None,
        time_passes=doc.text("AllowPassageOfTime", "true") == "true",
        mobs_spawn=doc.text("AllowSpawning", "true") == "true",
        biome=known_biome(biome_name(int(biome["biome"]))) if biome else None,
        grid=_grid(doc),
        rays=_rays(doc),
    )


def _variant(row: ET.Element) -> int:
    return int(row.attrib.get("metadata", 0))


def _grid(doc: _Document) -> tuple[Span, Span, Span] | None:
    if doc.part("Grid") is None:
        return None
    low, high = doc.attributes("min"), doc.attributes("max")
    x, y, z = ((int(low[axis]), int(high[axis])) for axis in "xyz")
    return x, y, z


def _rays(doc: _Document) -> tuple[tuple[float, float, float], ...] | None:
    rows = [row.attrib for row in doc.every("RayOffset")]
    if not rows:
        return None
    return tuple((float(row["pitch"]), float(row["yaw"]), float(row["distance"])) for row in rows)
