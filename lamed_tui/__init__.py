"""Operator console for a self-hosted A/B-testing backend: configure, deploy, watch."""

__version__ = "1.0.0"
