"""One client that only listens: what it asked for is opened at once, and then it is told."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from channels import codes, cursor
from channels.broker import Position
from channels.codec_json import UniJsonCodec
from channels.codes import Code, Refusal
from channels.credentials import Credentials
from channels.live import VERSION, Live
from channels.outbound import Outbound
from channels.protocol import (
    ConnectRequest,
    ConnectResult,
    Refused,
    SubscribeRequest,
    SubscribeResult,
    Violation,
    Wanted,
)
from channels.pulse import Pulse
from channels.subscription import Delivery, Subscription
from domain.kernel import UserId

UNI_JSON: Final = UniJsonCodec()

# Makes one event of a push and, when it moves the client on, its cursor.
Frame = Callable[[bytes, bytes | None], bytes]


class Listener:
    """Knows no transport: ``frame`` makes its events, and they go out through ``outbound``."""

    def __init__(
        self, live: Live, outbound: Outbound, *, credentials: Credentials, frame: Frame
    ) -> None:
        self.live = live
        self.codec = UNI_JSON
        self.credentials = credentials
        self.refused: dict[str, Refusal] = {}
        self._outbound = outbound
        self._frame = frame
        self._opened: dict[str, tuple[Subscription, SubscribeResult]] = {}
        self._pulse = Pulse(live.parts.limits, ping=self._ping)
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def user_id(self) -> UserId | None:
        """Return who it is."""
        return self.credentials.user_id

    @property
    def session_id(self) -> str | None:
        """Return which login it came with."""
        return self.credentials.session_id

    async def subscribe(self, request: ConnectRequest, positions: Mapping[str, Position]) -> None:
        """Open every channel, from where the client stands; note which ones are refused.

        Raises Violation when it is better to come back later.
        """
        for channel, wanted in request.subs.items():
            try:
                self._opened[channel] = await self.live.streams.join(
                    self, _request(channel, wanted, positions.get(channel))
                )
            except Refused as refused:
                if refused.refusal.temporary:
                    raise Violation(codes.SERVER_ERROR) from refused
                self.refused[channel] = refused.refusal

    def begin(self, *, since: int) -> None:
        """Tell the client what it listens to, and from now on everything that happens.

        ``since`` is the hub's count of disconnect orders from before the token was checked.
        """
        limits, expires_at = self.live.parts.limits, self.credentials.expires_at
        result = ConnectResult(
            client=self.live.parts.ids(),
            version=VERSION,
            data=self.live.welcome(self.user_id),
            ping=max(1, round(limits.ping_seconds)),
            pong=False,
        )
        subs = {channel: opened for channel, (_, opened) in self._opened.items()}
        self._send(self._frame(self.codec.connect(result, subs), self._cursor()))
        for channel, refusal in self.refused.items():
            code = Code(refusal.code, refusal.message)
            self._send(self._frame(self.codec.unsubscribe(channel, code), None))
        for subscription, _ in self._opened.values():
            subscription.release()
        self._pulse.start(self.live.parts.chance)
        if expires_at is not None:
            left = (expires_at - self.live.parts.clock()).total_seconds() + limits.grace_seconds
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(left, self.close, codes.EXPIRED)
        self.live.hub.arrive(self)
        self.live.hub.identified(self, since=since)

    def offer(self, subscription: Subscription, delivery: Delivery) -> None:
        """Queue a live message; one with an offset moves the client's cursor on."""
        moved = self._cursor() if delivery.publication.offset else None
        assert subscription.peer is self
        self._send(self._frame(delivery.frame(self.codec), moved))

    def lost(self, subscription: Subscription) -> None:
        """Make the client come back, from where it stands."""
        assert subscription.peer is self
        self.close(codes.STATE_LOST)

    def close(self, code: Code | None) -> None:
        """End it all, with a last push or, when the client is gone already, without."""
        if self._outbound.ended:
            return
        self._outbound.end(code, discard=code in {None, codes.SLOW})
        self._pulse.stop()
        if self._deadline is not None:
            self._deadline.cancel()
        for subscription, _ in self._opened.values():
            self.live.streams.leave(subscription)
        self.live.hub.depart(self)

    def farewell(self, code: Code) -> bytes:
        """Return the last event."""
        return self._frame(self.codec.disconnect(code), None)

    def _send(self, event: bytes) -> None:
        if not self._outbound.put(event):
            self.close(codes.SLOW)

    def _ping(self) -> None:
        self._send(self._frame(self.codec.ping, None))

    def _cursor(self) -> bytes | None:
        positions = {
            channel: Position(subscription.epoch, subscription.offset)
            for channel, (subscription, _) in self._opened.items()
        }
        return cursor.write(positions) if positions else None


def _request(channel: str, wanted: Wanted, position: Position | None) -> SubscribeRequest:
    if position is None:
        fields = wanted.model_dump()
    else:
        fields = {"recover": True, "epoch": position.epoch, "offset": position.offset}
    return SubscribeRequest(channel=channel, **fields)
