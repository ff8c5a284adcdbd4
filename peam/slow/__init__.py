"""The slow tier: deliberative planners."""
