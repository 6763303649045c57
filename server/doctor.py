"""What an operator asks first: is everything there that the service needs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from domain import kernel
from server.embedders import open_embedder
from server.migrate import is_current
from server.settings import Settings
from server.wiring import open_databases, open_redis

PATIENCE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    says: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at the databases and their versions, Redis, the outbox, the provider, the model."""
    db, analytics = open_databases(settings)
    looks: dict[str, Callable[[], Awaitable[str]]] = {
        "service database": lambda: _version(db, "service"),
        "analytics database": lambda: _version(analytics, "analytics"),
        "redis": lambda: _redis(settings),
        "outbox": lambda: _outbox(db),
        "payment provider": lambda: _provider(settings),
        "embedding model": lambda: _model(settings),
    }
    try:
        return [await _look(what, look) for what, look in looks.items()]
    finally:
        await db.close()
        await analytics.close()


async def _look(what: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Finding(what, ok=True, says=await look())
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the finding)
        return Finding(what, ok=False, says=str(error) or type(error).__name__)


async def _version(db: kernel.Database, name: str) -> str:
    await db.ping()
    if not await is_current(db, "service" if name == "service" else "analytics"):
        raise RuntimeError("not at the newest version; run `uhok migrate`")
    return "at the newest version"


async def _redis(settings: Settings) -> str:
    async with open_redis(settings) as redis:
        await redis.ping()
    return "answers" if settings.redis_url else "in this process"


async def _outbox(db: kernel.Database) -> str:
    async with db.reads() as session:
        count, oldest = await kernel.lag(session)
    return f"{count} events wait" + (f", the oldest since {kernel.iso(oldest)}" if oldest else "")


async def _provider(settings: Settings) -> str:
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{settings.payment_server_url2.rstrip('/')}/api/v2/payments",
            params={"tx_id": "doctor"},
            timeout=PATIENCE_SECONDS,
        )
    return f"answers {answer.status_code}"


async def _model(settings: Settings) -> str:
    if settings.model_wanted == "none" and not settings.ml_inference_url:
        return "none is wanted; rules answer"
    async with open_embedder(settings) as embedder:
        told = await embedder.health()
    if told.get("status") == "error":
        raise RuntimeError(str(told.get("error") or "out of order"))
    return f"{told.get('status')}: {told.get('model') or 'unnamed'}"
