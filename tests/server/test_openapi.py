"""The document says what the routes do: every one of them, with examples that are true."""

import json
import re
from importlib.metadata import version
from typing import Annotated

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, Field
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import Mount, Route, WebSocketRoute

from domain import kernel, kok, user
from server.app import routes
from server.endpoint import endpoint
from server.errors import CODES, status_of
from server.openapi import UNDESCRIBED, describe
from server.routes.views import local

DOCUMENT = describe(routes())
SPACE = "urn:uhok"
REGISTRY = Registry().with_resource(
    SPACE, Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)
# Codes that the endpoint layer gives, which are no class of their own.
LAYER = {*CODES.values(), "malformed_json", "database_unavailable", "stream_unnamed"}


def operations():
    """Return method, path and description of each operation."""
    return [
        (method, path, said)
        for path, methods in DOCUMENT["paths"].items()
        for method, said in methods.items()
    ]


OPERATIONS = operations()
NAMES = [said["operationId"] for _, _, said in OPERATIONS]


def looked_up(node):
    """Follow a reference into the document."""
    while "$ref" in node:
        found = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        node = found
    return node


def faults(schema, value):
    """Return what is wrong with a value, as its schema in the document has it."""
    full = json.loads(json.dumps(schema).replace('"#/', f'"{SPACE}#/'))
    validator = Draft202012Validator(full, registry=REGISTRY, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def family(kind):
    """Return a class and all below it."""
    return {kind, *(each for child in kind.__subclasses__() for each in family(child))}


def refusal_codes():
    """Return the code and status of every refusal there is."""
    return {
        (kind.code, status_of(kind))
        for kind in family(kernel.DomainError)
        if "code" in dir(kind) and kind is not kernel.DomainError
    }


def contents(said):
    """Yield schema and examples of everything that an operation takes and answers."""
    for parameter in map(looked_up, said.get("parameters", ())):
        yield f"parameter {parameter['name']}", parameter
    for kind, content in said.get("requestBody", {}).get("content", {}).items():
        yield f"body {kind}", content
    for status, answer in said["responses"].items():
        for kind, content in looked_up(answer).get("content", {}).items():
            yield f"{status} {kind}", content


def examples(content):
    """Return the examples of a parameter, a body or an answer."""
    several = [each["value"] for each in content.get("examples", {}).values()]
    return [content["example"], *several] if "example" in content else several


class TestTheDocument:
    def test_it_is_openapi_3_1(self):
        """And nothing in it refers to what is not there."""
        assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []
        assert DOCUMENT["openapi"].startswith("3.1")
        assert DOCUMENT["info"]["version"] == version("uhok-live")

    def test_every_operation_that_is_served_is_in_it(self):
        """Each method and path of an endpoint, and no other."""
        served = {
            (method.lower(), route.path)
            for route in routes()
            if isinstance(route, Route) and hasattr(route.endpoint, "__op__")
            for method in route.methods - {"HEAD"}
        }
        assert {(method, path) for method, path, _ in OPERATIONS} == served

    def test_every_other_door_is_left_out_by_name(self):
        """A new door is an endpoint, or somebody says why it is not."""
        others = {
            route.path
            for route in routes()
            if isinstance(route, Mount | WebSocketRoute) or not hasattr(route.endpoint, "__op__")
        }
        assert others == set(UNDESCRIBED)

    def test_operation_ids_are_unique_and_plain(self):
        """Generated clients make functions of them."""
        assert len(NAMES) == len(set(NAMES))
        assert [name for name in NAMES if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []

    def test_every_tag_is_explained(self):
        """And none that no operation has."""
        used = {tag for _, _, said in OPERATIONS for tag in said["tags"]}
        assert {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]} == used

    def test_no_component_is_idle(self):
        """What nothing refers to is not in the way."""
        text = json.dumps(DOCUMENT)
        for kind in ("schemas", "headers", "parameters"):
            for name in DOCUMENT["components"][kind]:
                assert f'"#/components/{kind}/{name}"' in text, name

    def test_no_name_tells_where_the_code_is(self):
        """Names shared by two modules are told apart by their noun, not by a path."""
        assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS, ids=NAMES)
class TestEveryOperation:
    def test_it_is_told_in_a_sentence(self, method, path, said):
        """From its docstring."""
        assert re.fullmatch(r"[A-Z].*\.", said["summary"])

    def test_its_path_is_parametrised_as_it_says(self, method, path, said):
        """Every place has its parameter and its parameter has a place."""
        places = set(re.findall(r"{(\w+)}", path))
        told = {
            each["name"]
            for each in map(looked_up, said.get("parameters", ()))
            if each["in"] == "path"
        }
        assert told == places

    def test_every_example_fits_its_schema(self, method, path, said):
        """Parameters, bodies, answers and errors; each has one."""
        for what, content in contents(said):
            assert examples(content), what
            for example in examples(content):
                assert faults(content["schema"], example) == [], what

    def test_its_errors_are_problems_with_real_codes(self, method, path, said):
        """One shape, and codes that a class of that status has."""
        known = refusal_codes()
        for status, answer in said["responses"].items():
            content = looked_up(answer).get("content", {}).get("application/json")
            if int(status) < 400 or content["schema"] != {"$ref": "#/components/schemas/Problem"}:
                continue
            for code, example in looked_up(answer)["content"]["application/json"][
                "examples"
            ].items():
                assert example["value"]["code"] == code
                assert example["value"]["status"] == int(status)
                assert (code, int(status)) in known or code in LAYER
                assert "{" not in example["value"]["detail"]

    def test_it_says_who_may_ask(self, method, path, said):
        """401 exactly where there is something to be refused."""
        ways = said.get("security", [{}])
        if {} not in ways:
            assert {"401", "400"} & said["responses"].keys()
        assert all(
            name in DOCUMENT["components"]["securitySchemes"] for way in ways for name in way
        )

    def test_every_answer_is_named(self, method, path, said):
        """X-Request-Id is on all of them."""
        for status, answer in said["responses"].items():
            assert status == "304" or "X-Request-Id" in looked_up(answer)["headers"]


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
        assert ids[:2] == ["test_openapi_toy", "test_openapi_toy_at_toys_toy_id_again"]

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


class TestTheDoors:
    async def test_the_document_is_served_as_it_is_drawn(self, client):
        """Again and again the same bytes, with an ETag that confirms them."""
        first, second = [await client.get("/openapi.json") for _ in range(2)]
        assert first.json() == describe(routes())
        assert first.content == second.content
        assert first.headers["content-type"] == "application/json"
        known = {"If-None-Match": first.headers["etag"]}
        again = await client.get("/openapi.json", headers=known)
        assert (again.status_code, again.content) == (304, b"")

    @pytest.mark.parametrize("page", ["/docs", "/redoc"])
    async def test_the_pages_ask_nobody_but_us(self, client, page):
        """Every file they name is here, and no script is written into them."""
        answer = await client.get(page)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        named = re.findall(r'(?:src|href)="([^"#]+)"', answer.text)
        assert all(each.startswith("/") for each in named)
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        for each in named:
            assert (await client.get(each)).status_code == 200, each

    async def test_a_login_by_the_password_flow_is_a_login(self, client, jimin):
        """What Swagger UI's Authorize sends is taken, and its token opens doors."""
        flow = DOCUMENT["components"]["securitySchemes"]["password"]["flows"]["password"]
        form = {"grant_type": "password", "username": jimin.email, "password": "correct horse"}
        answer = await client.post(flow["tokenUrl"], data=form)
        token = answer.json()["access_token"]
        assert answer.json()["token_type"] == "bearer"
        mine = await client.get("/api/user/info", headers={"Authorization": f"Bearer {token}"})
        assert mine.json()["user_id"] == jimin.user_id


def test_a_routes_own_times_are_seoul_wall_times():
    """What ``local`` makes of a moment fits what the document says of it."""
    told = DOCUMENT["components"]["schemas"]["UserOut"]["properties"]["created_at"]
    shown = local(kernel.utc_now())
    assert faults(told, shown.isoformat()) == []
    assert faults(told, kernel.iso(kernel.utc_now())) != []
