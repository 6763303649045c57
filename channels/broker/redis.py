"""The broker on Redis: history and publish in one Lua step, Pub/Sub for live delivery."""

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import structlog
from redis.asyncio import Redis

from channels.broker import (
    Audience,
    BrokerUnavailable,
    Crowd,
    Entry,
    History,
    Member,
    Position,
    Publication,
    Signalled,
    Tally,
)
from channels.broker.heartbeat import Heartbeat
from channels.broker.lines import Lines, lines_to, verbs_of
from channels.broker.message import NotUnderstood, ephemeral, hand_over
from channels.broker.names import Names, partition
from channels.broker.outage import reachable
from channels.broker.presence import Presence
from channels.broker.scripts import Argument, Batch, Script, ask

__all__ = ["BrokerUnavailable", "RedisBroker"]

META_TTL_SECONDS: Final = 30 * 24 * 3600
KEY_TTL_SECONDS: Final = 300
FRESH_MS: Final = 10_000
SAY_EVERY_MS: Final = 1_000
BEAT_SECONDS: Final = 2.0
BEAT_TIMEOUT_SECONDS: Final = 3.0
PRESENCE_SECONDS: Final = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RedisBroker:
    """One process's view of the channels; ``redis`` must answer in bytes, and may be a cluster.

    For a channel ``c`` of partition ``p`` (names.py), ``<prefix>:{p}:meta:c`` is a hash, epoch and
    top that outlives the stream ``<prefix>:{p}:stream:c`` (ids ``<offset>-0``), a key
    ``<prefix>:{p}:once:c:<key>`` remembers a publication's key, and ``<prefix>:{p}:on:c`` is the
    Pub/Sub channel (message.py). The same code runs on real servers and on fakeredis.
    """

    redis: Redis
    prefix: str = "uhok"
    node: str = field(default_factory=lambda: uuid4().hex)
    chance: random.Random = field(default_factory=random.SystemRandom)
    beat_seconds: float = BEAT_SECONDS
    beat_timeout_seconds: float = BEAT_TIMEOUT_SECONDS
    presence_seconds: float = PRESENCE_SECONDS
    _names: Names = field(init=False)
    _lines: Lines = field(init=False)
    _heart: Heartbeat = field(init=False)
    _presence: Presence = field(init=False)
    _publish_verb: str = field(init=False)
    _audience: Audience | None = field(default=None, init=False)
    _channels: dict[bytes, str] = field(default_factory=dict, init=False)
    _signals: dict[bytes, list[Signalled]] = field(default_factory=dict, init=False)
    _scripts: dict[str, Script] = field(init=False)

    def __post_init__(self) -> None:
        self._names = Names(self.prefix)
        self._publish_verb = verbs_of(self.redis).publish
        self._lines = lines_to(self.redis, self._heard, self.chance)
        shared: dict[str, Any] = {
            "redis": self.redis,
            "names": self._names,
            "publish_verb": self._publish_verb,
        }
        self._presence = Presence(ttl_seconds=self.presence_seconds, **shared)
        self._heart = Heartbeat(
            lines=self._lines,
            node=self.node,
            seconds=self.beat_seconds,
            timeout_seconds=self.beat_timeout_seconds,
            **shared,
        )
        self._scripts = {
            name: Script(self.redis, name) for name in ("publish", "history", "tally", "total")
        }

    @property
    def healthy(self) -> bool:
        """Tell whether a message published here was recently heard here, over every connection."""
        return self._lines.connected and self._heart.beating

    @property
    def round_trip_seconds(self) -> float:
        """Return what the last heartbeat took through Redis and back."""
        return self._heart.took_seconds

    async def run(self, audience: Audience) -> None:
        """Deliver live messages and signals until cancelled, through any outage."""
        self._audience = audience
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._lines.run(audience.resumed))
            tasks.create_task(self._heart.watch())

    async def ping(self) -> None:
        """Ask the server for a sign of life. Raises BrokerUnavailable."""
        async with reachable():
            await self.redis.exists(self._names.beat(self.node, 0))

    async def publish(self, entry: Entry) -> Position | None:
        """Publish one message; an ephemeral one has no position. Raises BrokerUnavailable."""
        return (await self.publish_many([entry]))[0]

    async def publish_many(self, entries: Sequence[Entry]) -> list[Position | None]:
        """Publish in this order, in one round trip. Raises BrokerUnavailable.

        When it raises, some of the entries may have been published, of each channel's a beginning;
        their keys make it safe to publish all of them again.
        """
        if not entries:
            return []
        batch = Batch()
        for entry in entries:
            self._add_publication(batch, entry)
        async with reachable():
            replies = await batch.send(self.redis)
        return [
            None if entry.history is None else Position(reply[0].decode(), reply[1])
            for entry, reply in zip(entries, replies, strict=True)
        ]

    async def history(
        self, channel: str, *, since: int | None = None, limit: int = 0, reverse: bool = False
    ) -> History:
        """Read a piece of history and the top, atomically. Raises BrokerUnavailable."""
        keys = [self._names.key("meta", channel), self._names.key("stream", channel)]
        wish: list[Argument] = ["" if since is None else since, limit, int(reverse)]
        async with reachable():
            reply = await self._scripts["history"](
                keys, [self._new_epoch(), META_TTL_SECONDS, *wish]
            )
        epoch, top, found = reply
        pieces = zip(found[::3], found[1::3], found[2::3], strict=True)
        return History(
            Position(epoch.decode(), top), tuple(Publication(*piece) for piece in pieces)
        )

    async def positions(self, channels: Iterable[str]) -> Mapping[str, Position]:
        """Return each channel's newest position in one round trip. Raises BrokerUnavailable.

        A channel whose history was lost has the position ("", 0), which is nobody's.
        """
        names, batch = list(channels), Batch()
        for name in names:
            batch.add("HMGET", self._names.key("meta", name), "epoch", "top")
        async with reachable():
            replies = await batch.send(self.redis)
        return {
            name: Position((epoch or b"").decode(), int(top or 0))
            for name, (epoch, top) in zip(names, replies, strict=True)
        }

    async def subscribe(self, channel: str) -> None:
        """Hear the channel from the moment this returns. Raises BrokerUnavailable."""
        line = self._names.line("on", channel)
        self._channels[line] = channel
        async with reachable(), asyncio.timeout(self.beat_timeout_seconds):
            await self._lines.subscribe(line)

    def unsubscribe(self, channel: str) -> None:
        """Stop hearing the channel soon."""
        line = self._names.line("on", channel)
        self._channels.pop(line, None)
        self._lines.unsubscribe(line)

    async def round_trip(self) -> None:
        """Return once everything published before has been delivered. Raises BrokerUnavailable."""
        await self._heart.round_trip()

    async def signal(self, name: str, data: bytes = b"") -> int:
        """Tell every process that hears this name. Raises BrokerUnavailable."""
        line = self._names.key("signal", name)
        async with reachable():
            return int(await ask(self.redis, self._publish_verb, line, data))

    def hear(self, name: str, handler: Signalled) -> None:
        """Call the handler on each signal of this name. To be called before the broker runs."""
        line = self._names.line("signal", name)
        self._signals.setdefault(line, []).append(handler)
        self._lines.want(line)

    async def tally(self, name: str, count: int) -> Tally:
        """Report this node's count and return the sum. Raises BrokerUnavailable."""
        keys = [self._names.key("tally", name)]
        async with reachable():
            total, news, settled = await self._scripts["tally"](
                keys, [self.node, count, FRESH_MS, SAY_EVERY_MS]
            )
        return Tally(total, news=bool(news), settled=bool(settled))

    async def total(self, name: str) -> int:
        """Return the sum of the nodes' fresh counts. Raises BrokerUnavailable."""
        async with reachable():
            return int(await self._scripts["total"]([self._names.key("tally", name)], [FRESH_MS]))

    async def enter(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client in until it leaves or is not renewed. Raises BrokerUnavailable."""
        await self._presence.enter(channel, member, announce=announce)

    async def leave(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client out. Raises BrokerUnavailable."""
        await self._presence.leave(channel, member, announce=announce)

    async def renew(self, members: Sequence[tuple[str, Member]]) -> None:
        """Keep these counted in, in one round trip. Raises BrokerUnavailable."""
        await self._presence.renew(members)

    async def present(self, channel: str) -> Sequence[Member]:
        """Return who listens, on all nodes. Raises BrokerUnavailable."""
        return await self._presence.present(channel)

    async def crowd(self, channel: str) -> Crowd:
        """Return how many listen, on all nodes. Raises BrokerUnavailable."""
        return await self._presence.crowd(channel)

    def _heard(self, line: bytes, payload: bytes) -> None:
        assert self._audience is not None
        try:
            if channel := self._channels.get(line):
                hand_over(payload, channel, self._audience)
            elif line in self._signals:
                for handler in self._signals[line]:
                    handler(payload)
            else:  # a beat; or the last words of a channel that was left
                self._heart.heard(payload)
        except NotUnderstood as error:  # a stranger on our channels
            log.warning("message not understood", channel=repr(line), message=str(error))
        except Exception:  # one listener's bug must not deafen everybody
            log.exception("message not delivered", channel=repr(line))

    def _add_publication(self, batch: Batch, entry: Entry) -> None:
        on = self._names.key("on", entry.channel)
        if entry.history is None:
            batch.add(self._publish_verb, on, ephemeral(entry.data, entry.info))
            return
        keys = [self._names.key(kind, entry.channel) for kind in ("meta", "stream")]
        if entry.key is not None:
            keys.append(f"{self._names.key('once', entry.channel)}:{entry.key}")
        size, ttl = entry.history.size, entry.history.ttl_seconds
        meta_ttl = max(META_TTL_SECONDS, ttl)
        arguments: list[Argument] = [self._publish_verb, on, entry.data, entry.info]
        arguments += [size, ttl, meta_ttl, self._new_epoch(), KEY_TTL_SECONDS]
        batch.call(self._scripts["publish"], keys, arguments, place=partition(entry.channel))

    def _new_epoch(self) -> str:
        return f"{self.chance.getrandbits(48):012x}"  # clients reserve "_" to mean "none"
