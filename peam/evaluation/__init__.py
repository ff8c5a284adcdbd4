"""Evaluation: suites, runner, statistics, report."""
