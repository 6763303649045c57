"""Settings are read once, refused when dangerous and shown without secrets."""

import pytest
from pydantic import ValidationError

from server.redis_url import read_redis_url
from server.settings import DEVELOPMENT_JWT_SECRET, Settings

GOOD = {
    "environment": "production",
    "jwt_secret": "x" * 32,
    "payment_webhook_secret": "something of our own",
}


def test_production_starts_with_secrets_of_its_own():
    """And then sends cookies over TLS only."""
    settings = Settings(**GOOD)
    assert settings.secure_cookies
    assert settings.json_logs


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"jwt_secret": DEVELOPMENT_JWT_SECRET}, "JWT_SECRET"),
        ({"jwt_secret": "x" * 31}, "JWT_SECRET"),
        ({"payment_webhook_secret": "uhok-development-webhook-secret"}, "WEBHOOK_SECRET"),
        ({"workers": 2}, "REDIS_URL"),
        ({"jwt_algorithm": "none"}, "HS256"),
        ({"realtime_token_secret": "x" * 31}, "REALTIME_TOKEN_SECRET"),
        ({"realtime_token_algorithm": "none"}, "HS256"),
        ({"realtime_token_audience": ""}, "realtime_token_audience"),
        ({"service_db_url": "oracle://x"}, "oracle"),
        ({"trusted_proxies": "10.0.0.0/33"}, "10.0.0.0/33"),
        ({"redis_url": "http://h"}, "redis\\+cluster"),
        ({"redis_url": "redis+sentinel://h:26379"}, "names the master"),
        ({"redis_url": "redis+sentinel://h/shop/one"}, "'one'"),
        ({"redis_url": "redis+cluster://h:x"}, "'h:x'"),
        ({"redis_url": "redis+cluster://h,"}, "empty"),
        ({"redis_url": "redis+cluster://h/3"}, "no database but 0"),
    ],
)
def test_what_is_dangerous_is_refused_with_its_name(change, words):
    """Before anything is opened."""
    with pytest.raises(ValidationError, match=words):
        Settings(**GOOD | change)


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        (
            "MARIADB_SERVICE_URL",
            "mysql+aiomysql://a@h/d",
            "service_database",
            "mariadb+asyncmy://a@h/d",
        ),
        ("MARIADB_AUTH_URL", "mariadb://a@h/d", "service_database", "mariadb+asyncmy://a@h/d"),
        ("SERVICE_DB_URL", "sqlite:///x.db", "service_database", "sqlite+aiosqlite:///x.db"),
        ("POSTGRES_LOG_URL", "postgresql://h/d", "analytics_database", "postgresql+asyncpg://h/d"),
        (
            "POSTGRES_RECOMMEND_URL",
            "postgres://h/d",
            "analytics_database",
            "postgresql+asyncpg://h/d",
        ),
        ("CORS_ORIGINS", "http://a, http://b/", "cors_origins", ("http://a", "http://b")),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "5", "access_token_expire_minutes", 5),
        ("PORT", "9100", "port", 9100),
        ("REDIS_URL", "", "redis_url", ""),
        ("REDIS_URL", "unix:///run/redis.sock?db=1", "redis_url", "unix:///run/redis.sock?db=1"),
    ],
)
def test_the_environment_is_read_by_the_earlier_names_too(monkeypatch, name, value, field, read):
    """With the drivers that we use."""
    monkeypatch.setenv(name, value)
    assert getattr(Settings(), field) == read


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("rediss://h/2", {"kind": "standalone", "url": "rediss://h/2"}),
        (
            "redis+sentinel://me:p%40ss@a:1,[::1],c/shop/3?sentinel_auth=1",
            {
                "kind": "sentinel",
                "hosts": (("a", 1), ("::1", 26379), ("c", 26379)),
                "user": "me",
                "password": "p@ss",
                "master": "shop",
                "database": 3,
                "sentinels_ask": True,
                "tls": False,
            },
        ),
        (
            "rediss+cluster://a,b:7001",
            {"kind": "cluster", "hosts": (("a", 6379), ("b", 7001)), "tls": True, "user": None},
        ),
    ],
)
def test_redis_may_be_one_server_or_many(url, read):
    """Sentinels and the nodes of a cluster are listed; passwords stay out of descriptions."""
    address = read_redis_url(url)
    assert {name: getattr(address, name) for name in read} == read
    assert "p@ss" not in repr(address)
    assert "p%40ss" not in str(Settings(redis_url=url).describe())


def test_without_an_environment_everything_is_embedded(tmp_path):
    """Two files and this process."""
    settings = Settings(data_dir=tmp_path)
    assert settings.service_database == f"sqlite+aiosqlite:///{tmp_path}/service.db"
    assert settings.redis_url == ""


def test_settings_do_not_change():
    """They are read once."""
    with pytest.raises(ValidationError):
        Settings().port = 1


def test_a_description_shows_no_secret():
    """Nor a password in an address."""
    settings = Settings(
        **GOOD,
        service_db_url="mariadb://me:hunter2@host/db",
        redis_url="redis://:hunter2@host/0",
        service_auth_token="hunter2",
    )
    shown = settings.describe()
    assert "hunter2" not in str(shown)
    assert "x" * 32 not in str(shown)
    assert shown["service_db_url"] == "mariadb+asyncmy://me:***@host/db"
    assert shown["redis_url"] == "redis://:***@host/0"
    assert shown["jwt_secret"] == "***"
