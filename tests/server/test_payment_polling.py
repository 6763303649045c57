"""Paying by the provider's v1, which has to be asked, and saying that an order is paid."""

import asyncio
import json

import httpx
import pytest

from domain.payment import (
    CallRefused,
    OutcomeUnknown,
    PaymentOrder,
    PaymentStatus,
    PaymentView,
    ProviderFailed,
    ProviderUnclear,
    ProviderUnreachable,
)
from server.payment_gateway import HttpPaymentGateway
from server.payment_polling import PaymentGateways
from tests.patience import until
from tests.shop import NOON
from tests.stall import HS, KOK, KOK_OTHER, history
from tests.street import open_street

PAID = ["ORDER_RECEIVED", "PAYMENT_REQUESTED", "PAYMENT_COMPLETED"]
NOT_REQUESTED = "현재 상태가 PAYMENT_REQUESTED가 아닙니다"


@pytest.fixture
async def street(settings):
    """The shop and its provider, open."""
    async with open_street(settings) as street:
        yield street


@pytest.fixture
async def buyer(street):
    """Jimin, who buys."""
    return await street.shopper()


async def confirm_v1(person, order_id, body=None):
    return await person.post(f"/api/orders/payment/{order_id}/confirm/v1", body)


async def cart_order(person, *products):
    """Order one of each; return the order's id and its lines'."""
    rows = [await person.put_in_cart(product) for product in products]
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 1} for row in rows]}
    placed = (await person.post("/api/orders/kok/carts/order", body)).json()
    return placed["order_id"], [each["kok_order_id"] for each in placed["order_details"]]


async def payment_status(person, order_id):
    paid = (await person.state(order_id))["payment"]
    return paid and paid["status"]


async def becomes(street, person, order_id, status):
    """Let time pass until the payment is so."""

    async def so():
        if await payment_status(person, order_id) == status:
            return True
        street.clock.forward(seconds=6)
        return False

    await until(so)


class TestConfirmV1:
    """One code path with v2: what differs is who asks whom."""

    async def test_it_returns_when_the_provider_approved(self, street, buyer):
        """Fault 8.1.2: success was reported while the database knew of nothing."""
        order_id = await buyer.order(HS, 2)
        answer = await confirm_v1(buyer, order_id, {"method": "CARD", "timeout_sec": 25})

        body = answer.json()
        assert answer.status_code == 200, body
        (known,) = await street.till.payments()
        view = (await buyer.get(f"/api/orders/{order_id}")).json()["order"]
        assert body.pop("confirmed_at").startswith(f"{street.clock():%Y-}")
        assert body.pop("tx_id").startswith(f"tx_{order_id}_")
        assert body == {
            "payment_id": known["payment_id"],
            "order_id": order_id,
            "kok_order_ids": [],
            "hs_order_id": view["lines"][0]["line_id"],
            "status": "PAYMENT_COMPLETED",
            "payment_amount": 19_800,
            "method": "CARD",
            "order_id_internal": order_id,
        }
        assert (known["tx_id"], known["amount"]) == (f"v1:order-{order_id}", 19_800)
        assert await history(street.db, order_id, by=buyer.user_id) == PAID
        assert await street.till.balance() == 19_800
        assert await street.till.deliveries() == []  # nobody was told: we asked

    @pytest.mark.parametrize("body", [None, {}, {"method": None, "timeout_sec": None}])
    async def test_a_method_is_not_needed(self, street, buyer, body):
        """The earlier default."""
        order_id = await buyer.order()
        assert (await confirm_v1(buyer, order_id, body)).json()["method"] == "EXTERNAL_API"

    @pytest.mark.parametrize(
        "body",
        [{"method": "WEBHOOK_V2"}, {"method": "CHECKOUT"}, {"method": "x" * 31}, {"amount": 1}],
    )
    async def test_what_cannot_be_asked_for_is_422(self, street, buyer, body):
        """A method that would have us wait for a message that never comes, or another price."""
        order_id = await buyer.order()
        assert (await confirm_v1(buyer, order_id, body)).status_code == 422
        assert await payment_status(buyer, order_id) is None

    async def test_a_declined_payment_is_400(self, street, buyer):
        """Fault 8.1.2: every refusal reached the client as 500; the order is off, for good."""
        await street.till.next(outcome="decline")
        order_id = await buyer.order()
        answer = await confirm_v1(buyer, order_id)
        assert (answer.status_code, answer.json()["detail"]) == (400, "결제가 실패했습니다.")
        assert await buyer.status(order_id) == "CANCELLED"
        again = await confirm_v1(buyer, order_id)
        assert (again.status_code, again.json()["code"]) == (400, "order_not_payable")

    async def test_confirms_at_once_are_one_payment(self, street, buyer):
        """By whichever version: the order is paid once."""
        order_id = await buyer.order()
        answers = await asyncio.gather(
            *(confirm_v1(buyer, order_id) for _ in range(3)), buyer.confirm(order_id)
        )
        assert {each.status_code for each in answers} <= {200, 400}
        paid = [each.json() for each in answers if each.status_code == 200]
        assert {each["status"] for each in paid} == {"PAYMENT_COMPLETED"}
        assert len(await street.till.payments()) == 1
        assert await street.till.balance() == 9_900

    async def test_a_stranger_pays_nothing(self, street, buyer):
        """404, and the provider hears nothing."""
        order_id = await buyer.order()
        stranger = await street.shopper("stranger")
        answer = await confirm_v1(stranger, order_id)
        assert (answer.status_code, answer.json()["detail"]) == (404, "주문 내역이 없습니다.")
        assert await street.till.payments() == []

    @pytest.mark.parametrize("verb", ["approve", "decline"])
    async def test_after_its_patience_the_order_is_off(self, settings, verb):
        """408; what is collected after all goes back, and the books agree."""
        async with open_street(settings, payment_wait_seconds=0.2) as street:
            buyer = await street.shopper()
            await street.till.next(outcome="hold")
            order_id = await buyer.order()
            answer = await confirm_v1(buyer, order_id)
            assert (answer.status_code, answer.json()["detail"]) == (
                408,
                "결제 상태 확인 시간 초과",
            )
            assert await buyer.status(order_id) == "CANCELLED"

            decided = await street.till.http.post(
                f"/_sim/payments/{(await street.till.payments())[0]['payment_id']}/{verb}"
            )
            assert decided.status_code in {200, 409}  # the sweep may have called it off by then
            (known,) = await street.till.payments()
            completed = known["status"] == "PAYMENT_COMPLETED"
            await becomes(street, buyer, order_id, "REFUNDED" if completed else "FAILED")
            assert await street.till.balance() == 0

    async def test_a_provider_that_is_away_is_503_and_worth_a_retry(self, street, buyer):
        """Nothing was begun there; the same order is paid when it is back."""
        order_id = await buyer.order()
        await street.provider.close()
        answer = await confirm_v1(buyer, order_id)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        await street.provider.open()
        assert (await confirm_v1(buyer, order_id)).json()["status"] == "PAYMENT_COMPLETED"
        assert len(await street.till.payments()) == 1

    async def test_a_provider_that_fails_is_400_and_worth_a_retry(self, street, buyer):
        """In the earlier words; nobody pays twice for it."""
        await street.till.next(answer="refuse")
        order_id = await buyer.order()
        answer = await confirm_v1(buyer, order_id)
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "외부 결제 API 호출 실패: 500",
        )
        assert await buyer.status(order_id) == "PAYMENT_REQUESTED"
        assert (await confirm_v1(buyer, order_id)).json()["status"] == "PAYMENT_COMPLETED"

    async def test_a_lost_answer_is_no_lost_payment(self, street, buyer):
        """The provider committed and hung up; it is found by the key it was begun under."""
        await street.till.next(answer="disconnect")
        order_id = await buyer.order()
        assert (await confirm_v1(buyer, order_id)).json()["status"] == "PAYMENT_COMPLETED"
        assert len(await street.till.payments()) == 1

    async def test_a_process_that_died_is_no_lost_payment(self, street, buyer):
        """The sweep asks v1 for what v1 was begun with, whoever was waiting for it."""
        await street.till.next(outcome="hold")
        order_id = await buyer.order()
        waiting = asyncio.create_task(confirm_v1(buyer, order_id))
        await until(lambda: _pending(buyer, order_id))
        waiting.cancel()
        await street.till.decide("approve")
        await becomes(street, buyer, order_id, "COMPLETED")
        assert await history(street.db, order_id, by=buyer.user_id) == PAID

    async def test_what_is_cancelled_after_paying_goes_back(self, street, buyer):
        """v1 has no word for it, so the same provider's v2 is asked."""
        order_id = await buyer.order()
        await confirm_v1(buyer, order_id)
        assert (await buyer.post(f"/api/orders/{order_id}/cancellation")).status_code == 200
        await becomes(street, buyer, order_id, "REFUNDED")
        assert await street.till.balance() == 0


class TestPaymentConfirm:
    """Three addresses that ask whether an order is paid, and make no order paid."""

    async def test_nothing_is_paid_by_saying_so(self, street, buyer):
        """Fault 8.5: buyers could mark their own orders paid."""
        order_id, (line_id, _) = await cart_order(buyer, KOK, KOK_OTHER)
        shown = await buyer.order()
        hs_id = (await buyer.get(f"/api/orders/{shown}")).json()["order"]["lines"][0]["line_id"]
        paths = (
            f"/api/orders/kok/{line_id}/payment/confirm",
            f"/api/orders/kok/order-unit/{order_id}/payment/confirm",
            f"/api/orders/homeshopping/{hs_id}/payment/confirm",
        )
        for path in paths:
            answer = await buyer.post(path)
            assert (answer.status_code, answer.json()["detail"]) == (400, NOT_REQUESTED)
        for each in (order_id, shown):
            await street.till.next(outcome="hold")
            begun = await buyer.post(f"/api/orders/payment/{each}/checkout")
            assert begun.status_code == 201
        for path in paths:
            answer = await buyer.post(path)
            assert (answer.status_code, answer.json()["code"]) == (400, "payment_undecided")
        for each in (order_id, shown):
            assert await buyer.status(each) == "PAYMENT_REQUESTED"
        assert await street.till.balance() == 0

    @pytest.mark.parametrize("unit", [False, True])
    async def test_a_kok_order_is_paid_when_the_provider_says_so(self, street, buyer, unit):
        """Its webhook was lost, so it is asked; and asking again says the same."""
        await street.till.next(webhook="drop")
        order_id, (line_id, _) = await cart_order(buyer, KOK, KOK_OTHER)
        waiting = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _decided(street))
        number = {"order_id": order_id} if unit else {"kok_order_id": line_id}
        path = f"order-unit/{order_id}" if unit else str(line_id)
        all_lines = "모든 KokOrder " if unit else ""
        for _ in range(2):
            answer = await buyer.post(f"/api/orders/kok/{path}/payment/confirm")
            assert (answer.status_code, answer.json()) == (
                200,
                {"message": f"결제가 완료되어 {all_lines}상태가 변경되었습니다.", **number},
            )
        assert (await waiting).json()["status"] == "PAYMENT_COMPLETED"  # woken by push
        assert await history(street.db, order_id, by=buyer.user_id) == PAID

    async def test_a_homeshopping_order_is_paid_when_the_provider_says_so(self, street, buyer):
        """In the earlier words, and its way to the door begins."""
        order_id = await buyer.order()
        assert (await buyer.confirm(order_id)).status_code == 200
        view = (await buyer.get(f"/api/orders/{order_id}")).json()["order"]
        line_id = view["lines"][0]["line_id"]
        answer = await buyer.post(f"/api/orders/homeshopping/{line_id}/payment/confirm")
        assert answer.json() == {
            "homeshopping_order_id": line_id,
            "previous_status": "결제 요청",
            "current_status": "결제완료",
            "message": "결제가 확인되었습니다",
        }

    async def test_a_refused_payment_is_no_paid_order(self, street, buyer):
        """400 with the reason, and not again."""
        await street.till.next(outcome="decline", reason="한도 초과", webhook="drop")
        order_id, (line_id,) = await cart_order(buyer, KOK)
        begun = asyncio.create_task(buyer.confirm(order_id))
        await until(lambda: _decided(street))
        path = f"/api/orders/kok/{line_id}/payment/confirm"
        details = [(await buyer.post(path)).json()["detail"] for _ in range(2)]
        assert details == ["결제가 실패했습니다: 한도 초과", NOT_REQUESTED]
        assert (await begun).status_code == 400


def a_gateway(answer):
    """Return the gateways before a provider that answers so."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    told = HttpPaymentGateway(client, base_url="http://v2", token="")
    return PaymentGateways(client, polling_url="http://v1/", told=told)


def said(status=200, /, **body):
    """Answer anything with this."""
    return lambda _: httpx.Response(status, json=body)


ORDER = PaymentOrder(
    tx_id="tx_7_x",
    order_id=7,
    user_id=1,
    amount=9_900,
    callback_url="http://shop/x",
    checkout=False,
    method="CARD",
)


def a_payment(payment_id="pay/1"):
    return PaymentView(
        order_id=7,
        tx_id="tx_7_x",
        payment_id=payment_id,
        status=PaymentStatus.PENDING,
        amount=9_900,
        method="CARD",
        reason=None,
        checkout_url=None,
        requested_at=NOON,
        decided_at=None,
        version=1,
    )


class TestGateways:
    """What the provider's words mean."""

    async def test_v1_is_begun_with_its_own_words(self):
        """The key is the order's, so that asking twice is asking once."""
        seen = []

        def answer(request):
            seen.append((str(request.url), json.loads(request.content)))
            return httpx.Response(200, json={"payment_id": 12, "method": "TRANSFER"})

        begun = await a_gateway(answer).begin(ORDER)
        assert (begun.payment_id, begun.method) == ("12", "TRANSFER")
        assert seen == [
            (
                "http://v1/pay",
                {
                    "order_id": 7,
                    "payment_amount": 9_900,
                    "idempotency_key": "order-7",
                    "method": "CARD",
                },
            )
        ]

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (said(422), CallRefused),
            (said(500), ProviderFailed),
            (said(204), ProviderFailed),
            (said(), ProviderUnclear),
            (said(payment_id=""), ProviderUnclear),
            (said(payment_id="x" * 101), ProviderUnclear),
            (lambda _: httpx.Response(200, content=b"<html>"), ProviderUnclear),
            (lambda _: httpx.Response(200, json=["pay"]), ProviderUnclear),
        ],
    )
    async def test_a_payment_that_was_not_named_was_not_begun(self, answer, error):
        """Each with its own answer to the buyer; only a refusal is certain."""
        with pytest.raises(error):
            await a_gateway(answer).begin(ORDER)

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (httpx.ConnectError, ProviderUnreachable),
            (httpx.ConnectTimeout, ProviderUnreachable),
            (httpx.ReadTimeout, OutcomeUnknown),
            (httpx.RemoteProtocolError, OutcomeUnknown),
        ],
    )
    async def test_silence_is_told_from_absence(self, fault, error):
        """What may have been heard is not refused."""

        def answer(request):
            raise fault("no")

        with pytest.raises(error):
            await a_gateway(answer).begin(ORDER)

    @pytest.mark.parametrize("method", ["WEBHOOK_V2", "CHECKOUT", "", "x" * 31, 7, None])
    async def test_a_strange_method_is_not_taken_over(self, method):
        """It would make the payment one of the other API's, or lose it."""
        begun = await a_gateway(said(payment_id="pay", method=method)).begin(ORDER)
        assert (begun.payment_id, begun.method) == ("pay", None)

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("PENDING", "PENDING"),
            ("PAYMENT_COMPLETED", "COMPLETED"),
            ("PAYMENT_FAILED", "FAILED"),
            ("PROCESSING", "PENDING"),
            (None, "PENDING"),
            (["PAYMENT_COMPLETED"], "PENDING"),
        ],
    )
    async def test_a_word_it_never_had_means_nothing_yet(self, word, status):
        """As it did to the earlier server."""
        verdict = await a_gateway(said(status=word)).look_up(a_payment())
        assert verdict.status.value == status

    async def test_v1_is_asked_by_the_payments_number(self):
        """Whatever characters it has; without one, v2 is asked by the key."""
        seen = []

        def answer(request):
            seen.append(str(request.url))
            return httpx.Response(200, json={"status": "PENDING", "payment_id": "p"})

        gateway = a_gateway(answer)
        await gateway.look_up(a_payment())
        await gateway.look_up(a_payment(None))
        told = a_payment(None).model_copy(update={"method": "WEBHOOK_V2"})
        await gateway.look_up(told)
        assert seen == [
            "http://v1/payment-status/pay%2F1",
            "http://v2/api/v2/payments?tx_id=v1%3Aorder-7",
            "http://v2/api/v2/payments?tx_id=tx_7_x",
        ]

    @pytest.mark.parametrize("payment_id", ["pay", None])
    async def test_only_the_provider_can_say_that_it_knows_nothing(self, payment_id):
        """A 404 of a proxy, or of a provider without v2, is no word about money."""
        unknown = a_gateway(said(404, code="payment_unknown"))
        assert await unknown.look_up(a_payment(payment_id)) is None
        for answer in (said(404), said(500), lambda _: httpx.Response(404, content=b"nope")):
            with pytest.raises(OutcomeUnknown):
                await a_gateway(answer).look_up(a_payment(payment_id))


async def _decided(street):
    return any(each["status"] != "PENDING" for each in await street.till.payments())


async def _pending(person, order_id):
    return await payment_status(person, order_id) == "PENDING"
