"""Who is at the other end, as far as the channel layer cares."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from domain.kernel import UserId


class TokenInvalid(Exception):
    """The token is forged, malformed or revoked; asking again with it is pointless."""


class TokenExpired(Exception):
    """The token was good; a fresh one will be."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token says. ``session_id`` names the login that a logout ends."""

    user_id: UserId | None = None
    session_id: str | None = None
    expires_at: datetime | None = None


ANONYMOUS = Credentials()

# Returns None for a stranger without a token. Raises TokenInvalid, TokenExpired.
Authenticate = Callable[[str | None], Awaitable[Credentials | None]]
