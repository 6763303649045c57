"""What the clauses of a contract become in the document, drawn from toys that have them all."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field
from starlette.routing import Route

from domain import kok, user
from server.endpoint import endpoint
from server.openapi import describe


class Sought(BaseModel):
    word: str | None = Field(None, max_length=5, description="What to look for.")
    many: list[int] = []


class Given(BaseModel):
    name: str
    at: Annotated[int, Field(ge=3)] | None = None


class Found(BaseModel):
    given: Given | None


@endpoint(
    status=201,
    errors=(404, 409),
    auth="required",
    role=user.Role.ADMIN,
    idempotent=True,
    tags=("kok",),
)
async def toy(request, *, toy_id: int, query: Sought, body: Given | None, caller, key) -> Found:
    """Take a toy with ``care``.

    It may break.
    """
    await _played(request, toy_id)
    return Found(given=None)


async def _played(session, toy_id):
    await kok.get_product(session, toy_id)


@endpoint(tags=("kok",), public_seconds=5)
async def seen(request) -> Found:
    """Look at it."""
    return Found(given=None)


@pytest.fixture(scope="module")
def document():
    """The toys' document."""
    return describe(
        [
            Route("/toys/{toy_id}", toy, methods=["POST"]),
            Route("/toys/{toy_id}/again", toy, methods=["POST"]),
            Route("/toys", seen),
        ]
    )


class TestWhatAContractBecomes:
    """Drawn from toys whose contract is all here."""

    def test_an_operation(self, document):
        """Summary, description, role and body are its handler's."""
        one = document["paths"]["/toys/{toy_id}"]["post"]
        assert one["summary"] == "Take a toy with `care`."
        assert one["description"] == "It may break.\n\nFor admins."
        assert one["requestBody"]["required"] is False
        assert one["security"] == [{"bearer": []}, {"password": []}]
        assert [*one["responses"]] == [
            *("201", "400", "401", "403", "404", "405", "409", "413", "415"),
            *("422", "429", "500", "503"),
        ]

    def test_an_operation_served_twice_has_two_ids(self, document):
        """The first keeps the name; the second says where it is."""
        ids = [each["operationId"] for item in document["paths"].values() for each in item.values()]
        assert ids[:2] == [
            "test_openapi_contracts_toy",
            "test_openapi_contracts_toy_at_toys_toy_id_again",
        ]

    def test_a_query_becomes_parameters(self, document):
        """Null is nothing an address can say; an idempotency key is a header."""
        told = {
            each.get("name"): each
            for each in document["paths"]["/toys/{toy_id}"]["post"]["parameters"]
        }
        assert told["word"]["schema"] == {
            "type": "string",
            "maxLength": 5,
            "description": "What to look for.",
        }
        assert told["many"]["schema"]["type"] == "array"
        assert not told["word"]["required"]
        assert {"$ref": "#/components/parameters/IdempotencyKey"} in told.values()
        assert "Sought" not in document["components"]["schemas"]

    def test_a_refusal_is_found_where_the_handlers_code_leads(self, document):
        """Through a function of the route's to one of the domain's that says what it raises."""
        refused = document["paths"]["/toys/{toy_id}"]["post"]["responses"]
        assert [*refused["404"]["content"]["application/json"]["examples"]] == [
            "kok_product_not_found"
        ]

    def test_a_status_whose_refusal_is_not_found_has_its_familys(self, document):
        """Declared is declared."""
        refused = document["paths"]["/toys/{toy_id}"]["post"]["responses"]
        assert [*refused["409"]["content"]["application/json"]["examples"]] == ["conflict"]

    def test_a_public_read_may_be_answered_304(self, document):
        """And says so, with the header that asks for it."""
        one = document["paths"]["/toys"]["get"]
        assert "304" in one["responses"]
        assert "ETag" in one["responses"]["200"]["headers"]
        assert one["parameters"] == [{"$ref": "#/components/parameters/IfNoneMatch"}]
