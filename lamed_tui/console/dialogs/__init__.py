"""Boxes that lie over any screen of the console: questions, and what is told."""
