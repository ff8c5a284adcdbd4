"""`peam skills list | show | history | rollback | verify`: the adapters of a run, for people and programs.

Reads the registry and the store; changes nothing but HEAD, and that on `rollback` alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from peam.errors import PeamError, StoreError, unknown
from peam.fast.roster import covered
from peam.memory.records import Consolidation, Experience
from peam.memory.registry import MANIFEST, AdapterRegistry, Version
from peam.memory.store import Store

VERBS = ("list", "show", "history", "rollback", "verify")
Row = dict[str, Any]


def skills(verb: str, run: Path, category: str | None, version: str | None, as_json: bool) -> int:
    """Carries out one of the five.

    Args:
        verb: Which.
        run: The run folder.
        category: Needed by show, history and rollback.
        version: Of rollback and show; by default the one before the serving one, and the serving one.
        as_json: For programs.

    Returns:
        0; 1 where `verify` found something wrong.

    Raises:
        PeamError: Unknown verb, run, category or version.
    """
    if verb not in VERBS:
        raise PeamError(unknown("skills command", verb, VERBS))
    if not (run / "config.yaml").is_file():
        raise PeamError(f"{run} is not a run folder: it has no config.yaml")
    registry = AdapterRegistry(run / "adapters")
    if verb == "verify":
        return _verify(run, registry, as_json)
    if verb == "list":
        rows = [row for name in registry.categories() for row in _rows(run, registry, name) if row["serving"]]
        _print(rows, "adapters that serve", as_json)
        return 0
    if category is None:
        raise PeamError(f"'peam skills {verb}' needs a category; this run has: {_known(registry)}")
    if verb == "rollback":
        return _rollback(registry, category, version, as_json)
    if not registry.versions(category):
        raise PeamError(
            f"{unknown('category', category, registry.categories())}; this run has: {_known(registry)}"
        )
    if verb == "history":
        _print(_rows(run, registry, category), f"versions of {category}", as_json)
    else:
        _show(run, registry, category, version, as_json)
    return 0


def _known(registry: AdapterRegistry) -> str:
    return ", ".join(registry.categories()) or "no adapters yet"


def _rows(run: Path, registry: AdapterRegistry, category: str) -> list[Row]:
    with Store.open(run / "store.db", readonly=True) as store:
        done = {c.version: c for c in store.consolidations(category)}
        scored = {e.pair: e for e in store.experience(covered(category))}
        return [
            _row(registry, known, done.get(known.version), scored, store.acted(category, known.version))
            for known in registry.history(category)
        ]


def _row(
    registry: AdapterRegistry,
    known: Version,
    done: Consolidation | None,
    scored: Mapping[str, Experience],
    acted: Sequence[bool],
) -> Row:
    pairs = done.pairs if done else ()
    worth = [e.score.worthiness for p in pairs if (e := scored.get(p)) and e.score]
    sealed = (registry.root / known.category / known.version / MANIFEST).stat().st_mtime
    return {
        "category": known.category,
        "version": known.version,
        "serving": known.serving,
        "parent": str(known.manifest.get("parent") or "base"),
        "when": datetime.fromtimestamp(sealed).isoformat(" ", "seconds"),
        "after_episode": done.episode if done else None,
        "trained_on": len(pairs),
        "heldout": len(done.heldout) if done else 0,
        "worthiness_mean": round(sum(worth) / len(worth), 4) if worth else None,
        "gate": ("passed" if done.accepted else "rejected") if done else "not recorded",
        "used": len(acted),
        "succeeded": sum(acted),
    }


def _print(rows: Sequence[Row], title: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(list(rows), indent=2))
    elif rows:
        Console().print(_table([_brief(row) for row in rows], title))
    else:
        print("no adapters yet: nothing was consolidated in this run")


def _brief(row: Row) -> Row:
    """Fits a row into a terminal of 80 columns."""
    return {
        "category": row["category"],
        "version": f"{row['version']}{' *' if row['serving'] else ''}",
        "from": row["parent"],
        "when": row["when"][5:16],
        "pairs": row["trained_on"],
        "W": row["worthiness_mean"],
        "gate": row["gate"],
        "use": f"{row['succeeded']}/{row['used']} ok",
    }


def _table(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title)
    for key in rows[0]:
        table.add_column(key.replace("_", " "))
    for row in rows:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    return table


def _show(run: Path, registry: AdapterRegistry, category: str, version: str | None, as_json: bool) -> None:
    rows = {row["version"]: row for row in _rows(run, registry, category)}
    version = version or registry.head(category) or ""
    if version not in rows:
        raise PeamError(f"{category} has no {unknown('version', version, rows)}")
    with Store.open(run / "store.db", readonly=True) as store:
        found = store.experience(covered(category))
        done = next((c for c in store.consolidations(category) if c.version == version), None)
    shown = {
        **rows[version],
        "gate_result": dict(done.gate) if done else {},
        "metrics": dict(done.metrics) if done else {},
        "manifest": dict(registry.manifest(category, version)),
        "experience": [_experience(e, done) for e in found],
    }
    if as_json:
        print(json.dumps(shown, indent=2))
        return
    for key in (*rows[version], "gate_result", "metrics"):
        print(f"{key.replace('_', ' '):<16} {shown[key]}")
    if shown["experience"]:
        Console().print(_table(shown["experience"], f"experience of {category}"))


def _experience(found: Experience, done: Consolidation | None) -> Row:
    row: Row = {"pair": found.pair[:12], "episode": found.episode, "subgoal": found.predicate}
    if found.score is None:
        terms: Row = dict.fromkeys(("W", "C", "S", "N", "A"))
    else:
        s = found.score
        values = (s.worthiness, s.cost_saved, s.stability, s.novelty, s.agreement)
        terms = {name: round(value, 3) for name, value in zip("WCSNA", values, strict=True)}
    return {
        **row,
        **terms,
        "admitted": found.score.admitted if found.score else None,
        "trained": bool(done and found.pair in done.pairs),
        "reason": "quarantined" if found.quarantined else found.score.reason if found.score else "not scored",
    }


def _rollback(registry: AdapterRegistry, category: str, version: str | None, as_json: bool) -> int:
    serving = registry.rollback(category, version)
    if as_json:
        print(json.dumps({"category": category, "serving": serving}))
    else:
        print(f"{category} serves {serving} now")
    return 0


def _verify(run: Path, registry: AdapterRegistry, as_json: bool) -> int:
    checked = AdapterRegistry(registry.root, _base_hash(run))
    problems = [*checked.verify(), *_store_problems(run)]
    versions = sum(len(registry.versions(p.name)) for p in registry.root.glob("*") if p.is_dir())
    if as_json:
        print(json.dumps({"ok": not problems, "versions": versions, "problems": problems}, indent=2))
    else:
        print(
            "\n".join(problems)
            or f"all hashes match: {versions} adapter versions, the base, every row of the store"
        )
    return int(bool(problems))


def _base_hash(run: Path) -> str:
    from peam.config import load_config
    from peam.fast.checkpoints import base_dir, hash_base

    return hash_base(base_dir(load_config([run / "config.yaml"]).fast.base))


def _store_problems(run: Path) -> list[str]:
    try:
        with Store.open(run / "store.db") as store:
            broken = store.verify()
    except StoreError as error:
        return [str(error)]
    return [] if broken is None else [f"{run / 'store.db'}: {broken}"]
