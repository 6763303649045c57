"""Recommendation: what goes with what, by the words in its name."""
