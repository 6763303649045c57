"""An ASGI application, started and stopped by its own lifespan, in a task of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class House:
    """A started application and its state."""

    app: Any
    state: dict[str, Any]

    async def __call__(self, scope, receive, send) -> None:
        """Hand a request over, with what the lifespan opened."""
        await self.app({**scope, "state": dict(self.state)}, receive, send)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return an HTTP client that calls the application in this process."""
        address = options.pop("address", ("192.0.2.1", 4000))
        transport = httpx.ASGITransport(self, client=address)
        options.setdefault("base_url", "http://shop.example")
        return httpx.AsyncClient(transport=transport, **options)


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[House]:
    """Start the application and stop it after; its failure to do either is the test's."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    house = House(app, {})
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": house.state}
    life = asyncio.create_task(app(scope, said.get, heard.put))

    async def step(name: str) -> None:
        said.put_nowait({"type": f"lifespan.{name}"})
        answer = asyncio.create_task(heard.get())
        await asyncio.wait((answer, life), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            life.result()
        assert (await answer)["type"] == f"lifespan.{name}.complete", answer.result()

    try:
        await step("startup")
        yield house
        await step("shutdown")
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
