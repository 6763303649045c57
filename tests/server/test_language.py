"""What people read is in the language they ask for; what machines read is always the same."""

import pytest
from starlette.requests import Request

from domain.kernel import Conflict, Throttled
from domain.payment import PaymentFailed
from domain.stock import SoldOut
from server.errors import failure
from server.language import HEADERS, SPOKEN, language_of, preferred, say, worded

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
UNKNOWN = "/api/nowhere"


def asking(*headers):
    """Return the scope of a request with these Accept-Language headers."""
    said = [(b"accept-language", header.encode("latin-1")) for header in headers]
    return {"type": "http", "headers": said, "path": "/", "method": "GET"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ko"),
        ("ko", "ko"),
        ("en", "en"),
        ("EN-us", "en"),
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", "en"),
        ("ko;q=0.5, en;q=0.6", "en"),
        ("ko;q=0.5,en;q=0.500", "ko"),
        ("en,ko", "en"),
        ("ko , en", "ko"),
        ("fr", "ko"),
        ("fr,en;q=0.1", "en"),
        ("fr,ja;q=0.9,*;q=0.1", "ko"),
        ("*", "ko"),
        ("ko;q=0,*", "en"),
        ("ko;q=0.1,*;q=0.5", "en"),
        ("en;q=0", "ko"),
        ("en;q=0,ko;q=0", "ko"),
        ("en;q=2", "ko"),
        ("en;q=1.5", "en"),
        ("en;q=0.1234", "ko"),
        ("en;q=²", "ko"),
        ("en;q=-1", "ko"),
        ("en;q=nan", "ko"),
        ("en;q", "ko"),
        ("en ; Q = 1 ; level=2", "en"),
        (";;;,,;q=,=", "ko"),
        ("english", "ko"),
        ("x-en", "ko"),
    ],
)
def test_the_preferred_language_is_found(header, language):
    """By quality, then by order; whoever prefers neither reads Korean."""
    assert preferred(header) == language


def test_several_headers_are_one():
    """As RFC 9110 §5.3 joins them; none is Korean, and a very long one is cut."""
    assert language_of(asking("fr", "en")) == "en"
    assert language_of(asking()) == "ko"
    assert language_of(asking("x," * 10_000 + "en")) == "ko"


def test_a_sentence_is_said_with_its_values():
    """And the request remembers in which language it was answered."""
    request = Request(asking("en"))
    assert say(request, "수량이 {n}개로 변경되었습니다.", n=3) == "The quantity was changed to 3."
    assert request.scope[SPOKEN] == HEADERS["en"]
    assert (
        say(Request(asking()), "수량이 {n}개로 변경되었습니다.", n=3)
        == "수량이 3개로 변경되었습니다."
    )


def test_what_nobody_translated_stays_korean():
    """A test sees to it that there is nothing; an answer must not fail on it."""

    class Odd(Conflict):
        code = "odd"
        text = "이상합니다."

    assert say(Request(asking("en")), "번역 없음") == "번역 없음"
    assert worded(Odd(), "en") == "이상합니다."


@pytest.mark.parametrize(
    ("refusal", "english"),
    [
        (SoldOut("kok:1", 3), "There is not enough in stock. Left: 3."),
        (SoldOut("kok:1", 0), "There is not enough in stock. Left: 0."),
        (PaymentFailed("한도 초과"), "The payment failed: 한도 초과"),
        (PaymentFailed(None), "The payment failed."),
        (Throttled(3), "Too many requests. Please try again in a moment."),
    ],
)
def test_a_refusal_with_values_says_them_in_both_languages(refusal, english):
    """The values are the refusal's attributes."""
    assert worded(refusal, "en") == english
    assert worded(refusal, "ko") == str(refusal)


def spoken_in(answer):
    return answer.headers["content-language"], "Accept-Language" in answer.headers["vary"]


async def test_a_message_is_in_the_callers_language(client, jimin):
    """And says which one it is, and what chose it."""
    path, params = "/api/user/signup/email/check", {"email": "new@example.com"}
    korean = await client.get(path, params=params)
    english = await client.get(path, params=params, headers=ENGLISH)
    assert korean.json()["message"] == "사용 가능한 아이디입니다."
    assert english.json()["message"] == "This ID is available."
    assert (spoken_in(korean), spoken_in(english)) == (("ko", True), ("en", True))


async def test_an_answer_without_words_has_no_language(client, jimin):
    """What is the same for everybody is not kept apart by caches."""
    answer = await client.get("/api/user/info", headers=jimin.headers | ENGLISH)
    assert "content-language" not in answer.headers
    assert "Accept-Language" not in answer.headers.get("vary", "")


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "english"),
    [
        ("GET", "/api/user/info", {}, 401, "Not authenticated"),
        ("GET", UNKNOWN, {}, 404, "Not Found"),
        ("PUT", "/api/user/info", {}, 405, "Method Not Allowed"),
        (
            "POST",
            "/api/user/login",
            {"json": {"email": "a@example.com", "password": "wrong"}},
            401,
            "The e-mail address or the password is wrong.",
        ),
        ("POST", "/api/user/login", {}, 422, "A request body is required."),
        ("POST", "/api/user/login", {"json": {}}, 422, "The input is not valid. (email, password)"),
        (
            "POST",
            "/api/user/login",
            {"content": b"x" * 2**21},
            413,
            "The request body is too large.",
        ),
        (
            "POST",
            "/api/user/login",
            {"content": b"x", "headers": {"Content-Type": "text/plain"}},
            415,
            "This media type is not supported. Please send application/json.",
        ),
        (
            "POST",
            "/api/user/login",
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
            400,
            None,
        ),
    ],
)
async def test_a_refusal_is_in_the_callers_language(client, method, path, sent, status, english):
    """In all three members that clients read; the code is the same."""
    headers = sent.get("headers", {})
    told = await client.request(method, path, **sent | {"headers": headers | ENGLISH})
    korean = await client.request(method, path, **sent)

    body = told.json()
    assert (told.status_code, spoken_in(told)) == (status, ("en", True))
    assert body["detail"] == body["message"] == body["error"] == (english or body["detail"])
    assert body["detail"].isascii()
    assert body["code"] == korean.json()["code"]
    assert spoken_in(korean) == ("ko", True)


@pytest.mark.parametrize(
    ("error", "status", "english"),
    [
        (TimeoutError(), 503, "The database cannot be reached. Please try again in a moment."),
        (
            RuntimeError("SELECT secret FROM users"),
            500,
            "Something went wrong on our side. Please try again in a moment.",
        ),
    ],
)
def test_a_failure_is_told_without_what_failed(error, status, english):
    """Fault 8.5: exception texts stood in the bodies of 500s. In either language, none does."""
    for language in ("en", "ko"):
        answer = failure(asking(language), error)
        assert answer.status_code == status
        assert b"secret" not in answer.body
        assert answer.headers["content-language"] == language
        assert (english.encode() in answer.body) == (language == "en")
