"""The downward half of a conversation whose two directions are two connections.

The client's first commands come with the request; what it says later comes by ``/emulation``, with
the secret that the answer to its connect told it.
"""

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from channels.connection import Connection
from channels.doors.answer import Format, begin, head
from channels.doors.entrance import Visit, ignore, refuse, said_at_once
from channels.live import Live


async def converse(
    request: Request, receive: Receive, send: Send, *, spoken: Format, hello: bytes = b""
) -> None:
    """Serve one client until either side has had enough."""
    scope: Scope = request.scope
    live: Live = scope["state"]["live"]
    with Visit(scope, live) as visit:
        if visit.refusal:
            raise refuse(visit.refusal)
        start = head(request, live, spoken)
        if request.method == "HEAD":
            await start(scope, receive, send)
            return
        frame = await said_at_once(request, live)
        if not frame:
            raise refuse(400)
        await begin(send, start, hello)
        connection = Connection(live, spoken.wire(scope, send, live), session=live.parts.ids())
        visit.receive(connection)
        connection.open()
        connection.receive(frame)
        await visit.go_on(receive, ignore)
