"""What the doors share behind which a client only listens: it says once what it wants."""

from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.types import Receive, Scope, Send

from channels import codes, cursor
from channels.codec.json import read_connect
from channels.codes import Code
from channels.doors.answer import Format, begin, head
from channels.doors.entrance import Visit, identify, ignore, refuse, said_at_once
from channels.listener import Listener
from channels.live import Live
from channels.protocol import ConnectRequest, Violation

# What will not change by asking again is said by status: a browser comes back after anything else.
STATUSES: Final = {
    codes.INVALID_TOKEN: 401,
    codes.EXPIRED: 401,
    codes.NOT_PERMITTED: 403,
    codes.CONNECTION_LIMIT: 429,
}


async def introduce(
    listener: Listener, client: HTTPConnection, wish: ConnectRequest
) -> Code | None:
    """Find out who it is and open what is wished for; return what stands against it."""
    position = client.headers.get("last-event-id") or client.query_params.get("last_event_id", "")
    try:
        listener.identify(await identify(client, listener.live, wish.token))
        await listener.subscribe(wish, cursor.read(position))
    except Violation as violation:
        return violation.code
    return None


def read_wish(said: bytes, live: Live) -> ConnectRequest:
    """Read what a client wants to hear. Raises Violation."""
    wish = read_connect(said or b"{}")
    if len(wish.subs) > live.parts.limits.channels:
        raise Violation(codes.CHANNEL_LIMIT)
    return wish


async def narrate(
    request: Request, receive: Receive, send: Send, *, spoken: Format, hello: bytes = b""
) -> None:
    """Tell one client by HTTP what it wished to hear, until either side has had enough."""
    scope: Scope = request.scope
    live: Live = scope["state"]["live"]
    with Visit(scope, live) as visit:
        if visit.refusal:
            raise refuse(visit.refusal)
        start = head(request, live, spoken)
        try:
            wish = read_wish(await said_at_once(request, live), live)
        except Violation:
            raise refuse(400) from None
        if request.method == "HEAD":
            await start(scope, receive, send)
            return
        listener = Listener(live, spoken.wire(scope, send, live), says_goodbye=True)
        visit.receive(listener)
        failure = await introduce(listener, request, wish)
        if failure in STATUSES:
            raise refuse(STATUSES[failure])
        await begin(send, start, hello)
        listener.begin(failure)
        await visit.go_on(receive, ignore)
