"""Agents: one file an agent, one shared interface."""
