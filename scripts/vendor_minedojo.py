"""Regenerates peam/data/minedojo/{constants,tasks,spaces}.json from the installed package minedojo 0.1 (MIT).

Use, after `make minedojo` made that environment:
    .venv-minedojo/bin/python scripts/vendor_minedojo.py [FOLDER]
It imports nothing of PEAM. Guidance texts and creative tasks are left out.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

logging.disable(logging.CRITICAL)

import minedojo  # noqa: E402  (its import logs)
from minedojo import tasks  # noqa: E402
from minedojo.sim.mc_meta import mc  # noqa: E402
from omegaconf import OmegaConf  # noqa: E402

OUT = Path(__file__).resolve().parent.parent / "peam" / "data" / "minedojo"
HEADER = {
    "source": "minedojo 0.1 (PyPI), github.com/MineDojo/MineDojo; facts of Minecraft Java 1.11.2",
    "licence": "MIT, Copyright (c) 2022 MineDojo Team",
    "regenerate": ".venv-minedojo/bin/python scripts/vendor_minedojo.py",
}
FLAGS = ("needsNoTool", "blocksMovement", "isLiquid", "canBurn")  # of the block's material
IMAGE = (160, 256)
KINDS = ("harvest", "combat", "techtree", "survival")


def write(folder: Path, name: str, content: dict[str, Any]) -> None:
    """Writes a data file with its header; lists and dictionaries of the second level get a line each."""
    lines = []
    for key, value in {**HEADER, **content}.items():
        if isinstance(value, dict) and value:
            inner = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f" {json.dumps(key)}: {{\n{inner}\n }}")
        elif isinstance(value, list) and value and isinstance(value[0], (list, dict)):
            inner = ",\n".join(f"  {json.dumps(row)}" for row in value)
            lines.append(f" {json.dumps(key)}: [\n{inner}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    (folder / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def items() -> dict[str, Any]:
    """Item -> where it is worn, whether it is a block, and for blocks the flags of the material."""
    out = {}
    for row in sorted(mc.all_data["items"], key=lambda row: row["type"]):
        entry: dict[str, Any] = {"slot": row["bestEquipmentSlot"], "block": row["block"]}
        if row["block"]:
            entry["material"] = [bool(row[flag]) for flag in FLAGS]
            entry["light"] = not row["translucent"]
        out[row["type"]] = entry
    return out


def crafts() -> list[dict[str, Any]]:
    """The 244 craft arguments in their order, with the recipe that the mask looks at: the first."""
    hand, table = mc.ALL_HAND_CRAFT_ITEMS_NN_ACTIONS, mc.ALL_TABLE_CRAFT_ONLY_ITEMS_NN_ACTIONS
    out = []
    for index, name in enumerate(mc.ALL_CRAFT_SMELT_ITEMS):
        smelt = index >= len(hand) + len(table)
        recipes = mc.SMELTING_RECIPES_BY_OUTPUT if smelt else mc.CRAFTING_RECIPES_BY_OUTPUT
        station = "furnace" if smelt else "table" if index >= len(hand) else ""
        out.append({"name": name, "station": station, "takes": recipes[name][0]["ingredients"]})
    return out


def stats() -> dict[str, Any]:
    """The tree of statistics: a group's names, once for each list of names."""
    out: dict[str, Any] = {}
    for keys in mc.ALL_STAT_KEYS:
        out.setdefault("/".join(keys[:-1]), []).append(keys[-1])
    return out


def observation(space: Any, prefix: str = "") -> list[dict[str, Any]]:
    """Every leaf of an observation space as a row."""
    rows = []
    for key, child in space.spaces.items():
        path = f"{prefix}{key}"
        if hasattr(child, "spaces"):
            rows += observation(child, f"{path}/")
            continue
        row = {"key": path, "kind": type(child).__name__, "shape": list(child.shape)}
        row["dtype"] = "str" if row["kind"] == "Text" else str(child.dtype)
        if row["kind"] == "Box":
            ends = (float(child.low.min()), float(child.high.max()))
            row["low"], row["high"] = (end if abs(end) < 1e30 else None for end in ends)
        elif row["kind"] == "Discrete":
            row["low"], row["high"] = 0.0, float(child.n - 1)
        elif row["kind"] == "MultiDiscrete":
            row["low"], row["high"] = 0.0, float(child.nvec.max() - 1)
        rows.append(row)
    return rows


def specs() -> dict[str, Any]:
    """The templates of the programmatic tasks."""
    raw = OmegaConf.to_container(OmegaConf.load(tasks._resource_file_path("tasks_specs.yaml")))
    return {name: spec for name, spec in raw.items() if spec["__cls__"] in KINDS}


def main() -> None:
    """Writes the three files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    folder.mkdir(parents=True, exist_ok=True)
    content = {"items": items(), "crafts": crafts(), "stats": stats(), "biomes": mc.BIOMES_MAP}
    passed = sorted(row["name"] for row in mc.all_data["blocks"] if not row["isCollidable"])
    write(folder, "constants", content | {"uncollidable": passed})
    ids = [name for name in tasks.ALL_TASKS_SPECS if name != "playthrough"]
    assert sorted(ids) == sorted(tasks.P_TASKS_PROMPTS_GUIDANCE), "the templates no longer give the task ids"
    write(folder, "tasks", {"variables": tasks._ALL_VARS, "specs": specs(), "ids": len(ids)})
    env = minedojo.make(
        "open-ended", image_size=IMAGE, use_voxel=True, use_lidar=True, lidar_rays=[(0.0, 0.0, 10.0)]
    )
    content = {
        "image_size": list(IMAGE),
        "observation": observation(env.observation_space),
        "nvec": env.action_space.nvec.tolist(),
        "noop": env.action_space.no_op().tolist(),
    }
    write(folder, "spaces", content)


if __name__ == "__main__":
    main()
