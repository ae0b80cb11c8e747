"""Colour: conversions and differences, by published formulas."""
