"""A believable shop to try everything on: its data, its loader and its payment provider."""
