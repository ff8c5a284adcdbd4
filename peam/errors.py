"""Errors that a user can cause, and the nearest-name hint that goes with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PeamError(Exception):
    """A user's mistake or broken input: the CLI prints the message and exits with code 2."""


class ConfigError(PeamError):
    """A configuration key or value that does not exist or does not fit."""


class StoreError(PeamError):
    """An experience store that is truncated, edited, or of another format."""


class AdapterError(PeamError):
    """An adapter that is missing, corrupted, or made for another base."""


class SimError(PeamError):
    """A malformed action, snapshot or task for a simulator."""


class PlannerError(PeamError):
    """A slow tier that does not answer: an endpoint that refuses or stays away, a model that cannot chat."""


class BudgetError(PeamError):
    """The slow tier's budget is spent. What has been recorded stays; the run can go on later."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns `` (did you mean 'x'?)`` for the known name closest to `name`, or an empty string.

    Args:
        name: What the user wrote.
        known: The valid names.
    """
    match = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f" (did you mean '{match[0]}'?)" if match else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Returns the one-line message for an unknown name: kind, name, and the nearest valid one."""
    return f"unknown {kind} '{name}'{nearest(name, known)}"
