"""Practice: virtual patients with a hidden truth, asked by rule, marked by stated rules."""
