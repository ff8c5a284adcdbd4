"""Simulators: one contract (`base.py`) and its backends."""
