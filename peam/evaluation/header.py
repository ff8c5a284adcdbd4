"""A report's first and last sections: what was evaluated, by which command, under which settings.

Tells only what `results.jsonl` and `inputs.json` have; what they do not have is said to be not recorded.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from peam import __version__
from peam.evaluation.compare import Entry
from peam.evaluation.document import Block, Cell, Folded, Section, Table, Text
from peam.evaluation.folders import Folder

_UNKNOWN = "not recorded"


def header(folders: Sequence[Folder], arms: Mapping[str, Sequence[Entry]]) -> Section:
    """Tells suite, tasks, seeds, trials, memory, versions and commands."""
    trials = [p.trial for played in arms.values() for p in played]
    tasks = list(dict.fromkeys(t.task for t in trials))
    seeds = sorted({t.seed for t in trials})
    facts = [
        ("suite", folders[0].suite or _UNKNOWN),
        ("arms", ", ".join(arms)),
        ("tasks", f"{len(tasks)}: {', '.join(tasks)}"),
        ("seeds", ", ".join(map(str, seeds))),
        ("trials", f"{len(trials)} in {len(folders)} folder{'s' if len(folders) > 1 else ''}"),
        ("planner", _each(folders, "slow", "planner")),
        ("base of the fast tier", _each(folders, "fast", "base")),
        ("world", _each(folders, "sim", "backend")),
    ]
    facts += [(f"memory of {folder.name}", _memory(folder)) for folder in folders]
    facts += [(f"command of {folder.name}", _command(folder)) for folder in folders]
    facts += [
        (f"versions of {f.name}", _listed(f.inputs["versions"])) for f in folders if "versions" in f.inputs
    ]
    facts.append(("report made by", f"peam {__version__}, from results.jsonl and inputs.json"))
    rows = tuple((Cell(name), Cell(text)) for name, text in facts)
    note = (
        "Commands are put together from inputs.json; settings given by --config and --set stand at the end."
    )
    return Section("What was evaluated", (Table(("", ""), rows, facts=True), Text(note)))


def settings(folders: Sequence[Folder]) -> Section:
    """Shows the configuration of the first folder, and what differs in the others."""
    first = _flat(folders[0].config)
    blocks: list[Block] = []
    rows = []
    for name in dict.fromkeys(key for folder in folders for key in _flat(folder.config)):
        values = [_flat(folder.config).get(name, "-") for folder in folders]
        if len(set(values)) > 1:
            rows.append((Cell(name), *map(Cell, values)))
    if rows:
        blocks.append(Table(("differs between folders", *(f.name for f in folders)), tuple(rows)))
    text = "\n".join(f"{name}: {value}" for name, value in first.items()) or _UNKNOWN
    blocks.append(Folded(f"Configuration of {folders[0].name}", text))
    return Section("Settings", tuple(blocks))


def _each(folders: Sequence[Folder], section: str, name: str) -> str:
    """Returns a setting's value, or the values where folders differ."""
    values = [_flat(folder.config).get(f"{section}.{name}", _UNKNOWN) for folder in folders]
    return ", ".join(dict.fromkeys(values))


def _memory(folder: Folder) -> str:
    if not folder.memories:
        return "none" if "memories" in folder.inputs else _UNKNOWN
    return "; ".join(f"{agent}: {_versions(memory)}" for agent, memory in sorted(folder.memories.items()))


def _versions(memory: Any) -> str:
    parts = memory if isinstance(memory, dict) else {"": memory}
    return ", ".join(f"{part} {str(version)[:18]}" for part, version in sorted(parts.items()))


def _command(folder: Folder) -> str:
    if "suite" not in folder.inputs:
        return _UNKNOWN
    agents = ",".join(dict.fromkeys(t.agent for t in folder.trials))
    seeds = ",".join(map(str, sorted({t.seed for t in folder.trials})))
    words = ["peam", "eval", "--suite", folder.suite, "--agents", agents, "--seeds", seeds]
    for agent in sorted(folder.memories):
        words += ["--memory", f"{agent}={folder.run_of(agent)}"]
    return shlex.join([*words, "--out", folder.name])


def _listed(versions: Any) -> str:
    known = versions if isinstance(versions, dict) else {"": versions}
    return ", ".join(f"{name} {version}".strip() for name, version in sorted(_flat(known).items()))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Returns dotted key -> value as JSON, plain text as it is."""
    flat: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return flat
