"""Paying, across the network: write ahead, call the provider holding nothing, write the answer.

Each database step is its own short transaction; between them nothing is held, so a process may
die anywhere and the sweep finishes what was begun.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from domain.kernel import Clock, Database, OrderId, UserId
from domain.order import PAID, Delays, OrderStatus
from domain.payment import service
from domain.payment.errors import (
    NotRequested,
    PaymentFailed,
    PaymentLapsed,
    PaymentRefused,
    PaymentUndecided,
)
from domain.payment.gateway import OutcomeUnknown, PaymentGateway
from domain.payment.models import Payment
from domain.payment.schemas import WEBHOOK_V2, PaymentOrder, PaymentView, Verdict
from domain.payment.states import COMPLETED, IN_FLIGHT, PENDING, REFUND_DUE, REFUNDED, REQUESTED

# Undecided for longer than this, a payment is called off (the earlier API's five minutes).
LAPSES_AFTER: Final = timedelta(minutes=5)
SWEEP_LIMIT: Final = 50
SWEEP_AT_ONCE: Final = 8  # a provider that hangs must not hold up the rest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Till:
    """Everything a payment needs besides its order.

    ``draw_tx_id`` names a new payment; ``callback_url`` tells where the provider answers about
    it, the same address each time it is asked.
    """

    db: Database
    gateway: PaymentGateway
    clock: Clock
    delays: Delays
    draw_tx_id: Callable[[OrderId], str]
    callback_url: Callable[[str], str]


async def begin(
    till: Till,
    order_id: OrderId,
    *,
    by: UserId,
    method: str = WEBHOOK_V2,
    return_url: str | None = None,
) -> PaymentView:
    """Begin to pay the order, or return the payment that is under way, by whatever ``method``.

    Raises order.OrderNotFound, NotPayable, PaymentLapsed, ProviderUnreachable, PaymentRefused,
    ProviderFailed, ProviderUnclear. An outcome that is unknown is not an error: the payment stays
    REQUESTED and the sweep asks.
    """
    async with till.db.sessions.begin() as session:
        payment, fresh = await service.request(
            session,
            order_id,
            by=by,
            tx_id=till.draw_tx_id(order_id),
            method=method,
            now=till.clock(),
        )
    if fresh or payment.status is REQUESTED:
        # An earlier call may have been heard or not; to the provider the same tx_id is the same
        # payment, so asking again is harmless.
        return await _call(till, payment, return_url)
    return PaymentView.model_validate(payment)


async def ask(till: Till, order_id: OrderId) -> PaymentView:
    """Ask the provider about the order's payment if it is undecided; return how it stands now.

    No answer is no error: the payment is undecided still. Raises PaymentNotFound.
    """
    async with till.db.reads() as session:
        payment = await service.known(session, order_id)
    if not payment.in_flight:
        return PaymentView.model_validate(payment)
    try:
        verdict = await till.gateway.look_up(PaymentView.model_validate(payment))
    except OutcomeUnknown:
        verdict = None
    if verdict is not None and verdict.status is not PENDING:
        await _settle(till, order_id, verdict)
    return await _view(till, payment)


async def confirm(till: Till, order_id: OrderId, *, status: OrderStatus) -> None:
    """Return when the order, or its line, of this status is paid; the provider's word decides.

    Raises NotRequested, PaymentFailed, PaymentUndecided.
    """
    if status in PAID:
        return
    if status is not OrderStatus.PAYMENT_REQUESTED:
        raise NotRequested
    payment = await ask(till, order_id)
    if payment.status in IN_FLIGHT:
        raise PaymentUndecided
    if payment.status is not COMPLETED:
        raise PaymentFailed(payment.reason)


async def sweep(till: Till, now: datetime) -> int:
    """Ask the provider about every payment that is due, and give back what is to be given back.

    Returns how many were looked at. A provider that does not answer is asked again later.
    """
    async with till.db.reads() as session:
        due = await service.due_for_check(session, now=now, limit=SWEEP_LIMIT)
    few = asyncio.Semaphore(SWEEP_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for payment in due:
            group.create_task(_see_to(till, payment, now, few=few))
    return len(due)


async def _see_to(till: Till, payment: Payment, now: datetime, *, few: asyncio.Semaphore) -> None:
    async with few:
        try:
            if payment.status is REFUND_DUE:
                await _refund(till, payment)
            else:
                await _check(till, payment, now)
        except OutcomeUnknown:
            await _postpone(till, payment)
        except Exception:
            # One payment that cannot be read must not keep the others from being settled.
            log.exception("payment not checked", tx_id=payment.tx_id)
            await _postpone(till, payment)


async def _call(till: Till, payment: Payment, return_url: str | None) -> PaymentView:
    wanted = PaymentOrder(
        tx_id=payment.tx_id,
        order_id=payment.order_id,
        user_id=payment.user_id,
        amount=payment.amount,
        callback_url=till.callback_url(payment.tx_id),
        checkout=payment.checkout,
        return_url=return_url,
        method=payment.method,
    )
    order_id = OrderId(payment.order_id)
    try:
        word = await till.gateway.begin(wanted)
    except OutcomeUnknown:
        return await _view(till, payment)
    except PaymentRefused as refusal:
        async with till.db.sessions.begin() as session:
            await service.give_up(session, order_id, reason=str(refusal), now=till.clock())
        raise
    async with till.db.sessions.begin() as session:
        await service.begun(session, order_id, word, now=till.clock())
    return await _view(till, payment)


async def _check(till: Till, payment: Payment, now: datetime) -> None:
    verdict = await till.gateway.look_up(PaymentView.model_validate(payment))
    lapsed = now - payment.requested_at >= LAPSES_AFTER
    order_id = OrderId(payment.order_id)
    if verdict is not None and verdict.status is not PENDING:
        await _settle(till, order_id, verdict)
    elif verdict is None and lapsed:
        # The provider never heard of it, so no money can be under way.
        async with till.db.sessions.begin() as session:
            await service.give_up(session, order_id, reason=PaymentLapsed.text, now=now)
    else:
        if verdict is not None and (lapsed or await _abandoned(till, order_id)):
            await till.gateway.call_off(verdict.payment_id)  # its webhook, or a later look, tells
        await _postpone(till, payment)


async def _abandoned(till: Till, order_id: OrderId) -> bool:
    async with till.db.reads() as session:
        return await service.order_given_up(session, order_id)


async def _refund(till: Till, payment: Payment) -> None:
    assert payment.payment_id is not None, "only collected money is given back"
    key = f"refund-{payment.tx_id}"
    await till.gateway.refund(payment.payment_id, key=key, reason=payment.reason or "환불")
    done = Verdict(status=REFUNDED, payment_id=payment.payment_id)
    await _settle(till, OrderId(payment.order_id), done)


async def _postpone(till: Till, payment: Payment) -> None:
    async with till.db.sessions.begin() as session:
        await service.postpone(session, OrderId(payment.order_id), now=till.clock())


async def _settle(till: Till, order_id: OrderId, verdict: Verdict) -> None:
    async with till.db.sessions.begin() as session:
        await service.settle(session, order_id, verdict, now=till.clock(), delays=till.delays)


async def _view(till: Till, payment: Payment) -> PaymentView:
    async with till.db.reads() as session:
        fresh = await service.find(session, OrderId(payment.order_id))
    return PaymentView.model_validate(fresh)
