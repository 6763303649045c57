"""What the server counts of itself besides its channels, and how all of it is read.

Several workers keep their numbers in files of one folder, and whichever is asked tells the sum of
all: see ``prometheus_client.multiprocess``. That library decides it by an environment variable when
it is imported, so the folder is there before the workers start.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from domain import kernel
from domain.kernel import Clock, Database

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
LOOK_SECONDS: Final = 2.0
OUTBOX_SECONDS: Final = 2.0  # for the answer of a database
UNKNOWN: Final = float("nan")
SECONDS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger(__name__)


class ServerMetrics:
    """The numbers of one process besides its channel layer's, in the same registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Histogram(
            "uhok_http_request_seconds",
            "From a request to the end of its answer.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=registry,
        )
        self.pooled = Gauge(
            "uhok_db_connections_in_use",
            "Pooled connections that are taken.",
            ("database",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.outbox_waiting = Gauge(
            "uhok_outbox_waiting",
            "Events that are committed and not published.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self.outbox_lag = Gauge(
            "uhok_outbox_lag_seconds",
            "How long the oldest of them has waited.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def answered(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """Count a request; ``route`` is the path's pattern, or empty when no route took it."""
        method = method if method in METHODS else "other"
        self.requests.labels(method, route or UNMATCHED, status).observe(seconds)

    def look(self, service: Database, analytics: Database) -> None:
        """Bring the numbers of this process up to date."""
        self.pooled.labels("service").set(service.in_use)
        self.pooled.labels("analytics").set(analytics.in_use)

    async def keep_looking(self, service: Database, analytics: Database) -> None:
        """Do so until cancelled."""
        while True:
            self.look(service, analytics)
            await asyncio.sleep(LOOK_SECONDS)

    async def look_at_outbox(self, service: Database, clock: Clock) -> None:
        """Bring the outbox's numbers up to date; without its database they are unknown."""
        try:
            async with asyncio.timeout(OUTBOX_SECONDS), service.reads() as session:
                waiting, oldest = await kernel.lag(session)
        except Exception as error:
            if not kernel.is_unavailable(error):
                raise
            log.warning("outbox not looked at", error=repr(error))
            self.outbox_waiting.set(UNKNOWN)
            self.outbox_lag.set(UNKNOWN)
            return
        self.outbox_waiting.set(waiting)
        self.outbox_lag.set((clock() - oldest).total_seconds() if oldest else 0)


def exposition(registry: CollectorRegistry) -> bytes:
    """Return all numbers, of all workers that share a folder, in Prometheus's text format."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest(registry)
    _forget_the_dead(Path(folder))
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all, folder)  # type: ignore[no-untyped-call]  # the library's own gap
    return generate_latest(of_all)


@contextmanager
def gathered(workers: int) -> Iterator[None]:
    """Give the workers that start meanwhile a folder for their numbers, unless there is one."""
    if workers == 1 or FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="uhok-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def _forget_the_dead(folder: Path) -> None:
    """Forget what is true of living workers only; one that was killed could not do it itself."""
    for number in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            mark_process_dead(int(number), str(folder))  # type: ignore[no-untyped-call]  # idem
