"""Ordering, paying, and what follows."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.till import token_of
from tests.contracts.exercises import Door, exercise
from tests.patience import until
from tests.serving import served
from tests.stall import HS, HS_PRICE, KOK, KOK_PRICE


@exercise("GET /api/orders")
async def _(door: Door) -> None:
    order_id = await door.shop.unpaid(kok_product=KOK)
    (group, *_rest) = (await door.good(params={"limit": 30}))["order_groups"]
    assert (group["order_id"], group["total_amount"]) == (order_id, KOK_PRICE)
    assert (await door.good("operator"))["total_count"] == 0
    await door.bad(422, params={"limit": "many"})


@exercise("GET /api/orders/count")
async def _(door: Door) -> None:
    before = await door.good()
    await door.shop.unpaid()
    assert (await door.good())["order_count"] == before["order_count"] + 1


@exercise("GET /api/orders/recent")
async def _(door: Door) -> None:
    order_id = await door.shop.unpaid()
    (newest, *_rest) = (await door.good(params={"days": 7}))["orders"]
    assert newest["order_number"] == f"{order_id:012}"
    await door.bad(422, params={"days": 0})


@exercise("GET /api/orders/{order_id}")
async def _(door: Door) -> None:
    order_id = await door.shop.unpaid()
    found = await door.good(order_id=order_id)
    assert found["homeshopping_orders"][0]["order_price"] == HS_PRICE
    await door.bad(404, "stranger", order_id=order_id)


@exercise("POST /api/orders/homeshopping/order")
async def _(door: Door) -> None:
    placed = await door.good(json={"product_id": HS, "quantity": 2})
    assert placed["order_price"] == 2 * HS_PRICE
    await door.bad(400, json={"product_id": 999_999, "quantity": 1})
    await door.bad(422, json={"product_id": HS, "quantity": 100})
    assert (await door.bad(409, json={"product_id": HS, "quantity": 99}))["code"] == "sold_out"


@exercise("POST /api/orders/kok/carts/order")
async def _(door: Door) -> None:
    row = await door.shop.people["buyer"].put_in_cart(KOK, 2)
    wanted = {"selected_items": [{"kok_cart_id": row, "quantity": 99}]}
    assert (await door.bad(409, json=wanted))["code"] == "sold_out"
    wanted["selected_items"][0]["quantity"] = 2
    await door.bad(400, "stranger", json=wanted)
    placed = await door.good(json=wanted)
    assert (placed["order_count"], placed["total_amount"]) == (1, 2 * KOK_PRICE)
    await door.bad(400, json=wanted)
    await door.bad(400, json={"selected_items": []})


@exercise("POST /api/orders/payment/{order_id}/confirm/v2")
async def _(door: Door) -> None:
    order_id = await door.shop.unpaid()
    await door.bad(404, "stranger", order_id=order_id)
    paid = await door.good(order_id=order_id)
    assert (paid["status"], paid["method"]) == ("PAYMENT_COMPLETED", "WEBHOOK_V2")
    await door.bad(400, order_id=order_id)
    await _declined(door)
    await _provider_away(door)
    await _provider_says(door, 400, JSONResponse({"error": "no such merchant"}, 400))
    await _lapsed(door)


@exercise("POST /api/orders/payment/{order_id}/confirm/v1")
async def _(door: Door) -> None:
    order_id = await door.shop.unpaid(kok_product=KOK)
    body = {"method": "EXTERNAL_API"}
    await door.bad(404, "stranger", order_id=order_id, json=body)
    paid = await door.good(order_id=order_id, json=body)
    assert paid["status"] == "PAYMENT_COMPLETED"
    assert paid["kok_order_ids"]
    await _declined(door, json=body)
    await _provider_away(door, json=body)
    await _provider_says(door, 502, JSONResponse({"method": "CARD"}), json=body)
    undecided = await door.shop.unpaid()
    await door.shop.street.till.next(outcome="hold")
    await door.bad(408, order_id=undecided, json=body)


@exercise("POST /api/orders/payment/webhook/v2/{tx_id}")
async def _(door: Door) -> None:
    order_id = await door.shop.paid()
    payment = (await door.shop.people["buyer"].state(order_id))["payment"]
    settings, tx_id = door.shop.street.state["settings"], payment["tx_id"]
    body = {"tx_id": tx_id, "order_id": order_id, "payment_id": payment["payment_id"]}
    raw = json.dumps(body | {"user_id": door.shop.people["buyer"].user_id}).encode()
    key = settings.payment_webhook_secret.get_secret_value().encode()
    signature = base64.b64encode(hmac.digest(key, raw, hashlib.sha256)).decode()
    what: dict[str, Any] = {"tx_id": tx_id, "content": raw}
    headers = {
        "Content-Type": "application/json",
        "X-Payment-Event": "payment.completed",
        "X-Payment-Signature": signature,
    }
    token = {"t": token_of(settings, tx_id)}
    assert (await door.good(**what, headers=headers, params=token))["order_id"] == order_id
    await door.bad(400, **what, headers=headers)
    forged = headers | {"X-Payment-Signature": "dev_signature_skip"}
    told = await door.bad(400, **what, headers=forged, params=token)
    assert told["detail"] == "webhook handling failed"


@exercise("GET /api/orders/homeshopping/{homeshopping_order_id}/status")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.unpaid())
    found = await door.good(homeshopping_order_id=line)
    assert found["current_status"]["status_code"] == "ORDER_RECEIVED"
    await door.bad(404, "stranger", homeshopping_order_id=line)


@exercise("GET /api/orders/homeshopping/{homeshopping_order_id}/with-status")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.unpaid())
    found = await door.good(homeshopping_order_id=line)
    assert found["order_price"] == HS_PRICE
    await door.bad(404, "stranger", homeshopping_order_id=line)


@exercise("GET /api/orders/kok/{kok_order_id}/status")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.unpaid(kok_product=KOK))
    found = await door.good(kok_order_id=line)
    assert found["current_status"]["status_code"] == "ORDER_RECEIVED"
    await door.bad(404, "stranger", kok_order_id=line)


@exercise("GET /api/orders/kok/{kok_order_id}/with-status")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.unpaid(kok_product=KOK))
    found = await door.good(kok_order_id=line)
    assert found["kok_order"]["kok_product_id"] == KOK
    await door.bad(404, "stranger", kok_order_id=line)


@exercise("PATCH /api/orders/kok/{kok_order_id}/status")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.unpaid(kok_product=KOK))
    moved = await door.good(kok_order_id=line, json={"new_status_code": "CANCELLED"})
    assert moved["current_status"]["status_code"] == "CANCELLED"
    await door.bad(409, kok_order_id=line, json={"new_status_code": "SHIPPING"})
    await door.bad(400, kok_order_id=line, json={"new_status_code": "TELEPORTED"})
    await door.bad(404, kok_order_id=999_999, json={"new_status_code": "CANCELLED"})
    await door.bad(403, "buyer", kok_order_id=line, json={"new_status_code": "CANCELLED"})


@exercise("POST /api/orders/homeshopping/{homeshopping_order_id}/payment/confirm")
async def _(door: Door) -> None:
    unpaid = await door.shop.line(await door.shop.unpaid())
    await door.bad(400, homeshopping_order_id=unpaid)
    line = await door.shop.line(await door.shop.paid())
    told = await door.good(homeshopping_order_id=line)
    assert told["current_status"] == "결제완료"
    await door.bad(404, "stranger", homeshopping_order_id=line)


@exercise("POST /api/orders/kok/{kok_order_id}/payment/confirm")
async def _(door: Door) -> None:
    unpaid = await door.shop.line(await door.shop.unpaid(kok_product=KOK))
    await door.bad(400, kok_order_id=unpaid)
    line = await door.shop.line(await door.shop.paid(kok_product=KOK))
    await door.good(kok_order_id=line)
    await door.bad(404, "stranger", kok_order_id=line)


@exercise("POST /api/orders/kok/order-unit/{order_id}/payment/confirm")
async def _(door: Door) -> None:
    unpaid = await door.shop.unpaid(kok_product=KOK)
    await door.bad(400, order_id=unpaid)
    order_id = await door.shop.paid(kok_product=KOK)
    await door.good(order_id=order_id)
    await door.bad(404, "stranger", order_id=order_id)


@exercise("POST /api/orders/homeshopping/{homeshopping_order_id}/auto-update")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.paid())
    await door.good(homeshopping_order_id=line)
    await door.good("operator", homeshopping_order_id=line)
    await door.bad(404, "stranger", homeshopping_order_id=line)
    unpaid = await door.shop.line(await door.shop.unpaid())
    await door.bad(400, homeshopping_order_id=unpaid)


@exercise("POST /api/orders/kok/{kok_order_id}/auto-update")
async def _(door: Door) -> None:
    line = await door.shop.line(await door.shop.paid(kok_product=KOK))
    await door.good(kok_order_id=line)
    await door.good("operator", kok_order_id=line)
    await door.bad(404, "stranger", kok_order_id=line)
    unpaid = await door.shop.line(await door.shop.unpaid(kok_product=KOK))
    await door.bad(400, kok_order_id=unpaid)


async def _declined(door: Door, **what: Any) -> None:
    order_id = await door.shop.unpaid()
    await door.shop.street.till.next(outcome="decline")
    await door.bad(400, order_id=order_id, **what)


async def _provider_away(door: Door, **what: Any) -> None:
    order_id = await door.shop.unpaid()
    async with _without_provider(door):
        await door.bad(503, order_id=order_id, **what)


async def _provider_says(door: Door, status: int, answer: Response, **what: Any) -> None:
    """Meet a provider that gives everybody the same answer."""

    async def same(request: Request) -> Response:
        return answer

    order_id = await door.shop.unpaid()
    app = Starlette(routes=[Route("/{path:path}", same, methods=["GET", "POST"])])
    async with _without_provider(door) as where, served(app, where):
        await door.bad(status, order_id=order_id, **what)


async def _lapsed(door: Door) -> None:
    """Begin a payment that the provider never takes, and come back minutes later."""
    street, order_id = door.shop.street, await door.shop.unpaid()
    await street.till.next(answer="refuse")
    assert (await door.good(order_id=order_id))["status"] == "PENDING"
    street.clock.forward(minutes=6)

    async def given_up() -> bool:
        return await door.shop.people["buyer"].status(order_id) == "CANCELLED"

    await until(given_up)
    await door.bad(400, order_id=order_id)


@asynccontextmanager
async def _without_provider(door: Door) -> AsyncIterator[tuple[str, int]]:
    """Close the provider for a while; yields the address it had."""
    await door.shop.street.provider.close()
    try:
        yield door.shop.street.provider.where
    finally:
        await door.shop.street.provider.open()
