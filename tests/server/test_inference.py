"""The inference service: what it answers, what it refuses, and how it starts and stops."""

from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest

from domain.recommendation import Item
from domain.recommendation.index import Indexed, embed_pending, index_documents
from domain.recommendation.text import Source
from server.inference import create_app, open_inference
from server.inference.routes import EXCLUDED_MAX, TEXTS_MAX
from server.inference.state import Uncounted
from server.settings import Settings
from tests.conftest import NOON
from tests.embedders import BrokenEmbedder, HashEmbedder
from tests.patience import until
from tests.processes import Process
from tests.running import running
from tests.serving import address

DISHES = {1: "돼지고기 김치찌개", 2: "참치 김치찌개", 3: "딸기 생크림 케이크", 4: "김치볶음밥"}


@asynccontextmanager
async def service(analytics, embedder):
    """Run the service over that database and model; yields a client."""

    @asynccontextmanager
    async def opened():
        yield {
            "settings": Settings(environment="test"),
            "clock": lambda: NOON,
            "analytics": analytics,
            "embedder": embedder,
            "limiter": Uncounted(),
        }

    async with running(create_app(opened)) as house, house.client() as http:
        yield http


@pytest.fixture
async def embedder():
    """A model that needs no weights."""
    return HashEmbedder()


@pytest.fixture
async def ml(analytics, embedder):
    """The service over an index of a few recipes, and a product that is none."""
    docs = [_indexed(Item("recipe", key), title) for key, title in DISHES.items()]
    docs.append(_indexed(Item("kok", 1), "포기김치 3kg"))
    async with analytics.sessions.begin() as session:
        await index_documents(session, docs, now=NOON)
    while await embed_pending(analytics, embedder, limit=100):
        pass
    async with service(analytics, embedder) as http:
        yield http


def _indexed(item, title):
    return Indexed(item, Source(title=title, names=(), words=(), quality=0))


class TestEmbedding:
    """POST /api/v1/embed"""

    @pytest.mark.parametrize("kind", ["query", "passage"])
    async def test_texts_become_vectors(self, ml, embedder, kind):
        """In their order, with the model that made them."""
        answer = await ml.post("/api/v1/embed", json={"texts": ["김치", "케이크"], "kind": kind})
        told = answer.json()
        assert (answer.status_code, told["model"], told["dimension"]) == (200, "hash", 64)
        assert np.allclose(told["vectors"], await embedder.passages(["김치", "케이크"]), atol=1e-6)

    @pytest.mark.parametrize("kind", ["query", "passage"])
    async def test_no_texts_are_no_vectors(self, ml, kind):
        """But the model is named."""
        answer = await ml.post("/api/v1/embed", json={"texts": [], "kind": kind})
        assert answer.json() == {"model": "hash", "dimension": 64, "vectors": []}

    async def test_the_longest_batch_there_may_be_is_taken(self, ml):
        """Each letter written as an escape."""
        body = {"texts": ["가" * 2_000] * TEXTS_MAX, "kind": "passage"}
        answer = await ml.post("/api/v1/embed", json=body)
        assert (answer.status_code, len(answer.json()["vectors"])) == (200, TEXTS_MAX)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"texts": "김치", "kind": "query"},
            {"texts": ["김치"]},
            {"texts": ["김치"], "kind": "both"},
            {"texts": [1], "kind": "query"},
            {"texts": ["a\u0000"], "kind": "query"},
            {"texts": ["가" * 2_001], "kind": "query"},
            {"texts": ["가"] * (TEXTS_MAX + 1), "kind": "query"},
        ],
    )
    async def test_what_breaks_the_contract_is_refused(self, ml, body):
        """422, in the shape that all our doors have."""
        answer = await ml.post("/api/v1/embed", json=body)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, "validation_failed")
        assert told["errors"]

    async def test_what_is_no_json_is_refused(self, ml):
        """As everywhere."""
        json = {"Content-Type": "application/json"}
        bad = await ml.post("/api/v1/embed", content=b"{", headers=json)
        huge = await ml.post("/api/v1/embed", content=b" " * (5 << 20), headers=json)
        assert (bad.status_code, huge.status_code) == (400, 413)
        assert (await ml.get("/api/v1/embed")).status_code == 405
        assert (await ml.get("/nowhere")).json()["code"] == "route_not_found"


class TestSearching:
    """POST /api/v1/search"""

    async def test_the_nearest_recipes_come_first(self, ml):
        """By their distance, which is part of the answer; products are none of them."""
        body = {"query": "김치찌개", "top_k": 4, "exclude_ids": []}
        found = (await ml.post("/api/v1/search", json=body)).json()["results"]
        assert {near["recipe_id"] for near in found[:2]} == {1, 2}
        assert {near["recipe_id"] for near in found} == set(DISHES)
        distances = [near["distance"] for near in found]
        assert distances == sorted(distances)
        assert all(0 <= distance <= 2 for distance in distances)

    async def test_fewer_are_found_on_demand_and_some_left_out(self, ml):
        """``top_k`` of what is left."""
        body = {"query": "김치찌개", "top_k": 1, "exclude_ids": [1, 3]}
        found = (await ml.post("/api/v1/search", json=body)).json()["results"]
        assert [near["recipe_id"] for near in found] == [2]

    async def test_ten_are_found_unless_told_otherwise(self, ml):
        """Only the query is needed."""
        answer = await ml.post("/api/v1/search", json={"query": "딸기 생크림 케이크"})
        assert answer.json()["results"][0]["recipe_id"] == 3

    async def test_without_vectors_nothing_is_near(self, analytics):
        """An index that nobody built yet."""
        async with service(analytics, HashEmbedder()) as http:
            answer = await http.post("/api/v1/search", json={"query": "김치"})
        assert (answer.status_code, answer.json()) == (200, {"results": []})

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"query": ""},
            {"query": "김치", "top_k": 0},
            {"query": "김치", "top_k": 101},
            {"query": "김치", "top_k": "many"},
            {"query": "김치", "exclude_ids": ["a"]},
            {"query": "김치", "exclude_ids": [2**63]},
            {"query": "김치", "exclude_ids": [1] * (EXCLUDED_MAX + 1)},
            {"query": "가" * 2_001},
            ["김치"],
        ],
    )
    async def test_what_breaks_the_contract_is_refused(self, ml, body):
        """Before the model is asked."""
        answer = await ml.post("/api/v1/search", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


class TestTheModelIsDown:
    """503, and the truth about it."""

    async def test_nothing_else_is_answered(self, analytics):
        """To be tried again."""
        broken = BrokenEmbedder()
        async with service(analytics, broken) as http:
            for path, body in (
                ("embed", {"texts": ["a"], "kind": "query"}),
                ("search", {"query": "a"}),
            ):
                answer = await http.post(f"/api/v1/{path}", json=body)
                assert (answer.status_code, answer.json()["code"]) == (503, "embedder_unavailable")
            assert (await http.get("/health")).json() == {"service": "uhok-ml", "status": "error"}
            broken.mended = True
            answer = await http.post("/api/v1/search", json={"query": "a"})
            assert answer.status_code == 200

    async def test_the_process_is_alive_all_the_same(self, analytics):
        """Whoever would start it again for that would only lose what is loaded."""
        async with service(analytics, BrokenEmbedder()) as http:
            assert (await http.get("/healthz")).json() == {"status": "ok"}

    async def test_a_model_that_is_well_says_so(self, ml):
        """Which one, too."""
        assert (await ml.get("/health")).json() == {
            "service": "uhok-ml",
            "status": "healthy",
            "name": "hash",
            "dimension": 64,
        }


async def test_a_database_that_is_gone_is_told(tmp_path):
    """Embedding goes on without it."""
    settings = Settings(
        environment="test",
        embedding_model="bundled",
        data_dir=tmp_path,
        analytics_db_url="postgresql+asyncpg://nobody@127.0.0.1:9/none",
        ml_query_seconds=60,
    )
    app = create_app(lambda: open_inference(settings))
    async with running(app) as house, house.client() as http:
        found = await http.post("/api/v1/search", json={"query": "김치"})
        made = await http.post("/api/v1/embed", json={"texts": ["김치"], "kind": "query"})
    assert (found.status_code, found.json()["code"]) == (503, "database_unavailable")
    assert (made.status_code, made.json()["dimension"]) == (200, 384)


async def test_the_process_serves_and_stops(tmp_path, postgres_url):
    """`uhok ml`, asked over HTTP, told to stop; its own address in the environment is ignored."""
    log = tmp_path / "ml.log"
    with address() as (host, port):
        url = f"http://{host}:{port}"
        env = {
            "ENVIRONMENT": "test",
            "EMBEDDING_MODEL": "bundled",
            "ML_INFERENCE_URL": url,
            "ML_QUERY_SECONDS": "60",
            "ANALYTICS_DB_URL": postgres_url,
            "DATA_DIR": str(tmp_path),
            "HOST": host,
            "PORT": str(port),
        }
        with Process("ml", env=env, log=log) as process:
            async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
                told = await until(lambda: _health(process, http), seconds=60)
                assert (told["status"], told["dimension"]) == ("healthy", 384)
                body = {"texts": ["김치"], "kind": "passage"}
                made = await http.post("/api/v1/embed", json=body)
                assert made.json()["model"] == told["model"]
                found = await http.post("/api/v1/search", json={"query": "김치"})
                assert found.json() == {"results": []}
            process.terminate()
            await until(lambda: process.ended, seconds=20)
        assert not process.said("Traceback")


async def _health(process, http):
    assert not process.ended, "it did not start"
    try:
        return (await http.get("/health")).json()
    except httpx.TransportError:
        return None
