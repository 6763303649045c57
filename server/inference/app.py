"""Build the inference service from its parts; importing this module does nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.errors import EXCEPTION_HANDLERS
from server.inference.routes import routes
from server.inference.state import InferenceState
from server.middleware.access_log import AccessLog
from server.middleware.body_limit import BodyLimit
from server.middleware.failures import Failures
from server.middleware.request_id import RequestId

# The longest texts, as many as may come at once, each letter written as an escape.
BODY_BYTES_MAX: Final = 4 << 20

OpenState = Callable[[], AbstractAsyncContextManager[InferenceState]]


def create_app(open_state: OpenState) -> Starlette:
    """Return the application; ``open_state`` opens its resources when it starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[InferenceState]:
        async with open_state() as state:
            yield state

    return Starlette(
        routes=routes,
        middleware=[
            Middleware(RequestId),
            Middleware(AccessLog),
            Middleware(Failures),
            Middleware(BodyLimit, bytes_max=BODY_BYTES_MAX),
        ],
        exception_handlers={**EXCEPTION_HANDLERS},
        lifespan=lifespan,
    )
