"""Who comes to the channel layer: its tokens, our access tokens, and one-time tickets."""

from dataclasses import dataclass

from channels.credentials import Credentials, Grant, TokenExpired, TokenInvalid
from channels.tokens import RealtimeTokens
from domain import kernel, user
from domain.kernel import UserId
from server.auth import Gate
from server.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """The channel layer's Authenticator; strangers are welcome, ended sessions are not.

    Whether a session has ended is asked each time, whatever is remembered of its token. A token
    that names no session, as another backend may sign it, holds until it expires.
    """

    gate: Gate
    tokens: RealtimeTokens
    tickets: Tickets

    async def connection(self, token: str) -> Credentials | None:
        """Return whose connection token or access token it is, None without one.

        Raises TokenInvalid, TokenExpired.
        """
        if not token:
            return None
        try:
            said = await self.tokens.read_connection(token, now=self.gate.clock())
        except TokenInvalid:
            return await self._signed_in(token)
        return await self._going_on(said)

    async def ticket(self, ticket: str) -> Credentials:
        """Return whose ticket it is, which is used now. Raises TokenInvalid, kernel.Busy."""
        said = await self.tickets.redeem(ticket)
        if said is None:
            raise TokenInvalid
        return await self._going_on(said)

    async def subscription(self, token: str, *, channel: str, user_id: UserId | None) -> Grant:
        """Return what the token says of the channel.

        Raises TokenInvalid, TokenMismatched, TokenExpired.
        """
        return await self.tokens.read_subscription(
            token, channel=channel, user_id=user_id, now=self.gate.clock()
        )

    async def _signed_in(self, token: str) -> Credentials:
        try:
            caller = await self.gate.identify(token)
        except user.TokenExpired as error:
            raise TokenExpired from error
        except kernel.Unauthenticated as error:
            raise TokenInvalid from error
        return Credentials(
            user_id=caller.user_id, session_id=caller.session_id, expires_at=caller.expires_at
        )

    async def _going_on(self, said: Credentials) -> Credentials:
        if said.session_id is not None and await self.gate.denied.contains(said.session_id):
            raise TokenInvalid
        return said
