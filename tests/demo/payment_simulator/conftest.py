"""The simulator and a merchant, both on real HTTP, in a time that moves only when told."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.payment_simulator import Settings, create_app

SECRET = "webhook-secret-for-tests"
SERVICE_TOKEN = "service-token-for-tests"
SIM_TOKEN = "sim-token-for-tests"
PATIENCE_SECONDS = 10
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)


class QuietServer(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serve on a free port; the socket listens before the server is up, so nobody needs to wait."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = QuietServer(
        uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=5)
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@dataclass
class VirtualTime:
    """A clock with its sleepers; ``advance`` wakes those whose time has come."""

    now: datetime = NOON
    sleepers: list[tuple[datetime, asyncio.Event]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        alarm = asyncio.Event()
        entry = (self.now + timedelta(seconds=seconds), alarm)
        self.sleepers.append(entry)
        self.slept.append(seconds)
        async with self.changed:
            self.changed.notify_all()
        try:
            await alarm.wait()
        finally:  # cancelled sleepers leave by themselves
            self.sleepers = [each for each in self.sleepers if each is not entry]

    async def pass_by(self, seconds: float) -> None:
        """Wait until somebody sleeps, then let that much time pass."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: self.sleepers)
        self.now += timedelta(seconds=seconds)
        woken = [each for each in self.sleepers if each[0] <= self.now]
        self.sleepers = [each for each in self.sleepers if each not in woken]
        for _, alarm in woken:
            alarm.set()


@dataclass(frozen=True)
class Heard:
    """One webhook as it arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def event(self) -> str:
        return self.headers["x-payment-event"]

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)


@dataclass
class Merchant:
    """Receives webhooks, and answers them with the statuses it was given (then 200)."""

    url: str = ""
    inbox: asyncio.Queue[Heard] = field(default_factory=asyncio.Queue)
    answers: deque[int] = field(default_factory=deque)

    async def receive(self, request: Request) -> Response:
        await self.inbox.put(Heard(dict(request.headers), await request.body()))
        status = self.answers.popleft() if self.answers else 200
        return Response(status_code=status, headers={"location": self.url})

    async def next(self) -> Heard:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.inbox.get()


@dataclass(frozen=True)
class Simulator:
    """What the tests ask of the simulator, over HTTP."""

    http: httpx.AsyncClient
    merchant: Merchant
    time: VirtualTime

    async def open(self, order_id: int = 7, **more: Any) -> httpx.Response:
        body = {
            "version": "v2",
            "tx_id": f"tx_{order_id}",
            "order_id": order_id,
            "user_id": 3,
            "amount": 19900.0,
            "callback_url": f"{self.merchant.url}?t=token",
        }
        return await self.http.post("/api/v2/payments", json=body | more)

    async def opened(self, order_id: int = 7, **more: Any) -> str:
        """Open a payment and return its id."""
        answer = await self.open(order_id, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["payment_id"]

    async def next_payment(self, **scenario: Any) -> None:
        answer = await self.http.post("/_sim/scenarios", json=scenario)
        assert answer.status_code == 201, answer.text

    async def truth(self, payment_id: str) -> dict[str, Any]:
        return (await self.http.get(f"/api/v2/payments/{payment_id}")).json()

    async def deliveries(self, payment_id: str) -> list[dict[str, Any]]:
        answer = await self.http.get("/_sim/deliveries", params={"payment_id": payment_id})
        return answer.json()

    async def delivery_in(self, payment_id: str, state: str) -> dict[str, Any]:
        """Return the payment's last delivery once it is in that state."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await self.deliveries(payment_id)
                if found and found[-1]["state"] == state:
                    return found[-1]


@pytest.fixture
def time() -> VirtualTime:
    """Return a clock that stands at noon in Seoul."""
    return VirtualTime()


@pytest.fixture(scope="session")
async def shop() -> AsyncIterator[Merchant]:
    """Serve a merchant's webhook address."""
    site = Merchant()
    async with serving(Starlette(routes=[Route("/hook", site.receive, methods=["POST"])])) as url:
        site.url = f"{url}/hook"
        yield site


@pytest.fixture
def merchant(shop: Merchant) -> Merchant:
    """Return the merchant with nothing heard and nothing to say; no simulator is running yet."""
    shop.inbox, shop.answers = asyncio.Queue(), deque()
    return shop


@pytest.fixture
def settings() -> Settings:
    """Return settings with every token in place."""
    return Settings(
        webhook_secret=SECRET,
        service_token=SERVICE_TOKEN,
        sim_token=SIM_TOKEN,
        webhook_attempts_max=4,
        public_url="https://pay.example.com/",
    )


@pytest.fixture
async def simulator(
    settings: Settings, time: VirtualTime, merchant: Merchant
) -> AsyncIterator[Simulator]:
    """Serve a simulator and hand out a client that carries both tokens."""
    app = create_app(settings, clock=time.clock, sleep=time.sleep)
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}", "X-Sim-Token": SIM_TOKEN}
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http,
    ):
        yield Simulator(http, merchant, time)


@pytest.fixture
def served() -> Callable[[Starlette], Any]:
    """Return the way to serve an application of one's own."""
    return serving
