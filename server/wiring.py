"""Open what a process needs, in order, and close it in the other."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from datetime import timedelta
from functools import partial

import orjson
from redis.asyncio import Redis

from channels.broker import Broker, BrokerUnavailable
from channels.broker.journal import JournalStream
from channels.broker.redis import RedisBroker
from channels.journal import Journal as StreamJournal
from channels.limits import Limits
from channels.live import DISCONNECT, Live, LiveParts, open_live
from channels.tokens import RealtimeTokens, TokenRules
from channels.topics import Topics, live, order, product, schedule
from channels.topics import user as user_topic
from domain import kernel, user
from domain.kernel import Clock, Database
from server.auth import Gate
from server.cache import Cache
from server.deny_list import DenyList
from server.embedders import Engine, open_embedder
from server.jwks import KeySet, open_keys
from server.metrics import ServerMetrics
from server.procedures import procedures
from server.profiles import adapted, configured
from server.rate_limit import Limiter
from server.realtime import Doorkeeper
from server.redis_client import redis_client
from server.settings import Profile, Settings
from server.state import Guards, Journal, Resources, State
from server.throttle import Throttle
from server.tickets import Tickets
from server.till import open_till


@asynccontextmanager
async def open_state(
    settings: Settings,
    *,
    journal: Journal | None = None,
    embedder: Engine | None = None,
    clock: Clock = kernel.utc_now,
) -> AsyncIterator[State]:
    """Open a process's resources, and close them at the end; tests bring some of their own."""
    settings = configured(settings)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        db, analytics = await enter(databases(settings))
        redis = await enter(open_redis(settings))
        notes = await enter(open_journal(redis, settings, journal))
        guards = await enter(open_guards(settings, db, redis, clock=clock))
        broker = open_broker(redis, settings, denied=guards["denied"])
        if embedder is None:
            embedder = await enter(open_embedder(settings))
        held: Resources = {
            "settings": settings,
            "clock": clock,
            "db": db,
            "analytics": analytics,
            "redis": redis,
            "cache": Cache(hearing=lambda: broker.healthy),
            "journal": notes,
            "till": await enter(open_till(settings, db, clock)),
            "embedder": embedder,
            **guards,
        }
        parts = _live_parts(held, broker)
        layer, metrics = await enter(_open_layer(parts, analytics, settings.profile))
        yield {**held, "live": layer, "metrics": metrics}


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
        await stack.enter_async_context(_running(denied.keep_up()))
        keys = await stack.enter_async_context(open_keys(settings.realtime_jwks_url))
        yield {
            "passwords": passwords,
            "tokens": tokens,
            "refresh": refresh_tokens(settings),
            "gate": Gate(tokens, denied, clock),
            "realtime": realtime_tokens(settings, keys),
            "tickets": Tickets(redis, prefix=settings.redis_prefix, clock=clock),
            "denied": denied,
            "throttle": throttle,
            "limiter": Limiter(redis, settings=settings, clock=clock),
        }


@asynccontextmanager
async def open_redis(settings: Settings) -> AsyncIterator[Redis]:
    """Open Redis; without an address, one that lives and dies with this process."""
    async with redis_client(settings.redis_url) as redis:
        yield redis


@asynccontextmanager
async def open_journal(
    redis: Redis, settings: Settings, given: Journal | None = None
) -> AsyncIterator[Journal]:
    """Open the near end of the event log, unless one is given; carry what was noted at the end."""
    if given is not None:
        yield given
        return
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
    service, analytics = (
        kernel.open_database(
            url,
            pool_size=settings.db_pool_size,
            overflow_max=settings.db_pool_overflow,
            connect_seconds=settings.db_connect_seconds,
        )
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


def realtime_tokens(settings: Settings, keys: KeySet | None = None) -> RealtimeTokens:
    """Return what issues and reads the tokens of connections and subscriptions."""
    own = settings.realtime_token_secret.get_secret_value()
    return RealtimeTokens(
        TokenRules(
            secret=own or settings.jwt_secret.get_secret_value(),
            algorithm=settings.realtime_token_algorithm,
            audience=settings.realtime_token_audience,
            issuer=settings.realtime_token_issuer,
            lifetime=timedelta(minutes=settings.realtime_token_minutes),
        ),
        keys=keys,
    )


def refresh_tokens(settings: Settings) -> user.RefreshTokens:
    """Return what draws and follows refresh tokens."""
    rules = user.SessionRules(
        idle=timedelta(days=settings.session_idle_days),
        lasting=timedelta(days=settings.session_days_max),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    return user.RefreshTokens(settings.jwt_secret.get_secret_value(), rules=rules)


def limits(settings: Settings) -> Limits:
    """Return the channel layer's numbers; what is not configured is the protocol's custom."""
    return Limits(
        drain_seconds=settings.drain_seconds,
        connections_per_user=settings.live_connections_per_user,
        connections_per_address=settings.live_connections_per_address,
    )


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


def _live_parts(held: Resources, broker: RedisBroker) -> LiveParts:
    settings, db, clock = held["settings"], held["db"], held["clock"]
    return LiveParts(
        broker=broker,
        db=db,
        topics=topics(broker, clock),
        authenticator=Doorkeeper(held["gate"], held["realtime"], held["tickets"]),
        procedures=procedures(db, clock),
        journal=held["journal"],
        clock=clock,
        bystander=held["cache"],
        origins=settings.cors_origins,
        limits=limits(settings),
    )


def _recall(denied: DenyList, order: bytes) -> None:
    if session_id := orjson.loads(order)["session_id"]:
        denied.recall(session_id)


@asynccontextmanager
async def _open_layer(
    parts: LiveParts, analytics: Database, profile: Profile
) -> AsyncIterator[tuple[Live, ServerMetrics]]:
    """Open the channel layer, told of what is committed, and what counts beside it."""
    metrics = ServerMetrics(parts.metrics.registry)
    looking = metrics.keep_looking(parts.db, analytics)
    async with open_live(adapted(parts, profile)) as layer, _running(looking):
        kernel.after_emitting(parts.db, layer.nudge)
        yield layer, metrics


@asynccontextmanager
async def _running(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        try:
            yield
        finally:
            task.cancel()
