"""Facts that metrics are computed from, as queries over the canonical tables."""
