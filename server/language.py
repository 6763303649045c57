"""What people read, in their language: Korean as it is written, or English (Accept-Language).

``say`` takes the Korean sentence itself, as gettext does; its values stand in braces.
"""

from starlette.requests import Request

from server.state import State


def say(request: Request[State], korean: str, /, **values: object) -> str:
    """Return the sentence in the caller's language, with its values filled in."""
    return korean.format(**values)
