"""Programs that are run by hand, with ``python -m scripts.x``."""
