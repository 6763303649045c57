"""What operators and time may do to orders that money is in: it goes back, or nothing moves."""

import asyncio
from datetime import timedelta

import pytest

from domain import kok, order, payment, stock
from domain.kernel import OrderId, Sku, UserId
from domain.order import OrderStatus, Pick
from domain.payment import PaymentStatus
from tests.conftest import HandClock
from tests.shop import DELAYS, NOON, WINDOW, a_kok_product

BUYER, OPERATOR = UserId(7), UserId(70)
KOK = (5001, 5002)
COMPLETED = PaymentStatus.COMPLETED


@pytest.fixture
def clock():
    """Noon of the shop's day."""
    return HandClock(NOON)


@pytest.fixture
async def shop(db):
    """Two products of ten each."""
    async with db.sessions.begin() as session:
        for product_id in KOK:
            await a_kok_product(session, product_id)
    return db


async def place(db, *products):
    """Order one of each; return the order's id and its lines'."""
    async with db.sessions.begin() as session:
        rows = [
            await kok.add_to_cart(session, each, by=BUYER, quantity=1, recipe_id=None, now=NOON)
            for each in products
        ]
        picks = [Pick(cart_id=row[0], quantity=1) for row in rows]
        placed = await order.place_from_cart(
            session, picks, buyer=BUYER, now=NOON, pay_within=WINDOW
        )
        return OrderId(placed.order_id), [line.line_id for line in placed.lines]


async def pay(till, provider, order_id):
    """Pay the order and hear of it."""
    view = await payment.begin(till, order_id, by=BUYER)
    provider.decide(view.tx_id, COMPLETED, view.amount)
    await payment.ask(till, order_id)


async def move(db, line_id, *statuses, now=NOON):
    for to in statuses:
        async with db.sessions.begin() as session:
            await payment.move_kok_line(session, line_id, to, by=OPERATOR, now=now, delays=DELAYS)


async def look(db, order_id):
    """Return the lines' statuses, the payment's, and what is left on the shelf."""
    async with db.reads() as session:
        bought = await order.get(session, order_id, by=BUYER)
        paid = await payment.find(session, order_id)
        levels = await stock.levels(session, [Sku(f"kok-{each}") for each in KOK])
    lines = [line.status.value for line in bought.lines]
    return lines, paid and paid.status.value, [level.available for level in levels]


async def give_back(till, clock):
    """Let the clock come round to what is due."""
    clock.now += timedelta(seconds=10)
    return await payment.sweep(till, clock())


@pytest.mark.parametrize(
    "to",
    [
        OrderStatus.PAYMENT_REQUESTED,
        OrderStatus.PAYMENT_COMPLETED,
        OrderStatus.REFUND_COMPLETED,
    ],
)
async def test_nobodys_word_is_money(shop, till, provider, to):
    """Fault 8.5: setting any status, PAYMENT_COMPLETED included, was anybody's."""
    order_id, (line_id,) = await place(shop, 5001)
    if to is OrderStatus.PAYMENT_COMPLETED:
        await payment.begin(till, order_id, by=BUYER)
    if to is OrderStatus.REFUND_COMPLETED:
        await pay(till, provider, order_id)
        await move(shop, line_id, OrderStatus.REFUND_REQUESTED)
    before = await look(shop, order_id)

    with pytest.raises(payment.MoneyDecides):
        await move(shop, line_id, to)

    assert await look(shop, order_id) == before


async def test_an_undrawn_move_is_refused_first(shop):
    """Whatever the status is about; and an unknown line is not found."""
    order_id, (line_id,) = await place(shop, 5001)
    before = await look(shop, order_id)

    for to in set(OrderStatus) - order.MOVES[OrderStatus.ORDER_RECEIVED]:
        with pytest.raises(order.IllegalMove):
            await move(shop, line_id, to)
    with pytest.raises(order.KokOrderNotFound):
        await move(shop, 987654, OrderStatus.CANCELLED)

    assert await look(shop, order_id) == before


async def test_what_an_operator_cancels_is_refunded(shop, till, provider, clock):
    """The goods at once, the money when the provider has it."""
    order_id, (line_id,) = await place(shop, 5001)
    await pay(till, provider, order_id)

    await move(shop, line_id, OrderStatus.CANCELLED)

    assert await look(shop, order_id) == (["CANCELLED"], "REFUND_DUE", [10, 10])
    assert await give_back(till, clock) == 1
    assert await look(shop, order_id) == (["CANCELLED"], "REFUNDED", [10, 10])
    assert len(provider.refunds) == 1


@pytest.mark.parametrize("delivered", [False, True])
async def test_a_requested_refund_completes_by_itself(shop, till, provider, clock, delivered):
    """Before shipping the goods are back on the shelf; after it they are with the buyer."""
    order_id, (line_id,) = await place(shop, 5001)
    await pay(till, provider, order_id)
    if delivered:
        way = (OrderStatus.PREPARING, OrderStatus.SHIPPING, OrderStatus.DELIVERED)
        await move(shop, line_id, *way)

    await move(shop, line_id, OrderStatus.REFUND_REQUESTED)

    left = [9 if delivered else 10, 10]
    assert await look(shop, order_id) == (["REFUND_REQUESTED"], "REFUND_DUE", left)
    provider.silent = True
    await give_back(till, clock)
    assert await look(shop, order_id) == (["REFUND_REQUESTED"], "REFUND_DUE", left)
    provider.silent = False
    clock.now += timedelta(minutes=1)
    await give_back(till, clock)
    assert await look(shop, order_id) == (["REFUND_COMPLETED"], "REFUNDED", left)
    async with shop.reads() as session:
        steps = await order.steps_of(session, line_id, kind="kok", by=BUYER)
    assert [(step.status.value, step.by) for step in steps[:2]] == [
        ("REFUND_COMPLETED", None),
        ("REFUND_REQUESTED", OPERATOR),
    ]


async def test_lines_paid_together_go_back_together(shop, till, provider):
    """A payment is given back whole, so one line of two is refused, paid or being paid."""
    order_id, (first, second) = await place(shop, *KOK)
    await payment.begin(till, order_id, by=BUYER)
    with pytest.raises(payment.PaidTogether):
        await move(shop, first, OrderStatus.CANCELLED)
    await pay(till, provider, order_id)
    before = await look(shop, order_id)
    for to in (OrderStatus.CANCELLED, OrderStatus.REFUND_REQUESTED):
        with pytest.raises(payment.PaidTogether):
            await move(shop, second, to)
    assert await look(shop, order_id) == before == (["PAYMENT_COMPLETED"] * 2, "COMPLETED", [9, 9])


async def test_what_was_cancelled_before_paying_is_not_paid(shop, till, provider, clock):
    """Fault 8.1.22: the amount is each line's total once; the last line may be refunded alone."""
    order_id, (first, second) = await place(shop, *KOK)
    await move(shop, first, OrderStatus.CANCELLED)
    await pay(till, provider, order_id)
    assert [each.amount for each in provider.begun] == [8_000]
    assert await look(shop, order_id) == (["CANCELLED", "PAYMENT_COMPLETED"], "COMPLETED", [10, 9])

    await move(shop, second, OrderStatus.REFUND_REQUESTED)
    await give_back(till, clock)

    lines = ["CANCELLED", "REFUND_COMPLETED"]
    assert await look(shop, order_id) == (lines, "REFUNDED", [10, 10])


async def test_an_order_cancelled_while_it_is_paid_keeps_nobodys_money(shop, till, provider, clock):
    """An operator's cancellation, like a buyer's, outlives the provider's yes."""
    order_id, (line_id,) = await place(shop, 5001)
    view = await payment.begin(till, order_id, by=BUYER)
    await move(shop, line_id, OrderStatus.CANCELLED)
    provider.decide(view.tx_id, COMPLETED, view.amount)

    await give_back(till, clock)
    await give_back(till, clock)

    assert await look(shop, order_id) == (["CANCELLED"], "REFUNDED", [10, 10])


async def test_a_refund_needs_a_payment(shop):
    """An order that came to be paid without one, as an import may, has nothing to give back."""
    order_id, (line_id,) = await place(shop, 5001)
    async with shop.sessions.begin() as session:
        bought = await order.lock(session, order_id)
        for to in (OrderStatus.PAYMENT_REQUESTED, OrderStatus.PAYMENT_COMPLETED):
            await order.move(session, bought, to, by=None, now=NOON)
    with pytest.raises(payment.NothingToRefund):
        await move(shop, line_id, OrderStatus.REFUND_REQUESTED)


async def test_two_operators_at_once_refund_once(shop, till, provider, clock):
    """The order's lock lets one of them through."""
    order_id, (line_id,) = await place(shop, 5001)
    await pay(till, provider, order_id)

    results = await asyncio.gather(
        move(shop, line_id, OrderStatus.CANCELLED),
        move(shop, line_id, OrderStatus.REFUND_REQUESTED),
        move(shop, line_id, OrderStatus.CANCELLED),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in results) == [
        "IllegalMove",
        "IllegalMove",
        "NoneType",
    ]
    await give_back(till, clock)
    assert len(provider.refunds) == 1
    assert (await look(shop, order_id))[1:] == ("REFUNDED", [10, 10])


class TestConfirm:
    """Whether an order is paid is the provider's word."""

    async def test_an_undecided_payment_is_asked_about(self, shop, till, provider):
        """Fault 8.5: users could mark their own orders paid."""
        order_id, _ = await place(shop, 5001)
        with pytest.raises(payment.NotRequested):
            await payment.confirm(till, order_id, status=OrderStatus.ORDER_RECEIVED)
        view = await payment.begin(till, order_id, by=BUYER)
        for provider.silent in (True, False):
            with pytest.raises(payment.PaymentUndecided):
                await payment.confirm(till, order_id, status=OrderStatus.PAYMENT_REQUESTED)
        assert await look(shop, order_id) == (["PAYMENT_REQUESTED"], "PENDING", [9, 10])

        provider.decide(view.tx_id, COMPLETED, view.amount)
        for status in (OrderStatus.PAYMENT_REQUESTED, OrderStatus.PAYMENT_COMPLETED):
            await payment.confirm(till, order_id, status=status)
        assert await look(shop, order_id) == (["PAYMENT_COMPLETED"], "COMPLETED", [9, 10])

    async def test_a_refusal_says_why(self, shop, till, provider):
        """The order is off, and stays so."""
        order_id, _ = await place(shop, 5001)
        view = await payment.begin(till, order_id, by=BUYER)
        provider.decide(view.tx_id, PaymentStatus.FAILED)
        with pytest.raises(payment.PaymentFailed, match=r"^결제가 실패했습니다\.$"):
            await payment.confirm(till, order_id, status=OrderStatus.PAYMENT_REQUESTED)
        with pytest.raises(payment.NotRequested):
            await payment.confirm(till, order_id, status=OrderStatus.CANCELLED)

    async def test_asking_at_once_pays_once(self, shop, till, provider):
        """Fault 8.2: a double confirm appended duplicate rows and notifications."""
        order_id, (line_id,) = await place(shop, 5001)
        view = await payment.begin(till, order_id, by=BUYER)
        provider.decide(view.tx_id, COMPLETED, view.amount)
        views = await asyncio.gather(*(payment.ask(till, order_id) for _ in range(5)))
        assert {each.status for each in views} == {COMPLETED}
        async with shop.reads() as session:
            steps = await order.steps_of(session, line_id, kind="kok", by=BUYER)
        assert len(steps) == 3


class TestAbandon:
    """A payment nobody waits for any more is followed to its end."""

    async def test_what_is_collected_after_all_goes_back(self, shop, till, provider, clock):
        """The order is off at once; late money is refunded, not kept and not lost."""
        order_id, _ = await place(shop, 5001)
        view = await payment.begin(till, order_id, by=BUYER)
        async with shop.sessions.begin() as session:
            await payment.abandon(session, order_id, now=clock())
        assert await look(shop, order_id) == (["CANCELLED"], "PENDING", [10, 10])

        assert await payment.sweep(till, clock()) == 1  # at once
        assert provider.called_off == [f"pay-{view.tx_id}"]
        provider.decide(view.tx_id, COMPLETED, view.amount)
        for _ in range(2):
            clock.now += timedelta(minutes=1)
            await payment.sweep(till, clock())
        assert await look(shop, order_id) == (["CANCELLED"], "REFUNDED", [10, 10])

    async def test_a_payment_decided_in_the_meantime_stays(self, shop, till, provider, clock):
        """Money that was there first is kept, and nothing was begun is nothing to give up."""
        order_id, _ = await place(shop, 5001)
        async with shop.sessions.begin() as session:
            await payment.abandon(session, order_id, now=clock())
        await pay(till, provider, order_id)
        async with shop.sessions.begin() as session:
            await payment.abandon(session, order_id, now=clock())
        assert await look(shop, order_id) == (["PAYMENT_COMPLETED"], "COMPLETED", [9, 10])
