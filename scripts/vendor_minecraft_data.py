"""Regenerates peam/data/voxel/{blocks,items,recipes}.json from minecraft-data 1.19 (MIT).

Use: pip download minecraft-data==3.20.0 --no-deps, unpack, then
    python scripts/vendor_minecraft_data.py UNPACKED/minecraft_data/data/data/pc/1.19
Only the subset that the embedded world can contain is kept: the blocks listed below, what they and the
creatures drop, and every recipe that can be paid from those. What was added after the first edition (MORE,
`more` in the data files), and after the second (OVERWORLD, `overworld` in the data files), is appended, so
that ids of blocks, items and recipes keep their numbers.

A block whose state changes what it does is one row a state, named as Minecraft writes states:
"wheat[age=3]". The state that a placed block starts in has the plain name.
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
TAGS = {
    "planks": ["oak_planks", "birch_planks", "spruce_planks"],
    "coals": ["coal", "charcoal"],
}
LOGS = [f"{wood}_{part}" for part in ("log", "wood") for wood in ("oak", "birch", "spruce")]
ALL_TAGS = {**TAGS, "planks": [*TAGS["planks"], "acacia_planks"]}  # with the overworld's own
ALL_LOGS = [*LOGS, "acacia_log", "acacia_wood"]
WOODS = ("oak", "birch", "spruce")
_HALVES = ["", "half=upper", "open=true", "half=upper,open=true"]
_PARTS = [
    f"facing={facing},part={part}"
    for facing in ("north", "south", "west", "east")
    for part in ("foot", "head")
]
CUBES = """
obsidian coal_block iron_block gold_block diamond_block lapis_block redstone_block raw_iron_block
raw_gold_block hay_block bone_block bricks stone_bricks chiseled_stone_bricks smooth_stone polished_granite
polished_diorite polished_andesite coarse_dirt oak_wood birch_wood spruce_wood chiseled_sandstone
cut_sandstone smooth_sandstone
""".split()  # noqa: SIM905
# Blocks that only `VoxelSim(world="overworld")` generates.
OVERWORLD = """
deepslate cobbled_deepslate tuff copper_ore emerald_ore deepslate_coal_ore deepslate_iron_ore
deepslate_copper_ore deepslate_gold_ore deepslate_redstone_ore deepslate_lapis_ore deepslate_diamond_ore
deepslate_emerald_ore acacia_log acacia_leaves acacia_planks fern large_fern tall_grass dead_bush sugar_cane
lily_pad pumpkin brown_mushroom red_mushroom vine azure_bluet oxeye_daisy cornflower blue_orchid
lily_of_the_valley ice
""".split()  # noqa: SIM905
# Block -> states that get a row each; "" is the plain name.
MORE: dict[str, list[str]] = {
    "farmland": ["", *(f"moisture={n}" for n in range(1, 8))],
    **{crop: ["", *(f"age={n}" for n in range(1, 8))] for crop in ("wheat", "carrots", "potatoes")},
    **{f"{wood}_sapling": ["", "stage=1"] for wood in WOODS},
    **{f"{wood}_door": _HALVES for wood in (*WOODS, "iron")},
    "white_bed": _PARTS,
    **{name: [""] for name in CUBES},
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
    "cake",  # its milk buckets would not come back
    "mushroom_stew",  # nor would its bowl
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


def blocks(folder: Path, names: dict[int, str]) -> list[list[dict[str, Any]]]:
    """Returns the block rows of BLOCKS, MORE and OVERWORLD, in this order (the order is the block id)."""
    known = {row["name"]: row for row in load(folder, "blocks")}
    plain = [{name: [""] for name in listed} for listed in (BLOCKS, OVERWORLD)]
    return [
        [_block(known[name], state, names) for name, states in listed.items() for state in states]
        for listed in (plain[0], MORE, plain[1])
    ]


def _block(row: dict[str, Any], state: str, names: dict[int, str]) -> dict[str, Any]:
    """Returns a block row. An open door lets pass; a bed drops itself, which the data set leaves out."""
    name = row["name"]
    return {
        "name": f"{name}[{state}]" if state else name,
        "hardness": row["hardness"],
        "box": "empty" if "open=true" in state else row["boundingBox"],
        "transparent": row["transparent"],
        "material": row["material"],
        "light": row["emitLight"],
        "tools": [names[int(i)] for i in row.get("harvestTools", {})],
        "drops": [name] if name.endswith("_bed") else [names[i] for i in row["drops"]],
    }


def ingredients(recipe: dict[str, Any], names: dict[int, str]) -> tuple[Counter[str], bool]:
    """Returns what a recipe takes, and whether it fits the 2x2 grid of the inventory."""
    if "ingredients" in recipe:
        cells = [names[i] for i in recipe["ingredients"]]
        return Counter(cells), len(cells) <= 4
    shape = recipe["inShape"]
    cells = [names[i] for row in shape for i in row if i is not None]
    return Counter(cells), len(shape) <= 2 and max(len(row) for row in shape) <= 2


def merge(variants: list[dict[str, Any]], tags: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Replaces variants that differ only by a tag's member by one row that names the tag."""
    for tag, members in tags.items():
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


def closure(
    folder: Path,
    names: dict[int, str],
    known: set[str],
    skip: tuple[str, ...] = SKIP,
    tags: dict[str, list[str]] = TAGS,
) -> tuple[set[str], list[dict[str, Any]]]:
    """Returns every item that can be obtained, and the recipes that make them (variants merged)."""
    known = set(known)
    table = load(folder, "recipes")
    kept: dict[str, list[dict[str, Any]]] = {}
    grew = True
    while grew:
        grew = False
        for key, variants in table.items():
            item = names[int(key)]
            if any(part in item for part in skip):
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
    merged = [row for variants in kept.values() for row in merge(variants, tags)]
    return known, sorted(merged, key=lambda row: (row["table"], row["item"], json.dumps(row["takes"])))


def mixed(rows: list[dict[str, Any]], logs: list[str]) -> list[dict[str, Any]]:
    """Returns a row that takes any mix of logs for each recipe that has a row for every log."""
    found: dict[str, tuple[dict[str, Any], set[str]]] = {}
    for row in rows:
        taken = [item for item in row["takes"] if item in logs]
        if len(taken) == 1:
            general = {**row, "takes": _tagged(row["takes"], "logs", logs)}
            found.setdefault(json.dumps(general, sort_keys=True), (general, set()))[1].add(taken[0])
    return [row for row, some in found.values() if some == set(logs)]


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
    """Returns what blocks, creatures, furnaces and hands give; `key`: which lists of our own tables."""
    found = {item for row in block_rows for item in (*row["drops"], row["name"]) if "[" not in item}
    for name in ("drops", "mobs", "smelting"):
        found |= set(yaml.safe_load((OUT / f"{name}.yaml").read_text(encoding="utf-8")).get(key, ()))
    return found - {"water", "lava", "bedrock", "farmland", "carrots", "potatoes"}


def main(folder: Path) -> None:
    """Writes the three files."""
    names = {row["id"]: row["name"] for row in load(folder, "items")}
    first, more, over = blocks(folder, names)
    materials = load(folder, "materials")
    used = {row["material"] for row in first + more + over}
    speeds = {m: {names[int(i)]: s for i, s in materials[m].items()} for m in sorted(used & set(materials))}
    write("blocks", {"speeds": speeds, "blocks": first + more + over})
    skip = tuple(part for part in SKIP if part != "_bed")
    keep, recipes = closure(folder, names, obtainable(first, "items"))
    wide, rows2 = closure(folder, names, keep | obtainable(more, "more"), skip)
    whole, rows3 = closure(folder, names, wide | obtainable(over, "overworld"), skip, ALL_TAGS)
    added: list[dict[str, Any]] = []
    for row in [*rows2, *mixed(rows2, LOGS), *rows3, *mixed(rows3, ALL_LOGS)]:
        if row not in recipes + added:
            added.append(row)
    write("recipes", {"tags": {**ALL_TAGS, "logs": ALL_LOGS}, "recipes": recipes, "more": added})
    kept: list[dict[str, Any]] = []
    for names_of in (keep | {"air"}, wide, whole):
        kept += [row for row in items(folder, names_of) if row not in kept]
    write("items", {"items": kept})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
