"""Signals: the pulse wave and the voice."""
