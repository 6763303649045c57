"""The checkout window: a person decides once, in Korean, and the shop is told."""

import pytest

RETURN_URL = "http://localhost:9000/pay/return?order=7#done"


@pytest.fixture
async def window(simulator):
    """Open a checkout and return its path."""
    answer = await simulator.open(checkout=True, return_url=RETURN_URL)
    payment_id = answer.json()["payment_id"]
    assert answer.json()["checkout_url"] == f"https://pay.example.com/checkout/{payment_id}"
    return f"/checkout/{payment_id}"


async def test_the_window_asks_and_waits(simulator, window):
    """Order, amount and three buttons; nothing decides by itself."""
    page = await simulator.http.get(window)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for words in ('lang="ko"', "19,900", "결제 승인", "결제 거절", "창 닫기", "12:00"):
        assert words in page.text
    assert simulator.time.sleepers == []


@pytest.mark.parametrize(
    ("choice", "event", "status", "words"),
    [
        ("approve", "payment.completed", "PAYMENT_COMPLETED", "결제가 완료되었습니다"),
        ("decline", "payment.failed", "PAYMENT_FAILED", "결제가 거절되었습니다"),
        ("close", "payment.cancelled", "PAYMENT_CANCELLED", "결제를 취소했습니다"),
    ],
)
async def test_each_button_decides(simulator, window, choice, event, status, words):
    """The form leads to the result, which knows where to send word; the webhook goes out."""
    answer = await simulator.http.post(f"{window}/{choice}", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, window)
    assert (await simulator.merchant.next()).event == event
    page = (await simulator.http.get(window)).text
    assert words in page
    assert f'data-status="{status}"' in page
    assert 'data-return-origin="http://localhost:9000"' in page
    payment_id = window.rpartition("/")[2]
    address = f"return?order=7&amp;payment_id={payment_id}&amp;order_id=7&amp;status={status}#done"
    assert address in page


async def test_a_second_click_changes_nothing(simulator, window):
    """Whatever was decided first stays; the page shows it."""
    await simulator.http.post(f"{window}/approve")
    assert (await simulator.http.post(f"{window}/close")).status_code == 303
    assert 'data-status="PAYMENT_COMPLETED"' in (await simulator.http.get(window)).text
    assert len(await simulator.deliveries(window.rpartition("/")[2])) == 1


async def test_a_scenario_still_rules_how_the_shop_is_told(simulator):
    """A person approves; the webhook is dropped."""
    await simulator.next_payment(webhook="drop")
    payment_id = await simulator.opened(checkout=True)
    await simulator.http.post(f"/checkout/{payment_id}/approve")
    await simulator.delivery_in(payment_id, "dropped")
    page = (await simulator.http.get(f"/checkout/{payment_id}")).text
    assert 'data-return-origin=""' in page


async def test_the_page_runs_under_a_strict_policy(simulator, window):
    """No inline script or style, and its own assets answer."""
    page = await simulator.http.get(window)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert "<style" not in page.text
    assert " style=" not in page.text
    for name, kind in (("css", "text/css"), ("js", "text/javascript"), ("svg", "image/svg+xml")):
        answer = await simulator.http.get(f"/checkout-window.{name}")
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)


async def test_a_lost_address_is_a_page_too(simulator):
    """A person who follows a stale link reads Korean, not JSON."""
    for answer in (
        await simulator.http.get("/checkout/pay_none"),
        await simulator.http.post("/checkout/pay_none/approve"),
    ):
        assert answer.status_code == 404
        assert "결제를 찾을 수 없습니다" in answer.text


async def test_what_a_merchant_sends_is_text_on_the_page(simulator):
    """A return address cannot break out of its attribute."""
    await simulator.next_payment(outcome="hold")
    payment_id = await simulator.opened(
        checkout=True, return_url='http://shop.example/"><script>alert(1)</script>'
    )
    assert "<script>" not in (await simulator.http.get(f"/checkout/{payment_id}")).text
