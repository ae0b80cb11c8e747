"""Rendered tongues whose truth is known: for the demo, for golden tests, for practice. Never a person."""
