"""The voice: read a recording, and measure what a microphone without calibration allows."""
