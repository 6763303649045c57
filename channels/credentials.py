"""Who is at the other end, and what a token allows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.kernel import UserId


class TokenInvalid(Exception):
    """The token is forged, malformed, revoked or another's; asking with it again is pointless."""


class TokenMismatched(TokenInvalid):
    """The token is good, and somebody else's or another channel's."""


class TokenExpired(Exception):
    """The token was good; a fresh one will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token says of one channel.

    ``info`` is shown to others beside the client (JSON, or empty), ``data`` is told to the
    subscriber (JSON). The rest overrides the topic's rules where it is not None.
    """

    info: bytes = b""
    data: bytes | None = None
    expires_at: datetime | None = None
    presence: bool | None = None
    join_leave: bool | None = None
    everyone_hears_passages: bool | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token says. ``session_id`` names the login that a logout ends.

    ``info`` is what others see of the client besides its user (JSON, or empty); ``subs`` are the
    channels that the server subscribes it to. ``expires_at`` ends the connection.
    """

    user_id: UserId | None = None
    session_id: str | None = None
    expires_at: datetime | None = None
    info: bytes = b""
    subs: Mapping[str, Grant] = field(default_factory=dict)


ANONYMOUS = Credentials()


class Authenticator(Protocol):
    """Reads the tokens clients bring."""

    async def connection(self, token: str) -> Credentials | None:
        """Return whose token it is; None for a stranger without one, if strangers are welcome.

        Raises TokenInvalid, TokenExpired.
        """

    async def ticket(self, ticket: str) -> Credentials:
        """Return whose one-time ticket it is; it is worth nothing from now on.

        Raises TokenInvalid.
        """

    async def subscription(self, token: str, *, channel: str, user_id: UserId | None) -> Grant:
        """Return what the token allows that user on that channel.

        Raises TokenInvalid for a bad one, TokenMismatched for another's, TokenExpired.
        """
