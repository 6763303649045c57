"""The channel layer of one process, put together; the server keeps it in its state."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import uuid4

import orjson
import structlog

from channels.broker import Broker, BrokerUnavailable
from channels.codes import FORCE_DISCONNECT, Code
from channels.credentials import Authenticate
from channels.hub import Hub
from channels.limits import Limits
from channels.positions import PositionWatch
from channels.relay import NUDGE, TOLD, Journal, Relay
from channels.stream import Streams
from channels.topics import Topics
from channels.viewers import ViewerBoard
from domain.kernel import Clock, Database, UserId

DISCONNECT: Final = "disconnect"
VERSION: Final = "1"  # of what clients see

log = structlog.get_logger(__name__)


class Bystander(Protocol):
    """Hears of every fact by its names, on every process, without listening to any channel."""

    def told(self, names: Collection[str]) -> None:
        """Take note of facts: each by its noun, its kind and its subject. Must not wait."""

    def missed(self) -> None:
        """Take note that facts may have gone unheard."""


class Deaf:
    """The bystander of a process that keeps nothing."""

    def told(self, names: Collection[str]) -> None:
        """Take no note."""

    def missed(self) -> None:
        """Take no note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParts:
    """What the channel layer is made of; the server hands it in."""

    broker: Broker
    db: Database
    topics: Topics
    authenticate: Authenticate
    journal: Journal
    clock: Clock
    bystander: Bystander = field(default_factory=Deaf)
    origins: tuple[str, ...] = ()  # besides our own; "*" admits every web page
    limits: Limits = field(default_factory=Limits)
    ids: Callable[[], str] = lambda: str(uuid4())
    chance: random.Random = field(default_factory=random.SystemRandom)


@dataclass(frozen=True, slots=True)
class Live:
    """The running channel layer."""

    parts: LiveParts
    hub: Hub
    streams: Streams
    relay: Relay
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def healthy(self) -> bool:
        """Tell whether live messages come through, for /readyz."""
        return self.parts.broker.healthy

    def welcome(self, user_id: UserId | None) -> bytes:
        """Return what a client is told at the door: the server's time (ms) and who it is."""
        now_ms = int(self.parts.clock().timestamp() * 1000)
        return orjson.dumps({"time": now_ms, "user_id": user_id})

    def nudge(self) -> None:
        """Say that events were committed, to the relay wherever it runs. Cheap, never waits."""
        self.relay.nudge()
        self._told.set()

    async def disconnect(
        self,
        *,
        user_id: UserId | None = None,
        session_id: str | None = None,
        code: Code = FORCE_DISCONNECT,
    ) -> None:
        """End the connections of a user or of one login, on every worker.

        When the other workers cannot be told, their connections live until the token expires.
        """
        self.hub.disconnect(user_id=user_id, session_id=session_id, code=code)
        await order_disconnect(self.parts.broker, user_id=user_id, session_id=session_id, code=code)

    async def drain(self) -> None:
        """Tell every client to come back elsewhere, spread over ``limits.drain_seconds``."""
        await self.hub.drain(self.parts.limits.drain_seconds, self.parts.chance)

    async def forward_nudges(self) -> None:
        """Tell other processes' relays of our commits until cancelled; many commits, one signal."""
        while True:
            await self._told.wait()
            self._told.clear()
            try:
                await self.parts.broker.signal(NUDGE)
            except BrokerUnavailable:
                log.debug("relay was not nudged")  # it polls


async def order_disconnect(
    broker: Broker,
    *,
    user_id: UserId | None = None,
    session_id: str | None = None,
    code: Code = FORCE_DISCONNECT,
) -> None:
    """Have every worker end the connections of a user or of one login, as far as it is heard."""
    order = {"user_id": user_id, "session_id": session_id, "code": tuple(code)}
    try:
        await broker.signal(DISCONNECT, orjson.dumps(order))
    except BrokerUnavailable:
        log.warning("other workers were not told to disconnect", user_id=user_id)


@asynccontextmanager
async def open_live(parts: LiveParts) -> AsyncIterator[Live]:
    """Run the channel layer for as long as the block lasts.

    The server keeps it as ``state["live"]``, where the routes of ``websocket`` and ``sse`` find
    it, and passes ``live.nudge`` to ``kernel.after_emitting``. Whoever leads the clock runs
    ``live.relay.run()``. On SIGTERM ``live.drain()`` comes before the server's own close.
    """
    hub = Hub(parts.bystander.missed)
    streams = Streams(hub, parts.broker, parts.db, parts.topics, parts.limits)
    relay = Relay(parts.db, parts.broker, parts.topics, parts.clock, parts.journal)
    live = Live(parts, hub, streams, relay)
    parts.broker.hear(NUDGE, lambda _: relay.nudge())
    parts.broker.hear(TOLD, lambda names: parts.bystander.told(orjson.loads(names)))
    parts.broker.hear(DISCONNECT, lambda order: _obey(hub, order))
    watch = PositionWatch(hub, parts.broker, parts.limits, parts.chance)
    board = ViewerBoard(hub, parts.broker, parts.clock, parts.ids)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(parts.broker.run(hub)),
            group.create_task(watch.run()),
            group.create_task(board.run(parts.limits.viewers_seconds)),
            group.create_task(live.forward_nudges()),
        ]
        try:
            yield live
        finally:
            hub.close_all()
            for task in tasks:
                task.cancel()


def _obey(hub: Hub, order: bytes) -> None:
    fields = orjson.loads(order)
    number, reason = fields["code"]
    hub.disconnect(
        user_id=fields["user_id"], session_id=fields["session_id"], code=Code(number, reason)
    )
