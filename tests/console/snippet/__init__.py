"""The snippet builder, driven by keys and read as a person reads it."""
