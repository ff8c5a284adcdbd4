"""Skill primitives: controllers that carry out one action through simulator ticks."""

from pathlib import Path

from peam.kernels import drop_stale

drop_stale(Path(__file__).parent)
