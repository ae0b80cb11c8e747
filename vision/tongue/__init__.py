"""Tongue: find it, judge the picture, measure it."""
