"""Money moves once: whatever is retried, doubled, reordered, late or forged."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import order, payment, stock
from domain.kernel import OrderId, Sku, UserId
from domain.payment import Payment, PaymentStatus, Verdict
from tests.conftest import HandClock
from tests.shop import NOON, WINDOW, a_product, open_shop

BUYER, STRANGER = UserId(7), UserId(8)
COMPLETED, FAILED = PaymentStatus.COMPLETED, PaymentStatus.FAILED
CANCELLED, PENDING = PaymentStatus.CANCELLED, PaymentStatus.PENDING


@pytest.fixture
def clock():
    """Noon of the shop's day."""
    return HandClock(NOON)


@pytest.fixture
async def order_id(db):
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=5)
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=2, buyer=BUYER, now=NOON, pay_within=WINDOW
        )
        return OrderId(placed.order_id)


async def settle(till, order_id, verdict):
    async with till.db.sessions.begin() as session:
        await payment.settle(session, order_id, verdict, now=till.clock(), delays=till.delays)


async def look(db, order_id):
    """Return the order's status, the payment's, and what is left on the shelf."""
    async with db.reads() as session:
        bought = await order.get(session, order_id, by=BUYER)
        paid = await payment.find(session, order_id)
        (level,) = await stock.levels(session, [Sku("hs-1001")])
        return bought.status.value, paid and paid.status.value, level.available


def said(order_id, status, **more):
    return Verdict(status=status, payment_id=f"pay-tx_{order_id}_1", **more)


async def test_a_payment_is_written_down_before_the_provider_hears_of_it(
    db, till, provider, order_id
):
    """When the call fails half-way the payment is known, and nobody pays twice."""
    provider.silent = True

    view = await payment.begin(till, order_id, by=BUYER)

    assert view.status is PaymentStatus.REQUESTED
    assert await look(db, order_id) == ("PAYMENT_REQUESTED", "REQUESTED", 3)


async def test_asking_twice_pays_once(db, till, provider, order_id):
    """The second begin joins the first payment."""
    first = await payment.begin(till, order_id, by=BUYER)
    second = await payment.begin(till, order_id, by=BUYER)

    assert (first.tx_id, second.tx_id) == (f"tx_{order_id}_1",) * 2
    assert [each.amount for each in provider.begun] == [19_800]


async def test_two_begins_at_once_are_one_payment(db, till, provider, order_id):
    """The order's lock decides which one is first."""
    views = await asyncio.gather(*(payment.begin(till, order_id, by=BUYER) for _ in range(4)))

    assert len({view.tx_id for view in views}) == 1
    assert {each.tx_id for each in provider.begun} == {views[0].tx_id}


async def test_a_provider_that_was_not_reached_can_be_asked_again(db, till, provider, order_id):
    """The refusal says that nothing happened, and the same payment goes on."""
    provider.unreachable = True
    with pytest.raises(payment.ProviderUnreachable):
        await payment.begin(till, order_id, by=BUYER)
    provider.unreachable = False

    again = await payment.begin(till, order_id, by=BUYER)

    assert again.status is PENDING
    assert [each.tx_id for each in provider.begun] == [f"tx_{order_id}_1"]


async def test_the_providers_word_pays_the_order_once(db, till, order_id):
    """A redelivered verdict changes nothing."""
    await payment.begin(till, order_id, by=BUYER)

    for _ in range(3):
        await settle(till, order_id, said(order_id, COMPLETED, amount=19_800, user_id=7))

    assert await look(db, order_id) == ("PAYMENT_COMPLETED", "COMPLETED", 3)
    async with db.reads() as session:
        bought = (await order.get(session, order_id, by=BUYER)).view()
    assert [step.status.value for step in bought.lines[0].history] == [
        "ORDER_RECEIVED",
        "PAYMENT_REQUESTED",
        "PAYMENT_COMPLETED",
    ]


async def test_a_verdict_may_come_before_the_providers_own_answer(
    db, till, provider, order_id, monkeypatch
):
    """The webhook overtakes the response to the call that began the payment."""

    async def quick(asked):
        await settle(till, order_id, said(order_id, COMPLETED, amount=asked.amount))
        return payment.Begun(payment_id=f"pay-{asked.tx_id}")

    monkeypatch.setattr(provider, "begin", quick)

    view = await payment.begin(till, order_id, by=BUYER)

    assert view.status is COMPLETED
    assert await look(db, order_id) == ("PAYMENT_COMPLETED", "COMPLETED", 3)


@pytest.mark.parametrize("status", [FAILED, CANCELLED])
async def test_a_declined_payment_cancels_the_order_and_frees_the_goods(db, till, order_id, status):
    """The reason is kept for the buyer."""
    await payment.begin(till, order_id, by=BUYER)

    await settle(till, order_id, said(order_id, status, reason="한도 초과"))

    assert await look(db, order_id) == ("CANCELLED", status.value, 5)
    async with db.reads() as session:
        view = await payment.state_of(session, order_id, by=BUYER)
    assert view.reason == "한도 초과"


async def test_money_that_comes_after_a_refusal_goes_back(db, till, provider, order_id):
    """Failed first and completed later means that money moved: it is refunded, once."""
    await payment.begin(till, order_id, by=BUYER)
    await settle(till, order_id, said(order_id, FAILED))
    await settle(till, order_id, said(order_id, COMPLETED, amount=19_800))
    assert await look(db, order_id) == ("CANCELLED", "REFUND_DUE", 5)

    late = NOON + timedelta(minutes=1)
    for _ in range(2):
        await payment.sweep(till, late)

    assert provider.refunds == [(f"pay-tx_{order_id}_1", f"refund-tx_{order_id}_1")]
    assert await look(db, order_id) == ("CANCELLED", "REFUNDED", 5)


async def test_a_refusal_that_comes_after_the_money_changes_nothing(db, till, order_id):
    """The reordered message of the first attempt is history."""
    await payment.begin(till, order_id, by=BUYER)
    await settle(till, order_id, said(order_id, COMPLETED, amount=19_800))

    await settle(till, order_id, said(order_id, FAILED))

    assert await look(db, order_id) == ("PAYMENT_COMPLETED", "COMPLETED", 3)


@pytest.mark.parametrize("wrong", [{"amount": 100}, {"amount": 19_800, "user_id": 8}])
async def test_money_of_another_amount_or_payer_goes_back(db, till, order_id, wrong):
    """Nothing is shipped for it."""
    await payment.begin(till, order_id, by=BUYER)

    await settle(till, order_id, said(order_id, COMPLETED, **wrong))

    assert await look(db, order_id) == ("CANCELLED", "REFUND_DUE", 5)


async def test_cancelling_a_paid_order_gives_the_money_back(db, till, provider, order_id):
    """The buyer's cancellation and the refund's promise are one transaction."""
    await payment.begin(till, order_id, by=BUYER)
    await settle(till, order_id, said(order_id, COMPLETED, amount=19_800))

    async with db.sessions.begin() as session:
        await payment.cancel_order(session, order_id, by=BUYER, now=NOON)
    await payment.sweep(till, NOON + timedelta(minutes=1))

    assert await look(db, order_id) == ("CANCELLED", "REFUNDED", 5)
    assert len(provider.refunds) == 1


async def test_a_stranger_can_neither_pay_nor_cancel_nor_look(db, till, order_id):
    """Another buyer's order does not exist."""
    with pytest.raises(order.OrderNotFound):
        await payment.begin(till, order_id, by=STRANGER)
    with pytest.raises(order.OrderNotFound):
        async with db.sessions.begin() as session:
            await payment.cancel_order(session, order_id, by=STRANGER, now=NOON)
    with pytest.raises(order.OrderNotFound):
        async with db.reads() as session:
            await payment.state_of(session, order_id, by=STRANGER)
    assert await look(db, order_id) == ("ORDER_RECEIVED", None, 3)


async def test_a_paid_or_cancelled_order_cannot_be_paid_again(db, till, provider, order_id):
    """The refusal names the line, as the earlier API did."""
    await payment.begin(till, order_id, by=BUYER)
    await settle(till, order_id, said(order_id, COMPLETED, amount=19_800))

    with pytest.raises(payment.NotPayable, match="결제 가능한 상태가 아닙니다"):
        await payment.begin(till, order_id, by=BUYER)

    assert len(provider.begun) == 1


async def test_the_sweep_learns_what_a_lost_webhook_would_have_said(db, till, provider, order_id):
    """Undecided payments are asked about until the provider has decided."""
    await payment.begin(till, order_id, by=BUYER)
    first = await payment.sweep(till, NOON + timedelta(seconds=20))
    assert (first, (await look(db, order_id))[1]) == (1, "PENDING")

    provider.decide(f"tx_{order_id}_1", COMPLETED, 19_800)
    await payment.sweep(till, NOON + timedelta(minutes=5))

    assert await look(db, order_id) == ("PAYMENT_COMPLETED", "COMPLETED", 3)


async def test_a_payment_the_provider_never_heard_of_lapses(db, till, provider, order_id):
    """After five minutes the order is given up and the buyer is told to start over."""
    provider.unreachable = True
    with pytest.raises(payment.ProviderUnreachable):
        await payment.begin(till, order_id, by=BUYER)

    await payment.sweep(till, NOON + timedelta(minutes=6))

    assert await look(db, order_id) == ("CANCELLED", "CANCELLED", 5)
    with pytest.raises(payment.PaymentLapsed):
        await payment.begin(till, order_id, by=BUYER)


async def test_a_payment_pending_for_too_long_is_called_off_not_forgotten(
    db, till, provider, order_id
):
    """The goods stay promised while money may move."""
    await payment.begin(till, order_id, by=BUYER)

    await payment.sweep(till, NOON + timedelta(minutes=6))

    assert provider.called_off == [f"pay-tx_{order_id}_1"]
    assert await look(db, order_id) == ("PAYMENT_REQUESTED", "PENDING", 3)


async def test_a_silent_provider_is_asked_ever_less_often(db, till, provider, clock, order_id):
    """Each unanswered question doubles the wait, up to ten minutes."""
    await payment.begin(till, order_id, by=BUYER)
    provider.silent = True
    waits = []
    for _ in range(9):
        async with db.reads() as session:
            due = (await session.scalars(select(Payment.check_at))).one()
        waits.append((due - clock.now).total_seconds())
        clock.now = due
        assert await payment.sweep(till, clock.now) == 1

    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]


async def test_one_payment_that_cannot_be_checked_does_not_hold_up_the_others(
    db, till, provider, order_id, monkeypatch
):
    """The one is asked about later, the other is settled in the same sweep."""
    async with db.sessions.begin() as session:
        other = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=BUYER, now=NOON, pay_within=WINDOW
        )
        other_id = OrderId(other.order_id)
    broken = await payment.begin(till, order_id, by=BUYER)
    fine = await payment.begin(till, other_id, by=BUYER)
    provider.decide(fine.tx_id, COMPLETED, 9_900)
    look_up = provider.look_up

    async def stumble(asked):
        if asked.tx_id == broken.tx_id:
            raise ZeroDivisionError
        return await look_up(asked)

    monkeypatch.setattr(provider, "look_up", stumble)

    assert await payment.sweep(till, NOON + timedelta(seconds=20)) == 2

    assert (await look(db, other_id))[1] == "COMPLETED"
    assert (await look(db, order_id))[1] == "PENDING"


async def test_a_refused_payment_gives_the_order_up(db, till, provider, order_id, monkeypatch):
    """The provider said no for certain, so no money can come."""

    async def refuse(asked):
        raise payment.PaymentRefused

    monkeypatch.setattr(provider, "begin", refuse)

    with pytest.raises(payment.PaymentRefused):
        await payment.begin(till, order_id, by=BUYER)

    assert await look(db, order_id) == ("CANCELLED", "CANCELLED", 5)


def test_the_signature_is_the_earlier_apis():
    """A fixed vector: base64 of HMAC-SHA256 over the raw body."""
    body = b'{"order_id":1}'
    assert payment.sign("secret", body) == "yR69XrwjzYa+16qDl7DWBCehWr7vOT+MJZnioXIHdjQ="
    payment.check_signature("secret", body, payment.sign("secret", body))


@pytest.mark.parametrize(
    "signature",
    [None, "", "dev_signature_skip", "%%%", "AAAA", "한글", payment.sign("other", b"x")],
)
def test_a_forged_signature_is_refused(signature):
    """Missing, magic, malformed and foreign ones alike."""
    with pytest.raises(payment.ForgedWebhook):
        payment.check_signature("secret", b"x", signature)


GOOD = {"order_id": 1, "user_id": 7, "payment_id": "p"}


@pytest.mark.parametrize(
    ("event", "body"),
    [
        (None, GOOD),
        ("payment.exploded", GOOD),
        ("payment.completed", {**GOOD, "user_id": None}),
        ("payment.completed", {**GOOD, "order_id": "x"}),
        ("payment.completed", {"order_id": 1, "user_id": 7}),
        ("payment.completed", []),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(event, body):
    """A missing event is not a completed payment."""
    with pytest.raises(payment.BadWebhook):
        payment.read_webhook(event, json.dumps(body).encode())


def test_every_move_of_a_payment_is_drawn():
    """Completed money can only go back; given back, it is over."""
    moves = payment.MOVES
    assert moves[COMPLETED] == {PaymentStatus.REFUND_DUE}
    assert moves[PaymentStatus.REFUNDED] == frozenset()
    assert all(PaymentStatus.REFUND_DUE in moves[each] for each in (FAILED, CANCELLED))
