"""Open what a process needs, in order, and close it in the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from datetime import timedelta
from functools import partial
from typing import Final, cast

import orjson
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from channels.broker import Broker, BrokerUnavailable
from channels.broker.journal import JournalStream
from channels.broker.redis import RedisBroker
from channels.credentials import Credentials, TokenExpired, TokenInvalid
from channels.journal import Journal as StreamJournal
from channels.limits import Limits
from channels.live import DISCONNECT, LiveParts, open_live
from channels.topics import Topics, live, order, product, schedule
from channels.topics import user as user_topic
from domain import kernel, user
from domain.kernel import Clock, Database
from server.auth import Gate
from server.cache import Cache
from server.deny_list import DenyList
from server.rate_limit import Limiter
from server.settings import Settings
from server.state import Guards, Journal, State
from server.throttle import Throttle
from server.till import open_till

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 5.0


@asynccontextmanager
async def open_state(
    settings: Settings, *, journal: Journal | None = None, clock: Clock = kernel.utc_now
) -> AsyncIterator[State]:
    """Open a process's resources, and close them at the end; tests bring a journal of theirs."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        db, analytics = await enter(databases(settings))
        redis = await enter(open_redis(settings))
        till = await enter(open_till(settings, db, clock))
        if journal is None:
            journal = await enter(open_journal(redis, settings))
        guards = await enter(open_guards(settings, db, redis, clock=clock))
        broker = open_broker(redis, settings, denied=guards["denied"])
        cache = Cache(hearing=lambda: broker.healthy)
        parts = LiveParts(
            broker=broker,
            db=db,
            topics=topics(broker, clock),
            authenticate=partial(authenticate, guards["gate"]),
            journal=journal,
            clock=clock,
            bystander=cache,
            origins=settings.cors_origins,
            limits=Limits(drain_seconds=settings.drain_seconds),
        )
        layer = await enter(open_live(parts))
        kernel.after_emitting(db, layer.nudge)
        yield {
            "settings": settings,
            "clock": clock,
            "db": db,
            "analytics": analytics,
            "redis": redis,
            "cache": cache,
            "live": layer,
            "journal": journal,
            "till": till,
            **guards,
        }


def open_broker(redis: Redis, settings: Settings, *, denied: DenyList) -> RedisBroker:
    """Return what carries live messages; the deny list hears of ended sessions by it, too."""
    broker = RedisBroker(redis, prefix=settings.redis_prefix.rstrip(":"))
    broker.hear(DISCONNECT, partial(_recall, denied))
    return broker


def open_deny_list(settings: Settings, db: Database, redis: Redis, *, clock: Clock) -> DenyList:
    """Return the list of ended sessions."""
    lifetime = access_tokens(settings).lifetime
    return DenyList(redis, db, prefix=settings.redis_prefix, lifetime=lifetime, clock=clock)


@asynccontextmanager
async def open_guards(
    settings: Settings, db: Database, redis: Redis, *, clock: Clock
) -> AsyncIterator[Guards]:
    """Open what tells who is calling, and how often they may."""
    tokens = access_tokens(settings)
    denied = open_deny_list(settings, db, redis, clock=clock)
    throttle = Throttle(redis, prefix=settings.redis_prefix, clock=clock)
    async with AsyncExitStack() as stack:
        passwords = stack.enter_context(closing(user.Passwords(cost=settings.bcrypt_cost)))
        stack.push_async_callback(throttle.close)
        await stack.enter_async_context(_running(denied))
        yield {
            "passwords": passwords,
            "tokens": tokens,
            "refresh": refresh_tokens(settings),
            "gate": Gate(tokens, denied, clock),
            "denied": denied,
            "throttle": throttle,
            "limiter": Limiter(redis, settings=settings, clock=clock),
        }


@asynccontextmanager
async def open_redis(settings: Settings) -> AsyncIterator[Redis]:
    """Open Redis; without an address, one that lives and dies with this process."""
    if settings.redis_url:
        redis = Redis.from_url(
            settings.redis_url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # One more try, at once: a request does not wait for Redis to be repaired.
            retry=Retry(ConstantBackoff(0), 1),
        )
    else:
        redis = cast("Redis", FakeAsyncRedis(server=FakeServer()))
    try:
        yield redis
    finally:
        await redis.aclose()


@asynccontextmanager
async def open_journal(redis: Redis, settings: Settings) -> AsyncIterator[StreamJournal]:
    """Open the near end of the event log, and carry what was noted at the end."""
    journal = StreamJournal(sink=journal_stream(redis, settings))
    carrying = asyncio.create_task(journal.run(), name="journal")
    try:
        yield journal
    finally:
        carrying.cancel()
        await asyncio.wait([carrying])
        with suppress(BrokerUnavailable):  # nobody is left to wait for Redis
            await journal.flush()


def journal_stream(redis: Redis, settings: Settings) -> JournalStream:
    """Return this process's hold on the event log's stream."""
    return JournalStream(redis=redis, prefix=settings.redis_prefix.rstrip(":"))


@asynccontextmanager
async def databases(settings: Settings) -> AsyncIterator[tuple[Database, Database]]:
    """Open both databases, and close them at the end."""
    service, analytics = open_databases(settings)
    try:
        yield service, analytics
    finally:
        await analytics.close()
        await service.close()


def open_databases(settings: Settings) -> tuple[Database, Database]:
    """Open the service and the analytics database; nothing is contacted yet."""
    if not (settings.service_db_url and settings.analytics_db_url):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    size, overflow = settings.db_pool_size, settings.db_pool_overflow
    service, analytics = (
        kernel.open_database(url, pool_size=size, overflow_max=overflow)
        for url in (settings.service_database, settings.analytics_database)
    )
    return service, analytics


def access_tokens(settings: Settings) -> user.AccessTokens:
    """Return what issues and reads access tokens."""
    return user.AccessTokens(
        settings.jwt_secret.get_secret_value(),
        algorithm=settings.jwt_algorithm,
        lifetime=timedelta(minutes=settings.access_token_expire_minutes),
    )


def refresh_tokens(settings: Settings) -> user.RefreshTokens:
    """Return what draws and follows refresh tokens."""
    rules = user.SessionRules(
        idle=timedelta(days=settings.session_idle_days),
        lasting=timedelta(days=settings.session_days_max),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    return user.RefreshTokens(settings.jwt_secret.get_secret_value(), rules=rules)


def topics(broker: Broker, clock: Clock) -> Topics:
    """Return every kind of channel."""

    async def viewers(live_id: int) -> int:
        return await broker.total(f"live:{live_id}")

    return Topics(
        (
            schedule.topic(clock),
            live.topic(viewers),
            order.TOPIC,
            user_topic.TOPIC,
            product.TOPIC,
        )
    )


async def authenticate(gate: Gate, token: str | None) -> Credentials | None:
    """Tell the channel layer whose token it is. Raises its TokenExpired, TokenInvalid."""
    if not token:
        return None
    try:
        caller = await gate.identify(token)
    except user.TokenExpired as error:
        raise TokenExpired from error
    except kernel.Unauthenticated as error:
        raise TokenInvalid from error
    return Credentials(
        user_id=caller.user_id, session_id=caller.session_id, expires_at=caller.expires_at
    )


def _recall(denied: DenyList, order: bytes) -> None:
    if session_id := orjson.loads(order)["session_id"]:
        denied.recall(session_id)


@asynccontextmanager
async def _running(denied: DenyList) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        keeping_up = tasks.create_task(denied.keep_up())
        try:
            yield
        finally:
            keeping_up.cancel()
