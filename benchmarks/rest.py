"""What every REST operation costs at the size of a real shop, for strangers and shoppers.

5 000 products of the always-open shop, 2 000 broadcasts, 200 users and 20 000 orders; eight
callers over keep-alive connections ask one operation at a time, each request with its own
parameters, as fast as they get answers. MariaDB's commits wait for the disk. What follows a
request in the background (the relay, the inbox, the event log) is waited for and counted to it.

Patterns on the command line choose operations: ``rest discounted 'orders$'``.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from benchmarks._asking import Read, Turn
from benchmarks._changes import CHANGES, Change
from benchmarks._earlier import EARLIER_MS, READ_SHARE, WRITE_SHARE
from benchmarks._figures import MS, latency, report
from benchmarks._house import House, open_house
from benchmarks._pool import Request, flat_out
from benchmarks._questions import READS
from benchmarks.filling import Size, fill, fill_log, session_of
from domain import user
from domain.kernel import Base, Database, UserId, business_day
from server.app import routes
from server.serving import settle_memory
from server.settings import Settings
from server.wiring import access_tokens

LINES: Final = 8
READINGS: Final = 1_000
WRITINGS: Final = 1_000
UNCOUNTED: Final = 100  # of each operation, before the measured ones
ENGINES: Final = ("server", "mariadb", "postgres", "redis")
TABLE: Final = "{:<62} {:>5} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>6} {:>6}   {:>7} {:>7} {:>5}\n"


@dataclass(slots=True)
class Stage:
    """The shop, its customers, and what was measured so far."""

    house: House
    size: Size
    bearers: Sequence[str]  # by user, the first one's first
    results: dict[str, Any] = field(default_factory=dict)

    def turn(self, number: int) -> Turn:
        """Return the n-th request's parameters."""
        return Turn(self.size, number, business_day(datetime.now(UTC)))

    def bearer(self, user_id: int) -> str:
        """Return the header that says who asks."""
        return self.bearers[user_id - 1]

    async def read(self, question: Read) -> None:
        """Measure a GET route."""

        def ask(number: int) -> Request:
            turn = self.turn(number)
            who = {"shopper": turn.user_id, "admin": self.size.admin}.get(question.who)
            headers = self.bearer(who) if who else ""
            return Request("GET", question.path(turn), headers=headers)

        await self._measure(f"GET {question.name}", ask, READINGS)

    async def change(self, change: Change) -> None:
        """Measure a write."""

        def ask(number: int) -> Request:
            turn = self.turn(number)
            headers = self.bearer(turn.user_id)
            return Request(change.method, change.path(turn), change.body(turn), headers)

        await self._measure(change.name, ask, WRITINGS)

    async def _measure(self, name: str, ask: Callable[[int], Request], count: int) -> None:
        first, counted = UNCOUNTED, [ask(number) for number in range(UNCOUNTED, UNCOUNTED + count)]
        await flat_out(await self.house.lines(LINES), [ask(number) for number in range(first)])
        await self.house.settled()
        lines, meter = await self.house.lines(LINES), self.house.meter()
        statements = self._statements()
        meter.start()
        began = datetime.now(UTC)
        spans = await flat_out(lines, counted)
        lasted = (datetime.now(UTC) - began).total_seconds()
        told = self._statements() - statements
        await self.house.settled()
        cpu = meter.each(count, unit=MS)
        for line in lines:
            line.transport.close()
        total = round(sum(cpu[name] for name in ENGINES), 3)
        self.results[name] = {
            "cpu_ms_per_request": cpu | {"together": total},
            "statements_per_request": round(told / count, 1),
            "requests_per_second": round(count / lasted, 1),
            "took": latency(spans),
            **_compared(name, total),
        }
        _tell(name, self.results[name])

    def _statements(self) -> int:
        told = self.house.engines.mariadb.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(told.split()[1])


def _compared(name: str, total: float) -> dict[str, float]:
    earlier = EARLIER_MS.get(name)
    if earlier is None:
        return {}
    share = READ_SHARE if name.startswith("GET") else WRITE_SHARE
    return {"earlier_ms": earlier, "of_earlier": round(total / earlier, 2), "promised": share}


def _tell(name: str, found: dict[str, Any]) -> None:
    cpu, took = found["cpu_ms_per_request"], found["took"]
    sys.stderr.write(
        TABLE.format(
            name,
            found["statements_per_request"],
            found["requests_per_second"],
            took["p50_ms"],
            took["p99_ms"],
            *(f"{cpu[engine]:.2f}" for engine in ENGINES),
            f"{cpu['together']:.2f}",
            found.get("earlier_ms", "-"),
            found.get("of_earlier", "-"),
        )
    )


async def idle(house: House) -> dict[str, float]:
    """Return the CPU that the processes take when nobody asks, in ms per second."""
    meter = house.meter()
    meter.start()
    began = datetime.now(UTC)
    await house.settled()
    lasted = (datetime.now(UTC) - began).total_seconds()
    return {name: round(spent / lasted / MS, 2) for name, spent in meter.spent().items()}


async def measure(house: House, size: Size, chosen: Sequence[str]) -> dict[str, Any]:
    """Ask everything that is served, the chosen operations only if any are named."""
    stage = Stage(house, size, _bearers(house, size))
    served = {getattr(route, "path", "") for route in routes()}
    header = ("CPU in ms per request", "stmts", "req/s", "p50", "p99", *ENGINES, "all", "earlier")
    sys.stderr.write(TABLE.format(*header, "ratio"))
    for question in READS:
        if question.route in served and _wanted(f"GET {question.name}", chosen):
            await stage.read(question)
    for change in CHANGES:
        if _wanted(change.name, chosen):
            await stage.change(change)
    return stage.results


def _bearers(house: House, size: Size) -> list[str]:
    tokens, now = access_tokens(house.settings), datetime.now(UTC)
    roles = {size.admin: user.Role.ADMIN}
    issued = (
        tokens.issue(
            UserId(each), roles.get(each, user.Role.USER), session_id=session_of(each), now=now
        )
        for each in size.user_ids
    )
    return [f"Authorization: Bearer {each}\r\n" for each in issued]


def _wanted(name: str, chosen: Sequence[str]) -> bool:
    return not chosen or any(re.search(pattern, name) for pattern in chosen)


async def main() -> None:
    """Measure and print."""
    size = Size()

    async def fill_both(_: Settings, db: Database, analytics: Database) -> None:
        now = datetime.now(UTC)
        await fill(db, size, now=now)
        await fill_log(analytics, size, now=now)

    async with open_house(fill=fill_both, durable=True) as house:
        await house.settled()
        tables = ", ".join(Base.metadata.tables)
        house.engines.mariadb.execute(f"ANALYZE TABLE {tables}", database="uhok")
        settle_memory()  # our own pauses would look like the server's
        resting = await idle(house)
        found = await measure(house, size, sys.argv[1:])
        report("rest", {"connections": LINES, "idle_cpu_ms_per_second": resting, "steps": found})


if __name__ == "__main__":
    uvloop.run(main())
