"""Build the ASGI application from its parts; importing this module does nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from channels import doors
from server import pages, rate_limit
from server.errors import EXCEPTION_HANDLERS
from server.middleware.access_log import AccessLog
from server.middleware.body_limit import BodyLimit
from server.middleware.client_address import ClientAddress
from server.middleware.failures import Failures
from server.middleware.request_id import RequestId
from server.middleware.security_headers import SecurityHeaders, inline_scripts
from server.pages import PAGES
from server.routes import (
    homeshopping,
    homeshopping_likes,
    homeshopping_search,
    kok,
    kok_cache,
    kok_cart,
    kok_cart_ingredients,
    kok_likes,
    kok_product,
    kok_search,
    log,
    log_batch,
    notification,
    order,
    order_list,
    order_payment,
    order_status,
    pantry,
    payment,
    payment_webhook,
    realtime,
    realtime_api,
    recipe,
    recipe_ingredients,
    recipe_leftovers,
    recipe_search,
    recommendation,
    recommendation_personal,
    recommendation_recipes,
    reference,
    reference_asyncapi,
    search,
    search_queries,
    system,
    system_metrics,
    user,
    user_sessions,
    user_suspension,
)
from server.routing import Switchboard
from server.settings import Settings
from server.state import State

OpenState = Callable[[], AbstractAsyncContextManager[State]]

# What a stream says is written past the middleware, so its head must not announce anything else.
STREAMED = ("text/event-stream", "application/x-ndjson", "application/octet-stream")
UNZIPPED = (*STREAMED, "image/png", "image/jpeg", "image/webp", "video/*")
EXPOSED = (
    "X-Request-Id",
    "Idempotent-Replayed",
    "Retry-After",
    "ETag",
    "Link",
    *rate_limit.HEADERS,
)


def create_app(settings: Settings, open_state: OpenState) -> Starlette:
    """Return the application; ``open_state`` opens its resources when it starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with open_state() as state:
            yield state

    app = Starlette(
        middleware=middleware(settings),
        exception_handlers={**EXCEPTION_HANDLERS},
    )
    app.router = Switchboard(routes(), lifespan=lifespan)
    return app


def routes() -> list[BaseRoute]:
    """Return every door: REST, the channels and the page."""
    return [
        *_service(),
        *user.routes,
        *user_sessions.routes,
        *user_suspension.routes,
        *log.routes,
        *log_batch.routes,
        *homeshopping.routes,
        *homeshopping_likes.routes,
        *homeshopping_search.routes,
        *notification.routes,
        *kok.routes,
        *kok_product.routes,
        *kok_search.routes,
        *kok_likes.routes,
        *kok_cache.routes,
        *kok_cart.routes,
        *kok_cart_ingredients.routes,
        # Before the recipes themselves: "search" and "pantry" are no recipe's id.
        *recipe_search.routes,
        *recipe_leftovers.routes,
        *pantry.routes,
        *recipe_ingredients.routes,
        *recipe.routes,
        *recommendation.routes,
        *recommendation_recipes.routes,
        *recommendation_personal.routes,
        *search.routes,
        *search_queries.routes,
        # Before the orders themselves: "payment" is no order's id.
        *payment_webhook.routes,
        *payment.routes,
        *order_payment.routes,
        # "count" and "recent" are none either.
        *order_list.routes,
        *order_status.routes,
        *order.routes,
    ]


def _service() -> list[BaseRoute]:
    """Return the doors that are of no noun's: the page, the channels, what we say of ourselves."""
    return [
        *pages.routes,
        *doors.routes,
        *realtime.routes,
        *realtime_api.routes,
        *system.routes,
        *system_metrics.routes,
        *reference.routes,
        *reference_asyncapi.routes,
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
        Middleware(
            GZipMiddleware, minimum_size=1024, compresslevel=5, exclude_content_types=UNZIPPED
        ),
        Middleware(Failures),
        Middleware(BodyLimit, bytes_max=settings.body_bytes_max),
    ]
