"""One-time tickets: what an EventSource, which can send no header, shows in its address.

An address ends up in logs and histories, so a ticket is worth nothing after its first use, or
after a minute. Redis keeps its digest and not the ticket; GETDEL lets one of many workers have it.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import orjson
from redis.asyncio import Redis

from channels.broker import BrokerUnavailable
from channels.broker.outage import reachable
from channels.credentials import Credentials
from domain.kernel import Busy, Clock, UserId

LIFETIME: Final = timedelta(seconds=60)


class Ticket(NamedTuple):
    """A ticket and until when it may be used."""

    ticket: str
    expires_at: datetime


class Tickets:
    """Gives tickets out and takes them back."""

    def __init__(
        self,
        redis: Redis,
        *,
        prefix: str,
        clock: Clock,
        draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._redis = redis
        self._prefix = prefix
        self._clock = clock
        self._draw = draw

    async def issue(self, who: Credentials) -> Ticket:
        """Return a ticket for one connection of theirs. Raises kernel.Busy without Redis."""
        ticket, until = self._draw(), self._clock() + LIFETIME
        kept = {
            "user_id": who.user_id,
            "session_id": who.session_id,
            "expires_at": who.expires_at,
            "until": until,
        }
        try:
            async with reachable():
                await self._redis.set(self._key(ticket), orjson.dumps(kept), px=LIFETIME)
        except BrokerUnavailable as error:
            raise Busy from error
        return Ticket(ticket, until)

    async def redeem(self, ticket: str) -> Credentials | None:
        """Return whose ticket it was, None for none; now it is used. Raises kernel.Busy."""
        try:
            async with reachable():
                kept = await self._redis.getdel(self._key(ticket))
        except BrokerUnavailable as error:
            raise Busy from error
        if kept is None:
            return None
        said = orjson.loads(kept)
        if datetime.fromisoformat(said["until"]) <= self._clock():
            return None
        ends = said["expires_at"]
        return Credentials(
            user_id=None if said["user_id"] is None else UserId(said["user_id"]),
            session_id=said["session_id"],
            expires_at=None if ends is None else datetime.fromisoformat(ends),
        )

    def _key(self, ticket: str) -> str:
        digest = hashlib.sha256(ticket.encode(errors="replace")).hexdigest()
        return f"{self._prefix}ticket:{digest}"
