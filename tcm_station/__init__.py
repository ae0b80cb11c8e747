"""TCM Station: a workstation for the four diagnoses of traditional Chinese medicine."""

__version__ = "0.1.0"
