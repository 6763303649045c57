"""A shop that sells nothing but versions, a client without a socket, and patience."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson

from channels.broker import Entry
from channels.connection import Connection
from channels.credentials import Credentials, TokenExpired, TokenInvalid
from channels.live import Live
from channels.outbound import Outbound
from channels.topics import Topic, Topics
from domain import kernel
from domain.kernel import Session, UserId

DAY = timedelta(days=1)
HISTORY = 5


async def soon(condition: Callable[[], Any], *, seconds: float = 10.0) -> Any:
    """Return the condition's first true value; give up after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.005)
    return value


async def authenticate(token: str | None) -> Credentials | None:
    """Tokens are plain: ``<user>``, ``<user>/<session>/<seconds to live>``, old, broken."""
    match token:
        case None:
            return None
        case "old":
            raise TokenExpired
        case "broken":
            raise ConnectionError
    user, _, rest = token.partition("/")
    if not user.isdigit():
        raise TokenInvalid
    session, _, seconds = rest.partition("/")
    expires_at = kernel.utc_now() + timedelta(seconds=float(seconds)) if seconds else None
    return Credentials(UserId(int(user)), session or None, expires_at)


@dataclass
class Journal:
    """Remembers what it was told."""

    kinds: list[str] = field(default_factory=list)

    async def append(self, rows: Sequence[kernel.Fact]) -> None:
        self.kinds += [row.kind for row in rows]


@dataclass
class Toy:
    """Things with a version: ``thing:`` for all, ``mine:<user>`` for one, ``last:`` cached."""

    versions: dict[str, int] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def topics(self) -> Topics:
        """Return the toy's channels."""
        kinds = {"thing": HISTORY, "last": 1, "live": HISTORY}
        public = [Topic(kind, size, DAY, self.joiner(kind)) for kind, size in kinds.items()]
        return Topics([*public, Topic("mine", HISTORY, DAY, self.join_mine)])

    def joiner(self, kind: str):
        """Return the join of a public channel."""

        async def join(session: Session, name: str, listener: UserId | None) -> dict[str, Any]:
            assert session.in_transaction() in {True, False}
            if name == "secret":
                raise kernel.NotFound
            if name == "bad name":
                raise kernel.Invalid
            if name == "busy":
                raise kernel.Busy
            if self.meanwhile is not None:
                await self.meanwhile()
            return {"version": self.versions.get(f"{kind}:{name}", 0)}

        return join

    async def join_mine(
        self, session: Session, name: str, listener: UserId | None
    ) -> dict[str, Any]:
        """Admit the user of that number."""
        if str(listener) != name:
            raise kernel.NotFound
        return {"version": self.versions.get(f"mine:{name}", 0)}

    async def move(self, live: Live, channel: str) -> None:
        """Commit a change, and tell it as the relay would."""
        version = self.versions[channel] = self.versions.get(channel, 0) + 1
        retention = live.parts.topics.of(channel).retention
        data = orjson.dumps({"version": version})
        await live.parts.broker.publish(
            Entry(channel, data, history=retention, key=f"{channel}@{version}")
        )


class Phone:
    """A client: says commands, hears replies and pushes."""

    def __init__(self, live: Live, tasks: asyncio.TaskGroup) -> None:
        self.live = live
        self.outbound = Outbound(live.parts.limits.pending_bytes)
        self.connection = Connection(live, self.outbound, tasks)
        self.connection.open()
        self.heard: deque[dict[str, Any]] = deque()
        self._id = 0

    @property
    def closed(self) -> int | None:
        """Return the code the connection ended with."""
        code = self.outbound.code
        return None if code is None else code.code

    def says(self, *commands: dict[str, Any]) -> None:
        """Send the commands in one frame."""
        self.connection.receive(b"\n".join(orjson.dumps(command) for command in commands))

    async def hears(self) -> dict[str, Any]:
        """Return the next thing heard."""
        while not self.heard:
            async with asyncio.timeout(10):
                frames = await self.outbound.take()
            assert frames, f"closed: {self.outbound.code}"
            lines = self.connection.codec.join(frames).split(b"\n")
            self.heard.extend(orjson.loads(line) for line in lines)
        return self.heard.popleft()

    async def asks(self, name: str, **request: Any) -> dict[str, Any]:
        """Send one command and return its reply."""
        self._id += 1
        self.says({"id": self._id, name: request})
        reply = await self.hears()
        assert reply.pop("id") == self._id
        return reply.get(name, reply)

    async def connects(self, token: str = "") -> dict[str, Any]:
        """Connect."""
        return await self.asks("connect", token=token)

    async def subscribes(self, channel: str, **wish: Any) -> dict[str, Any]:
        """Subscribe."""
        return await self.asks("subscribe", channel=channel, **wish)

    async def pubs(self, count: int) -> list[tuple[int, Any]]:
        """Return the next publications as (offset, data)."""
        pushes = [(await self.hears())["push"]["pub"] for _ in range(count)]
        return [(pub.get("offset", 0), pub["data"]) for pub in pushes]

    async def is_closed_with(self, code: int) -> None:
        """Wait for the end."""
        assert await soon(lambda: self.closed) == code
