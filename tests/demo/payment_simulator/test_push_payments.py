"""The v2 API: opened once, decided once, told until heard, given back once."""

import asyncio

import httpx
import pytest

from demo.payment_simulator import Settings, create_app, sign


async def test_a_payment_approves_by_itself_after_two_seconds_and_says_so(simulator):
    """What the earlier payment server did, except that the answer does not wait for it."""
    answer = await simulator.open()
    payment_id = answer.json()["payment_id"]
    assert answer.json() == {
        "payment_id": payment_id,
        "tx_id": "tx_7",
        "status": "PENDING",
        "checkout_url": None,
    }
    await simulator.time.pass_by(1.9)
    assert (await simulator.truth(payment_id))["status"] == "PENDING"
    await simulator.time.pass_by(0.1)

    heard = await simulator.merchant.next()
    assert heard.event == "payment.completed"
    assert heard.body == {
        "tx_id": "tx_7",
        "order_id": 7,
        "user_id": 3,
        "payment_id": payment_id,
        "amount": 19900,
        "completed_at": "2026-11-21T03:00:02+00:00",
    }
    assert await simulator.truth(payment_id) == {
        "payment_id": payment_id,
        "tx_id": "tx_7",
        "order_id": 7,
        "user_id": 3,
        "amount": 19900,
        "status": "PAYMENT_COMPLETED",
        "refunded_amount": 0,
        "completed_at": "2026-11-21T03:00:02Z",
        "failure_reason": None,
    }


async def test_a_webhook_proves_who_sent_it(simulator, settings):
    """The signature covers the raw bytes; the service token goes along."""
    await simulator.opened()
    await simulator.time.pass_by(2)
    heard = await simulator.merchant.next()
    assert heard.headers["x-payment-signature"] == sign(settings.webhook_secret, heard.raw)
    assert heard.headers["authorization"] == f"Bearer {settings.service_token}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["x-payment-timestamp"] == "1795230002"


def test_the_signature_is_base64_of_hmac_sha256():
    """RFC 4231, test case 2, in Base64."""
    body = b"what do ya want for nothing?"
    assert sign("Jefe", body) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


async def test_the_same_transaction_is_the_same_payment(simulator):
    """A merchant that lost the answer asks again and pays once."""
    first, second = await asyncio.gather(simulator.open(), simulator.open())
    assert first.json() == second.json()
    await simulator.time.pass_by(2)
    await simulator.merchant.next()
    third = await simulator.open()
    assert third.json()["payment_id"] == first.json()["payment_id"]
    assert third.json()["status"] == "PAYMENT_COMPLETED"


@pytest.mark.parametrize("change", [{"amount": 1}, {"order_id": 8}])
async def test_one_transaction_cannot_mean_two_things(simulator, change):
    """Another amount or another order under a known tx_id is refused, and nothing changes."""
    payment_id = await simulator.opened(tx_id="tx_x")
    answer = await simulator.open(**({"tx_id": "tx_x"} | change))
    assert (answer.status_code, answer.json()["code"]) == (409, "amount_differs")
    assert (await simulator.truth(payment_id))["amount"] == 19900


async def test_the_truth_is_found_by_transaction_too(simulator):
    """After a lost answer the merchant knows only its own number."""
    payment_id = await simulator.opened()
    found = await simulator.http.get("/api/v2/payments", params={"tx_id": "tx_7"})
    assert found.json() == await simulator.truth(payment_id)
    for path in ("/api/v2/payments?tx_id=tx_8", "/api/v2/payments/pay_none"):
        answer = await simulator.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_unknown")


async def test_a_webhook_is_tried_until_it_is_accepted(simulator):
    """Errors, and redirects which are not followed, double the wait; the id stays."""
    simulator.merchant.answers.extend([500, 302, 404])
    payment_id = await simulator.opened()
    heard = []
    for seconds in (2, 0.5, 1, 2):
        await simulator.time.pass_by(seconds)
        heard.append(await simulator.merchant.next())
    assert simulator.time.slept == [2, 0.5, 1, 2]
    assert len({each.headers["x-payment-delivery"] for each in heard}) == 1
    assert len({each.raw for each in heard}) == 1
    moments = [int(each.headers["x-payment-timestamp"]) - 1795230000 for each in heard]
    assert moments == [2, 2, 3, 5]
    delivery = await simulator.delivery_in(payment_id, "delivered")
    assert [each["status"] for each in delivery["attempts"]] == [500, 302, 404, 200]


async def test_a_webhook_nobody_takes_is_given_up(simulator):
    """A merchant that is not there costs the configured number of attempts, then can ask."""
    payment_id = await simulator.opened(callback_url="http://127.0.0.1:1/hook")
    for seconds in (2, 0.5, 1, 2):
        await simulator.time.pass_by(seconds)
    delivery = await simulator.delivery_in(payment_id, "given_up")
    assert len(delivery["attempts"]) == 4
    assert all(each["error"].startswith("ConnectError") for each in delivery["attempts"])
    assert (await simulator.truth(payment_id))["status"] == "PAYMENT_COMPLETED"


async def test_a_refund_gives_the_money_back_once(simulator):
    """The same key answers the same; another key is refused; the ledger is even."""
    payment_id = await simulator.opened()
    path = f"/api/v2/payments/{payment_id}/refund"
    first = {"idempotency_key": "r1", "reason": "late"}
    early = await simulator.http.post(path, json=first)
    assert (early.status_code, early.json()["code"]) == (409, "not_completed")
    await simulator.time.pass_by(2)
    await simulator.merchant.next()
    for _ in range(2):
        answer = await simulator.http.post(path, json=first)
        assert (answer.json()["status"], answer.json()["refunded_amount"]) == ("REFUNDED", 19900)
    again = await simulator.http.post(path, json=first | {"idempotency_key": "r2"})
    assert (again.status_code, again.json()["code"]) == (409, "already_refunded")
    assert (await simulator.http.get("/_sim/ledger")).json() == [
        {"order_id": 7, "captured": 19900, "refunded": 19900, "balance": 0, "payments": 1}
    ]


async def test_a_cancelled_payment_never_completes(simulator):
    """The pending approval finds it closed; cancelling twice is the same; the merchant hears."""
    payment_id = await simulator.opened()
    path = f"/api/v2/payments/{payment_id}/cancel"
    for _ in range(2):
        assert (await simulator.http.post(path)).json()["status"] == "PAYMENT_CANCELLED"
    heard = await simulator.merchant.next()
    assert (heard.event, heard.body["failed_at"]) == (
        "payment.cancelled",
        "2026-11-21T03:00:00+00:00",
    )
    await simulator.time.pass_by(2)
    assert (await simulator.truth(payment_id))["status"] == "PAYMENT_CANCELLED"
    assert len(await simulator.deliveries(payment_id)) == 1


async def test_a_completed_payment_cannot_be_cancelled(simulator):
    """It must be refunded."""
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    await simulator.merchant.next()
    answer = await simulator.http.post(f"/api/v2/payments/{payment_id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")


@pytest.mark.parametrize(
    "change",
    [
        {"version": "v1"},
        {"amount": 0},
        {"amount": 10.5},
        {"amount": "NaN"},
        {"order_id": None},
        {"tx_id": ""},
        {"callback_url": "ftp://shop/hook"},
        {"return_url": "javascript:alert(1)"},
    ],
)
async def test_a_malformed_payment_is_refused(simulator, change):
    """422 says which field, and no payment exists."""
    answer = await simulator.open(**change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert next(iter(change)) in answer.json()["detail"]
    assert (await simulator.http.get("/_sim/payments")).json() == []


async def test_broken_requests_get_clear_answers(simulator):
    """Not JSON, too large, unknown path, wrong method: never a 500."""
    http = simulator.http
    assert (await http.post("/api/v2/payments", content=b"{")).status_code == 422
    assert (await http.post("/api/v2/payments", content=b"[" * 70_000)).status_code == 413
    assert (await http.get("/nowhere")).json()["code"] == "http_404"
    assert (await http.delete("/pay")).json()["code"] == "http_405"
    assert (await http.get("/api/v2/payments")).status_code == 422


async def test_a_stranger_to_the_service_is_refused(simulator):
    """No bearer token, no payments."""
    for token in ("", "Bearer", "Bearer wrong", "Bearer 틀림".encode()):
        answer = await simulator.http.get(
            "/api/v2/payments?tx_id=x", headers={"Authorization": token}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_without_a_service_token_the_door_is_open(served):
    """The token is optional on both sides, as it was."""
    async with (
        served(create_app(Settings(webhook_secret="s"))) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        assert (await http.get("/api/v2/payments/x")).status_code == 404


def test_an_unsigned_provider_cannot_be_built():
    """An empty secret would sign nothing; secrets never show in a repr."""
    with pytest.raises(ValueError, match="webhook secret"):
        Settings(webhook_secret="")
    assert "hush" not in repr(
        Settings(webhook_secret="hush", service_token="hush", sim_token="hush")
    )


async def test_the_polling_generation_still_works(simulator):
    """Pay, then ask until it is decided; the same key is the same payment."""
    body = {"order_id": 9, "payment_amount": 5000.0, "idempotency_key": "order-9", "method": None}
    first = (await simulator.http.post("/pay", json=body)).json()
    assert first["method"] is None
    assert (await simulator.http.post("/pay", json=body)).json() == first
    dearer = await simulator.http.post("/pay", json=body | {"payment_amount": 6000})
    assert dearer.status_code == 409
    path = f"/payment-status/{first['payment_id']}"
    assert (await simulator.http.get(path)).json() == {"status": "PENDING"}
    await simulator.time.pass_by(2)
    async with asyncio.timeout(5):
        while (await simulator.http.get(path)).json() != {"status": "PAYMENT_COMPLETED"}:
            pass
    assert await simulator.deliveries(first["payment_id"]) == []
    assert (await simulator.http.get("/payment-status/none")).status_code == 404
