"""Live streams: who may listen to a channel, what they see first, and what follows."""
