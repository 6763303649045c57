"""Who listens to a channel, on all nodes: kept in Redis, and forgotten unless renewed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from redis.asyncio import Redis

from channels.broker import Crowd, Member
from channels.broker.message import JOINED, LEFT
from channels.broker.names import Names, partition
from channels.broker.outage import reachable
from channels.broker.scripts import Argument, Batch, Script

RENEWED_AT_ONCE: Final = 200


@dataclass(slots=True, kw_only=True)
class Presence:
    """``<prefix>:{p}:here:c`` says who, ``until:c`` how long, ``users:c`` as how many users."""

    redis: Redis
    names: Names
    publish_verb: str
    ttl_seconds: float
    _scripts: dict[str, Script] = field(init=False)

    def __post_init__(self) -> None:
        self._scripts = {
            name: Script(self.redis, name, leaning_on=("presence",))
            for name in ("enter", "leave", "present", "crowd")
        }

    async def enter(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client in. Raises BrokerUnavailable."""
        message = JOINED + member.info if announce else b""
        async with reachable():
            await self._scripts["enter"](
                self._keys(channel), self._entering(channel, message, [member])
            )

    async def leave(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client out. Raises BrokerUnavailable."""
        message = LEFT + member.info if announce else b""
        on = self.names.key("on", channel)
        async with reachable():
            await self._scripts["leave"](
                self._keys(channel), [member.client, self.publish_verb, on, message]
            )

    async def renew(self, members: Sequence[tuple[str, Member]]) -> None:
        """Keep these counted in, in one round trip. Raises BrokerUnavailable."""
        batch = Batch()
        ordered = sorted(members, key=lambda each: each[0])
        for channel, group in groupby(ordered, key=lambda each: each[0]):
            everybody = [member for _, member in group]
            for start in range(0, len(everybody), RENEWED_AT_ONCE):
                some = everybody[start : start + RENEWED_AT_ONCE]
                arguments = self._entering(channel, b"", some)
                batch.call(
                    self._scripts["enter"],
                    self._keys(channel),
                    arguments,
                    place=partition(channel),
                )
        if batch:
            async with reachable():
                await batch.send(self.redis)

    async def present(self, channel: str) -> list[Member]:
        """Return who listens. Raises BrokerUnavailable."""
        async with reachable():
            found = await self._scripts["present"](self._keys(channel), [])
        return [_member(*pair) for pair in zip(found[::2], found[1::2], strict=True)]

    async def crowd(self, channel: str) -> Crowd:
        """Return how many listen. Raises BrokerUnavailable."""
        async with reachable():
            clients, users = await self._scripts["crowd"](self._keys(channel), [])
        return Crowd(clients, users)

    def _entering(self, channel: str, message: bytes, members: Sequence[Member]) -> list[Argument]:
        ttl_ms, on = int(self.ttl_seconds * 1000), self.names.key("on", channel)
        each = ((member.client, member.user, member.info) for member in members)
        return [ttl_ms, self.publish_verb, on, message, *(part for parts in each for part in parts)]

    def _keys(self, channel: str) -> list[str]:
        return [self.names.key(kind, channel) for kind in ("here", "until", "users")]


def _member(client: bytes, kept: bytes) -> Member:
    user, info = kept.split(b"\n", 1)
    return Member(client.decode(), user.decode(), info)
