"""The doors of payment, with a provider that speaks real HTTP and does its worst."""

import asyncio
import json

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from domain import stock
from domain.kernel import Sku
from domain.payment import Payment, WebhookDelivery, sign
from server.till import token_of
from tests.patience import until
from tests.photo import AFTERMATH, photograph
from tests.stall import HS, KOK, history
from tests.street import open_street

PAID = ["ORDER_RECEIVED", "PAYMENT_REQUESTED", "PAYMENT_COMPLETED"]


@pytest.fixture
async def street(settings):
    """The shop and its provider, open."""
    async with open_street(settings) as street:
        yield street


@pytest.fixture
async def buyer(street):
    """Jimin, who buys."""
    return await street.shopper()


async def shelf(street, sku="hs-1001"):
    async with street.db.reads() as session:
        (level,) = await stock.levels(session, [Sku(sku)])
        return level.available


async def our_money(street):
    """Return what our books say was collected and not given back."""
    async with street.db.reads() as session:
        kept = Payment.status.in_(["COMPLETED", "REFUND_DUE"])
        return int(await session.scalar(select(func.sum(Payment.amount)).where(kept)) or 0)


async def payment_status(person, order_id):
    paid = (await person.state(order_id))["payment"]
    return paid and paid["status"]


async def settled(street, person, order_id, status):
    """Wait until the payment is so, and the provider's books agree with ours."""

    async def so():
        return await payment_status(person, order_id) == status

    await until(so)
    assert await street.till.balance() == await our_money(street)


class TestConfirm:
    """The call that the earlier client knows."""

    async def test_it_returns_when_the_provider_approved(self, street, buyer):
        """Fault 8.1.4: on MariaDB the confirmation and its webhook failed by their isolation."""
        order_id = await buyer.order(HS, 2)
        answer = await buyer.confirm(order_id)

        body = answer.json()
        assert answer.status_code == 200
        assert body["confirmed_at"].startswith(f"{street.clock():%Y-}")
        assert "+" not in body.pop("confirmed_at")  # Seoul wall time
        assert body.pop("tx_id").startswith(f"tx_{order_id}_")
        (known,) = await street.till.payments()
        view = (await buyer.get(f"/api/orders/{order_id}")).json()["order"]
        assert body == {
            "payment_id": known["payment_id"],
            "order_id": order_id,
            "kok_order_ids": [],
            "hs_order_id": view["lines"][0]["line_id"],
            "status": "PAYMENT_COMPLETED",
            "payment_amount": 19_800,
            "method": "WEBHOOK_V2",
            "order_id_internal": order_id,
        }
        assert (known["amount"], known["user_id"]) == (19_800, buyer.user_id)
        assert await history(street.db, order_id, by=buyer.user_id) == PAID
        assert await street.till.balance() == await our_money(street) == 19_800

    async def test_a_cart_order_names_its_lines(self, street, buyer):
        """Under the earlier name."""
        row = await buyer.put_in_cart(KOK)
        picks = {"selected_items": [{"kok_cart_id": row, "quantity": 2}]}
        placed = (await buyer.post("/api/orders/kok/carts/order", picks)).json()
        body = (await buyer.confirm(placed["order_id"])).json()
        assert body["kok_order_ids"] == [placed["order_details"][0]["kok_order_id"]]
        assert (body["hs_order_id"], body["payment_amount"]) == (None, 16_000)

    async def test_a_declined_payment_says_why(self, street, buyer):
        """400 in the earlier words; the order is off and the goods are back."""
        await street.till.next(outcome="decline", reason="한도 초과")
        order_id = await buyer.order(HS, 2)
        answer = await buyer.confirm(order_id)

        assert (answer.status_code, answer.json()["code"]) == (400, "payment_failed")
        assert answer.json()["detail"] == "결제가 실패했습니다: 한도 초과"
        state = await buyer.state(order_id)
        assert (state["order_status"], state["payment"]["status"]) == ("CANCELLED", "FAILED")
        assert await shelf(street) == 50
        assert await street.till.balance() == await our_money(street) == 0

    async def test_after_its_patience_it_says_pending(self, settings):
        """The payment goes on, and asking again waits for the same one."""
        async with open_street(settings, payment_wait_seconds=0.2) as street:
            buyer = await street.shopper()
            await street.till.next(outcome="hold")
            order_id = await buyer.order()
            answers = [await buyer.confirm(order_id) for _ in range(2)]

            assert [each.status_code for each in answers] == [200, 200]
            assert [each.json()["status"] for each in answers] == ["PENDING", "PENDING"]
            assert answers[0].json()["confirmed_at"] is None
            assert len({each.json()["tx_id"] for each in answers}) == 1
            await street.till.decide("approve")
            await settled(street, buyer, order_id, "COMPLETED")

    async def test_confirms_at_once_are_one_payment(self, street, buyer):
        """Fault 8.1.3: nothing was committed, so an order could be paid several times at once."""
        order_id = await buyer.order()
        answers = await asyncio.gather(*(buyer.confirm(order_id) for _ in range(4)))

        assert {each.status_code for each in answers} <= {200, 400}
        paid = [each.json() for each in answers if each.status_code == 200]
        assert {each["status"] for each in paid} == {"PAYMENT_COMPLETED"}
        assert len({each["tx_id"] for each in paid}) == 1
        assert len(await street.till.payments()) == 1
        assert await street.till.balance() == await our_money(street) == 9_900

    async def test_a_paid_or_cancelled_order_is_not_paid_again(self, street, buyer):
        """400 in the earlier words, and the provider hears nothing."""
        paid, off = await buyer.order(), await buyer.order()
        await buyer.confirm(paid)
        await buyer.post(f"/api/orders/{off}/cancellation")
        for order_id in (paid, off):
            line = (await buyer.get(f"/api/orders/{order_id}")).json()["order"]["lines"][0]
            answer = await buyer.confirm(order_id)
            assert (answer.status_code, answer.json()["code"]) == (400, "order_not_payable")
            assert answer.json()["detail"] == (
                f"주문 ID {line['line_id']}의 상태가 결제 가능한 상태가 아닙니다."
            )
        assert len(await street.till.payments()) == 1

    @pytest.mark.parametrize("settings", ["real"], indirect=True)
    async def test_waiting_holds_no_connection(self, settings):
        """Fault 8.3: fifty that waited stopped the service; here twenty do on a pool of two."""
        pool = {"db_pool_size": 2, "db_pool_overflow": 0}
        async with open_street(settings, **pool) as street:
            buyer = await street.shopper()
            orders = [await buyer.order() for _ in range(20)]
            for order_id in orders:
                await street.till.next(outcome="hold", order_id=order_id)
            async with asyncio.TaskGroup() as tasks:
                waiting = [tasks.create_task(buyer.confirm(each)) for each in orders]

                async def all_wait():
                    return len(await street.till.payments()) == len(orders)

                await until(all_wait)
                async with asyncio.timeout(2):
                    others = await asyncio.gather(*(buyer.get("/api/orders") for _ in range(10)))
                    placed = await buyer.order()
                assert {each.status_code for each in others} == {200}
                assert not any(each.done() for each in waiting)
                for known in await street.till.payments():
                    path = f"/_sim/payments/{known['payment_id']}/approve"
                    assert (await street.till.http.post(path)).status_code == 200
            statuses = {each.result().json()["status"] for each in waiting}
            assert statuses == {"PAYMENT_COMPLETED"}
            assert await buyer.status(placed) == "ORDER_RECEIVED"


@pytest.mark.parametrize("settings", ["real"], indirect=True)
class TestFaults:
    """Whatever the provider does, money moves once and the order knows."""

    async def test_duplicate_webhooks_pay_once(self, street, buyer):
        """Fault 8.2: twins appended duplicate rows; here each is answered 200."""
        await street.till.next(webhook="duplicate", copies=6)
        order_id = await buyer.order()
        assert (await buyer.confirm(order_id)).json()["status"] == "PAYMENT_COMPLETED"

        async def all_answered():
            (delivery,) = await street.till.deliveries()
            return [each["status"] for each in delivery["attempts"] if each["status"]]

        assert await until(all_answered)
        await until(lambda: _done(street, 6))
        (delivery,) = await street.till.deliveries()
        assert {each["status"] for each in delivery["attempts"]} == {200}
        assert await history(street.db, order_id, by=buyer.user_id) == PAID
        async with street.db.reads() as session:
            assert await session.scalar(select(func.count()).select_from(WebhookDelivery)) == 1

    async def test_a_failure_that_comes_too_late_changes_nothing(self, street, buyer):
        """The money was there."""
        await street.till.next(webhook="failed_last")
        order_id = await buyer.order()
        await buyer.confirm(order_id)
        await until(lambda: _done(street, 2))
        await settled(street, buyer, order_id, "COMPLETED")
        assert await buyer.status(order_id) == "PAYMENT_COMPLETED"

    async def test_a_failure_that_comes_first_keeps_nobodys_money(self, street, buyer):
        """The order was given up, so what arrives after goes back."""
        await street.till.next(webhook="failed_first")
        order_id = await buyer.order()
        await buyer.confirm(order_id)
        await until(lambda: _done(street, 2))
        street.clock.forward(seconds=6)
        await settled(street, buyer, order_id, "REFUNDED")
        assert await buyer.status(order_id) == "CANCELLED"
        assert await shelf(street) == 50

    @pytest.mark.parametrize("webhook", ["forged", "drop"])
    async def test_an_unheard_verdict_is_asked_for(self, street, buyer, webhook):
        """A forged message is refused, a lost one never comes; the sweep asks for the truth."""
        await street.till.next(webhook=webhook)
        order_id = await buyer.order()
        waiting = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _decided(street))
        if webhook == "forged":
            await until(lambda: _done(street, 1))
            (delivery,) = await street.till.deliveries()
            assert [each["status"] for each in delivery["attempts"]] == [400]
        assert await payment_status(buyer, order_id) == "PENDING"
        street.clock.forward(seconds=6)
        assert (await waiting).json()["status"] == "PAYMENT_COMPLETED"
        await settled(street, buyer, order_id, "COMPLETED")

    async def test_a_webhook_may_overtake_the_answer(self, street, buyer):
        """As the earlier payment server's always did."""
        await street.till.next(answer="inline")
        order_id = await buyer.order()
        assert (await buyer.confirm(order_id)).json()["status"] == "PAYMENT_COMPLETED"
        await settled(street, buyer, order_id, "COMPLETED")

    @pytest.mark.parametrize("webhook", ["once", "drop"])
    async def test_a_lost_answer_is_no_lost_payment(self, street, buyer, webhook):
        """The provider committed and hung up; its webhook tells, or the sweep asks."""
        await street.till.next(answer="disconnect", webhook=webhook)
        order_id = await buyer.order()
        waiting = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _decided(street))
        if webhook == "drop":
            street.clock.forward(seconds=6)
        assert (await waiting).json()["status"] == "PAYMENT_COMPLETED"
        assert len(await street.till.payments()) == 1
        await settled(street, buyer, order_id, "COMPLETED")

    async def test_a_provider_that_is_away_is_503_and_worth_a_retry(self, street, buyer):
        """Nothing was begun there; the same order is paid when it is back."""
        order_id = await buyer.order()
        await street.provider.close()
        answer = await buyer.confirm(order_id)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.json()["detail"] == "외부 결제 서비스에 연결할 수 없습니다."
        await street.provider.open()

        assert (await buyer.confirm(order_id)).json()["status"] == "PAYMENT_COMPLETED"
        assert len(await street.till.payments()) == 1
        await settled(street, buyer, order_id, "COMPLETED")

    async def test_a_provider_that_fails_is_asked_again(self, street, buyer):
        """A 500 may mean anything; nobody pays twice for it."""
        await street.till.next(answer="refuse")
        order_id = await buyer.order()
        waiting = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _requested(buyer, order_id))
        again = await buyer.confirm(order_id)
        assert again.json()["status"] == (await waiting).json()["status"] == "PAYMENT_COMPLETED"
        assert len(await street.till.payments()) == 1


@pytest.mark.parametrize("settings", ["real"], indirect=True)
class TestRefund:
    """What a buyer cancels after paying goes back."""

    async def test_the_ledger_shows_it(self, street, buyer):
        """Both books agree before, and after."""
        kept, returned = await buyer.order(), await buyer.order(HS, 3)
        for order_id in (kept, returned):
            await buyer.confirm(order_id)
        assert await street.till.balance() == await our_money(street) == 39_600
        answer = await buyer.post(f"/api/orders/{returned}/cancellation")
        assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
        assert await payment_status(buyer, returned) == "REFUND_DUE"
        street.clock.forward(seconds=6)
        await settled(street, buyer, returned, "REFUNDED")
        assert await street.till.balance() == 9_900
        assert await shelf(street) == 49

    async def test_a_cancellation_meanwhile_wins(self, street, buyer):
        """The buyer changed their mind while the provider was thinking."""
        await street.till.next(outcome="hold")
        order_id = await buyer.order()
        waiting = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _pending(buyer, order_id))
        assert (await buyer.post(f"/api/orders/{order_id}/cancellation")).status_code == 200
        await street.till.decide("approve")
        await waiting
        street.clock.forward(seconds=6)
        await settled(street, buyer, order_id, "REFUNDED")
        assert await street.till.balance() == 0


class TestCheckout:
    """A person decides in the provider's window."""

    @pytest.mark.parametrize(
        ("choice", "paid", "bought"),
        [
            ("approve", "COMPLETED", "PAYMENT_COMPLETED"),
            ("decline", "FAILED", "CANCELLED"),
            ("close", "CANCELLED", "CANCELLED"),
        ],
    )
    async def test_the_window_decides(self, street, buyer, choice, paid, bought):
        """201 with its address; the result is pushed, here seen by asking."""
        order_id = await buyer.order()
        body = {"return_url": "http://shop.example/done"}
        answer = await buyer.post(f"/api/orders/payment/{order_id}/checkout", body)

        view = answer.json()
        assert (answer.status_code, view["status"], view["method"]) == (201, "PENDING", "CHECKOUT")
        window = await street.till.http.get(view["checkout_url"])
        assert window.status_code == 200
        decided = await street.till.http.post(f"{view['checkout_url']}/{choice}")
        assert decided.status_code == 303
        await settled(street, buyer, order_id, paid)
        assert await buyer.status(order_id) == bought

    async def test_opening_it_twice_is_one_payment(self, street, buyer):
        """The same window again."""
        order_id = await buyer.order()
        path = f"/api/orders/payment/{order_id}/checkout"
        views = [(await buyer.post(path)).json() for _ in range(2)]
        assert views[0]["checkout_url"] == views[1]["checkout_url"] is not None
        assert len(await street.till.payments()) == 1

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "/done", "http://a b", 7])
    async def test_a_window_returns_to_the_web_only(self, street, buyer, url):
        """422, and nothing was begun."""
        order_id = await buyer.order()
        path = f"/api/orders/payment/{order_id}/checkout"
        assert (await buyer.post(path, {"return_url": url})).status_code == 422
        assert await payment_status(buyer, order_id) is None


class TestWebhook:
    """Only the provider is believed, and only about what we began."""

    @pytest.fixture
    async def pending(self, street, buyer):
        """A payment under way, and the truth that the provider would tell of it."""
        await street.till.next(outcome="hold")
        order_id = await buyer.order()
        path = f"/api/orders/payment/{order_id}/checkout"
        view = (await buyer.post(path)).json()
        return Pending(street, order_id, view["tx_id"], view["payment_id"], buyer.user_id)

    async def test_a_true_message_is_heard_again_and_again(self, pending, street, buyer):
        """Each time the same answer, in the earlier shape."""
        answers = [await pending.tell() for _ in range(3)]

        assert [each.status_code for each in answers] == [200] * 3
        body = answers[0].json()
        assert all(each.json() == body for each in answers)
        assert body | {"received": True, "ok": True, "event": "payment.completed"} == body
        assert (body["order_id"], body["payment_id"]) == (pending.order_id, pending.payment_id)
        assert await buyer.status(pending.order_id) == "PAYMENT_COMPLETED"

    async def test_any_other_is_refused(self, pending, street):
        """Fault 8.5: an unsigned call was believed; now 400 that tells nothing and does nothing."""
        before = await photograph(street.db, without=AFTERMATH)
        for change in FORGERIES:
            answer = await pending.tell(**change)
            told = (answer.status_code, answer.json()["detail"])
            assert told == (400, "webhook handling failed"), change
        assert await photograph(street.db, without=AFTERMATH) == before

    @pytest.mark.parametrize("fields", [{"amount": 1}, {"user_id": 987654}], ids=str)
    async def test_money_that_does_not_fit_goes_back(self, pending, street, buyer, fields):
        """Fault 8.5: the amount was not checked; now the order is off and a refund is due."""
        answer = await pending.tell(fields=fields)
        assert (answer.status_code, answer.json()["status"]) == (200, "REFUND_DUE")
        assert await buyer.status(pending.order_id) == "CANCELLED"

    async def test_a_long_reason_is_heard_in_short(self, pending, street, buyer):
        """A provider's eloquence must not keep an order waiting."""
        answer = await pending.tell(event="payment.failed", fields={"failure_reason": "가" * 999})
        assert answer.status_code == 200
        assert (await buyer.state(pending.order_id))["payment"]["reason"] == "가" * 200


FORGERIES = (
    {"token": ""},
    {"token": "forged"},
    {"token": "가"},
    {"signature": None},
    {"signature": "dev_signature_skip"},  # opened the earlier server's door
    {"signature": "가"},
    {"signature": sign("another secret", b"{}")},
    {"event": None},
    {"event": "payment.refunded"},
    {"bearer": "another"},
    {"tx_id": "tx_1_unknown"},
    {"raw": b"not json"},
    {"raw": b"[]"},
    {"raw": b"\xff\xfe"},
    {"raw": b"[" * 100_000},
    {"fields": {"order_id": 987654}},
    {"fields": {"order_id": "x"}},
    {"fields": {"tx_id": "tx_1_other"}},
    {"fields": {"user_id": None}},
    {"fields": {"payment_id": "x" * 101}},
    {"fields": {"payment_id": None}},
    {"fields": {"amount": "much"}},
)


def test_a_callbacks_token_is_nothing_to_remember(embedded_settings):
    """Fault 8.1.19: tokens and results were kept for ever; these are computed, by any worker."""
    token = token_of(embedded_settings, "tx_1_a")
    assert token == token_of(embedded_settings.model_copy(), "tx_1_a")
    assert token != token_of(embedded_settings, "tx_1_b")
    other = embedded_settings.model_copy(update={"payment_webhook_secret": SecretStr("another")})
    assert token != token_of(other, "tx_1_a")


class Pending:
    """A payment whose webhook a test writes by itself."""

    def __init__(self, street, order_id, tx_id, payment_id, user_id):
        self.street, self.order_id, self.tx_id = street, order_id, tx_id
        self.payment_id, self.user_id = payment_id, user_id

    async def tell(self, *, event="payment.completed", fields=None, raw=None, **change):
        settings = self.street.state["settings"]
        said = {
            "tx_id": self.tx_id,
            "order_id": self.order_id,
            "user_id": self.user_id,
            "payment_id": self.payment_id,
            "amount": 9_900,
        }
        raw = raw or json.dumps(said | (fields or {})).encode()
        tx_id = change.get("tx_id", self.tx_id)
        secret = settings.payment_webhook_secret.get_secret_value()
        signature = change.get("signature", sign(secret, raw))
        headers = {
            "X-Payment-Signature": signature and signature.encode(),
            "X-Payment-Event": event,
            "Authorization": change.get("bearer") and f"Bearer {change['bearer']}",
        }
        return await self.street.http.post(
            f"/api/orders/payment/webhook/v2/{tx_id}",
            params={"t": change.get("token", token_of(settings, tx_id))},
            content=raw,
            headers={name: value for name, value in headers.items() if value},
        )


async def _done(street, count):
    posts = [post for each in await street.till.deliveries() for post in each["attempts"]]
    return len([post for post in posts if post["status"] or post["error"]]) >= count


async def _decided(street):
    return any(each["status"] != "PENDING" for each in await street.till.payments())


async def _requested(person, order_id):
    return await payment_status(person, order_id) == "REQUESTED"


async def _pending(person, order_id):
    return await payment_status(person, order_id) == "PENDING"
