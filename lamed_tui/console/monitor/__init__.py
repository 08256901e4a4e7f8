"""The monitor: what the counters say, as they rise."""
