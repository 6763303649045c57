"""The document says what the routes do: every one of them, with examples that are true."""

import json
import re
from importlib.metadata import version

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import Mount, Route, WebSocketRoute

from domain import kernel
from server.app import routes
from server.errors import CODES, status_of
from server.openapi import UNDESCRIBED, curated, describe
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
        if parameter["required"]:
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

    def test_what_is_told_by_hand_is_told_of_something(self):
        """A handler that was renamed takes its words along."""
        told = {*curated.SIGNED, *curated.AS_HTML, *curated.BODIES, *curated.SELF_SUFFICIENT}
        told |= {name for name, _ in (*curated.SAME_SHAPE, *curated.UNRULED)}
        assert told <= set(NAMES)

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
        """What must be sent, bodies, answers and errors; each has one."""
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
