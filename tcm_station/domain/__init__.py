"""What all rooms speak: values, units, findings, visits, errors. No input or output."""
