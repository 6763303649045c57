"""The upward half of a conversation: commands for a stream that any of the workers may hold."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.broker import BrokerUnavailable
from channels.codec import emulation
from channels.codec.emulation import Emulated
from channels.doors.entrance import refuse, said_at_once
from channels.doors.http_stream import speaks_protobuf
from channels.doors.origin import admitted, cross_origin, permit
from channels.live import EMULATION, Live
from channels.protocol import Violation

PATH: Final = "/emulation"
NODE_LENGTH_MAX: Final = 64


async def emulate(request: Request) -> Response:
    """POST /emulation: commands of a client whose stream is another request"""
    live: Live = request.scope["state"]["live"]
    if not admitted(request.headers, live.parts.origins):
        raise refuse(403)
    read = emulation.read_protobuf if speaks_protobuf(request) else emulation.read_json
    try:
        said = read(await said_at_once(request, live))
    except Violation:
        raise refuse(400) from None
    if not said.session or not said.frame:
        raise refuse(400)
    await _carry(live, said)
    headers = cross_origin(request.headers, live.parts.origins)
    return Response(status_code=204, headers=headers)


async def _carry(live: Live, said: Emulated) -> None:
    """Take the commands to the worker that holds the stream.

    Whether the stream is still there is not asked: its client's last requests often come too late.
    """
    order = b"%b\0%b" % (said.session.encode(), said.frame)
    if said.node == live.parts.broker.node:
        live.hub.emulate(order)
        return
    if not said.node.isascii() or len(said.node) > NODE_LENGTH_MAX:
        raise refuse(404)
    try:
        heard = await live.parts.broker.signal(f"{EMULATION}:{said.node}", order)
    except BrokerUnavailable:
        raise refuse(503) from None
    if not heard:
        raise refuse(404)


routes: Final[list[BaseRoute]] = [
    Route(PATH, emulate, methods=["POST"]),
    Route(PATH, permit, methods=["OPTIONS"]),
]
