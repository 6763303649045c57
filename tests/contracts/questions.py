"""A filled shop behind the whole application, and every GET route asked as a shopper would."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx

from benchmarks._asking import Read, Turn
from benchmarks._questions import READS
from benchmarks.filling import Size, fill, fill_log, session_of
from domain import user
from domain.kernel import Clock, UserId, business_day
from server.app import create_app, routes
from server.settings import Settings
from server.wiring import access_tokens, open_state
from tests.running import House, running


def get_routes() -> set[str]:
    """Return the paths of the application's GET routes, as it spells them."""
    asked = (route for route in routes() if hasattr(getattr(route, "endpoint", None), "__op__"))
    return {route.path for route in asked if "GET" in (route.methods or ())}


def served() -> Iterator[Read]:
    """Yield the questions to routes that there are."""
    known = get_routes()
    yield from (each for each in READS if each.route in known)


@dataclass
class Shop:
    """A house with a filled shop in it."""

    house: House
    size: Size
    settings: Settings
    clock: Clock

    async def ask(self, read: Read, number: int, *, signed_in: bool) -> httpx.Response:
        """Put the n-th question of its kind."""
        turn = Turn(self.size, number, business_day(self.clock()))
        who = self.size.admin if read.who == "admin" else turn.user_id
        headers = self._bearer(who) if signed_in else {}
        async with self.house.client() as http:
            return await http.get(read.path(turn), headers=headers)

    def _bearer(self, user_id: int) -> dict[str, str]:
        role = user.Role.ADMIN if user_id == self.size.admin else user.Role.USER
        token = access_tokens(self.settings).issue(
            UserId(user_id), role, session_id=session_of(user_id), now=self.clock()
        )
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(settings: Settings, size: Size, *, clock: Clock, journal) -> AsyncIterator[Shop]:
    """Fill the empty databases of the settings and start the application on them."""
    application = create_app(settings, partial(open_state, settings, clock=clock, journal=journal))
    async with running(application) as house:
        await fill(house.state["db"], size, now=clock())
        await fill_log(house.state["analytics"], size, now=clock())
        yield Shop(house, size, settings, clock)
