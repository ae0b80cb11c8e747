"""Pictures to measurements: no Qt, no torch outside `training`, no words for people."""
