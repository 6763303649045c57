"""One client of a bidirectional transport: its commands in order, its state, its end."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

import orjson
import structlog

from channels import codes, commands
from channels.allowance import Allowance
from channels.broker import Member
from channels.codes import SLOW, Code
from channels.credentials import ANONYMOUS, Credentials, Grant
from channels.form import Batch, Form
from channels.live import Live
from channels.protocol import (
    Command,
    Disconnected,
    Passage,
    Push,
    Refreshed,
    Refused,
    Result,
    Unfit,
    Unsubscribed,
    Violation,
)
from channels.subscription import Subscription, Transport
from channels.wire import Wire
from domain.kernel import UserId

log = structlog.get_logger(__name__)


class Connection:
    """Knows no transport: frames come in through ``receive`` and go out through the wire.

    ``session`` is the secret by which the client's own requests find it, on transports whose two
    directions are two connections.
    """

    __slots__ = (
        "_allowance",
        "_deadline",
        "_pinged_at",
        "_waiting",
        "_worker",
        "client",
        "credentials",
        "dead",
        "live",
        "session",
        "subscriptions",
        "unanswered",
        "wire",
    )

    def __init__(self, live: Live, wire: Wire, *, session: str = "") -> None:
        self.live = live
        self.session = session
        self.client = ""  # our name for it, once it has connected
        self.dead = False  # its connect was refused
        self.credentials = ANONYMOUS
        self.subscriptions: dict[str, Subscription] = {}
        self.unanswered = False  # pinged, and no pong yet
        self._pinged_at = 0.0
        self.wire = wire
        self._waiting: deque[Command] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None  # to connect, later to refresh
        self._allowance = Allowance(live.parts.limits.commands_per_second)

    @property
    def user_id(self) -> UserId | None:
        """Return who it is."""
        return self.credentials.user_id

    @property
    def session_id(self) -> str | None:
        """Return which login it came with."""
        return self.credentials.session_id

    @property
    def pending(self) -> int:
        """Return how many bytes the client has not taken yet."""
        return self.wire.waiting

    @property
    def answers_pings(self) -> bool:
        """Tell whether a pong is worth its while: not when it takes a request of its own."""
        return not self.session

    @property
    def direct(self) -> tuple[Form, Transport] | None:
        """Return where what is offered may be written as well."""
        return self.wire.direct

    @property
    def over(self) -> bool:
        """Tell whether it is over."""
        return self.wire.ended

    def open(self) -> None:
        """Begin to wait for the first command."""
        self._end_in(self.live.parts.limits.stale_seconds, codes.STALE)
        self.live.parts.metrics.opened(self.wire)
        self.live.hub.arrive(self)

    def receive(self, frame: bytes) -> None:
        """Take one frame; its commands are served in order, behind those that still wait."""
        if self.over:
            return
        limits = self.live.parts.limits
        if len(frame) > limits.frame_bytes:
            self.close(codes.TOO_BIG)
            return
        try:
            received = self.wire.form.codec.decode(frame)
        except Violation as violation:
            self.close(violation.code)
            return
        for command in received:
            if command.name:
                self._waiting.append(command)
            elif self.unanswered:
                self.unanswered = False
                self.live.parts.metrics.pings.observe(perf_counter() - self._pinged_at)
        if len(self._waiting) > limits.commands_waiting or not self._allowance.spend(len(received)):
            self.close(codes.FLOOD)
        elif self._waiting and self._worker is None:
            # A task lives as long as commands wait: at rest a connection has none of its own.
            self._worker = self.live.tasks.create_task(self._work())

    def identify(self, credentials: Credentials, *, since: int) -> int | None:
        """Take the identity on and return its seconds to live; raises Refused when expired.

        ``since`` is the hub's count of disconnect orders from before the token was checked.
        """
        ttl = self._live_until(credentials.expires_at)
        self.credentials = credentials
        self.live.hub.identified(self, since=since, anew=bool(self.client))
        return ttl

    def prolong(self, expires_at: datetime | None) -> None:
        """Let the connection live until then, and tell the client."""
        try:
            ttl = self._live_until(expires_at)
        except Refused:
            self.close(codes.EXPIRED)
            return
        self.push(Refreshed(ttl))

    def begin(self) -> None:
        """Be a client from now on, unless the end came first."""
        if self.over:
            return
        self.live.pulse.add(self)
        if self.session:
            self.live.hub.sessions[self.session] = self

    def member(self, grant: Grant | None) -> Member:
        """Return what others see of it on a channel."""
        user = "" if self.user_id is None else str(self.user_id)
        seen: dict[str, Any] = {"user": user, "client": self.client}
        if self.credentials.info:
            seen["conn_info"] = orjson.Fragment(self.credentials.info)
        if grant is not None and grant.info:
            seen["chan_info"] = orjson.Fragment(grant.info)
        return Member(self.client, user, orjson.dumps(seen))

    def say(self, messages: Sequence[bytes]) -> None:
        """Write messages; a client that is too far behind is let go, and may come back."""
        if not self.over and not self.wire.write(self.wire.form.frame(messages)):
            self.close(SLOW)

    def answer(self, command: Command, result: Result) -> None:
        """Write the answer to a command."""
        self.say([self.wire.form.codec.reply(command, result)])

    def push(self, push: Push) -> None:
        """Write what was not asked for."""
        self.say([self.wire.form.codec.push(push)])

    def offer(self, subscription: Subscription, batch: Batch) -> None:
        """Write what a channel said."""
        try:
            frame = batch.frame(self.wire.form)
        except Unfit:
            self.close(codes.WRONG_PROTOCOL)
            return
        if self.wire.write(frame):
            batch.size += len(frame)
        else:
            self.close(SLOW)

    def tell(self, subscription: Subscription, passage: Passage) -> None:
        """Write that somebody came or went."""
        self.push(passage)

    def lost(self, subscription: Subscription) -> None:
        """Make the client subscribe again, from where it stands."""
        if subscription.by_server:
            self.close(codes.STATE_LOST)
        else:
            self.dismiss(subscription, codes.INSUFFICIENT_STATE)

    def dismiss(self, subscription: Subscription, code: Code) -> None:
        """Tell the client that it does not listen to this channel any more."""
        if self.subscriptions.get(subscription.channel) is subscription:
            self.drop(subscription.channel)
            self.live.parts.metrics.unsubscribed(code)
            self.push(Unsubscribed(subscription.channel, code))

    def drop(self, channel: str) -> None:
        """Forget a subscription, if there is one."""
        subscription = self.subscriptions.pop(channel, None)
        if subscription is None:
            return
        if subscription.deadline is not None:
            subscription.deadline.cancel()
        self.live.streams.leave(subscription)
        self.live.attendance.leave(subscription)

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.unanswered = self.answers_pings
        self._pinged_at = perf_counter()
        self.say([self.wire.form.codec.ping])

    def silent(self) -> None:
        """Give a client up that did not answer."""
        self.close(codes.NO_PONG)

    def close(self, code: Code | None) -> None:
        """End it all, with a code for the client or, when it is gone already, without."""
        if self.over:
            return
        if self.session and code is not None and code != SLOW:
            self.push(Disconnected(code))  # this transport has no close frame
        self.wire.end(code)
        self.live.parts.metrics.closed(self.wire, code)
        self.live.pulse.remove(self)
        self.live.hub.sessions.pop(self.session, None)
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
            while self._waiting and not self.over:
                await self._serve(self._waiting.popleft())
        finally:
            self._worker = None

    async def _serve(self, command: Command) -> None:
        codec, metrics = self.wire.form.codec, self.live.parts.metrics
        began = perf_counter()
        try:
            result = await commands.serve(self, command)
            if result is not None:
                self.answer(command, result)
        except Refused as refused:
            metrics.refused(refused.refusal)
            self.say([codec.refusal(command, refused.refusal)])
            if self.dead and not self.over:
                self._end_in(self.live.parts.limits.stale_seconds, codes.STALE)
        except Violation as violation:
            self.close(violation.code)
        except Unfit:
            self.close(codes.WRONG_PROTOCOL)
        except Exception:  # a bug costs one connection, which may come back, and is told of
            log.exception("command failed", command=command.name)
            self.close(codes.SERVER_ERROR)
        finally:
            metrics.answered(command.name, perf_counter() - began)

    def _live_until(self, expires_at: datetime | None) -> int | None:
        if expires_at is None:
            if self._deadline is not None:
                self._deadline.cancel()
            return None
        left = (expires_at - self.live.parts.clock()).total_seconds()
        if left <= 0:
            raise Refused(codes.TOKEN_EXPIRED)
        self._end_in(left + self.live.parts.limits.grace_seconds, codes.EXPIRED)
        return max(1, int(left))

    def _end_in(self, seconds: float, code: Code) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.close, code)
