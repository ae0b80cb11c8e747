"""Devices: small interfaces, the drivers that need no hardware, and the threads that serve them.

A device knows neither what a pulse is nor what a tongue is: simulated waves and rendered frames are handed in
as callables by whoever brings the rooms together.
"""
