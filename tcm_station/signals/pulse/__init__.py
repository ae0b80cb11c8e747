"""The pulse wave: read, clean, find beats, measure, name by stated rules, simulate."""
