"""`peam sim record|replay`: a course of the embedded simulator as a file, and whether it goes that way again.

Knows the files' options only; the format is `peam.sims.voxel.recording`'s.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from peam.errors import PeamError, unknown

VERBS = ("record", "replay")


def sim(args: argparse.Namespace) -> int:
    """Records or replays.

    Returns:
        0; 1 where a replay differs.

    Raises:
        PeamError: A mistake in the arguments or in a file.
    """
    if args.verb not in VERBS:
        raise PeamError(unknown("sim command", args.verb, VERBS))
    return _record(args) if args.verb == "record" else _replay(args.file)


def _record(args: argparse.Namespace) -> int:
    from peam.sims.voxel.recording import Start, random_actions, read_actions, record

    if args.out is None:
        raise PeamError("sim record: needs --out FILE")
    if (args.steps is None) == (args.actions is None):
        raise PeamError("sim record: needs either --steps N or --actions FILE")
    if args.steps is not None and args.steps < 0:
        raise PeamError(f"sim record: --steps {args.steps} is negative")
    start = Start(args.seed, args.difficulty, _options(args.options), args.every, args.world)
    actions = read_actions(args.actions) if args.actions else random_actions(args.seed, args.steps)
    try:
        done = record(start, actions, args.out)
    except OSError as error:
        raise PeamError(f"sim record: {error}") from error
    print(f"recorded  {done.steps} steps  sha256 {done.sha256}  {args.out}")
    return 0


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except ValueError as error:
        raise PeamError(f"sim record: --options is not JSON: {error}") from error
    if not isinstance(options, dict):
        raise PeamError("sim record: --options is no JSON object")
    return options


def _replay(file: Path | None) -> int:
    from peam.sims.voxel.recording import replay

    if file is None:
        raise PeamError("sim replay: needs a FILE")
    done = replay(file)
    if done.first is None:
        print(f"same      {done.steps} steps  sha256 {done.sha256}")
        return 0
    where = f"at step {done.first}" if done.first else "from the start, before the first step"
    print(f"differs   {where} of {done.steps}  sha256 {done.sha256}")
    return 1
