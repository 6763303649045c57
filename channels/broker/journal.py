"""The journal's stream on Redis: entries wait here until the database has taken them.

``<prefix>:{journal}`` is the stream, read by one consumer group; ``<prefix>:{journal}:dead`` holds
what can never be written; ``<prefix>:{journal}:whole`` is the moment until which nothing that was
appended is known to be missing. The braces keep the three on one node of a cluster, so that they
fail together and a pipeline keeps its order. The same code runs on real servers and on fakeredis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from channels.broker.outage import reachable
from channels.broker.scripts import Script

BACKLOG_MAX: Final = 1_000_000
DEAD_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of the stream; ``data`` is None when it was trimmed away unread."""

    position: bytes
    data: bytes | None


@dataclass(slots=True, kw_only=True)
class JournalStream:
    """One process's hold on the stream. ``redis`` must answer in bytes.

    All processes read as one consumer: only the leader reads, and a new leader takes over at once
    what the one before it had read and not settled.
    """

    redis: Redis
    prefix: str = "uhok"
    group: str = "recorder"
    backlog_max: int = BACKLOG_MAX
    _advance: Script = field(init=False)

    def __post_init__(self) -> None:
        self._advance = Script(self.redis, "advance")

    async def add(self, entries: Sequence[bytes]) -> None:
        """Append in this order, in one round trip. Raises BrokerUnavailable."""
        if not entries:
            return
        async with reachable(), self.redis.pipeline(transaction=False) as pipeline:
            for data in entries:
                pipeline.xadd(self._key(), {"e": data}, maxlen=self.backlog_max, approximate=True)
            await pipeline.execute()

    async def prepare(self) -> None:
        """Make sure of the consumer group. Raises BrokerUnavailable."""
        async with reachable():
            try:
                await self.redis.xgroup_create(self._key(), self.group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def read(self, *, limit: int, wait_ms: int) -> list[Waiting]:
        """Return new entries, waiting for the first one. Raises BrokerUnavailable."""
        assert wait_ms < 4000, "a longer wait would look like a dead server"
        async with reachable():
            streams: Any = await self.redis.xreadgroup(
                self.group, self.group, {self._key(): ">"}, count=limit, block=wait_ms or None
            )
        return [_waiting(entry) for _, entries in streams or () for entry in entries]

    async def take_over(self, *, limit: int, idle_ms: int) -> list[Waiting]:
        """Return entries that were read and not settled for so long. Raises BrokerUnavailable."""
        async with reachable():
            _, entries, *_ = await self.redis.xautoclaim(
                self._key(), self.group, self.group, idle_ms, count=limit
            )
        return [_waiting(entry) for entry in entries]

    async def settle(self, entries: Sequence[Waiting]) -> None:
        """Forget entries that were written. Raises BrokerUnavailable."""
        if not entries:
            return
        positions = [entry.position for entry in entries]
        async with reachable(), self.redis.pipeline(transaction=False) as pipeline:
            # Deleted first: what is only half done then is forgotten by whoever takes over.
            pipeline.xdel(self._key(), *positions)
            pipeline.xack(self._key(), self.group, *positions)
            await pipeline.execute()

    async def bury(self, entry: Waiting, reason: str) -> None:
        """Put an entry that can never be written aside, for people. Raises BrokerUnavailable."""
        async with reachable():
            # Copied first: what is only half done then is buried twice, not lost.
            await self.redis.xadd(
                self._key("dead"),
                {"e": entry.data or b"", "reason": reason},
                maxlen=DEAD_MAX,
                approximate=True,
            )
        await self.settle([entry])

    async def whole(self) -> int | None:
        """Return the mark, in Unix ms; None when Redis forgot. Raises BrokerUnavailable."""
        async with reachable():
            mark = await self.redis.get(self._key("whole"))
        return None if mark is None else int(mark)

    async def advance(self, believed: int | None, mark: int) -> bool:
        """Move the mark and tell whether it was as believed. Raises BrokerUnavailable."""
        async with reachable():
            belief = "" if believed is None else believed
            return bool(await self._advance([self._key("whole")], [belief, mark]))

    async def waiting(self) -> int:
        """Return how many entries are not written yet. Raises BrokerUnavailable."""
        async with reachable():
            return int(await self.redis.xlen(self._key()))

    async def dead(self) -> list[tuple[bytes, str]]:
        """Return what was put aside and why, oldest first. Raises BrokerUnavailable."""
        async with reachable():
            entries: Any = await self.redis.xrange(self._key("dead"))
        return [(fields[b"e"], fields[b"reason"].decode()) for _, fields in entries]

    def _key(self, kind: str = "") -> str:
        return f"{self.prefix}:{{journal}}:{kind}" if kind else f"{self.prefix}:{{journal}}"


def _waiting(entry: Any) -> Waiting:  # noqa: ANN401 (the client types a stream entry as anything)
    position, fields = entry
    return Waiting(position, fields.get(b"e") if fields else None)
