"""Whatever went wrong below, the caller gets an answer in our shape."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import failure


class Failures:
    """Answer what no handler expected: 503 for a database that is gone, 500 for a bug."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except Exception as error:  # logged by failure(); it must not take the server down
            answer = failure(scope, error)
            if started:
                raise  # half an answer cannot be mended, only cut off
            await answer(scope, receive, send)
