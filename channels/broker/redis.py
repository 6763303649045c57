"""The broker on Redis: history and publish in one Lua step, Pub/Sub for live delivery."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from channels.broker import (
    Audience,
    BrokerUnavailable,
    Entry,
    History,
    Position,
    Publication,
    Signalled,
    Tally,
)
from channels.broker.pubsub import PubSubLine, cancellations, heed_cancellation

META_TTL_SECONDS: Final = 30 * 24 * 3600
KEY_TTL_SECONDS: Final = 300
FRESH_MS: Final = 10_000
SAY_EVERY_MS: Final = 1_000
BEAT_SECONDS: Final = 2.0
BEAT_TIMEOUT_SECONDS: Final = 3.0
LUA: Final = Path(__file__).parent / "lua"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RedisBroker:
    """One process's view of the channels; ``redis`` must answer in bytes.

    For a channel ``c``, ``<prefix>:meta:c`` is a hash {epoch, top} that outlives the stream
    ``<prefix>:stream:c`` (ids ``<offset>-0``), ``<prefix>:once:c:<key>`` remembers a publication's
    key, and ``<prefix>:on:c`` is the Pub/Sub channel; its messages are ``offset SP epoch SP data``.
    The same code runs on a real server and on fakeredis.
    """

    redis: Redis
    prefix: str = "uhok"
    node: str = field(default_factory=lambda: uuid4().hex)
    chance: random.Random = field(default_factory=random.SystemRandom)
    beat_seconds: float = BEAT_SECONDS
    beat_timeout_seconds: float = BEAT_TIMEOUT_SECONDS
    _line: PubSubLine = field(init=False)
    _audience: Audience | None = field(default=None, init=False)
    _signals: dict[str, list[Signalled]] = field(default_factory=dict, init=False)
    _beats: dict[bytes, asyncio.Future[None]] = field(default_factory=dict, init=False)
    _beat_count: int = field(default=0, init=False)
    _beating: bool = field(default=False, init=False)
    _scripts: dict[str, AsyncScript] = field(init=False)

    def __post_init__(self) -> None:
        self._line = PubSubLine(self.redis.connection_pool, self._heard, self.chance)
        self._scripts = {
            name: self.redis.register_script((LUA / f"{name}.lua").read_text())
            for name in ("publish", "history", "tally", "total")
        }

    @property
    def healthy(self) -> bool:
        """Tell whether a message published here was recently heard here."""
        return self._line.connected and self._beating

    async def run(self, audience: Audience) -> None:
        """Deliver live messages and signals until cancelled, through any outage."""
        self._audience = audience
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._line.run(audience.resumed))
            tasks.create_task(self._watch())

    async def ping(self) -> None:
        """Ask the server for a sign of life. Raises BrokerUnavailable."""
        async with _reachable():
            await self.redis.echo("ping")

    async def publish(self, entry: Entry) -> Position | None:
        """Publish one message; an ephemeral one has no position. Raises BrokerUnavailable."""
        return (await self.publish_many([entry]))[0]

    async def publish_many(self, entries: Sequence[Entry]) -> list[Position | None]:
        """Publish in this order, in one round trip. Raises BrokerUnavailable.

        When it raises, a beginning of the entries may have been published; their keys make it
        safe to publish all of them again.
        """
        if not entries:
            return []
        script, known = self._scripts["publish"], False
        async with _reachable(), self.redis.pipeline(transaction=False) as pipeline:
            for entry in entries:
                if entry.history is None:
                    pipeline.publish(self._on(entry.channel), b"0  " + entry.data)
                    continue
                keys, arguments = self._publish_arguments(entry)
                # The first one carries the source, so a server that has just started knows it.
                verb, body = ("EVALSHA", script.sha) if known else ("EVAL", script.script)
                pipeline.execute_command(verb, body, len(keys), *keys, *arguments)
                known = True
            replies = await pipeline.execute()
        return [
            None if entry.history is None else Position(reply[0].decode(), reply[1])
            for entry, reply in zip(entries, replies, strict=True)
        ]

    async def history(
        self, channel: str, *, since: int | None = None, limit: int = 0, reverse: bool = False
    ) -> History:
        """Read a piece of history and the top, atomically. Raises BrokerUnavailable."""
        arguments = ("" if since is None else since, limit, int(reverse))
        async with _reachable():
            reply = await self._scripts["history"](
                [self._key("meta", channel), self._key("stream", channel)],
                [self._new_epoch(), META_TTL_SECONDS, *arguments],
            )
        epoch, top, found = reply
        publications = tuple(
            Publication(offset, data) for offset, data in zip(found[::2], found[1::2], strict=True)
        )
        return History(Position(epoch.decode(), top), publications)

    async def positions(self, channels: Iterable[str]) -> Mapping[str, Position]:
        """Return each channel's newest position in one round trip. Raises BrokerUnavailable.

        A channel whose history was lost has the position ("", 0), which is nobody's.
        """
        names = list(channels)
        async with _reachable(), self.redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.hmget(self._key("meta", name), ["epoch", "top"])
            replies = await pipeline.execute()
        return {
            name: Position((epoch or b"").decode(), int(top or 0))
            for name, (epoch, top) in zip(names, replies, strict=True)
        }

    async def subscribe(self, channel: str) -> None:
        """Hear the channel from the moment this returns. Raises BrokerUnavailable."""
        async with _reachable(), asyncio.timeout(self.beat_timeout_seconds):
            await self._line.subscribe(self._on(channel))

    def unsubscribe(self, channel: str) -> None:
        """Stop hearing the channel soon."""
        self._line.unsubscribe(self._on(channel))

    async def round_trip(self) -> None:
        """Return once everything published before has been delivered. Raises BrokerUnavailable.

        Redis hands messages to one connection in the order they were published.
        """
        self._beat_count += 1
        beat = b"%d" % self._beat_count
        heard = self._beats[beat] = asyncio.get_running_loop().create_future()
        try:
            async with _reachable(), asyncio.timeout(self.beat_timeout_seconds):
                await self._line.subscribe(self._beat_name)
                await self.redis.publish(self._beat_name, beat)
                await heard
        finally:
            del self._beats[beat]

    async def signal(self, name: str, data: bytes = b"") -> None:
        """Tell every process that hears this name. Raises BrokerUnavailable."""
        async with _reachable():
            await self.redis.publish(self._signal_name(name), data)

    def hear(self, name: str, handler: Signalled) -> None:
        """Call the handler on each signal of this name. To be called before the broker runs."""
        self._signals.setdefault(self._signal_name(name), []).append(handler)
        self._line.want(self._signal_name(name))

    async def tally(self, name: str, count: int) -> Tally:
        """Report this node's count and return the sum. Raises BrokerUnavailable."""
        arguments: list[str | int] = [self.node, count, FRESH_MS, SAY_EVERY_MS]
        async with _reachable():
            total, news = await self._scripts["tally"]([self._key("tally", name)], arguments)
        return Tally(total, news=bool(news))

    async def total(self, name: str) -> int:
        """Return the sum of the nodes' fresh counts. Raises BrokerUnavailable."""
        async with _reachable():
            return int(await self._scripts["total"]([self._key("tally", name)], [FRESH_MS]))

    async def _watch(self) -> None:
        while True:
            try:
                await self.round_trip()
            except BrokerUnavailable as error:
                if self._beating:
                    log.warning("no heartbeat through redis", error=repr(error.__cause__))
                self._beating = False
                self._line.drop()
            else:
                self._beating = True
            await asyncio.sleep(self.beat_seconds)

    def _heard(self, name: str, payload: bytes) -> None:
        if name == self._beat_name:
            if (beat := self._beats.get(payload)) and not beat.done():
                beat.set_result(None)
            return
        assert self._audience is not None
        try:
            if name in self._signals:
                for handler in self._signals[name]:
                    handler(payload)
                return
            offset, epoch, data = payload.split(b" ", 2)
            position = Position(epoch.decode(), int(offset))
        except Exception:  # a stranger's message on our channels must not deafen everybody
            log.exception("message not understood", channel=name)
            return
        self._audience.deliver(name[len(self._on("")) :], position, data)

    def _publish_arguments(self, entry: Entry) -> tuple[list[str], list[Any]]:
        assert entry.history is not None
        keys = [self._key("meta", entry.channel), self._key("stream", entry.channel)]
        if entry.key is not None:
            keys.append(self._key("once", f"{entry.channel}:{entry.key}"))
        size, ttl = entry.history.size, entry.history.ttl_seconds
        meta_ttl = max(META_TTL_SECONDS, ttl)
        tail = [size, ttl, meta_ttl, self._new_epoch(), KEY_TTL_SECONDS]
        return keys, [self._on(entry.channel), entry.data, *tail]

    def _new_epoch(self) -> str:
        return f"{self.chance.getrandbits(48):012x}"  # clients reserve "_" to mean "none"

    def _key(self, kind: str, name: str) -> str:
        return f"{self.prefix}:{kind}:{name}"

    def _on(self, channel: str) -> str:
        return f"{self.prefix}:on:{channel}"

    def _signal_name(self, name: str) -> str:
        return f"{self.prefix}:signal:{name}"

    @property
    def _beat_name(self) -> str:
        return f"{self.prefix}:beat:{self.node}"


@asynccontextmanager
async def _reachable() -> AsyncIterator[None]:
    known = cancellations()
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise BrokerUnavailable(str(error)) from error
    finally:
        heed_cancellation(known=known)
