"""One client that only listens: what it asked for is opened at once, and then it is told."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from channels import codes, cursor
from channels.broker import Position
from channels.codes import Code, Refusal
from channels.credentials import ANONYMOUS, Credentials
from channels.form import Batch, Form, MarkedForm
from channels.live import VERSION, Live
from channels.protocol import (
    Connected,
    ConnectRequest,
    ConnectResult,
    Disconnected,
    Passage,
    Push,
    Refreshed,
    Refused,
    SubscribeRequest,
    SubscribeResult,
    Unfit,
    Unsubscribed,
    Violation,
    Wanted,
)
from channels.subscription import Subscription, Transport
from channels.wire import Wire
from domain.kernel import UserId


class Listener:
    """Knows no transport; on one that can say so, events tell where the client stands."""

    __slots__ = (
        "_deadline",
        "_opened",
        "_present",
        "_says_goodbye",
        "_since",
        "client",
        "credentials",
        "live",
        "refused",
        "unanswered",
        "wire",
    )

    def __init__(self, live: Live, wire: Wire, *, says_goodbye: bool) -> None:
        self.live = live
        self.wire = wire
        self.client = live.parts.ids()
        self.credentials = ANONYMOUS
        self.refused: dict[str, Refusal] = {}
        self.unanswered = False
        self._says_goodbye = says_goodbye  # its transport has no close frame
        self._since = live.hub.orders_given  # disconnect orders from before the token was checked
        self._present = False
        self._opened: dict[str, tuple[Subscription, SubscribeResult]] = {}
        self._deadline: asyncio.TimerHandle | None = None

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

    def open(self) -> None:
        """Be among those whom the house tells to go; to be called when the client can be told."""
        self._present = True
        self.live.parts.metrics.opened(self.wire)
        self.live.hub.arrive(self)

    def identify(self, credentials: Credentials) -> None:
        """Take the identity on."""
        self.credentials = credentials
        if self._present:
            self.live.hub.identified(self, since=self._since)

    @property
    def direct(self) -> tuple[Form, Transport] | None:
        """Return where what is offered may be written as well: unless events say where it stands.

        The events of a listener to one channel say so, too, but all the same.
        """
        marked = isinstance(self.wire.form, MarkedForm) and len(self._opened) > 1
        return None if marked else self.wire.direct

    async def subscribe(self, request: ConnectRequest, positions: Mapping[str, Position]) -> None:
        """Open every channel, from where the client stands; note which ones are refused.

        Raises Violation when all are, and when it is better to come back later, or elsewhere.
        """
        if self.live.hub.draining:
            raise Violation(codes.SHUTDOWN)
        wanted = {channel: Wanted() for channel in self.credentials.subs} | request.subs
        for channel, wish in wanted.items():
            asked = _request(channel, wish, positions.get(channel))
            try:
                self._opened[channel] = await self._join(asked)
            except Refused as refused:
                if refused.refusal.temporary:
                    raise Violation(codes.SERVER_ERROR) from refused
                self.refused[channel] = refused.refusal
                self.live.parts.metrics.refused(refused.refusal)
            if self.wire.ended:
                self._leave()
                return
        if wanted and not self._opened:
            raise Violation(codes.NOT_PERMITTED)

    def begin(self, failure: Code | None) -> None:
        """Tell the client what it listens to, and from now on everything that happens.

        Or tell it what stands against that.
        """
        if failure is not None:
            self.close(failure)
            return
        if not self._present:
            self.open()
            self.identify(self.credentials)
        if self.wire.ended:
            return
        limits = self.live.parts.limits
        result = ConnectResult(
            client=self.client,
            version=VERSION,
            data=self.live.welcome(self.user_id),
            ping=max(1, round(limits.ping_seconds)),
            pong=False,
            subs={channel: opened for channel, (_, opened) in self._opened.items()},
        )
        self._live_until(self.credentials.expires_at)
        self._push(Connected(result), marked=True)
        for channel, refusal in self.refused.items():
            self._push(Unsubscribed(channel, Code(refusal.code, refusal.message)))
        for subscription, _ in tuple(self._opened.values()):
            self.live.streams.admit(subscription)
        if not self.wire.ended:
            self.live.pulse.add(self)

    def offer(self, subscription: Subscription, batch: Batch) -> None:
        """Write what a channel said."""
        form = self.wire.form
        try:
            if isinstance(form, MarkedForm) and len(self._opened) > 1:
                frame = form.marked(batch, self._standing(but=subscription))
            else:
                frame = batch.frame(form)
        except Unfit:
            self.close(codes.WRONG_PROTOCOL)
            return
        if not self.wire.write(frame):
            self.close(codes.SLOW)
            return
        batch.size += len(frame)
        # What the other channels' events say of this one must not be ahead of what was written.
        subscription.epoch, subscription.offset = batch.epoch, batch.last or subscription.offset

    def tell(self, subscription: Subscription, passage: Passage) -> None:
        """Write that somebody came or went."""
        self._push(passage)

    def lost(self, subscription: Subscription) -> None:
        """Make the client come back, from where it stands."""
        self.close(codes.STATE_LOST)

    def dismiss(self, subscription: Subscription, code: Code) -> None:
        """Tell the client that it does not listen to this channel any more."""
        if self._opened.pop(subscription.channel, None) is not None:
            self.live.streams.leave(subscription)
            self.live.parts.metrics.unsubscribed(code)
            self._push(Unsubscribed(subscription.channel, code), marked=True)

    def prolong(self, expires_at: datetime | None) -> None:
        """Let the connection live until then, or for ever, and tell the client."""
        self._push(Refreshed(self._live_until(expires_at)))

    def ping(self) -> None:
        """Show that the line is alive; nobody can answer."""
        self._write([self.wire.form.codec.ping])

    def silent(self) -> None:
        """Nobody was asked."""

    def close(self, code: Code | None) -> None:
        """End it all, with a last push or, when the client is gone already, without."""
        if self.wire.ended:
            return
        if self._says_goodbye and code is not None and code != codes.SLOW:
            self._push(Disconnected(code))
        self.wire.end(code)
        if self._present:
            self.live.parts.metrics.closed(self.wire, code)
        self.live.pulse.remove(self)
        if self._deadline is not None:
            self._deadline.cancel()
        self._leave()
        self.live.hub.depart(self)

    def _leave(self) -> None:
        for subscription, _ in self._opened.values():
            self.live.streams.leave(subscription)

    async def _join(self, asked: SubscribeRequest) -> tuple[Subscription, SubscribeResult]:
        grant = self.credentials.subs.get(asked.channel)
        if grant is None and self.live.streams.topic(asked).rules.token:
            raise Refused(codes.PERMISSION_DENIED)
        return await self.live.streams.join(self, asked, grant)

    def _live_until(self, expires_at: datetime | None) -> int | None:
        if self._deadline is not None:
            self._deadline.cancel()
        if expires_at is None:
            return None
        left = (expires_at - self.live.parts.clock()).total_seconds()
        self._deadline = asyncio.get_running_loop().call_later(
            left + self.live.parts.limits.grace_seconds, self.close, codes.EXPIRED
        )
        return max(1, int(left))

    def _push(self, push: Push, *, marked: bool = False) -> None:
        form = self.wire.form
        try:
            message = form.codec.push(push)
        except Unfit:
            self.close(codes.WRONG_PROTOCOL)
            return
        if marked and isinstance(form, MarkedForm):
            self._write_frame(form.event(message, self._standing()))
        else:
            self._write([message])

    def _write(self, messages: list[bytes]) -> None:
        self._write_frame(self.wire.form.frame(messages))

    def _write_frame(self, frame: bytes) -> None:
        if not self.wire.ended and not self.wire.write(frame):
            self.close(codes.SLOW)

    def _standing(self, but: Subscription | None = None) -> bytes:
        return cursor.write(
            {
                channel: Position(subscription.epoch, subscription.offset)
                for channel, (subscription, _) in self._opened.items()
                if subscription is not but
            }
        )


def _request(channel: str, wanted: Wanted, position: Position | None) -> SubscribeRequest:
    if position is None:
        fields = wanted.model_dump()
    else:
        fields = {"recover": True, "epoch": position.epoch, "offset": position.offset}
    return SubscribeRequest(channel=channel, **fields)
