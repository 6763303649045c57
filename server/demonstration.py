"""The demo: its settings, its shop, its provider, and everything in one command."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import typer
import uvicorn

from demo import loader
from demo.catalogue import load_catalogue
from demo.payment_simulator import Settings as SimulatorSettings
from demo.payment_simulator import create_app
from domain import kernel, user
from server import processes
from server.serving import FINISH_SECONDS
from server.settings import Settings
from server.wiring import open_databases

# In a demo an order is delivered while somebody watches.
QUICK: Final = {
    "ORDER_PREPARING_SECONDS": "4",
    "ORDER_SHIPPING_SECONDS": "5",
    "ORDER_DELIVERED_SECONDS": "6",
    "BROADCAST_SOON_MINUTES": "1",
}
SIMULATOR_PORT: Final = 9002


def demo_settings(read: Callable[[], Settings]) -> Settings:
    """Return the settings of a demo: what the environment leaves open is quick and local."""
    port = int(os.environ.get("PORT", "9000"))
    provider = f"http://127.0.0.1:{_simulator_port()}"
    local = {
        "PAYMENT_SERVER_URL": provider,
        "PAYMENT_SERVER_URL2": provider,
        "WEBHOOK_BASE_URL": f"http://127.0.0.1:{port}",
    }
    for name, value in (QUICK | local).items():
        os.environ.setdefault(name, value)
    return read()


def serve(settings: Settings) -> None:
    """Migrate, load, and serve the shop with the simulator beside it, until Ctrl-C."""
    asyncio.run(processes.migrate(settings))
    asyncio.run(load(settings))
    simulator = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "payment-simulator"],
        env=os.environ | {"PORT": str(_simulator_port()), "HOST": "127.0.0.1"},
    )
    # The server passes the signal on once it has stopped; by default that would end us on the spot.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _announce(settings)
        processes.serve(settings, with_clock=True)
    finally:
        simulator.terminate()
        simulator.wait()


async def load(settings: Settings) -> None:
    """Load the demo shop, or bring the schedule of the one that is there up to date."""
    db, analytics = open_databases(settings)
    passwords = user.Passwords(cost=settings.bcrypt_cost)
    shop = loader.Shop(db=db, media=settings.media_dir, passwords=passwords)
    try:
        await loader.load(shop, now=kernel.utc_now())
    finally:
        passwords.close()
        await db.close()
        await analytics.close()


def reset(settings: Settings) -> None:
    """Delete the embedded databases and pictures. Refuses where real databases are configured."""
    if settings.service_db_url or settings.analytics_db_url:
        typer.secho("demo reset deletes embedded databases only", err=True, fg=typer.colors.RED)
        raise typer.Exit(2)
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    typer.echo("the demo starts over with the next `make run`")


def run_simulator(settings: Settings) -> None:
    """Serve the simulated provider."""
    if settings.in_production:
        typer.secho("the simulator approves everybody's payments", err=True, fg=typer.colors.RED)
        raise typer.Exit(2)
    simulated = SimulatorSettings(
        webhook_secret=settings.payment_webhook_secret.get_secret_value(),
        service_token=settings.service_auth_token.get_secret_value(),
        sim_token=os.environ.get("SIM_TOKEN", ""),
        environment=settings.environment,
        public_url=os.environ.get("PUBLIC_URL", f"http://localhost:{settings.port}"),
    )
    uvicorn.run(
        create_app(simulated),
        host=settings.host,
        port=settings.port,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=FINISH_SECONDS // 2,
    )


def _simulator_port() -> int:
    return int(os.environ.get("PAYMENT_SIMULATOR_PORT", SIMULATOR_PORT))


def _announce(settings: Settings) -> None:
    accounts = "\n".join(
        f"               {account.email}  {account.password}  ({account.username})"
        for account in load_catalogue().accounts
    ).lstrip()
    typer.echo(
        f"\n  UHOK Live    http://localhost:{settings.port}/\n"
        f"  log in as    {accounts}\n"
        f"  to stop      Ctrl-C   (start over: make demo-reset)\n"
    )
