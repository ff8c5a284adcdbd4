"""`peam report`: one page and one Markdown file from folders of results."""

from __future__ import annotations

import argparse
from pathlib import Path

from peam.errors import PeamError
from peam.evaluation.report import write_report


def report(args: argparse.Namespace) -> int:
    """Writes the report that `args` asks for.

    Returns:
        0.

    Raises:
        PeamError: What cannot be read or does not fit together.
    """
    arms = args.arms.split(",") if args.arms else []
    if len(set(arms)) < len(arms):
        raise PeamError(f"an arm is named twice in '{args.arms}'")
    out: Path = args.out or args.folders[-1 if args.stages else 0] / "report.html"
    page, text = write_report(args.folders, out, arms, args.stages)
    print(f"written: {page}, {text}")
    return 0
