"""What every request passes through."""

import base64
import hashlib
import json
import re

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from server.app import create_app
from server.middleware.security_headers import inline_scripts, policy
from server.settings import Settings
from tests.running import House

SAME = {"Content-Security-Policy": "default-src 'none'"}


async def who(request: Request) -> JSONResponse:
    return JSONResponse({"host": request.client.host, "scheme": request.url.scheme})


async def long(request: Request) -> PlainTextResponse:
    kind = request.query_params.get("kind", "text/plain")
    return PlainTextResponse("가" * 4000, media_type=kind)


async def crash(request: Request) -> PlainTextResponse:
    raise RuntimeError("swordfish")


async def own(request: Request) -> PlainTextResponse:
    return PlainTextResponse("", headers=SAME)


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def house(**settings) -> House:
    """The layers around three small handlers."""
    app = create_app(Settings(environment="test", **settings), lambda: None)
    app.router.routes[:] = [
        Route("/who", who),
        Route("/long", long),
        Route("/echo", echo, methods=["POST"]),
        Route("/crash", crash),
        Route("/own", own),
    ]
    return House(app, {})


@pytest.mark.parametrize("name", ["abc-1", "a" * 64, "1:2.3_4"])
async def test_a_request_keeps_the_name_it_came_with(name):
    """So that one name follows it through every machine."""
    async with house().client() as http:
        answer = await http.get("/who", headers={"X-Request-Id": name})
    assert answer.headers["x-request-id"] == name


@pytest.mark.parametrize(
    "name", ["", "a" * 65, "a b", "a\tb", "<x>", "가".encode(), b"\xff", b"a\n", "a,b", "\u0661"]
)
async def test_a_name_that_is_no_name_is_replaced(name):
    """Nothing a caller writes gets into the log unread."""
    raw = name if isinstance(name, bytes) else name.encode()
    async with house().client() as http:
        answer = await http.get("/who", headers={b"X-Request-Id": raw})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_each_request_has_a_name_of_its_own():
    """In its answer and in its log line, and the next request does not inherit it."""
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        async with house().client() as http:
            names = [(await http.get("/who")).headers["x-request-id"] for _ in range(3)]
    assert len(set(names)) == 3
    assert [line["request_id"] for line in lines if line["event"] == "request"] == names
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_a_refusal_carries_the_name_it_was_asked_under():
    """In its header once, and in its body, whatever refused it."""
    async with house(body_bytes_max=10).client() as http:
        asked = [
            await http.request(method, path, content=content, headers={"X-Request-Id": "mine"})
            for method, path, content in (
                ("GET", "/nowhere", b""),
                ("DELETE", "/who", b""),
                ("POST", "/echo", b"x" * 11),
                ("GET", "/crash", b""),
            )
        ]
    assert [one.status_code for one in asked] == [404, 405, 413, 500]
    for answer in asked:
        assert answer.headers.get_list("x-request-id") == ["mine"]
        assert answer.json()["request_id"] == "mine"


async def test_each_request_is_one_log_line_without_its_query():
    """A query may hold what is nobody's business."""
    with capture_logs() as lines:
        async with house().client() as http:
            await http.get("/who?token=secret")
    line = next(line for line in lines if line["event"] == "request")
    assert (line["method"], line["path"], line["status"], line["client"]) == (
        "GET",
        "/who",
        200,
        "192.0.2.1",
    )
    assert "secret" not in json.dumps(lines, default=str)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # no proxy of ours: not believed
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the client wrote the first
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, not-an-ip", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
    ],
)
async def test_the_address_is_the_last_one_no_proxy_of_ours_wrote(peer, forwarded, client):
    """Read from the right, as far as our proxies reach."""
    shop = house(trusted_proxies="10.0.0.0/8")
    async with shop.client(address=(peer, 5)) as http:
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        answer = (await http.get("/who", headers=headers)).json()
    assert answer["host"] == client or answer == {"host": peer, "scheme": "http"}
    assert (answer["scheme"] == "https") == (peer != "203.0.113.9")


async def test_nobody_is_believed_unless_configured():
    """The default has no proxies."""
    async with house().client() as http:
        answer = await http.get("/who", headers={"X-Forwarded-For": "1.2.3.4"})
    assert answer.json()["host"] == "192.0.2.1"


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(size, status, announced):
    """By its announced length at once, otherwise as soon as it is."""

    async def chunks():
        for _ in range(size):
            yield b"x"

    content = b"x" * size if announced else chunks()
    async with house(body_bytes_max=100).client() as http:
        answer = await http.post("/echo", content=content)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["code"] == "body_too_large"
        assert answer.headers["x-request-id"]


async def test_answers_carry_the_headers_of_a_careful_site():
    """Errors too."""
    async with house().client() as http:
        for path in ("/who", "/nowhere"):
            headers = (await http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
            assert "strict-transport-security" not in headers


async def test_an_answer_may_say_otherwise_of_itself():
    """Its own policy stays, once; and answers share nothing with those that follow."""
    async with house(cookie_secure=True).client() as http:
        answers = [await http.get(path) for path in ("/own", "/who", "/own")]
    policies = [one.headers.get_list("content-security-policy") for one in answers]
    assert policies[0] == policies[2] == ["default-src 'none'"] != policies[1]
    assert all(one.headers.get_list("strict-transport-security") for one in answers)
    assert all(len(one.headers.get_list("x-frame-options")) == 1 for one in answers)


def test_the_policy_lets_the_pages_own_import_map_work(tmp_path):
    """By its hash; a script from elsewhere by none."""
    (tmp_path / "a.html").write_text(
        '<script src="/x.js"></script><script type="importmap">{"가":1}</script>',
        encoding="utf-8",
    )
    digest = base64.b64encode(hashlib.sha256('{"가":1}'.encode()).digest()).decode()
    found = inline_scripts(tmp_path)
    assert found == (f"'sha256-{digest}'",)
    assert f"script-src 'self' 'sha256-{digest}'" in policy(found)
    assert "unsafe-inline" not in policy().split("style-src")[0]


@pytest.mark.parametrize(
    ("origin", "allowed"), [("http://localhost:3001", True), ("http://evil.example", False)]
)
async def test_other_origins_are_admitted_by_name(origin, allowed):
    """With credentials, and never as a star."""
    async with house().client() as http:
        answer = await http.get("/who", headers={"Origin": origin})
        asked = await http.options(
            "/who", headers={"Origin": origin, "Access-Control-Request-Method": "PATCH"}
        )
    assert (answer.headers.get("access-control-allow-origin") == origin) == allowed
    assert asked.is_success == allowed


@pytest.mark.parametrize(("kind", "zipped"), [("text/plain", True), ("text/event-stream", False)])
async def test_long_answers_are_zipped_and_streams_are_not(kind, zipped):
    """A stream that waits for a full block is no stream."""
    async with house().client() as http:
        answer = await http.get(f"/long?kind={kind}")
    assert (answer.headers.get("content-encoding") == "gzip") == zipped
    assert answer.text == "가" * 4000
