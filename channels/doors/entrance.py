"""What every door asks of whoever knocks: where the page is from, how many come from there, who."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, Self
from urllib.parse import parse_qs

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import Receive, Scope

from channels import codes
from channels.codes import Code
from channels.credentials import ANONYMOUS, Credentials, TokenExpired, TokenInvalid
from channels.doors.origin import admitted
from channels.live import Live
from channels.protocol import Violation
from channels.wire import Wire

COOKIE: Final = "uhok_live"
BEARER: Final = "bearer "
REFUSALS: Final = {
    400: "요청을 이해할 수 없습니다.",
    401: "로그인이 필요합니다.",
    403: "허용되지 않은 요청입니다.",
    404: "연결을 찾을 수 없습니다.",
    408: "요청을 기다리다 시간이 초과되었습니다.",
    413: "요청 본문이 너무 큽니다.",
    429: "같은 주소에서 연결이 너무 많습니다.",
    503: "잠시 후 다시 시도해주세요.",
}
RETRY_AFTER_SECONDS: Final = 10

log = structlog.get_logger(__name__)


class Guest(Protocol):
    """Whoever is let in: a Connection, or a Listener."""

    @property
    def wire(self) -> Wire:
        """Return where its bytes go."""

    def close(self, code: Code | None) -> None:
        """End it."""


class Visit:
    """A client's stay: from the door, where it may be refused, until nothing is left of it here.

    Its ``with`` block ends it, unless the server has taken it on and will say when it is over.
    """

    __slots__ = ("_address", "_guest", "_hub", "_kept", "_seated", "refusal")

    def __init__(self, scope: Scope, live: Live) -> None:
        self._hub = live.hub
        client = scope.get("client")
        self._address: str = client[0] if client else ""
        self._guest: Guest | None = None
        self._kept = self._seated = False
        self.refusal = 0  # or the status of it
        if not admitted(Headers(scope=scope), live.parts.origins):
            self.refusal = 403
        elif live.hub.take_seat(self._address, live.parts.limits.connections_per_address):
            self._seated = True
        else:
            self.refusal = 429

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Be over, or nearly."""
        if not self._kept:
            self.end()

    def receive(self, guest: Guest) -> None:
        """Let the guest in; it is closed at the end."""
        self._guest = guest

    async def go_on(self, receive: Receive, heard: Callable[[bytes], None]) -> None:
        """Hand on what the client says, until either side has had enough."""
        assert self._guest is not None, "nobody was let in"
        self._kept = await self._guest.wire.serve(receive, heard, self.end)

    def end(self) -> None:
        """Leave nothing behind; once is enough."""
        if self._guest is not None:
            self._guest.close(None)
        if self._seated:
            self._seated = False
            self._hub.give_seat_back(self._address)


def ignore(said: bytes) -> None:
    """Take no note: this direction has nothing more to say."""


def refuse(status: int) -> HTTPException:
    """Return what to raise instead of opening the door."""
    waits = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in {429, 503} else None
    return HTTPException(status, REFUSALS[status], headers=waits)


def asked(scope: Scope, name: str) -> str:
    """Return a parameter of the query, or nothing."""
    values = parse_qs(scope["query_string"].decode("latin-1")).get(name)
    return values[0] if values else ""


async def said_at_once(request: Request, live: Live) -> bytes:
    """Return what the client says with its request: a POST's body, or ``cf_connect``.

    Raises HTTPException for what is too large, or takes too long.
    """
    if request.method != "POST":
        return _fitting(asked(request.scope, "cf_connect").encode(errors="replace"), live)
    body = bytearray()
    try:
        async with asyncio.timeout(live.parts.limits.stale_seconds):
            async for piece in request.stream():
                body += _fitting(piece, live, behind=len(body))
    except ClientDisconnect:
        raise refuse(400) from None  # nobody is there to be told
    except TimeoutError:
        raise refuse(408) from None
    return bytes(body)


def _fitting(piece: bytes, live: Live, *, behind: int = 0) -> bytes:
    if behind + len(piece) > live.parts.limits.frame_bytes:
        raise refuse(413)
    return piece


async def identify(client: HTTPConnection, live: Live, token: str) -> Credentials:
    """Return who it is by the token, the ticket, the header or the cookie. Raises Violation.

    A ticket is good for once, so that an address that ends up in a log opens nothing.
    """
    header = client.headers.get("authorization", "")
    bearer = header[len(BEARER) :] if header.lower().startswith(BEARER) else ""
    authenticator, ticket = live.parts.authenticator, asked(client.scope, "ticket")
    try:
        if ticket:
            return await authenticator.ticket(ticket)
        said = token or bearer or client.cookies.get(COOKIE, "")
        return await authenticator.connection(said) or ANONYMOUS
    except TokenExpired:
        raise Violation(codes.EXPIRED) from None
    except TokenInvalid:
        raise Violation(codes.INVALID_TOKEN) from None
    except Exception:  # whatever the deny-list rests on is out; a token is never waved through
        log.exception("token could not be checked")
        raise Violation(codes.SERVER_ERROR) from None
