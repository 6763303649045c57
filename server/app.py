"""Build the ASGI application from its parts; importing this module does nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from channels import sse, websocket
from server import pages
from server.errors import EXCEPTION_HANDLERS
from server.middleware.access_log import AccessLog
from server.middleware.body_limit import BodyLimit
from server.middleware.client_address import ClientAddress
from server.middleware.failures import Failures
from server.middleware.request_id import RequestId
from server.middleware.security_headers import SecurityHeaders, inline_scripts
from server.pages import PAGES
from server.routes import homeshopping, kok, notification, order, payment, system, user
from server.settings import Settings
from server.state import State

OpenState = Callable[[], AbstractAsyncContextManager[State]]

EXPOSED = ("X-Request-Id", "Idempotent-Replayed", "Retry-After")


def create_app(settings: Settings, open_state: OpenState) -> Starlette:
    """Return the application; ``open_state`` opens its resources when it starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with open_state() as state:
            yield state

    return Starlette(
        routes=routes(),
        middleware=middleware(settings),
        exception_handlers={**EXCEPTION_HANDLERS},
        lifespan=lifespan,
    )


def routes() -> list[BaseRoute]:
    """Return every door: REST, the channels and the page."""
    return [
        *pages.routes,
        *websocket.routes,
        *sse.routes,
        *system.routes,
        *user.routes,
        *homeshopping.routes,
        *notification.routes,
        *kok.routes,
        # Before the orders themselves: "payment" is no order's id.
        *payment.routes,
        *order.routes,
    ]


def middleware(settings: Settings) -> list[Middleware]:
    """Return what every request passes through, the outermost first."""
    return [
        Middleware(ClientAddress, proxies=settings.proxies),
        Middleware(RequestId),
        Middleware(AccessLog),
        Middleware(SecurityHeaders, scripts=inline_scripts(PAGES), https=settings.secure_cookies),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("*",),
            allow_headers=("*",),
            allow_credentials=True,
            expose_headers=EXPOSED,
        ),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        Middleware(Failures),
        Middleware(BodyLimit, bytes_max=settings.body_bytes_max),
    ]
