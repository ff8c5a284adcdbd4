"""Regenerates peam/data/voxel/{blocks,items,recipes}.json from minecraft-data 1.19 (MIT).

Use: pip download minecraft-data==3.20.0 --no-deps, unpack, then
    python scripts/vendor_minecraft_data.py UNPACKED/minecraft_data/data/data/pc/1.19
Only the subset that the embedded world can contain is kept: the blocks listed below, what they and the
creatures drop, and every recipe that can be paid from those. The blocks of OVERWORLD and their items are
appended, so that ids keep their numbers; their recipes are left out: a recipe's row is its craft argument.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

OUT = Path(__file__).resolve().parent.parent / "peam" / "data" / "voxel"
HEADER = {
    "source": "minecraft-data 3.20.0 (PyPI), pc/1.19, github.com/PrismarineJS/minecraft-data",
    "licence": "MIT, Copyright (c) PrismarineJS contributors; the facts are those of Minecraft Java 1.19",
    "regenerate": "python scripts/vendor_minecraft_data.py <pc/1.19>",
}
BLOCKS = """
air stone dirt grass_block sand gravel bedrock water lava oak_log oak_leaves birch_log birch_leaves
spruce_log spruce_leaves coal_ore iron_ore gold_ore redstone_ore lapis_ore diamond_ore cobblestone
oak_planks birch_planks spruce_planks crafting_table furnace chest torch glass grass dandelion poppy
sandstone snow_block cactus ladder clay white_wool granite diorite andesite
""".split()  # noqa: SIM905
# Blocks that only `VoxelSim(world="overworld")` generates.
OVERWORLD = """
deepslate cobbled_deepslate tuff copper_ore emerald_ore deepslate_coal_ore deepslate_iron_ore
deepslate_copper_ore deepslate_gold_ore deepslate_redstone_ore deepslate_lapis_ore deepslate_diamond_ore
deepslate_emerald_ore acacia_log acacia_leaves acacia_planks fern large_fern tall_grass dead_bush sugar_cane
lily_pad pumpkin brown_mushroom red_mushroom vine azure_bluet oxeye_daisy cornflower blue_orchid
lily_of_the_valley ice
""".split()  # noqa: SIM905
TAGS = {
    "planks": ["oak_planks", "birch_planks", "spruce_planks"],
    "coals": ["coal", "charcoal"],
}
# Things that exist in the closure but that this world gives no use for.
SKIP = (
    "_dye",
    "_banner",
    "_pane",
    "_stained",
    "_terracotta",
    "firework",
    "_carpet",
    "_bed",
    "_boat",
    "minecart",
)


def load(folder: Path, name: str) -> Any:
    """Reads one of the data set's files."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write(name: str, data: dict[str, Any]) -> None:
    """Writes a data file with its header, one entry a line."""
    body = ",\n".join(
        f" {json.dumps(key)}: {json.dumps(value) if not isinstance(value, list) else rows(value)}"
        for key, value in {**HEADER, **data}.items()
    )
    (OUT / f"{name}.json").write_text("{\n" + body + "\n}\n", encoding="utf-8")


def rows(values: list[Any]) -> str:
    """Formats a list with one row a line."""
    return "[\n  " + ",\n  ".join(json.dumps(value) for value in values) + "\n ]"


def blocks(folder: Path, names: dict[int, str], listed: list[str]) -> list[dict[str, Any]]:
    """Returns the listed blocks' rows, in the list's order (the order is the block id)."""
    known = {row["name"]: row for row in load(folder, "blocks")}
    keep = []
    for name in listed:
        row = known[name]
        keep.append(
            {
                "name": name,
                "hardness": row["hardness"],
                "box": row["boundingBox"],
                "transparent": row["transparent"],
                "material": row["material"],
                "light": row["emitLight"],
                "tools": [names[int(i)] for i in row.get("harvestTools", {})],
                "drops": [names[i] for i in row["drops"]],
            }
        )
    return keep


def ingredients(recipe: dict[str, Any], names: dict[int, str]) -> tuple[Counter[str], bool]:
    """Returns what a recipe takes, and whether it fits the 2x2 grid of the inventory."""
    if "ingredients" in recipe:
        cells = [names[i] for i in recipe["ingredients"]]
        return Counter(cells), len(cells) <= 4
    shape = recipe["inShape"]
    cells = [names[i] for row in shape for i in row if i is not None]
    return Counter(cells), len(shape) <= 2 and max(len(row) for row in shape) <= 2


def merge(variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replaces variants that differ only by a tag's member by one row that names the tag."""
    for tag, members in TAGS.items():
        replaced = [{**v, "takes": _tagged(v["takes"], tag, members)} for v in variants]
        groups: dict[str, list[int]] = {}
        for index, row in enumerate(replaced):
            groups.setdefault(json.dumps(row, sort_keys=True), []).append(index)
        out, done = [], set()
        for index, row in enumerate(variants):
            group = groups[json.dumps(replaced[index], sort_keys=True)]
            if len(group) < len(members):
                out.append(row)
            elif group[0] not in done:
                done.add(group[0])
                out.append(replaced[index])
        variants = out
    return variants


def _tagged(takes: dict[str, int], tag: str, members: list[str]) -> dict[str, int]:
    count = sum(n for item, n in takes.items() if item in members)
    rest = {item: n for item, n in takes.items() if item not in members}
    return {**rest, f"#{tag}": count} if count else rest


def closure(folder: Path, names: dict[int, str], known: set[str]) -> tuple[set[str], list[dict[str, Any]]]:
    """Returns every item that can be obtained, and the recipes that make them (variants merged)."""
    table = load(folder, "recipes")
    kept: dict[str, list[dict[str, Any]]] = {}
    grew = True
    while grew:
        grew = False
        for key, variants in table.items():
            item = names[int(key)]
            if any(part in item for part in SKIP):
                continue
            for variant in variants:
                takes, hand = ingredients(variant, names)
                row = {
                    "item": item,
                    "count": variant["result"]["count"],
                    "takes": dict(sorted(takes.items())),
                    "table": not hand,
                }
                if set(takes) <= known and row not in kept.get(item, []):
                    kept.setdefault(item, []).append(row)
                    grew = True
                    known.add(item)
    merged = [row for variants in kept.values() for row in merge(variants)]
    return known, sorted(merged, key=lambda row: (row["table"], row["item"], json.dumps(row["takes"])))


def items(folder: Path, keep: set[str]) -> list[dict[str, Any]]:
    """Returns the item rows in the data set's order: stack size, durability, food."""
    foods = {row["name"]: row for row in load(folder, "foods")}
    out = []
    for row in load(folder, "items"):
        if row["name"] not in keep:
            continue
        entry = {"name": row["name"], "stack": row["stackSize"]}
        if row.get("maxDurability"):
            entry["durability"] = row["maxDurability"]
        if row["name"] in foods:
            food = foods[row["name"]]
            entry["food"], entry["saturation"] = food["foodPoints"], round(food["saturation"], 2)
        out.append(entry)
    return out


def obtainable(block_rows: list[dict[str, Any]], key: str) -> set[str]:
    """Returns what blocks, creatures and furnaces give; `key` names the lists of this project's tables."""
    found = {item for row in block_rows for item in row["drops"]} | {row["name"] for row in block_rows}
    for name in ("drops", "mobs", "smelting"):
        found |= set(yaml.safe_load((OUT / f"{name}.yaml").read_text(encoding="utf-8")).get(key, ()))
    return found - {"water", "lava", "bedrock"}


def main(folder: Path) -> None:
    """Writes the three files."""
    names = {row["id"]: row["name"] for row in load(folder, "items")}
    first, more = blocks(folder, names, BLOCKS), blocks(folder, names, OVERWORLD)
    materials = load(folder, "materials")
    used = {row["material"] for row in first + more}
    speeds = {m: {names[int(i)]: s for i, s in materials[m].items()} for m in sorted(used & set(materials))}
    write("blocks", {"speeds": speeds, "blocks": first + more})
    keep, recipes = closure(folder, names, obtainable(first, "items"))
    write("recipes", {"tags": TAGS, "recipes": recipes})
    old = items(folder, keep | {"air"})
    write("items", {"items": old + items(folder, obtainable(more, "more") - keep)})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
