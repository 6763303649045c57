"""Pure ASGI, one concern a module."""
