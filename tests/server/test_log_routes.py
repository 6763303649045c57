"""The event log's doors: who may write and read what, and what becomes of it."""

import asyncio
import json
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event

from channels.recorder import Recorder
from domain import kernel, log, user
from domain.kernel import UserId
from server.app import create_app
from server.wiring import journal_stream, open_state
from tests.patience import until
from tests.running import running
from tests.stall import sign_up

EVENT = "/api/log/user/event"
EVENTS = "/api/log/user/events"
ACTIVITY = "/api/log/user/activity"
VIEW = {"event_type": "page_view", "event_data": {"page": "/kok"}}


@pytest.fixture
async def admin(house, sign_in):
    """Somebody who looks after the shop."""
    person = await sign_in("admin@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.ADMIN)
    return await sign_in("admin@example.com")


@pytest.fixture
async def outage(house):
    """The analytics database is gone."""
    well = house.state["analytics"]
    gone = kernel.open_database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
    house.state["analytics"] = gone
    yield
    house.state["analytics"] = well
    await gone.close()


async def kept(house, user_id):
    async with house.state["analytics"].reads() as session:
        return await log.recent(session, UserId(user_id) if user_id else None)


async def test_the_log_says_what_it_offers(client):
    """In the earlier API's words."""
    body = (await client.get(EVENT)).json()
    assert (body["status"], body["service"]) == ("available", "log")
    assert body["message"] == "로그 서비스가 사용 가능합니다."
    assert body["endpoints"]["POST /"] == "로그 기록"


async def test_health_asks_the_database(client):
    """It is not enough that this process answers."""
    body = (await client.get(f"{EVENT}/health")).json()
    message = "로그 서비스가 정상적으로 작동 중입니다."
    assert body == {"status": "healthy", "service": "log", "message": message}


@pytest.mark.parametrize(("method", "path"), [("GET", f"{EVENT}/health"), ("POST", EVENT)])
async def test_without_its_database_the_log_is_503(client, outage, method, path):
    """With a time to come back, and nothing of what the driver said."""
    answer = await client.request(method, path, json=VIEW if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "127.0.0.1" not in answer.text


async def test_an_event_is_written_and_told_back(client, house, jimin, clock):
    """Every field of the earlier API, moments in Seoul wall time; it is committed."""
    body = VIEW | {
        "user_id": jimin.user_id,
        "http_method": "GET",
        "api_url": "/api/kok/discounted?page=1",
        "request_time": "2026-11-21T12:00:00",
        "response_time": "2026-11-21T03:00:00.250000Z",
        "response_code": 200,
        "client_ip": "192.0.2.7",
    }
    answer = await client.post(EVENT, json=body, headers=jimin.headers)

    told = answer.json()
    assert answer.status_code == 201, answer.text
    assert told.pop("log_id") > 0
    assert told.pop("created_at") == "2026-11-21T12:00:00"
    assert told == body | {"response_time": "2026-11-21T12:00:00.250000"}
    (view,) = await kept(house, jimin.user_id)
    assert view.request_time == clock()
    assert view.response_time == clock() + timedelta(milliseconds=250)


@pytest.mark.parametrize("body", [VIEW, VIEW | {"user_id": 0}])
async def test_a_strangers_event_is_nobodys(client, house, body):
    """User 0, as the earlier API calls them."""
    told = (await client.post(EVENT, json=body)).json()
    assert told["user_id"] == 0
    assert told["request_time"] is None
    assert [view.user_id for view in await kept(house, 0)] == [None]


async def test_an_event_without_a_name_on_it_is_the_callers(client, jimin):
    """The token says who."""
    told = (await client.post(EVENT, json=VIEW, headers=jimin.headers)).json()
    assert told["user_id"] == jimin.user_id


async def test_nobody_writes_under_anothers_name(client, house, sign_in, jimin, admin):
    """Fault 8.5: anybody could write events for anybody. An admin still may."""
    stranger = await sign_in("stranger@example.com")
    body = VIEW | {"user_id": jimin.user_id}

    assert (await client.post(EVENT, json=body)).status_code == 401
    refused = await client.post(EVENT, json=body, headers=stranger.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert await kept(house, jimin.user_id) == []
    assert (await client.post(EVENT, json=body, headers=admin.headers)).status_code == 201


async def test_a_logged_out_token_is_nobodys(client, house, jimin):
    """Fault 8.5: where a login is optional, the deny list was not asked."""
    await client.post("/api/user/logout", headers=jimin.headers)
    claimed = VIEW | {"user_id": jimin.user_id}
    assert (await client.post(EVENT, json=claimed, headers=jimin.headers)).status_code == 401
    assert (await client.post(EVENT, json=VIEW, headers=jimin.headers)).json()["user_id"] == 0
    assert await kept(house, jimin.user_id) == []


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"user_id": -1}, 400, "user_id는 0 이상의 정수여야 합니다."),
        ({"event_type": ""}, 400, "event_type이 누락되었습니다."),
        ({"event_type": " "}, 400, "event_type이 누락되었습니다."),
        ({"event_type": None}, 422, "입력값이 올바르지 않습니다. (event_type)"),
        ({"event_type": "x" * 51}, 422, "입력값이 올바르지 않습니다. (event_type)"),
        ({"event_data": "x"}, 422, "입력값이 올바르지 않습니다. (event_data)"),
        ({"event_data": {"x": "y" * 20_000}}, 422, "입력값이 올바르지 않습니다. (event_data)"),
        ({"request_time": "0001-01-01"}, 422, "입력값이 올바르지 않습니다. (request_time)"),
        ({"request_time": "9999-12-31T23:59:59-12:00"}, 422, None),
        ({"response_code": 1000}, 422, None),
        ({"client_ip": "1" * 46}, 422, None),
        ({"log_id": 7}, 422, "입력값이 올바르지 않습니다. (log_id)"),
    ],
)
async def test_an_event_that_breaks_a_rule_is_not_written(client, house, change, status, detail):
    """In the earlier API's words where it had any."""
    answer = await client.post(EVENT, json=VIEW | change)
    assert answer.status_code == status
    assert answer.json()["detail"] == (detail or answer.json()["detail"])
    assert await kept(house, 0) == []


async def test_secrets_are_not_written_down(client, house):
    """Neither in the data nor in the address."""
    body = VIEW | {"event_data": {"Password": "s3"}, "api_url": "/a?token=s3"}
    told = (await client.post(EVENT, json=body)).json()
    (view,) = await kept(house, 0)
    assert "s3" not in json.dumps(told) + view.model_dump_json()


async def test_an_event_sent_twice_under_one_key_is_written_once(client, house, jimin):
    """Also at the same moment; the first one's answer is told again."""
    headers = jimin.headers | {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(client.post(EVENT, json=VIEW, headers=headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 4
    assert len(await kept(house, jimin.user_id)) == 1


async def test_another_event_under_a_used_key_is_refused(client, jimin):
    """A key means one request; another person's key of that name is another key."""
    headers = {"Idempotency-Key": "k"}
    await client.post(EVENT, json=VIEW, headers=jimin.headers | headers)
    other = VIEW | {"event_type": "cart_view"}
    refused = await client.post(EVENT, json=other, headers=jimin.headers | headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (await client.post(EVENT, json=other, headers=headers)).status_code == 201


class TestReading:
    async def test_a_log_is_its_owners_and_an_admins(self, client, sign_in, jimin, admin):
        """Fault 8.5: anybody could read anybody's log."""
        stranger = await sign_in("stranger@example.com")
        await client.post(EVENT, json=VIEW, headers=jimin.headers)
        path = f"{EVENT}/{jimin.user_id}"

        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=stranger.headers)).status_code == 404
        for reader in (jimin, admin):
            (event,) = (await client.get(path, headers=reader.headers)).json()
            assert event["event_type"] == "page_view"

    async def test_strangers_events_are_an_admins_to_read(self, client, jimin, admin):
        """User 0 is nobody who could ask."""
        await client.post(EVENT, json=VIEW)
        assert (await client.get(f"{EVENT}/0", headers=jimin.headers)).status_code == 404
        assert len((await client.get(f"{EVENT}/0", headers=admin.headers)).json()) == 1

    async def test_a_log_is_newest_first_and_read_on_by_its_link(self, client, jimin, clock):
        """Fifty unless told otherwise; the last part has no link."""
        events = [{"event_type": f"e{number}"} for number in range(60)]
        await client.post(EVENTS, json={"events": events}, headers=jimin.headers)
        clock.forward(seconds=1)
        await client.post(EVENT, json={"event_type": "last"}, headers=jimin.headers)
        path = f"{EVENT}/{jimin.user_id}"

        first = await client.get(path, headers=jimin.headers)
        assert len(first.json()) == 50
        seen, link = [], f"{path}?limit=25"
        while link:
            answer = await client.get(link, headers=jimin.headers)
            seen += [each["event_type"] for each in answer.json()]
            link = answer.links.get("next", {}).get("url")
        assert seen == ["last", *(f"e{number}" for number in reversed(range(60)))]

    @pytest.mark.parametrize(
        ("user_id", "query"),
        [("me", ""), ("-1", ""), ("1", "?limit=0"), ("1", "?limit=201"), (None, "?cursor=x")],
    )
    async def test_what_is_no_question_is_422(self, client, jimin, user_id, query):
        """Neither a name, nor a part without end, nor an invented cursor."""
        path = f"{EVENT}/{user_id or jimin.user_id}{query}"
        assert (await client.get(path, headers=jimin.headers)).status_code == 422


class TestActivity:
    async def test_what_somebody_did_is_written_under_their_name(self, client, house, jimin):
        """Whatever the body says about who they are."""
        claims = {"user_id": 999, "user_email": "x@example.com", "user_username": "x"}
        body = {"action": "navigation_click", "path": "/mypage?token=s3", "label": "마이페이지"}
        answer = await client.post(ACTIVITY, json=body | claims, headers=jimin.headers)

        told = answer.json()
        assert answer.status_code == 201
        assert told.pop("log_id") > 0
        assert told == body | {
            "message": "활동 로그가 성공적으로 기록되었습니다.",
            "user_id": jimin.user_id,
            "timestamp": "2026-11-21T03:00:00.000000Z",
            "logged": True,
            "error": None,
        }
        (view,) = await kept(house, jimin.user_id)
        assert view.event_type == "user_activity_navigation_click"
        assert view.event_data["path"] == "/mypage?token=***"

    async def test_what_is_told_beside_overwrites_nothing(self, client, house, jimin):
        """The earlier API merged it on top."""
        extra = {"action": "x", "path": "/x", "label": "x", "timestamp": "x", "more": 1}
        body = {"action": "click", "timestamp": "2026-11-21", "extra_data": extra}
        await client.post(ACTIVITY, json=body, headers=jimin.headers)
        (view,) = await kept(house, jimin.user_id)
        assert view.event_data == {
            "action": "click",
            "path": None,
            "label": None,
            "timestamp": "2026-11-21",
            "more": 1,
        }

    async def test_a_log_that_is_away_does_not_fail_the_page(self, client, jimin, outage):
        """201 all the same, and the truth in it."""
        answer = await client.post(ACTIVITY, json={"action": "click"}, headers=jimin.headers)
        told = answer.json()
        assert answer.status_code == 201
        assert (told["logged"], told["log_id"]) == (False, None)
        assert told["message"] == "활동 로그 기록에 실패했습니다."
        assert told["error"] == "log_unavailable"

    async def test_a_repeated_click_is_one(self, client, house, jimin, clock):
        """Under one key, even though time went on."""
        headers = jimin.headers | {"Idempotency-Key": "k"}
        first = await client.post(ACTIVITY, json={"action": "click"}, headers=headers)
        clock.forward(seconds=5)
        again = await client.post(ACTIVITY, json={"action": "click"}, headers=headers)
        assert again.json() == first.json()
        assert again.headers["idempotent-replayed"] == "true"
        other = await client.post(ACTIVITY, json={"action": "swipe"}, headers=headers)
        assert other.status_code == 422

    @pytest.mark.parametrize("body", [{}, {"action": ""}, {"action": "x" * 51}, {"action": 1}])
    async def test_an_activity_has_a_name_of_some_length(self, client, jimin, body):
        """With its prefix it must fit its column."""
        answer = await client.post(ACTIVITY, json=body, headers=jimin.headers)
        assert answer.status_code == 422

    async def test_only_who_is_signed_in_is_active(self, client):
        """The web client sends it with a token, or not at all."""
        assert (await client.post(ACTIVITY, json={"action": "click"})).status_code == 401


class TestBatch:
    async def test_each_event_is_taken_or_refused_by_itself(self, client, house, jimin):
        """The bad ones say why and spoil nothing."""
        events = [
            {"event_type": "a", "event_id": "one"},
            {"event_type": ""},
            {"event_type": "b", "user_id": 999},
            {"event_type": "c", "event_data": []},
            "no event",
            {"event_type": "d", "event_data": {"nul": "\0"}, "request_time": "2026-11-21T12:00"},
            {"event_type": "e", "user_id": 0},
        ]
        answer = await client.post(EVENTS, json={"events": events}, headers=jimin.headers)

        told = answer.json()
        assert answer.status_code == 200, answer.text
        assert [(each["status"], each["code"]) for each in told["results"]] == [
            ("accepted", None),
            ("rejected", "log_event_type_missing"),
            ("rejected", "forbidden"),
            ("rejected", "validation_failed"),
            ("rejected", "validation_failed"),
            ("accepted", None),
            ("accepted", None),
        ]
        assert [each["index"] for each in told["results"]] == list(range(7))
        assert told["results"][0]["event_id"] == "one"
        assert told["results"][3]["detail"] == "입력값이 올바르지 않습니다. (event_data)"
        assert (told["accepted"], told["duplicates"], told["rejected"]) == (3, 0, 4)
        assert {view.event_type for view in await kept(house, jimin.user_id)} == {"a", "d"}
        assert [view.event_type for view in await kept(house, 0)] == ["e"]

    async def test_an_event_is_known_again_by_its_id(self, client, house, jimin):
        """In the same batch, in the next, and at the same moment."""
        events = [{"event_type": "a", "event_id": "x"}, {"event_type": "a", "event_id": "x"}]
        batch = {"events": [*events, {"event_type": "b", "event_id": "y"}]}
        answers = await asyncio.gather(
            *(client.post(EVENTS, json=batch, headers=jimin.headers) for _ in range(4))
        )
        told = [answer.json() for answer in answers]
        assert sum(each["accepted"] for each in told) == 2
        assert sum(each["duplicates"] for each in told) == 10
        assert len(await kept(house, jimin.user_id)) == 2

    async def test_nobody_takes_the_id_of_anothers_event(self, client, house, sign_in, jimin):
        """An id means one event of one person, and never a fact's."""
        stranger = await sign_in("stranger@example.com")
        batch = {"events": [{"event_type": "a", "event_id": "x"}]}
        for headers in (jimin.headers, stranger.headers, {}):
            told = (await client.post(EVENTS, json=batch, headers=headers)).json()
            assert told["accepted"] == 1
        fact = log.Entry(event_id="x", event_type="order.placed", created_at=house.state["clock"]())
        async with house.state["analytics"].sessions.begin() as session:
            assert await log.record(session, [fact]) == 1

    async def test_a_batch_sent_twice_under_one_key_is_written_once(self, client, house, jimin):
        """Events without ids of their own are known by their place in it."""
        batch = {"events": [{"event_type": "a"}, {"event_type": "b"}]}
        headers = jimin.headers | {"Idempotency-Key": "k"}
        first = (await client.post(EVENTS, json=batch, headers=headers)).json()
        again = (await client.post(EVENTS, json=batch, headers=headers)).json()
        assert (first["accepted"], again["accepted"], again["duplicates"]) == (2, 0, 2)
        assert len(await kept(house, jimin.user_id)) == 2

    async def test_a_full_batch_is_one_statement(self, client, house, jimin, statements):
        """Five hundred events cost one INSERT."""
        batch = {"events": [{"event_type": "a", "event_data": {"n": n}} for n in range(500)]}
        told = (await client.post(EVENTS, json=batch, headers=jimin.headers)).json()
        assert told["accepted"] == 500
        assert len([each for each in statements if each.startswith("INSERT")]) == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 422),
            ({"events": []}, 422),
            ({"events": [{"event_type": "a"}] * 501}, 422),
            ({"events": {}}, 422),
            ({"events": [], "more": 1}, 422),
            ({"events": [{"event_type": "a", "event_data": {"x": "y" * 2**20}}]}, 413),
        ],
    )
    async def test_a_batch_has_bounds(self, client, body, status):
        """At most five hundred events, and a mebibyte."""
        assert (await client.post(EVENTS, json=body)).status_code == status

    async def test_without_its_database_nothing_is_said_to_be_accepted(self, client, outage):
        """The client keeps its events and comes back."""
        answer = await client.post(EVENTS, json={"events": [{"event_type": "a"}]})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


@pytest.fixture
def statements(house):
    """What the analytics database is asked."""
    asked = []
    engine = house.state["analytics"].engine.sync_engine

    def ask(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", ask)
    yield asked
    event.remove(engine, "before_cursor_execute", ask)


async def test_noted_requests_reach_the_log(settings, clock):
    """Fault 8.1.7: what requests noted was never committed, and logout's could not be written."""
    opened = partial(open_state, settings, clock=clock)
    async with running(create_app(settings, opened)) as house, house.client() as client:
        state = house.state
        recorder = Recorder(
            journal=state["journal"],
            stream=journal_stream(state["redis"], settings),
            db=state["db"],
            analytics=state["analytics"],
            clock=clock,
        )
        person = await sign_up(client, "jimin")
        await client.post("/api/user/logout", headers=person.headers)

        async def all_kept():
            await state["journal"].flush()
            await recorder.record_once()
            found = {view.event_type for view in await kept(house, person.user_id)}
            return {"user_signup", "user_login", "user_logout"} <= found

        await until(all_kept)
