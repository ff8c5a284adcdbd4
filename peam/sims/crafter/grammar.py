"""Crafter's action language, from `data/crafter/actions.yaml`. Knows no world."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from peam.actions import Action, Verb
from peam.errors import nearest


@cache
def grammar() -> dict[str, Verb]:
    """Loads verb -> targets and counts."""
    text = resources.files("peam").joinpath("data/crafter/actions.yaml").read_text(encoding="utf-8")
    verbs: dict[str, dict[str, Any]] = yaml.safe_load(text)["verbs"]
    return {
        verb: Verb(tuple(spec.get("targets", ())), tuple(spec.get("counts", ())))
        for verb, spec in verbs.items()
    }


def check(action: Action) -> str:
    """Returns why an action is not of the language, "" where it is."""
    spec = grammar().get(action.verb)
    if spec is None:
        return f"no verb '{action.verb}'{nearest(action.verb, grammar())}"
    if action.target not in (spec.targets or ("",)):
        return f"{action.verb} knows no '{action.target}'{nearest(action.target, spec.targets)}"
    if action.count not in (spec.counts or (None,)):
        return f"{action.verb} takes a count of {list(spec.counts) or 'none'}"
    return ""


def nearest_count(verb: str, count: int) -> int:
    """Returns the smallest listed count >= `count`, or the largest listed one."""
    counts = grammar()[verb].counts
    return next((listed for listed in counts if listed >= count), counts[-1])
