"""Face: found, measured in zones against its own base colour, refused where that would mean nothing."""
