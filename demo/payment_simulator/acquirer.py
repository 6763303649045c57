"""The provider's work: open a payment, decide it, tell the merchant, give the money back."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Final

from demo.payment_simulator.errors import AnswerLost, OutOfService
from demo.payment_simulator.payments import Intent, Payment, Register, Status
from demo.payment_simulator.scenarios import Answer, Outcome, Playbook
from demo.payment_simulator.webhooks import Courier
from demo.payment_simulator.world import World

CLOSED_BY_PERSON: Final = "결제 창을 닫아 결제가 취소되었습니다."
CANCELLED_BY_MERCHANT: Final = "가맹점이 결제를 취소했습니다."


@dataclass(slots=True)
class Background:
    """Work that outlives the request it began in, and ends with the server."""

    group: asyncio.TaskGroup
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self.group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def stop(self) -> None:
        for task in self._running:
            task.cancel()


@dataclass(frozen=True, slots=True)
class Acquirer:
    """Every way in which a payment moves; routes call nothing else to move one."""

    register: Register
    playbook: Playbook
    courier: Courier
    background: Background
    approve_after_seconds: float
    world: World

    async def open(self, intent: Intent) -> Payment:
        """Return the payment of this transaction, made now or before.

        Raises AmountDiffers, and, where a scenario says so, OutOfService or AnswerLost.
        """
        known = self.register.known(intent)
        if known is not None:
            return known
        scenario = self.playbook.take(intent.order_id)
        if scenario.answer is Answer.REFUSE:
            raise OutOfService
        payment = Payment(
            f"pay_{self.world.new_id().hex}", intent, scenario, opened_at=self.world.clock()
        )
        self.register.add(payment)
        if not intent.checkout and scenario.outcome is not Outcome.HOLD:
            settling = self.background.start(self._settle(payment))
            if scenario.answer is Answer.INLINE:
                await asyncio.wait([settling])
        if scenario.answer is Answer.DISCONNECT:
            raise AnswerLost
        return payment

    def approve(self, payment_id: str) -> Payment:
        """Complete a pending payment. Raises PaymentUnknown, AlreadyDecided."""
        return self._decide_and_tell(payment_id, Status.COMPLETED)

    def decline(self, payment_id: str, reason: str) -> Payment:
        """Fail a pending payment. Raises PaymentUnknown, AlreadyDecided."""
        return self._decide_and_tell(payment_id, Status.FAILED, reason=reason)

    def cancel(self, payment_id: str, reason: str) -> Payment:
        """Cancel a pending payment, or find it cancelled. Raises PaymentUnknown, AlreadyDecided."""
        payment = self.register.get(payment_id)
        if payment.status is Status.CANCELLED:
            return payment
        return self._decide_and_tell(payment_id, Status.CANCELLED, reason=reason)

    def refund(self, payment_id: str, key: str) -> Payment:
        """Give the money back. Raises PaymentUnknown, NotCompleted, AlreadyRefunded."""
        payment = self.register.get(payment_id)
        payment.refund(key)
        return payment

    async def _settle(self, payment: Payment) -> None:
        """Decide by itself after a while, unless somebody was quicker, and tell the merchant."""
        scenario = payment.scenario
        wait = scenario.after_seconds
        await self.world.sleep(self.approve_after_seconds if wait is None else wait)
        if payment.status is not Status.PENDING:
            return
        if scenario.outcome is Outcome.APPROVE:
            payment.decide(Status.COMPLETED, at=self.world.clock())
        else:
            payment.decide(Status.FAILED, at=self.world.clock(), reason=scenario.reason)
        await self.courier.carry(self.courier.write(payment))

    def _decide_and_tell(
        self, payment_id: str, verdict: Status, *, reason: str | None = None
    ) -> Payment:
        payment = self.register.get(payment_id)
        payment.decide(verdict, at=self.world.clock(), reason=reason)
        self.background.start(self.courier.carry(self.courier.write(payment)))
        return payment
