"""Skill primitives: controllers that carry out one action through simulator ticks."""
