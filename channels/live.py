"""The channel layer of one process, put together; the server keeps it in its state."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import uuid4

import orjson
import structlog

from channels import gauging
from channels.attendance import Attendance
from channels.broker import Broker, BrokerUnavailable
from channels.codes import FORCE_DISCONNECT, UNSUBSCRIBED, Code
from channels.credentials import Authenticator
from channels.hub import Hub
from channels.limits import Limits
from channels.metrics import Metrics
from channels.positions import PositionWatch
from channels.pulse import Pulse
from channels.relay import NUDGE, TOLD, Journal, Relay
from channels.rpc import Procedures
from channels.snapshots import Snapshots
from channels.stream import Streams
from channels.topics import Topics
from channels.viewers import ViewerBoard
from domain.kernel import Clock, Database, UserId

DISCONNECT: Final = "disconnect"
UNSUBSCRIBE: Final = "unsubscribe"
PROLONG: Final = "prolong"
EMULATION: Final = "emulation"
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
    authenticator: Authenticator
    journal: Journal
    clock: Clock
    procedures: Procedures = field(default_factory=dict)
    bystander: Bystander = field(default_factory=Deaf)
    origins: tuple[str, ...] = ()  # besides our own; "*" admits every web page
    limits: Limits = field(default_factory=Limits)
    ids: Callable[[], str] = lambda: str(uuid4())
    chance: random.Random = field(default_factory=random.SystemRandom)
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True, slots=True)
class Live:
    """The running channel layer."""

    parts: LiveParts
    hub: Hub
    streams: Streams
    relay: Relay
    attendance: Attendance
    pulse: Pulse
    tasks: asyncio.TaskGroup  # what commands have under way
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
        client: str | None = None,
        code: Code = FORCE_DISCONNECT,
    ) -> None:
        """End the connections of a user, of one login or a single one, on every worker.

        When the other workers cannot be told, their connections live until the token expires.
        """
        whom = {"user_id": user_id, "session_id": session_id, "client": client}
        self.hub.disconnect(user_id=user_id, session_id=session_id, client=client, code=code)
        await _order(self.parts.broker, DISCONNECT, whom | {"code": code})

    async def unsubscribe(
        self,
        channel: str,
        *,
        user_id: UserId | None = None,
        client: str | None = None,
        code: Code = UNSUBSCRIBED,
    ) -> None:
        """End subscriptions to the channel on every worker: a user's, a client's or all.

        To be called when somebody may not listen any more. A code of 2500 or more makes the
        clients subscribe again, and so be asked again whether they may.
        """
        whom = {"user_id": user_id, "client": client}
        self.hub.unsubscribe(channel, user_id=user_id, client=client, code=code)
        await _order(self.parts.broker, UNSUBSCRIBE, whom | {"channel": channel, "code": code})

    async def prolong(
        self, user_id: UserId, expires_at: datetime | None, *, client: str | None = None
    ) -> None:
        """Let a user's connections, or one of them, live until then, or for ever."""
        self.hub.prolong(user_id, expires_at, client=client)
        until = None if expires_at is None else expires_at.isoformat()
        whom = {"user_id": user_id, "client": client}
        await _order(self.parts.broker, PROLONG, whom | {"expires_at": until})

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
    broker: Broker, *, user_id: UserId | None = None, session_id: str | None = None
) -> None:
    """Have every worker end the connections of a user or one login, as far as it is heard."""
    whom = {"user_id": user_id, "session_id": session_id, "client": None}
    await _order(broker, DISCONNECT, whom | {"code": FORCE_DISCONNECT})


async def _order(broker: Broker, name: str, order: Mapping[str, Any]) -> None:
    try:
        await broker.signal(name, orjson.dumps(order, default=tuple))  # a Code is one
    except BrokerUnavailable:
        log.warning("other workers were not told", order=name, whom=order.get("user_id"))


@asynccontextmanager
async def open_live(parts: LiveParts) -> AsyncIterator[Live]:
    """Run the channel layer for as long as the block lasts.

    The server keeps it as ``state["live"]``, where the routes of ``websocket`` and ``sse`` find
    it, and passes ``live.nudge`` to ``kernel.after_emitting``. Whoever leads the clock runs
    ``live.relay.run()``. On SIGTERM ``live.drain()`` comes before the server's own close.
    """
    limits = parts.limits
    metrics = parts.metrics
    hub = Hub(
        parts.bystander.missed, metrics=metrics, connections_per_user=limits.connections_per_user
    )
    streams = Streams(hub, parts.broker, Snapshots(parts.db, parts.topics), limits)
    relay = Relay(parts.db, parts.broker, parts.topics, parts.clock, parts.journal, metrics=metrics)
    attendance = Attendance(hub, parts.broker, limits, parts.chance)
    pulse = Pulse(limits, parts.chance)
    watch = PositionWatch(hub, parts.broker, limits, parts.chance)
    board = ViewerBoard(hub, parts.broker, parts.clock, parts.ids)
    async with asyncio.TaskGroup() as group, asyncio.TaskGroup() as served:
        live = Live(parts, hub, streams, relay, attendance, pulse, served)
        _listen(live)
        tasks = [
            group.create_task(parts.broker.run(hub)),
            group.create_task(watch.run()),
            group.create_task(board.run(limits.viewers_seconds)),
            group.create_task(attendance.run()),
            group.create_task(attendance.keep_renewing()),
            group.create_task(pulse.run()),
            group.create_task(live.forward_nudges()),
            group.create_task(gauging.keep_looking(hub, parts.broker, metrics)),
        ]
        try:
            yield live
        finally:
            hub.close_all()
            for task in tasks:
                task.cancel()


def _listen(live: Live) -> None:
    """Do what other processes order."""
    broker, hub = live.parts.broker, live.hub
    broker.hear(NUDGE, lambda _: live.relay.nudge())
    broker.hear(TOLD, lambda names: live.parts.bystander.told(orjson.loads(names)))
    broker.hear(DISCONNECT, lambda order: hub.disconnect(**_read(order)))
    broker.hear(UNSUBSCRIBE, lambda order: hub.unsubscribe(**_read(order)))
    broker.hear(PROLONG, lambda order: hub.prolong(**_read(order)))
    broker.hear(f"{EMULATION}:{broker.node}", hub.emulate)


def _read(order: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(order)
    if "code" in fields:
        fields["code"] = Code(*fields["code"])
    if fields.get("expires_at"):
        fields["expires_at"] = datetime.fromisoformat(fields["expires_at"])
    return fields
