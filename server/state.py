"""What a request may reach: built once in the lifespan, typed everywhere.

A handler takes ``request: Request[State]`` and reads ``request.state["db"]`` and so on. Writers
open ``state["db"].sessions.begin()``, readers ``state["db"].reads()``; nothing is held across an
await of anything but that database.
"""

from typing import Protocol, TypedDict

from redis.asyncio import Redis

from channels import relay
from channels.live import Live
from channels.tokens import RealtimeTokens
from domain import log, user
from domain.kernel import Clock, Database
from domain.payment import Till
from server.auth import Gate
from server.cache import Cache
from server.deny_list import DenyList
from server.embedders import Engine
from server.metrics import ServerMetrics
from server.rate_limit import Limiter
from server.settings import Settings
from server.throttle import Throttle
from server.tickets import Tickets


class Journal(relay.Journal, Protocol):
    """The event log's near end: the relay appends facts, the doors note requests of interest."""

    def note(self, entry: log.Entry) -> None:
        """Remember one request; never blocks and never fails it."""


class Guards(TypedDict):
    """What tells who is calling, and how often they may."""

    passwords: user.Passwords
    tokens: user.AccessTokens
    refresh: user.RefreshTokens
    gate: Gate
    realtime: RealtimeTokens
    tickets: Tickets
    denied: DenyList
    throttle: Throttle
    limiter: Limiter


class Resources(Guards):
    """What a process has before its channels are open."""

    settings: Settings
    clock: Clock
    db: Database  # the service database: what must be consistent
    analytics: Database  # the analytics database: what grows
    redis: Redis
    cache: Cache  # of answers that are the same for everybody
    journal: Journal
    till: Till  # what paying takes besides an order
    embedder: Engine  # asked before a session is opened, never within


class State(Resources):
    """Every resource of a running process."""

    live: Live
    metrics: ServerMetrics
