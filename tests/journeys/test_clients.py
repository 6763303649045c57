"""The clients that are there to be copied follow an order to the end and through a broken line."""

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from domain import payment
from tests.follower import a_line
from tests.javascript import NODE
from tests.patience import until
from tests.stall import PASSWORD
from tests.street import open_street

PAGE: Final = Path(__file__).parents[2] / "docs/clients.md"
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What a reader fills in.
SHOP, ACCOUNT, ORDER = "http://localhost:9000", "jimin-demo-2026", "ORDER = 1"
# The page's own language has no other way to come back.
COMES_BACK: Final = re.compile(r"1000 \+ Math.random\(\) \* 4000")


def blocks(heading):
    """Return the code under a heading, block by block."""
    section = PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [code for _, code in BLOCK.findall(section)]


def filled_in(code, url, order_id):
    """Return the code as somebody would have it who has an order in our shop."""
    code = COMES_BACK.sub("50", code.replace(SHOP, url).replace(ACCOUNT, PASSWORD))
    return re.sub(r"\bORDER( ?= ?)1\b", rf"ORDER\g<1>{order_id}", code)


class Program:
    """A copied client and what it has printed."""

    def __init__(self, process) -> None:
        self._process = process
        self.said = ""

    async def listen(self):
        """Read for as long as it runs."""
        while chunk := await self._process.stdout.read(65_536):
            self.said += chunk.decode()

    async def until(self, words):
        """Wait until it has printed the words."""
        try:
            await until(lambda: words in self.said, seconds=20)
        except AssertionError:
            raise AssertionError(f"{words!r} is not in {self.said!r}") from None


@asynccontextmanager
async def running(*command, code):
    """Run the code, given on standard input, for as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=NODE,
        env=os.environ | {"NO_PROXY": "*", "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    process.stdin.write(code.encode())
    process.stdin.close()
    program = Program(process)
    listening = asyncio.create_task(program.listen())
    try:
        yield program
    finally:
        if process.returncode is None:
            os.killpg(process.pid, 9)  # a shell's curl, too
        await process.wait()
        await listening


javascript = partial(running, "node", "--import", "./browser.mjs", "--input-type=module", "-")
python = partial(running, sys.executable, "-")
shell = partial(running, "bash", "-s")


@pytest.fixture
async def street(embedded_settings):
    """The shop, served; its orders rest an hour before each step, in which connections expire."""
    hour = {f"order_{step}_seconds": 3600 for step in ("preparing", "shipping", "delivered")}
    async with open_street(embedded_settings, access_token_expire_minutes=600, **hour) as opened:
        yield opened


async def acknowledged(street, order_id, by):
    """Tell whether the buyer was heard to have seen the payment."""
    async with street.db.reads() as session:
        paid = await payment.state_of(session, order_id, by=by.user_id)
    return paid.acknowledged_at is not None


@pytest.mark.parametrize(
    ("heading", "run"), [("JavaScript", javascript), ("Python", python)], ids=["js", "python"]
)
async def test_an_sdk_client_follows_an_order(street, heading, run):
    """Snapshot, events, the call; after a break, with another token, what was missed, once."""
    buyer = await street.shopper()
    order_id = await buyer.order()
    async with a_line(street.url) as line:
        (code,) = blocks(heading)
        async with run(code=filled_in(code, line.url, order_id)) as client:
            await client.until("broadcasts")
            await client.until("the order is ORDER_RECEIVED")
            assert (await buyer.confirm(order_id)).status_code == 200
            await client.until("order.status_changed.v1 PAYMENT_COMPLETED")
            await until(lambda: acknowledged(street, order_id, buyer))

            await line.cut()
            street.clock.forward(hours=1)
            await until(lambda: stands(buyer, order_id, "PREPARING"))
            assert "PREPARING" not in client.said
            line.mend()
            await client.until("order.status_changed.v1 PREPARING")

            assert client.said.count("the order is") == 1
            assert client.said.count(" PREPARING") == 1


async def test_a_plain_event_source_follows_an_order(street):
    """By a ticket, and by another one after the line broke."""
    buyer = await street.shopper()
    order_id = await buyer.order()
    async with a_line(street.url) as line:
        (code,) = blocks("EventSource")
        async with javascript(code=filled_in(code, line.url, order_id)) as client:
            await client.until(f"order:{order_id} is [ 'order', 'payment' ]")
            await line.cut()
            assert (await buyer.confirm(order_id)).status_code == 200
            line.mend()
            await client.until(f"order:{order_id} payment.changed.v1")
            assert client.said.count("schedule is") == 1


@pytest.mark.parametrize("which", [1, 2], ids=["uni_sse", "uni_http_stream"])
async def test_curl_follows_an_order(street, which):
    """A snapshot first, and every event after it."""
    buyer = await street.shopper()
    order_id = await buyer.order()
    lines = blocks("curl")
    code = filled_in(lines[0] + lines[which], street.url, order_id)
    async with shell(code=code) as client:
        await client.until('"connect":{')
        assert f'"order:{order_id}":{{' in client.said
        assert (await buyer.confirm(order_id)).status_code == 200
        await client.until("payment.changed.v1")


async def test_curl_goes_on_where_it_was(street):
    """By the last ``id:`` it was told."""
    buyer = await street.shopper()
    order_id = await buyer.order()
    signing_in, listening, _, again = blocks("curl")
    signing_in = filled_in(signing_in, street.url, order_id)
    async with shell(code=signing_in + listening) as client:
        await client.until('"connect":{')
    last = re.search(r"^id: (\S+)$", client.said, re.MULTILINE)[1]
    assert (await buyer.confirm(order_id)).status_code == 200
    async with shell(code=f"{signing_in}LAST={last}\n{again}") as client:
        await client.until("payment.changed.v1")
        assert '"recovered":true' in client.said


async def stands(person, order_id, status):
    """Tell whether the order has got there."""
    return await person.status(order_id) == status
