"""/healthz, /readyz and /api/health: is it alive, can it work, and does it say the truth."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Final, Literal

import structlog
from pydantic import BaseModel, JsonValue
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kernel
from server.endpoint import endpoint, reply
from server.migrate import is_current
from server.rate_limit import UNLIMITED
from server.state import State

TAGS: Final = ("system",)
CHECK_SECONDS: Final = 3.0
SERVICE: Final = "uhok-backend-gateway"

log = structlog.get_logger()


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


class Check(BaseModel):
    ok: bool
    reason: str | None = None


class Readiness(BaseModel):
    status: Literal["ready", "unready"]
    checks: dict[str, Check]


class Health(BaseModel):
    status: Literal["healthy", "unhealthy"]
    service: str = SERVICE
    version: str
    timestamp: str


class MlHealth(BaseModel):
    """``ml_service`` is what the model, or its service, says of itself, or why it says nothing."""

    status: Literal["healthy"] = "healthy"  # the shop's own; it works without
    service: str = SERVICE
    ml_service: dict[str, JsonValue]
    timestamp: str


class Unready(Exception):
    """A check that answered, and what it found is not good enough."""


@endpoint(tags=TAGS, limit=UNLIMITED)
async def healthz(request: Request[State]) -> Alive:
    """Tell that the process answers."""
    return Alive()


@endpoint(errors=(503,), tags=TAGS, answers=Readiness, limit=UNLIMITED)
async def readyz(request: Request[State]) -> Response:
    """Tell whether everything this process needs is there, one by one."""
    state = request.state
    tests: dict[str, Callable[[], Awaitable[None]]] = {
        "service_database": state["db"].ping,
        "analytics_database": state["analytics"].ping,
        "redis": lambda: _redis(state),
        "migrations": lambda: _migrations(state),
        "outbox": lambda: _outbox(state),
        "live": lambda: _live(state),
    }
    results = await asyncio.gather(*(_try(name, test) for name, test in tests.items()))
    checks = dict(zip(tests, results, strict=True))
    ready = all(check.ok for check in results)
    out = Readiness(status="ready" if ready else "unready", checks=checks)
    return reply(out, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


@endpoint(errors=(503,), tags=TAGS, answers=Health, limit=UNLIMITED)
async def api_health(request: Request[State]) -> Response:
    """Tell whether the shop is open, in the earlier API's words."""
    pings = {"service": request.state["db"].ping, "analytics": request.state["analytics"].ping}
    results = await asyncio.gather(*(_try(name, ping) for name, ping in pings.items()))
    healthy = all(check.ok for check in results)
    out = Health(
        status="healthy" if healthy else "unhealthy",
        version=version("uhok-live"),
        timestamp=kernel.iso(request.state["clock"]()),
    )
    return reply(out, status=200 if healthy else 503, headers={"Cache-Control": "no-store"})


@endpoint(tags=TAGS, answers=MlHealth)
async def ml_health(request: Request[State]) -> Response:
    """Tell how the model behind search is, or the service that has it; the shop works without."""
    out = MlHealth(
        ml_service=await request.state["embedder"].health(),
        timestamp=kernel.iso(request.state["clock"]()),
    )
    return reply(out, headers={"Cache-Control": "no-store"})


async def _redis(state: State) -> None:
    await state["redis"].echo("ping")


async def _migrations(state: State) -> None:
    if not await is_current(state["db"], "service"):
        raise Unready("the service database is not at the newest version")
    if not await is_current(state["analytics"], "analytics"):
        raise Unready("the analytics database is not at the newest version")


async def _outbox(state: State) -> None:
    async with state["db"].reads() as session:
        count, oldest = await kernel.lag(session)
    waited = (state["clock"]() - oldest).total_seconds() if oldest else 0
    if waited > state["settings"].outbox_lag_seconds_max:
        raise Unready(f"{count} events wait, the oldest for {waited:.0f} s")


async def _live(state: State) -> None:
    if state["live"].hub.draining:
        raise Unready("draining")  # live clients are sent elsewhere; newcomers had better go there
    if not state["live"].healthy:
        raise Unready("messages do not come through")


async def _try(name: str, test: Callable[[], Awaitable[None]]) -> Check:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await test()
    except Unready as found:
        return Check(ok=False, reason=str(found))
    except Exception as error:  # noqa: BLE001 (whatever it is, the check failed and says so)
        log.warning("check_failed", check=name, error=repr(error))  # not to be read by strangers
        return Check(ok=False, reason=type(error).__name__)
    return Check(ok=True)


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/api/health", api_health),
    Route("/api/health/ml", ml_health),
]
