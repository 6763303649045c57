"""The control plane: each fault happens as told, once, and the truth stays findable."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from demo.payment_simulator import create_app, sign


async def test_a_decline_carries_its_reason(simulator):
    """The merchant hears why, and so does whoever asks."""
    await simulator.next_payment(outcome="decline", reason="한도 초과")
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    heard = await simulator.merchant.next()
    assert (heard.event, heard.body["failure_reason"]) == ("payment.failed", "한도 초과")
    truth = await simulator.truth(payment_id)
    assert (truth["status"], truth["failure_reason"]) == ("PAYMENT_FAILED", "한도 초과")
    assert truth["completed_at"] is None


async def test_a_delay_replaces_the_usual_wait(simulator):
    """Approval later than any caller's patience."""
    await simulator.next_payment(after_seconds=90)
    payment_id = await simulator.opened()
    await simulator.time.pass_by(89)
    assert (await simulator.truth(payment_id))["status"] == "PENDING"
    await simulator.time.pass_by(1)
    assert (await simulator.merchant.next()).event == "payment.completed"


@pytest.mark.parametrize(
    ("command", "event"), [("approve", "payment.completed"), ("decline", "payment.failed")]
)
async def test_a_held_payment_waits_for_its_command(simulator, command, event):
    """Then it is decided once; a second command is refused."""
    await simulator.next_payment(outcome="hold")
    payment_id = await simulator.opened()
    assert simulator.time.sleepers == []
    path = f"/_sim/payments/{payment_id}/{command}"
    assert (await simulator.http.post(path)).status_code == 200
    assert (await simulator.merchant.next()).event == event
    assert (await simulator.http.post(path)).status_code == 409


async def test_duplicates_arrive_together_under_one_id(simulator):
    """Three posts of the same delivery, at the same time."""
    await simulator.next_payment(webhook="duplicate", copies=3)
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    heard = [await simulator.merchant.next() for _ in range(3)]
    assert len({each.headers["x-payment-delivery"] for each in heard}) == 1
    assert len((await simulator.delivery_in(payment_id, "delivered"))["attempts"]) == 3


@pytest.mark.parametrize(
    ("style", "events"),
    [
        ("failed_first", ["payment.failed", "payment.completed"]),
        ("failed_last", ["payment.completed", "payment.failed"]),
    ],
)
async def test_a_stale_failure_can_come_before_or_after(simulator, style, events):
    """Both are signed and true of their moment; the payment is completed."""
    await simulator.next_payment(webhook=style)
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    heard = [await simulator.merchant.next() for _ in range(2)]
    assert [each.event for each in heard] == events
    told = {each.event: each.body for each in heard}
    assert told["payment.failed"]["failed_at"] < told["payment.completed"]["completed_at"]
    assert len({each.headers["x-payment-delivery"] for each in heard}) == 2
    assert (await simulator.truth(payment_id))["status"] == "PAYMENT_COMPLETED"


async def test_a_forged_webhook_is_sent_once_and_can_be_resent_truly(simulator, settings):
    """Refused by the merchant, it is not retried; resending signs with the real key."""
    await simulator.next_payment(webhook="forged")
    simulator.merchant.answers.append(400)
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    forged = await simulator.merchant.next()
    assert forged.headers["x-payment-signature"] != sign(settings.webhook_secret, forged.raw)
    delivery = await simulator.delivery_in(payment_id, "given_up")
    assert (delivery["forged"], len(delivery["attempts"])) == (True, 1)

    path = f"/_sim/deliveries/{delivery['delivery_id']}/resend"
    assert (await simulator.http.post(path)).json()["state"] == "delivered"
    resent = await simulator.merchant.next()
    assert resent.raw == forged.raw
    assert resent.headers["x-payment-delivery"] == forged.headers["x-payment-delivery"]
    assert resent.headers["x-payment-signature"] == sign(settings.webhook_secret, resent.raw)


async def test_a_dropped_webhook_is_kept_for_later(simulator):
    """The payment completes in silence; a resend tells of it."""
    await simulator.next_payment(webhook="drop")
    payment_id = await simulator.opened()
    await simulator.time.pass_by(2)
    delivery = await simulator.delivery_in(payment_id, "dropped")
    assert (delivery["attempts"], simulator.merchant.inbox.qsize()) == ([], 0)
    await simulator.http.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend")
    assert (await simulator.merchant.next()).event == "payment.completed"


async def test_a_payment_can_exist_although_its_answer_was_cut(simulator):
    """The caller sees a broken connection, the money moves, the transaction number finds it."""
    await simulator.next_payment(answer="disconnect")
    with pytest.raises(httpx.RemoteProtocolError):
        await simulator.open()
    found = await simulator.http.get("/api/v2/payments", params={"tx_id": "tx_7"})
    assert found.json()["status"] == "PENDING"
    await simulator.time.pass_by(2)
    assert (await simulator.merchant.next()).body["payment_id"] == found.json()["payment_id"]
    assert (await simulator.open()).json()["status"] == "PAYMENT_COMPLETED"


async def test_a_refusal_leaves_no_payment(simulator):
    """500 once; the same request then succeeds."""
    await simulator.next_payment(answer="refuse")
    refused = await simulator.open()
    assert (refused.status_code, refused.json()["code"]) == (500, "out_of_service")
    assert (await simulator.http.get("/_sim/payments")).json() == []
    assert (await simulator.open()).status_code == 200


async def test_inline_sends_the_webhook_before_the_answer(simulator):
    """As the earlier payment server did: the answer comes with the decision made."""
    await simulator.next_payment(answer="inline")
    opening = asyncio.create_task(simulator.open())
    await simulator.time.pass_by(2)
    assert (await simulator.merchant.next()).event == "payment.completed"
    assert (await opening).json()["status"] == "PAYMENT_COMPLETED"


async def test_faults_combine(simulator):
    """A declined payment, told twice, whose answer was cut."""
    await simulator.next_payment(outcome="decline", webhook="duplicate", answer="disconnect")
    with pytest.raises(httpx.RemoteProtocolError):
        await simulator.open()
    await simulator.time.pass_by(2)
    assert [(await simulator.merchant.next()).event for _ in range(2)] == ["payment.failed"] * 2


async def test_a_scenario_is_used_once_and_an_order_s_own_goes_first(simulator):
    """Order 8 takes its own, order 7 takes anyone's, the next is ordinary; clearing forgets."""
    await simulator.next_payment(outcome="hold")
    await simulator.next_payment(order_id=8, outcome="decline")
    waiting = (await simulator.http.get("/_sim/scenarios")).json()
    assert [each["outcome"] for each in waiting] == ["hold", "decline"]
    await simulator.opened(8)
    await simulator.opened(7)
    await simulator.opened(9)
    await simulator.time.pass_by(2)
    heard = {(each.body["order_id"], each.event) for each in await _two(simulator.merchant)}
    assert heard == {(8, "payment.failed"), (9, "payment.completed")}
    await simulator.next_payment(outcome="hold")
    assert (await simulator.http.delete("/_sim/scenarios")).status_code == 204
    assert (await simulator.http.get("/_sim/scenarios")).json() == []


async def test_the_ledger_counts_only_money_that_moved(simulator):
    """Per order: captured, refunded, what is left."""
    for order_id, outcome in ((1, "approve"), (2, "decline")):
        await simulator.next_payment(order_id=order_id, outcome=outcome)
        await simulator.opened(order_id)
    await simulator.opened(1, tx_id="tx_1_again", amount=100)
    await simulator.time.pass_by(2)
    await _two(simulator.merchant)
    assert (await simulator.http.get("/_sim/ledger")).json() == [
        {"order_id": 1, "captured": 20000, "refunded": 0, "balance": 20000, "payments": 2},
        {"order_id": 2, "captured": 0, "refunded": 0, "balance": 0, "payments": 1},
    ]


@pytest.mark.parametrize("bad", [{"outcome": "perhaps"}, {"copies": 1}, {"colour": "red"}])
async def test_a_scenario_that_makes_no_sense_is_refused(simulator, bad):
    """A typo in a test must not look like an ordinary payment."""
    assert (await simulator.http.post("/_sim/scenarios", json=bad)).status_code == 422
    assert (await simulator.http.get("/_sim/scenarios")).json() == []


async def test_commands_about_nothing_are_404(simulator):
    """Unknown payment, unknown delivery."""
    for path in ("/_sim/payments/none/approve", "/_sim/deliveries/none/resend"):
        assert (await simulator.http.post(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "token", "status"),
    [
        ({}, "wrong", 401),
        ({}, "", 401),
        ({"sim_token": ""}, "", 403),
        ({"environment": "production"}, "sim-token-for-tests", 403),
    ],
)
async def test_the_control_plane_opens_only_to_its_token_and_never_in_production(
    served, settings, change, token, status
):
    """Every path of it, known or not, answers the same."""
    async with (
        served(create_app(replace(settings, **change))) as url,
        httpx.AsyncClient(base_url=url, headers={"X-Sim-Token": token}, trust_env=False) as http,
    ):
        for path in ("/_sim/ledger", "/_sim/payments", "/_sim/nowhere"):
            assert (await http.get(path)).status_code == status


async def test_a_graceful_stop_cancels_what_is_pending(served, settings, time, merchant):
    """Payments waiting to be approved do not hold the server up, nor speak after it is gone."""
    async with asyncio.timeout(10):
        async with (
            served(create_app(settings, clock=time.clock, sleep=time.sleep)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as http,
        ):
            body = {"order_id": 1, "payment_amount": 10, "idempotency_key": "k"}
            assert (await http.post("/pay", json=body)).status_code == 200
            assert len(time.slept) == 1
    assert time.sleepers == []
    assert merchant.inbox.empty()


async def _two(merchant):
    return [await merchant.next(), await merchant.next()]
