"""Figures with intervals, on data that the models never saw. One module a task."""

# name on the command line → module
MODULES = {
    "speed": "speed",
    "tongue": "tongue",
    "face": "face",
    "pulse": "pulse",
    "differentiation": "differentiation",
    "reading": "reading",
    "review": "review",
    "store": "store_kill",
}
NAMES = tuple(MODULES)
