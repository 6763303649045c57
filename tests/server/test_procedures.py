"""What clients may have done over their connection, on both engines, rightly and wrongly."""

import json

import pytest

from channels.credentials import ANONYMOUS, Credentials
from domain import kernel, notification, order, payment
from domain.kernel import OrderId
from domain.payment import PaymentStatus, Verdict
from server.errors import status_of
from server.procedures import procedures
from tests.conftest import HandClock
from tests.shop import NOON, WINDOW, Provider, a_product, a_till, a_user, open_shop

NAMES = ["payment.acknowledge", "notification.read", "notification.read_all"]


@pytest.fixture
def clock():
    """Noon of the shop's day."""
    return HandClock(NOON)


@pytest.fixture
async def people(db):
    """A buyer and a stranger."""
    async with db.sessions.begin() as session:
        return await a_user(session, "jimin"), await a_user(session, "stranger")


@pytest.fixture
def call(db, clock, people):
    """Call a procedure as the buyer, unless told otherwise; returns what it answers."""
    known = procedures(db, clock)

    async def call(method, data=None, *, by=people[0]):
        sent = data if isinstance(data, bytes) else json.dumps(data).encode() if data else b""
        return json.loads(await known[method](Credentials(by), sent))

    return call


@pytest.fixture
async def paid(db, clock, people):
    """Pay for something; returns the order's id and the payment's name."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=5)
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=people[0], now=NOON, pay_within=WINDOW
        )
        order_id = OrderId(placed.order_id)
    till = a_till(db, Provider(), clock)
    begun = await payment.begin(till, order_id, by=people[0])
    verdict = Verdict(status=PaymentStatus.COMPLETED, payment_id=begun.payment_id)
    async with db.sessions.begin() as session:
        await payment.settle(session, order_id, verdict, now=NOON, delays=till.delays)
    return order_id, begun.payment_id


@pytest.fixture
async def messages(db, paid, people):
    """What the purchase put into the buyer's inbox."""
    async with db.sessions.begin() as session:
        await kernel.react(session, notification.hear, limit=100)
    async with db.reads() as session:
        return await notification.newest(session, by=people[0], limit=10)


async def test_a_payments_outcome_is_acknowledged(call, paid, clock):
    """By its order or by its own name; the answer is the payment."""
    order_id, payment_id = paid
    first = await call("payment.acknowledge", {"order_id": order_id})
    clock.forward(hours=1)
    again = await call("payment.acknowledge", {"payment_id": payment_id})
    assert first == again
    assert (first["order_id"], first["status"]) == (order_id, "COMPLETED")
    assert first["acknowledged_at"].startswith("2026-03-02T03:00:00")


async def test_a_message_is_read(call, messages):
    """Once and again; the answer is the message."""
    number = messages[0].notification_id
    for _ in range(2):
        read = await call("notification.read", {"notification_id": number})
        assert (read["notification_id"], read["is_read"]) == (number, True)


async def test_every_message_is_read(call, messages):
    """The answer says how many that were; no data is as good as empty data."""
    assert await call("notification.read_all") == {"read": len(messages)}
    assert await call("notification.read_all", b"{}") == {"read": 0}


async def test_what_is_anothers_does_not_exist(call, paid, messages, people):
    """As over REST: 404."""
    order_id, payment_id = paid
    for method, data in (
        ("payment.acknowledge", {"order_id": order_id}),
        ("payment.acknowledge", {"payment_id": payment_id}),
        ("notification.read", {"notification_id": messages[0].notification_id}),
    ):
        with pytest.raises(kernel.NotFound):
            await call(method, data, by=people[1])
    assert await call("notification.read_all", by=people[1]) == {"read": 0}


@pytest.mark.parametrize("method", NAMES)
async def test_a_stranger_has_nothing_done(db, clock, method):
    """401, whatever they say."""
    for data in (b"", b"{", b'{"order_id": 1}'):
        with pytest.raises(kernel.Unauthenticated) as refused:
            await procedures(db, clock)[method](ANONYMOUS, data)
        assert (status_of(type(refused.value)), refused.value.code) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("payment.acknowledge", b""),
        ("payment.acknowledge", b"{"),
        ("payment.acknowledge", b"[]"),
        ("payment.acknowledge", b"\xff"),
        ("payment.acknowledge", b'{"order_id": "\\ud800"}'),
        ("payment.acknowledge", b'{"order_id": 0}'),
        ("payment.acknowledge", b'{"order_id": 9223372036854775808}'),
        ("payment.acknowledge", b'{"order_id": 1, "payment_id": "p"}'),
        ("payment.acknowledge", b'{"order_id": null}'),
        ("payment.acknowledge", b'{"payment_id": ""}'),
        ("payment.acknowledge", b'{"payment_id": "\\u0000"}'),
        ("payment.acknowledge", b'{"order_id": 1, "more": 1}'),
        ("notification.read", b"{}"),
        ("notification.read", b'{"notification_id": []}'),
        ("notification.read", b"[" * 60_000),
        ("notification.read_all", b'{"all": true}'),
        ("notification.read_all", b"null"),
    ],
)
async def test_data_that_nobody_can_mean_is_refused(call, method, data):
    """422, and nothing breaks."""
    with pytest.raises(kernel.Invalid) as refused:
        await call(method, data)
    assert (status_of(type(refused.value)), refused.value.code) == (422, "validation_failed")


async def test_an_undecided_payment_has_no_outcome(db, clock, people, call):
    """A refusal of the domain comes through as it is."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=5)
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=people[0], now=NOON, pay_within=WINDOW
        )
    order_id = OrderId(placed.order_id)
    with pytest.raises(payment.PaymentNotFound):
        await call("payment.acknowledge", {"order_id": order_id})
    begun = await payment.begin(a_till(db, Provider(), clock), order_id, by=people[0])
    assert begun.status is PaymentStatus.PENDING
    with pytest.raises(payment.PaymentUndecided):
        await call("payment.acknowledge", {"order_id": order_id})


def test_the_procedures_are_these(db, clock):
    """Whoever adds one tries it here."""
    assert list(procedures(db, clock)) == NAMES
