"""What every embedder keeps to, wherever its model runs; and what becomes of one that does not."""

import asyncio
import threading
from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.recommendation import EmbedderUnavailable, Model
from server.embedders import (
    ModelUnusable,
    check_model,
    open_embedder,
    open_local_embedder,
    transformers,
)
from server.embedders.breaker import Breaker
from server.embedders.bundled import runs_here
from server.embedders.local import LOAD_AGAIN_SECONDS, LocalEmbedder
from server.embedders.remote import FAILURES_MAX, LEFT_ALONE_SECONDS, RemoteEmbedder
from server.embedders.vectors import BATCH_TEXTS, TEXT_LENGTH_MAX
from server.inference import create_app, open_inference
from server.settings import Settings
from tests.patience import until
from tests.serving import address, served

STEW, CAKE = "얼큰한 김치찌개: 김치, 돼지고기, 두부", "달콤한 초콜릿 케이크: 밀가루, 초콜릿, 설탕"
PATIENCE = {"ml_query_seconds": 60, "ml_batch_seconds": 60}  # of a machine with much to do


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A folder as sentence-transformers knows them; made of the bundled model, without a hub."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("TQDM_DISABLE", "1")
        from scripts.make_model import make_model  # noqa: PLC0415 (imports torch)

        folder = tmp_path_factory.mktemp("models") / "small"
        make_model(folder)
        yield folder


@asynccontextmanager
async def bundled(request):
    """Open the model that comes along."""
    async with open_embedder(Settings(embedding_model="bundled", **PATIENCE)) as embedder:
        yield embedder


@asynccontextmanager
async def transformer(request):
    """Open a folder's model."""
    folder = request.getfixturevalue("model_folder")
    async with open_embedder(Settings(embedding_model=str(folder), **PATIENCE)) as embedder:
        yield embedder


@asynccontextmanager
async def remote(request):
    """Open the bundled model behind our own inference service, over HTTP."""
    folder = request.getfixturevalue("tmp_path")
    there = Settings(embedding_model="bundled", data_dir=folder, **PATIENCE)
    with address() as where:
        async with (
            served(create_app(lambda: open_inference(there)), where) as url,
            open_embedder(Settings(ml_inference_url=url, **PATIENCE)) as embedder,
        ):
            yield embedder


@pytest.fixture(params=[bundled, transformer, remote], ids=lambda opened: opened.__name__)
async def embedder(request):
    """Each of them in turn."""
    async with request.param(request) as opened:
        yield opened


class TestEveryEmbedder:
    """The port's contract."""

    async def test_vectors_have_unit_length_and_the_models_dimension(self, embedder):
        """Float32, a row a text."""
        model = await embedder.model()
        rows = await embedder.passages([STEW, CAKE])
        sought = await embedder.query("매운 찌개")
        assert (rows.shape, rows.dtype) == ((2, model.dimension), np.float32)
        assert (sought.shape, sought.dtype) == ((model.dimension,), np.float32)
        assert np.allclose(np.linalg.norm([*rows, sought], axis=1), 1, atol=1e-5)

    async def test_what_is_sought_is_nearest_to_what_is_meant(self, embedder):
        """Neither shares a word with its passage."""
        rows = await embedder.passages([STEW, CAKE])
        for query, meant in (("매운 국물 요리", 0), ("생일에 먹는 디저트", 1)):
            assert np.argmax(rows @ await embedder.query(query)) == meant

    async def test_rows_keep_the_order_of_their_texts(self, embedder):
        """Also over several batches, and whatever stands beside them."""
        texts = [f"{STEW} {n}인분" for n in range(BATCH_TEXTS + 3)]
        together = await embedder.passages(texts)
        for n in (0, BATCH_TEXTS - 1, BATCH_TEXTS, len(texts) - 1):
            alone = (await embedder.passages([texts[n]]))[0]
            assert alone @ together[n] == pytest.approx(1, abs=1e-3)

    async def test_no_texts_are_no_rows(self, embedder):
        """Of the right width."""
        rows = await embedder.passages([])
        assert rows.shape == (0, (await embedder.model()).dimension)

    @pytest.mark.parametrize("text", ["", " ", "가" * 50_000, "a\x00b", "\ud800", "🍲"])
    async def test_odd_texts_have_vectors_too(self, embedder, text):
        """Empty, too long, with what no database takes."""
        vector, rows = await embedder.query(text), await embedder.passages([text])
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert np.linalg.norm(rows[0]) == pytest.approx(1, abs=1e-5)

    async def test_many_at_once_get_their_own(self, embedder):
        """Queries and passages side by side."""
        texts = [f"{n}인분 요리" for n in range(12)]
        alone = [await embedder.passages([text]) for text in texts]
        async with asyncio.TaskGroup() as tasks:
            together = [tasks.create_task(embedder.passages([text])) for text in texts]
            sought = [tasks.create_task(embedder.query(text)) for text in texts]
        for text, before, task, query in zip(texts, alone, together, sought, strict=True):
            assert before[0] @ task.result()[0] == pytest.approx(1, abs=1e-3)
            assert query.result() @ await embedder.query(text) == pytest.approx(1, abs=1e-3)

    async def test_the_event_loop_goes_on_meanwhile(self, embedder):
        """The work is done in threads, or elsewhere."""
        await embedder.model()
        work = asyncio.create_task(embedder.passages([STEW] * BATCH_TEXTS))
        turns = 0
        while not work.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 100

    async def test_it_says_how_it_is(self, embedder):
        """Which model, and that it is loaded."""
        model, told = await embedder.model(), await embedder.health()
        assert told["status"] == "healthy"
        assert told["loaded"] is True
        assert (told["model"], told["dimension"]) == model


class TestWhichOne:
    """The settings name it."""

    async def test_tests_have_none_unless_they_name_one(self):
        """Everybody else has the bundled one."""
        assert Settings(environment="test").model_wanted == "none"
        assert Settings(environment="development").model_wanted == "bundled"
        assert Settings(environment="test", embedding_model="a/b").model_wanted == "a/b"

    async def test_none_refuses_at_once(self):
        """Rules answer."""
        async with open_embedder(Settings(embedding_model="none")) as embedder:
            for asked in (embedder.model(), embedder.query("a"), embedder.passages(["a"])):
                with pytest.raises(EmbedderUnavailable):
                    await asked
            assert (await embedder.health())["status"] == "error"

    async def test_the_inference_service_asks_no_other(self):
        """Its own address may be in the environment that it shares."""
        settings = Settings(embedding_model="none", ml_inference_url="http://127.0.0.1:9")
        async with open_local_embedder(settings) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.model()

    async def test_a_folder_is_known_by_its_own_name(self, model_folder):
        """Where it lies may differ from machine to machine."""
        check_model(Settings(embedding_model=str(model_folder)))
        async with open_embedder(
            Settings(embedding_model=str(model_folder), **PATIENCE)
        ) as embedder:
            assert (await embedder.model()) == ("small", 384)

    @pytest.mark.parametrize("name", ["nobody/nothing-like-it", "nothing-like-it"])
    def test_a_name_that_nobody_knows_is_told(self, model_folder, name):
        """Offline, and at once."""
        with pytest.raises(ModelUnusable, match="neither a folder, nor downloaded"):
            check_model(Settings(embedding_model=name))

    def test_a_folder_without_a_model_is_told(self, tmp_path):
        """And so is one that is not there."""
        with pytest.raises(ModelUnusable, match="no model in the folder"):
            check_model(Settings(embedding_model=str(tmp_path)))
        with pytest.raises(ModelUnusable, match="no folder"):
            check_model(Settings(embedding_model=str(tmp_path / "gone")))

    def test_the_missing_extra_is_named(self):
        """With what to type."""
        with pytest.raises(ModelUnusable, match="uhok-live\\[ml\\]"):
            transformers.check("a/b", package="not_installed")

    @pytest.mark.parametrize(
        ("flags", "runs"),
        [("flags : fpu avx2 fma", True), ("flags : fpu sse2", False), ("", False)],
    )
    def test_a_processor_without_the_instructions_is_not_asked(self, tmp_path, flags, runs):
        """The process would be killed."""
        path = tmp_path / "cpuinfo"
        path.write_text(f"processor : 0\n{flags}\n")
        assert runs_here(path) is runs
        assert runs_here(tmp_path / "gone") is False


class HandTimer:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Stubborn:
    """A model that works when it is let; each text becomes the direction it is told."""

    def __init__(self, *, dimension=4):
        self.model = Model("stubborn", dimension)
        self.may_embed = threading.Event()
        self.may_embed.set()
        self.rows = None
        self.asked = []

    def queries(self, texts):
        """Answer at once."""
        self.asked.append(list(texts))
        if isinstance(self.rows, Exception):
            raise self.rows
        return np.ones((len(texts), self.model.dimension)) if self.rows is None else self.rows

    def passages(self, texts):
        """Wait until that is allowed."""
        assert self.may_embed.wait(30)
        return self.queries(texts)


@asynccontextmanager
async def around(model, **options):
    """Open an embedder around it; ``model`` may be what its loading raises."""

    def load():
        if isinstance(model, Exception):
            raise model
        return model

    embedder = LocalEmbedder(load, **{"query_seconds": 10, "batch_seconds": 10} | options)
    try:
        yield embedder
    finally:
        embedder.close()


class TestAModelInThisProcess:
    """Loaded late, asked in threads, and never waited for too long."""

    async def test_a_query_does_not_wait_behind_passages(self):
        """However many there are."""
        model = Stubborn()
        model.may_embed.clear()
        async with around(model) as embedder:
            long = asyncio.create_task(embedder.passages(["a"] * 100))
            assert (await embedder.query("b")).shape == (4,)
            assert not long.done()
            model.may_embed.set()
            assert (await long).shape == (100, 4)

    async def test_passages_come_in_batches(self):
        """So that two callers take turns."""
        model = Stubborn()
        async with around(model) as embedder:
            await embedder.passages(["a"] * (2 * BATCH_TEXTS + 1))
        assert [len(texts) for texts in model.asked] == [BATCH_TEXTS, BATCH_TEXTS, 1]

    async def test_more_threads_work_at_more_batches_together(self):
        """Two wait for each other here, and the rows come in order all the same."""
        both, model = threading.Barrier(2, timeout=30), Stubborn()

        def passages(texts):
            both.wait()
            return np.array([[float(text), 1.0, 0.0, 0.0] for text in texts])

        model.passages = passages
        async with around(model, threads=2) as embedder:
            rows = await embedder.passages([str(n) for n in range(4 * BATCH_TEXTS)])
        assert rows[:, 0] / rows[:, 1] == pytest.approx(range(4 * BATCH_TEXTS), rel=1e-5)

    async def test_a_query_asked_again_is_not_computed_again(self):
        """Nor can its vector be spoiled by whoever has it."""
        model = Stubborn()
        async with around(model) as embedder:
            first = await embedder.query("a")
            with pytest.raises(ValueError, match="read-only"):
                first[0] = 2
            assert await embedder.query("a") is first
        assert model.asked == [["a"]]

    async def test_too_slow_is_down(self):
        """And the next one may be in time."""
        model = Stubborn()
        model.may_embed.clear()
        async with around(model, batch_seconds=0.05) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.passages(["a"])
            model.may_embed.set()
            assert await until(lambda: _answers(embedder.passages(["a"])))
            assert "0.05 s" in (await embedder.health())["error"]

    @pytest.mark.parametrize(
        "rows",
        [
            RuntimeError("out of memory in /srv/models"),
            np.full((1, 4), np.nan),
            np.full((1, 4), np.inf),
            np.zeros((1, 4)),
            np.ones((1, 3)),
            np.ones((2, 4)),
            np.ones(4),
            [["a"] * 4],
        ],
    )
    async def test_what_is_no_vector_is_refused(self, rows):
        """A failure, or numbers that nothing can be compared with."""
        model = Stubborn()
        model.rows = rows
        async with around(model) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
            assert "/srv" not in str(await embedder.health())
            model.rows = None
            assert (await embedder.query("a")).shape == (4,)

    async def test_a_model_that_does_not_load_is_tried_again_later(self):
        """Not with every request."""
        timer, tries = HandTimer(), []

        def load():
            tries.append(timer.now)
            if len(tries) == 1:
                raise OSError("no such file: /srv/models/a")
            return Stubborn()

        embedder = LocalEmbedder(load, query_seconds=10, batch_seconds=10, timer=timer)
        for _ in range(3):
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
        told = await embedder.health()
        assert (told["status"], told["loaded"], told["model"]) == ("error", False, None)
        assert "/srv" not in str(told)
        assert len(tries) == 1
        timer.now += LOAD_AGAIN_SECONDS
        assert (await embedder.query("a")).shape == (4,)
        assert (await embedder.health())["status"] == "healthy"
        embedder.close()

    async def test_loading_goes_on_when_a_query_gives_up(self):
        """It is done once, for all who wait."""
        allowed, loads = threading.Event(), []

        def load():
            loads.append(1)
            assert allowed.wait(30)
            return Stubborn()

        async with around(Stubborn(), query_seconds=0.05) as embedder:
            embedder._load = load
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
            assert (await embedder.health())["status"] == "loading"
            allowed.set()
            assert await until(lambda: _answers(embedder.query("a")))
        assert len(loads) == 1

    @pytest.mark.parametrize("dimension", [0, 2_001])
    async def test_a_dimension_that_no_index_takes_is_refused(self, dimension):
        """When it is loaded, not when the index is built."""
        async with around(Stubborn(dimension=dimension)) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.model()

    async def test_a_closed_one_refuses(self):
        """Instead of hanging."""
        async with around(Stubborn()) as embedder:
            await embedder.query("a")
        with pytest.raises(EmbedderUnavailable):
            await embedder.query("b")


async def _answers(asked):
    try:
        return await asked is not None
    except EmbedderUnavailable:
        return False


def vectors(*rows, model="toy", dimension=2):
    """Return an answer as the service gives it."""
    return {"model": model, "dimension": dimension, "vectors": list(rows)}


class Service:
    """An inference service that says what it is told to."""

    def __init__(self):
        self.says = vectors([3.0, 4.0])
        self.asked = []
        self.hanging = asyncio.Event()

    async def embed(self, request):
        """Answer, or never."""
        self.asked.append(await request.json())
        if self.says is None:
            await self.hanging.wait()
        if isinstance(self.says, Response):
            return self.says
        if isinstance(self.says, bytes):
            return Response(self.says, media_type="application/json")
        return JSONResponse(self.says)


@pytest.fixture
async def service():
    """The service, on a port of its own."""
    service = Service()
    app = Starlette(routes=[Route("/api/v1/embed", service.embed, methods=["POST"])])
    with address() as where:
        async with served(app, where) as service.url:
            yield service
            service.hanging.set()


@asynccontextmanager
async def asking(url, **options):
    """Open an embedder that asks there."""
    async with httpx.AsyncClient(trust_env=False) as client:
        options = {"query_seconds": 10, "batch_seconds": 10} | options
        yield RemoteEmbedder(client, url, **options)


GARBAGE = {
    "no JSON": b"<html>",
    "half of it": b'{"model": "toy", "dimension": 2, "vectors": [[1',
    "nothing": b"",
    "a list": [1, 2],
    "no vectors": {"model": "toy", "dimension": 2},
    "no model": {"dimension": 2, "vectors": [[1.0, 0.0]]},
    "too few": vectors(),
    "too many": vectors([1.0, 0.0], [0.0, 1.0]),
    "the wrong dimension": vectors([1.0, 0.0, 0.0]),
    "ragged": {"model": "toy", "dimension": 2, "vectors": [[1.0], [1.0, 2.0]]},
    "words": vectors(["a", "b"]),
    "null": vectors([None, 1.0]),
    "not finite": b'{"model": "toy", "dimension": 2, "vectors": [[NaN, 1]]}',
    "beyond all numbers": b'{"model": "toy", "dimension": 2, "vectors": [[1e999, 1]]}',
    "no direction": vectors([0.0, 0.0]),
    "no dimension": vectors([], dimension=0),
    "a giant": vectors([1.0, 0.0], dimension=5_000),
    "no number": vectors([1.0, 0.0], dimension="many"),
    "a failure": JSONResponse({"detail": "secret"}, 500),
    "a refusal": JSONResponse(vectors([1.0, 0.0]), 404),
    "elsewhere": Response(status_code=302, headers={"location": "http://127.0.0.1:9/"}),
    "another packing": Response(b"not gzip", headers={"content-encoding": "gzip"}),
}


class TestARemoteModel:
    """Asked over HTTP; what it says is checked, and it is never waited for too long."""

    async def test_vectors_are_made_of_unit_length(self, service):
        """Whether or not the service does."""
        async with asking(f"{service.url}/") as embedder:
            assert await embedder.query("a") == pytest.approx([0.6, 0.8])
            assert (await embedder.model()) == Model("toy", 2)
        assert service.asked == [{"texts": ["a"], "kind": "query"}]

    @pytest.mark.parametrize("says", GARBAGE.values(), ids=GARBAGE.keys())
    async def test_garbage_is_unavailable(self, service, says):
        """Never an error of ours, never a vector."""
        service.says = says
        async with asking(service.url) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
            service.says = vectors([1.0, 0.0])
            assert await embedder.query("a") == pytest.approx([1, 0])

    async def test_an_endless_answer_is_cut_off(self, service):
        """It would fill the memory."""
        service.says = b"[" * (8 << 20)
        async with asking(service.url) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")

    @pytest.mark.parametrize("ask", ["query", "passages"])
    async def test_a_service_that_hangs_is_left(self, service, ask):
        """After the time that each may take."""
        async with asking(service.url, query_seconds=0.1, batch_seconds=0.1) as embedder:
            await embedder.model()
            service.says = None
            async with asyncio.timeout(5):
                with pytest.raises(EmbedderUnavailable):
                    await getattr(embedder, ask)("a")

    async def test_nobody_is_there(self):
        """At once."""
        with address() as (host, port):
            async with asking(f"http://{host}:{port}") as embedder:
                for asked in (embedder.model(), embedder.query("a"), embedder.passages(["a"])):
                    with pytest.raises(EmbedderUnavailable):
                        await asked
                told = await embedder.health()
        assert told["status"] == "error"
        assert str(port) not in str(told)

    @pytest.mark.parametrize("url", ["http://", "no url at all", "http://[", "ftp://a"])
    async def test_an_address_that_is_none(self, url):
        """Likewise."""
        async with asking(url) as embedder:
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
            assert (await embedder.health())["status"] == "error"

    async def test_a_connection_that_breaks_is_tried_once_more(self):
        """A server that was started again says nothing on a line that was idle."""
        tries = []

        def answer(request):
            tries.append(request)
            if len(tries) == 1:
                raise httpx.ReadError("gone")
            return httpx.Response(200, json=vectors([1.0, 0.0]))

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            embedder = RemoteEmbedder(client, "http://ml", query_seconds=5, batch_seconds=5)
            assert await embedder.query("a") == pytest.approx([1, 0])
        assert len(tries) == 2

    async def test_who_keeps_failing_is_left_alone_for_a_while(self, service):
        """Then one asks, and all may again if it is answered."""
        timer = HandTimer()
        async with asking(service.url, timer=timer) as embedder:
            await embedder.model()
            service.asked.clear()
            service.says = b"garbage"
            for n in range(FAILURES_MAX + 3):
                with pytest.raises(EmbedderUnavailable):
                    await embedder.query(str(n))
            assert len(service.asked) == FAILURES_MAX
            service.says = vectors([1.0, 0.0])
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("a")
            timer.now += LEFT_ALONE_SECONDS
            assert await embedder.query("a") == pytest.approx([1, 0])
            assert await embedder.query("b") == pytest.approx([1, 0])

    async def test_another_model_is_noticed(self, service):
        """One call fails; nothing of the one before is kept."""
        async with asking(service.url) as embedder:
            await embedder.query("a")
            service.says = vectors([1.0, 0.0, 0.0], model="another", dimension=3)
            with pytest.raises(EmbedderUnavailable):
                await embedder.query("b")
            assert await embedder.model() == Model("another", 3)
            assert (await embedder.query("a")).shape == (3,)

    async def test_a_query_asked_again_is_not_sent_again(self, service):
        """Nor is a text longer than the service takes."""
        async with asking(service.url) as embedder:
            for _ in range(3):
                await embedder.query("a" * 5_000)
        assert [len(asked["texts"][0]) for asked in service.asked] == [TEXT_LENGTH_MAX]


class TestTheBreaker:
    """Closed, open, and half open."""

    def test_one_is_let_through_to_try(self):
        """The others wait for what becomes of it."""
        timer = HandTimer()
        breaker = Breaker(failures=1, seconds=10, timer=timer)
        fail(breaker)
        assert breaker.is_open
        timer.now = 10
        with breaker.guarding(), pytest.raises(EmbedderUnavailable), breaker.guarding():
            pass
        assert not breaker.is_open

    def test_a_try_that_fails_begins_the_time_anew(self):
        """And a success forgets every failure."""
        timer = HandTimer()
        breaker = Breaker(failures=2, seconds=10, timer=timer)
        fail(breaker)
        with breaker.guarding():
            pass
        fail(breaker)
        assert not breaker.is_open
        fail(breaker)
        timer.now = 10
        fail(breaker)
        timer.now = 19
        assert breaker.is_open
        timer.now = 20
        assert not breaker.is_open

    def test_whoever_leaves_is_no_failure(self):
        """A caller that was canceled tells nothing, and blocks nobody."""
        breaker = Breaker(failures=1, seconds=0, timer=HandTimer())
        fail(breaker)
        for _ in range(2):
            with pytest.raises(asyncio.CancelledError), breaker.guarding():
                raise asyncio.CancelledError
        with breaker.guarding():
            pass


def fail(breaker):
    """Have a try fail."""
    with pytest.raises(EmbedderUnavailable), breaker.guarding():
        raise EmbedderUnavailable
