"""Benchmarks: one module each, with `run() -> dict` of figures."""
