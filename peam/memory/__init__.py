"""Memory: store, pairs, worthiness, trigger, consolidation, adapter registry."""
