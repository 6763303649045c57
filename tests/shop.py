"""A small shop for tests: one channel, a few products, a broadcast, a cart, a provider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from domain import homeshopping, kernel, kok, user
from domain.homeshopping import NewBroadcast, NewChannel, NewProduct, Promotion
from domain.kernel import Database, Fact, Session, UserId
from domain.kok import NewKokProduct
from domain.order import Delays
from domain.payment import (
    Begun,
    OutcomeUnknown,
    PaymentOrder,
    PaymentStatus,
    PaymentView,
    ProviderUnreachable,
    Till,
    Verdict,
)

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)  # twelve o'clock in Seoul
WINDOW = timedelta(minutes=15)
EVERYTHING = 10_000
DELAYS = Delays(
    preparing=timedelta(seconds=1), shipping=timedelta(seconds=2), delivered=timedelta(seconds=3)
)


async def open_shop(session: Session, *, now: datetime = NOON) -> None:
    """Take one channel into the programme."""
    channel = NewChannel(
        homeshopping_id=1, name="온담홈쇼핑", channel=4, live_url="/live.m3u8", image="/logo"
    )
    await homeshopping.add_channel(session, channel)
    await session.flush()


async def a_product(
    session: Session, product_id: int = 1001, *, stock: int = 10, now: datetime = NOON
) -> None:
    """Take a broadcast product into the shop; it costs 9,900 won."""
    new = NewProduct(
        product_id=product_id,
        name=f"꿀사과 {product_id}",
        store_name="햇살농장",
        image="/api/media/hs",
        sale_price=12_000,
        dc_rate=17,
        dc_price=9_900,
        stock=stock,
    )
    await homeshopping.add_product(session, new, now=now)


async def all_is_said(session: Session, *, now: datetime = NOON) -> None:
    """Let the world have heard of all that was so far, and forget it: what comes is the test's."""
    await kernel.mark_all_sent(session, now=now)
    await kernel.react(session, _nod, limit=EVERYTHING)
    await kernel.forget_sent(session, before=now + timedelta(days=1), limit=EVERYTHING)


async def _nod(session: Session, facts: Sequence[Fact]) -> None:
    """Do nothing about it."""


async def a_broadcast(
    session: Session,
    product_id: int = 1001,
    *,
    starts_at: datetime = NOON + timedelta(minutes=30),
    minutes: int = 60,
    now: datetime = NOON,
) -> homeshopping.Broadcast:
    """Plan a broadcast of the product."""
    new = NewBroadcast(
        homeshopping_id=1,
        product_id=product_id,
        promotion_type=Promotion.MAIN,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
    )
    return await homeshopping.schedule(session, new, now=now)


async def a_kok_product(
    session: Session, kok_product_id: int = 5001, *, stock: int = 10, now: datetime = NOON
) -> None:
    """Take a product into the always-open shop; it costs 8,000 won."""
    new = NewKokProduct(
        kok_product_id=kok_product_id,
        name=f"두부 {kok_product_id}",
        store_name="콩마을",
        image="/api/media/kok",
        price=10_000,
        discount_rate=20,
        discounted_price=8_000,
        stock=stock,
    )
    await kok.add_product(session, new, now=now)


async def a_user(session: Session, name: str = "jimin", *, now: datetime = NOON) -> UserId:
    """Open an account whose password nobody knows."""
    account = await user.sign_up(
        session, email=f"{name}@example.com", username=name, password_hash="!", now=now
    )
    return UserId(account.user_id)


@dataclass
class Provider:
    """A payment provider in memory that does what it is told and remembers what it was asked."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    begun: list[PaymentOrder] = field(default_factory=list)
    refunds: list[tuple[str, str]] = field(default_factory=list)
    called_off: list[str] = field(default_factory=list)
    unreachable: bool = False
    silent: bool = False

    async def begin(self, order: PaymentOrder) -> Begun:
        if self.unreachable:
            raise ProviderUnreachable
        self.begun.append(order)
        if order.tx_id not in self.verdicts:
            self.decide(order.tx_id, PaymentStatus.PENDING, order.amount)
        if self.silent:
            raise OutcomeUnknown
        return Begun(payment_id=f"pay-{order.tx_id}", checkout_url="http://pay.example/1")

    def decide(self, tx_id: str, status: PaymentStatus, amount: int | None = None) -> Verdict:
        """Decide a payment; return what a webhook would say."""
        verdict = Verdict(status=status, payment_id=f"pay-{tx_id}", amount=amount)
        self.verdicts[tx_id] = verdict
        return verdict

    async def look_up(self, payment: PaymentView) -> Verdict | None:
        if self.silent:
            raise OutcomeUnknown
        return self.verdicts.get(payment.tx_id)

    async def call_off(self, payment_id: str) -> None:
        self.called_off.append(payment_id)

    async def refund(self, payment_id: str, *, key: str, reason: str) -> None:
        if self.silent:
            raise OutcomeUnknown
        self.refunds.append((payment_id, key))


def a_till(db: Database, provider: Provider, clock: Callable[[], datetime]) -> Till:
    """Return what paying takes, with words that can be told apart."""
    numbers = count(1)

    return Till(
        db=db,
        gateway=provider,
        clock=clock,
        delays=DELAYS,
        draw_tx_id=lambda order_id: f"tx_{order_id}_{next(numbers)}",
        callback_url=lambda tx_id: f"http://shop.example/{tx_id}",
    )
