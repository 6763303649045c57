"""A request's body has a size that we are willing to read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import Unacceptable, reject_unacceptable


class BodyLimit:
    """Refuse a larger body: by its announced length at once, otherwise while it is read."""

    def __init__(self, app: ASGIApp, *, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._bytes_max:
            await reject_unacceptable(scope, Unacceptable(413))(scope, receive, send)
            return
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._bytes_max:
                raise Unacceptable(413)
            return message

        await self._app(scope, receive_counted, send)
