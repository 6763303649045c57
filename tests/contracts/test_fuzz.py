"""Whatever our own document allows or forbids, the answer is one that the document names.

schemathesis draws the requests from the document, good ones and bad ones; who asks is a stranger,
a shopper or an admin. Drawn without chance: a run asks what the last one asked.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import count

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from domain.kernel import UserId
from domain.user import Role
from server.app import routes
from server.openapi import describe
from tests.contracts.neighbourhood import STEW, TOFU, open_neighbourhood
from tests.stall import HS, PASSWORD
from tests.street import client

EXAMPLES = 6  # of each kind, operation and caller
CALLERS = {"stranger": None, "buyer": Role.USER, "admin": Role.ADMIN}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What chance would never find.
THERE = {
    "live_id": 1,
    "homeshopping_id": 1,
    "product_id": HS,
    "kok_product_id": TOFU,
    "recipe_id": STEW,
    "username": "admin@example.com",
    "password": PASSWORD,
    "keyword": "두부",
    "q": "두부",
    "ingredient": ["두부", "양파", "돼지고기"],
}


def operations(document):
    """Return the operations of a document, as schemathesis sees them; what deletes comes last."""
    read = schemathesis.openapi.from_dict(document).get_all_operations()
    known = sorted((each.ok() for each in read), key=lambda each: each.method == "delete")
    return {each.definition.raw["operationId"]: each for each in known}


@pytest.fixture(scope="module")
def ours():
    """Our operations, read once: what is drawn from them is then known to all callers."""
    return operations(describe(routes()))


@pytest.fixture
async def shop(embedded_settings):
    """The shop on the embedded default, with its provider; nobody waits for a payment."""
    async with open_neighbourhood(embedded_settings, payment_wait_seconds=0) as opened:
        yield opened


@pytest.fixture
async def things(shop):
    """Let somebody own one of everything; returns the ids by their names."""

    async def things(who):
        kok_order, order = await shop.unpaid(who, kok_product=TOFU), await shop.unpaid(who)
        mine = shop.people[who]
        return {
            "order_id": order,
            "kok_order_id": await shop.line(kok_order, who),
            "homeshopping_order_id": await shop.line(order, who),
            "kok_cart_id": await mine.put_in_cart(TOFU),
        }

    return things


@pytest.fixture
def token(shop):
    """Draw a token of somebody; its session is its own."""
    numbers = count(1)

    def token(who, role):
        state = shop.street.state
        drawn = state["tokens"].issue(
            UserId(shop.people[who].user_id),
            role,
            session_id=f"session-{next(numbers)}",
            now=state["clock"](),
        )
        return {"Authorization": f"Bearer {drawn}"}

    return token


def ring(case, headers, *, http, loop):
    """Send a case from schemathesis's thread by the application's loop; return the answer."""
    asked = requests.Request(**case.as_transport_kwargs(base_url=str(http.base_url))).prepare()
    said = httpx.Headers(  # as HTTP sends them anyway: bytes, with no space around them
        [(key, value.strip().encode("latin-1")) for key, value in asked.headers.items()]
    )
    said.update(headers)
    going = http.request(asked.method, asked.url, content=asked.body, headers=said)
    answer = asyncio.run_coroutine_threadsafe(going, loop).result()
    http.cookies.clear()
    return answer


def found(operation, send, there):
    """Return what is wrong with the answers to an operation's cases."""
    faults: dict[str, str] = {}
    for mode in schemathesis.GenerationMode:
        with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
            ask(operation, mode, send=partial(judged, send=send, faults=faults), there=there)
    return faults


def found_at_the_edges(operation, send):
    """Return what is wrong with the answers to each boundary, missing part and odd method."""
    faults: dict[str, str] = {}
    for case in operation.schema.iter_coverage_cases(
        operation,
        generation_modes=list(schemathesis.GenerationMode),
        generation_config=GenerationConfig(),
    ):
        judged(case, send=send, faults=faults)
    return faults


def ask(operation, mode, *, send: Callable, there):
    """Send cases of one kind; of the good ones, half name what is there."""
    good = mode is schemathesis.GenerationMode.POSITIVE

    @SETTINGS
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def each(case, known):
        if good and known:
            for place in (case.path_parameters, case.query, case.body):
                name(place, there)
        send(case)

    each()


def name(place, there):
    """Put what is there into a part of a request, wherever a field of that name is."""
    match place:
        case dict():
            place.update((key, there[key]) for key in there.keys() & place.keys())
            for value in place.values():
                name(value, there)
        case list():
            for value in place:
                name(value, there)


def judged(case, *, send, faults):
    """Send a case and note what is wrong with its answer."""
    try:
        case.validate_response(send(case), checks=CHECKS)
    except FailureGroup as group:
        for fault in group.exceptions:
            faults.setdefault(f"{case.operation.label}: {fault.title}", str(group))


@pytest.mark.parametrize("caller", CALLERS)
async def test_no_request_is_answered_otherwise_than_the_document_says(
    caller, shop, things, token, ours
):
    """Status, content type, headers and shape, of every operation; and nothing breaks."""
    role, loop, faults = CALLERS[caller], asyncio.get_running_loop(), {}
    there = THERE | (await things(caller) if role else {})
    async with client(shop.street.url) as http:
        for operation in ours.values():
            # A token for each, because some of them end its session.
            headers = token(caller, role) if role else {}
            send = partial(ring, headers=headers, http=http, loop=loop)
            faults |= await asyncio.to_thread(found, operation, send, there)
    assert faults == {}, "\n\n".join(faults.values())


async def test_no_edge_of_the_document_is_answered_otherwise_than_it_says(shop, token, ours):
    """Least and most, just under and over, left out, sent twice, by another method."""
    loop, faults = asyncio.get_running_loop(), {}
    async with client(shop.street.url) as http:
        for operation in ours.values():
            send = partial(ring, headers=token("admin", Role.ADMIN), http=http, loop=loop)
            faults |= await asyncio.to_thread(found_at_the_edges, operation, send)
    assert faults == {}, "\n\n".join(faults.values())


async def test_an_answer_that_the_document_does_not_name_is_found(shop):
    """A status, a header and a field that we forgot to describe."""
    document = deepcopy(describe(routes()))
    info = document["paths"]["/api/kok/product/{kok_product_id}/info"]["get"]
    del info["responses"]["404"]
    document["components"]["schemas"]["Alive"]["properties"]["status"]["const"] = "dead"
    document["components"]["headers"]["X-Request-Id"]["schema"] = {"type": "integer"}
    known, loop = operations(document), asyncio.get_running_loop()
    async with client(shop.street.url) as http:
        send = partial(ring, headers={}, http=http, loop=loop)
        faults = [
            fault
            for each in ("system_healthz", info["operationId"])
            for fault in await asyncio.to_thread(found, known[each], send, THERE)
        ]
    assert {fault.partition(": ")[2] for fault in faults} == {
        "Response violates schema",
        "Response header does not conform to the schema",
        "Undocumented status code",
    }
