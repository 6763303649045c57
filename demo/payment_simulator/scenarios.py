"""How one payment is to go: what is decided and when, how the merchant is answered and told."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

DECLINED: Final = "카드사에서 결제를 거절했습니다."


class Outcome(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    HOLD = "hold"  # nothing happens until somebody says so


class Answer(StrEnum):
    AT_ONCE = "at_once"
    INLINE = "inline"  # only after the webhook went out, as the earlier payment server did
    REFUSE = "refuse"  # 500, and no payment
    DISCONNECT = "disconnect"  # the payment exists, the answer is cut


class Webhook(StrEnum):
    ONCE = "once"
    DUPLICATE = "duplicate"
    FAILED_FIRST = "failed_first"  # a stale payment.failed arrives before payment.completed
    FAILED_LAST = "failed_last"  # ... or after it
    FORGED = "forged"  # signed with another key
    DROP = "drop"


class Scenario(BaseModel):
    """The default is a payment without incident; every field departs from it on its own.

    ``after_seconds`` replaces the usual wait; a checkout waits for its person instead, whatever
    ``outcome`` says. ``copies`` counts the posts of a duplicate webhook, all at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome = Outcome.APPROVE
    reason: str = Field(default=DECLINED, min_length=1, max_length=200)
    after_seconds: float | None = Field(default=None, ge=0, le=3600)
    answer: Answer = Answer.AT_ONCE
    webhook: Webhook = Webhook.ONCE
    copies: int = Field(default=2, ge=2, le=50)


class Assignment(Scenario):
    """A scenario with its payment: the next one of that order, or the next one of any."""

    order_id: int | None = None


@dataclass(slots=True)
class Playbook:
    """Scenarios that wait for their payment; each is used once, in the order given."""

    _anyone: deque[Assignment] = field(default_factory=deque)
    _by_order: defaultdict[int, deque[Assignment]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def add(self, assignment: Assignment) -> None:
        if assignment.order_id is None:
            self._anyone.append(assignment)
        else:
            self._by_order[assignment.order_id].append(assignment)

    def take(self, order_id: int) -> Scenario:
        """Return what this order's next payment shall be, and forget it."""
        for queue in (self._by_order.get(order_id), self._anyone):
            if queue:
                return queue.popleft()
        return Scenario()

    def waiting(self) -> list[Assignment]:
        """Return what has not been used yet."""
        return [*self._anyone, *(each for queue in self._by_order.values() for each in queue)]

    def clear(self) -> None:
        self._anyone.clear()
        self._by_order.clear()
