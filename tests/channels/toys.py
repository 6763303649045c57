"""A shop that sells nothing but versions, a client without a socket, and patience."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from channels.broker import Entry
from channels.codes import Code
from channels.connection import Connection
from channels.credentials import (
    Credentials,
    Grant,
    TokenExpired,
    TokenInvalid,
    TokenMismatched,
)
from channels.doors.answer import JSON
from channels.form import bare, lines
from channels.live import Live
from channels.rules import Rules
from channels.topics import Topic, Topics
from channels.wire import EXTENSION, TEXT_FRAMES, Envelope, Wire
from domain import kernel
from domain.kernel import Session, UserId

DAY = timedelta(days=1)
HISTORY = 5
ROOM = Rules(presence=True, join_leave=True, publish=True)


async def soon(condition: Callable[[], Any], *, seconds: float = 10.0) -> Any:
    """Return the condition's first true value; give up after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.005)
    return value


class Tokens:
    """Tokens are plain: ``<user>``, ``<user>/<session>/<seconds to live>``, old, broken.

    A ``+channel`` at the end subscribes the client to the channel. A subscription's token is
    ``<user>@<channel>`` or ``<user>@<channel>@<seconds to live>``; tickets are users, once each.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()

    async def connection(self, token: str) -> Credentials | None:
        """Return whose token it is."""
        match token:
            case "":
                return None
            case "old":
                raise TokenExpired
            case "broken":
                raise ConnectionError
        token, _, channel = token.partition("+")
        user, _, rest = token.partition("/")
        if not user.isdigit():
            raise TokenInvalid
        session, _, seconds = rest.partition("/")
        subs = {channel: Grant()} if channel else {}
        return Credentials(UserId(int(user)), session or None, _until(seconds), subs=subs)

    async def ticket(self, ticket: str) -> Credentials:
        """Return whose ticket it is."""
        if ticket in self.used or not ticket.isdigit():
            raise TokenInvalid
        self.used.add(ticket)
        return Credentials(UserId(int(ticket)))

    async def subscription(self, token: str, *, channel: str, user_id: UserId | None) -> Grant:
        """Return what the token allows."""
        if token == "old":
            raise TokenExpired
        user, _, rest = token.partition("@")
        name, _, seconds = rest.partition("@")
        if not name:
            raise TokenInvalid
        if (user, name) != (str(user_id or ""), channel):
            raise TokenMismatched
        return Grant(expires_at=_until(seconds))


def _until(seconds: str) -> datetime | None:
    return kernel.utc_now() + timedelta(seconds=float(seconds)) if seconds else None


@dataclass
class Journal:
    """Remembers what it was told."""

    kinds: list[str] = field(default_factory=list)

    async def append(self, rows: Sequence[kernel.Fact]) -> None:
        self.kinds += [row.kind for row in rows]


@dataclass
class Toy:
    """Things with a version: ``thing:`` for all, ``mine:<user>`` for one, ``last:`` cached.

    In ``room:`` one may talk and see the others, ``vip:`` takes a token, ``mute:`` keeps nothing.
    """

    versions: dict[str, int] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    looks: int = 0  # at what is public

    def topics(self) -> Topics:
        """Return the toy's channels."""
        kinds = {"thing": HISTORY, "last": 1, "live": HISTORY}
        public = [
            Topic(kind, size, DAY, self.joiner(kind), public=kind == "live")
            for kind, size in kinds.items()
        ]
        return Topics(
            [
                *public,
                Topic("mine", HISTORY, DAY, self.join_mine),
                Topic("room", HISTORY, DAY, rules=ROOM),
                Topic("vip", HISTORY, DAY, rules=Rules(token=True)),
                Topic("mute", 0, DAY, rules=ROOM),
            ]
        )

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
            self.looks += 1
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


class Pocket(Wire):
    """A wire whose other end is in the same process; a deaf one takes nothing."""

    def __init__(self, live: Live) -> None:
        envelope = Envelope(raw=bare, message=dict, last=TEXT_FRAMES.last)
        scope = {"type": "websocket", "extensions": {EXTENSION: self}}
        super().__init__(scope, self.swallow, envelope=envelope, limits=live.parts.limits)
        self.speak(JSON, lines)
        self.frames: list[bytes] = []
        self.news = asyncio.Event()
        self.code: Code | None = None
        self.full = 0  # bytes that nobody took

    def get_write_buffer_size(self) -> int:
        """Return how much nobody took."""
        return self.full

    def is_closing(self) -> bool:
        """Tell whether it is over."""
        return self.ended

    async def swallow(self, message: dict[str, Any]) -> None:
        """Take what would end a real socket."""

    def end(self, code: Code | None) -> None:
        """Take the end."""
        self.code = self.code or code
        super().end(code)
        self.news.set()

    def write(self, data: bytes) -> bool:
        """Take a frame."""
        if self.full > self._limits.pending_bytes:
            return False
        self.frames.append(data)
        self.news.set()
        return True


class Phone:
    """A client: says commands, hears replies and pushes."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.wire = Pocket(live)
        self.connection = Connection(live, self.wire)
        self.connection.open()
        self.heard: deque[dict[str, Any]] = deque()
        self._id = 0

    @property
    def closed(self) -> int | None:
        """Return the code the connection ended with."""
        code = self.wire.code
        return None if code is None else code.code

    def says(self, *commands: dict[str, Any]) -> None:
        """Send the commands in one frame."""
        self.connection.receive(b"\n".join(orjson.dumps(command) for command in commands))

    async def hears(self) -> dict[str, Any]:
        """Return the next thing heard."""
        while not self.heard:
            async with asyncio.timeout(10):
                while not self.wire.frames:
                    assert not self.wire.ended, f"closed: {self.wire.code}"
                    self.wire.news.clear()
                    await self.wire.news.wait()
            said, self.wire.frames = self.wire.frames, []
            self.heard.extend(orjson.loads(line) for each in said for line in each.split(b"\n"))
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
