"""One client of a bidirectional transport: its commands in order, its state, its end."""

import asyncio
from collections import deque
from datetime import datetime
from typing import Final

import structlog

from channels import codes, commands
from channels.codec_json import JsonCodec
from channels.codes import Code
from channels.credentials import ANONYMOUS, Credentials
from channels.live import Live
from channels.outbound import Outbound
from channels.protocol import Command, Refused, Violation
from channels.pulse import Pulse
from channels.subscription import Delivery, Subscription
from domain.kernel import UserId

JSON: Final = JsonCodec()

log = structlog.get_logger(__name__)


class Connection:
    """Knows no transport: frames come in through ``receive`` and go out through ``outbound``."""

    def __init__(self, live: Live, outbound: Outbound, tasks: asyncio.TaskGroup) -> None:
        self.live = live
        self.codec = JSON
        self.client = ""  # our name for it, once it has connected
        self.dead = False  # its connect was refused
        self.credentials = ANONYMOUS
        self.subscriptions: dict[str, Subscription] = {}
        self._outbound = outbound
        self._tasks = tasks
        self._waiting: deque[Command] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._pulse = Pulse(live.parts.limits, ping=self._ping, dead=self._no_pong)
        self._deadline: asyncio.TimerHandle | None = None  # to connect, later to refresh

    @property
    def user_id(self) -> UserId | None:
        """Return who it is."""
        return self.credentials.user_id

    @property
    def session_id(self) -> str | None:
        """Return which login it came with."""
        return self.credentials.session_id

    def open(self) -> None:
        """Begin to wait for the first command."""
        self._end_in(self.live.parts.limits.stale_seconds, codes.STALE)
        self.live.hub.arrive(self)

    def receive(self, frame: str | bytes) -> None:
        """Take one frame; its commands are served in order, behind those that still wait."""
        if self._outbound.ended:
            return
        limits = self.live.parts.limits
        if len(frame) > limits.frame_bytes:
            self.close(codes.TOO_BIG)
            return
        try:
            received = self.codec.decode(frame)
        except Violation as violation:
            self.close(violation.code)
            return
        for command in received:
            if command.name:
                self._waiting.append(command)
            else:
                self._pulse.pong()
        if len(self._waiting) > limits.commands_waiting:
            self.close(codes.FLOOD)
        elif self._waiting and self._worker is None:
            self._worker = self._tasks.create_task(self._work())

    def identify(self, credentials: Credentials, *, since: int) -> int | None:
        """Take the identity on and return its seconds to live; raises Refused when expired.

        ``since`` is the hub's count of disconnect orders from before the token was checked.
        """
        ttl = None
        if credentials.expires_at is not None:
            left = (credentials.expires_at - self._now()).total_seconds()
            if left <= 0:
                raise Refused(codes.TOKEN_EXPIRED)
            ttl = max(1, int(left))
        self.credentials = credentials
        if self._deadline is not None:
            self._deadline.cancel()
        if ttl is not None:
            self._end_in(left + self.live.parts.limits.grace_seconds, codes.EXPIRED)
        self.live.hub.identified(self, since=since)
        return ttl

    def begin_pulse(self) -> None:
        """Start pinging, unless the end came first."""
        if not self._outbound.ended:
            self._pulse.start(self.live.parts.chance)

    def send(self, frame: bytes) -> None:
        """Queue a frame; a client that is too far behind is let go, and may come back."""
        if not self._outbound.put(frame):
            self.close(codes.SLOW)

    def offer(self, subscription: Subscription, delivery: Delivery) -> None:
        """Queue a live message."""
        assert subscription.peer is self
        self.send(delivery.frame(self.codec))

    def lost(self, subscription: Subscription) -> None:
        """Make the client subscribe again, from where it stands."""
        if self.drop(subscription.channel):
            self.send(self.codec.unsubscribe(subscription.channel, codes.INSUFFICIENT_STATE))

    def drop(self, channel: str) -> bool:
        """Forget a subscription; False when there was none."""
        subscription = self.subscriptions.pop(channel, None)
        if subscription is not None:
            self.live.streams.leave(subscription)
        return subscription is not None

    def close(self, code: Code | None) -> None:
        """End it all, with a code for the client or, when it is gone already, without."""
        if self._outbound.ended:
            return
        self._outbound.end(code, discard=code in {None, codes.SLOW})
        self._pulse.stop()
        if self._deadline is not None:
            self._deadline.cancel()
        if self._worker is not None and self._worker is not asyncio.current_task():
            self._worker.cancel()
        self._waiting.clear()
        for channel in tuple(self.subscriptions):
            self.drop(channel)
        self.live.hub.depart(self)

    async def _work(self) -> None:
        try:
            while self._waiting and not self._outbound.ended:
                await self._serve(self._waiting.popleft())
        finally:
            self._worker = None

    async def _serve(self, command: Command) -> None:
        try:
            result = await commands.serve(self, command)
            if result is not None:
                self.send(self.codec.reply(command, result))
        except Refused as refused:
            self.send(self.codec.refusal(command, refused.refusal))
        except Violation as violation:
            self.close(violation.code)
        except Exception:  # a bug costs one connection, which may come back, and is told of
            log.exception("command failed", command=command.name)
            self.close(codes.SERVER_ERROR)

    def _ping(self) -> None:
        self.send(self.codec.ping)

    def _no_pong(self) -> None:
        self.close(codes.NO_PONG)

    def _end_in(self, seconds: float, code: Code) -> None:
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.close, code)

    def _now(self) -> datetime:
        return self.live.parts.clock()
