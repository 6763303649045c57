"""Every setting of the service, read from the environment once and then frozen."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from jwt.algorithms import has_crypto
from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.redis_url import read_redis_url

DEVELOPMENT_JWT_SECRET: Final = "uhok-development-secret-not-for-production"  # noqa: S105 (refused in production)
DEVELOPMENT_WEBHOOK_SECRET: Final = "uhok-development-webhook-secret"  # noqa: S105 (refused in production)
SECRET_LENGTH_MIN: Final = 32
# What the earlier service was configured with, by the driver that we use.
DRIVERS: Final = {
    "mysql": "mariadb+asyncmy",
    "mariadb": "mariadb+asyncmy",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}

Profile = Literal["", "conformance-python", "conformance-js"]
Listed = Annotated[tuple[str, ...], NoDecode]
Seconds = Annotated[float, Field(ge=0)]


class Settings(BaseSettings):
    """Environment variables carry these names in capitals; without any, all runs embedded."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
        validate_default=True,
    )

    environment: Literal["development", "production", "test"] = "development"
    host: str = "0.0.0.0"  # noqa: S104 (a server listens; the container or the proxy says to whom)
    port: int = Field(9000, ge=0, le=65535)
    workers: int = Field(1, ge=1)
    data_dir: Path = Path("var")
    log_json: bool | None = None  # by default: in production
    trusted_proxies: Listed = ()
    cors_origins: Listed = ("http://localhost:3000", "http://localhost:3001")
    public_url: str = ""  # where browsers find us; empty: wherever they asked
    body_bytes_max: int = Field(1 << 20, ge=1)
    rate_limits: bool | None = None  # by default: except in tests
    # Per account, or per address of a stranger; 0 turns one off.
    rate_limit_reads_per_minute: int = Field(1_200, ge=0)
    rate_limit_writes_per_minute: int = Field(240, ge=0)
    rate_limit_signups_per_hour: int = Field(20, ge=0)
    rate_limit_email_checks_per_minute: int = Field(60, ge=0)
    rate_limit_refreshes_per_minute: int = Field(120, ge=0)
    rate_limit_realtime_tokens_per_minute: int = Field(120, ge=0)
    rate_limit_payments_per_minute: int = Field(30, ge=0)
    rate_limit_log_batches_per_minute: int = Field(120, ge=0)
    outbox_lag_seconds_max: Seconds = 30
    drain_seconds: Seconds = 5
    # To one process; 0 turns one off.
    live_connections_per_user: int = Field(32, ge=0)
    live_connections_per_address: int = Field(2_000, ge=0)

    service_db_url: str = Field(
        "",
        validation_alias=AliasChoices("SERVICE_DB_URL", "MARIADB_SERVICE_URL", "MARIADB_AUTH_URL"),
    )
    analytics_db_url: str = Field(
        "",
        validation_alias=AliasChoices(
            "ANALYTICS_DB_URL", "POSTGRES_LOG_URL", "POSTGRES_RECOMMEND_URL"
        ),
    )
    db_pool_size: int = Field(10, ge=1)
    db_pool_overflow: int = Field(20, ge=0)
    db_connect_seconds: int = Field(3, ge=1)
    redis_url: str = ""  # empty: in this process
    redis_prefix: str = "uhok:"

    jwt_secret: SecretStr = SecretStr(DEVELOPMENT_JWT_SECRET)
    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    access_token_expire_minutes: float = Field(30, gt=0)
    session_idle_days: float = Field(7, gt=0)
    session_days_max: float = Field(30, gt=0)
    refresh_grace_seconds: Seconds = 15
    # Of realtime connections and subscriptions; the secret, when empty, is JWT_SECRET.
    realtime_token_secret: SecretStr = SecretStr("")
    realtime_token_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"  # noqa: S105 (a name)
    realtime_token_audience: str = Field("realtime", min_length=1)
    realtime_token_issuer: str = ""
    realtime_jwks_url: str = ""  # empty: nobody else's keys are believed
    realtime_token_minutes: float = Field(10, gt=0)
    realtime_api_key: SecretStr = SecretStr("")  # empty: no server API
    metrics_token: SecretStr = SecretStr("")  # empty: metrics for all, in production for nobody
    bcrypt_cost: int = Field(12, ge=4, le=16)
    cookie_secure: bool | None = None  # by default: in production

    payment_server_url: str = "http://127.0.0.1:9002"
    payment_server_url2: str = "http://127.0.0.1:9002"
    payment_webhook_secret: SecretStr = SecretStr(DEVELOPMENT_WEBHOOK_SECRET)
    service_auth_token: SecretStr = SecretStr("")
    webhook_base_url: str = "http://127.0.0.1:9000"
    payment_wait_seconds: Seconds = 60  # as long as the earlier API held a request
    # "bundled", "none" or what sentence-transformers can load; empty: bundled, in tests none.
    embedding_model: str = ""
    ml_inference_url: str = ""  # empty: the model runs in this process
    ml_query_seconds: float = Field(1, gt=0)
    ml_batch_seconds: float = Field(30, gt=0)

    order_unpaid_minutes: float = Field(15, gt=0)
    order_preparing_seconds: Seconds = 600
    order_shipping_seconds: Seconds = 86_400
    order_delivered_seconds: Seconds = 172_800
    broadcast_soon_minutes: float = Field(10, ge=0)

    # What the test suites of client libraries expect; only where the second one allows it.
    profile: Profile = ""
    uhok_test_profiles: bool = False

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            _network(part)
        return value

    @field_validator("redis_url")
    @classmethod
    def _of_a_known_kind(cls, value: str) -> str:
        if value:
            read_redis_url(value)
        return value

    @field_validator("service_db_url", "analytics_db_url")
    @classmethod
    def _with_our_driver(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        driver = DRIVERS.get(scheme.partition("+")[0])
        if separator and driver is None:
            raise ValueError(f"{scheme}:// is no database we speak to")
        return f"{driver}://{rest}" if separator else value

    @model_validator(mode="after")
    def _fit_for_its_place(self) -> Self:
        if self.workers > 1 and not self.redis_url:
            raise ValueError(
                "more than one worker needs REDIS_URL: without it each would keep its own channels"
            )
        if self.realtime_jwks_url and not has_crypto:
            raise ValueError("REALTIME_JWKS_URL needs the package cryptography: uhok-live[jwks]")
        if self.environment == "production":
            self._refuse_weak_secrets()
        if self.profile and (self.in_production or not self.uhok_test_profiles):
            raise ValueError(
                "PROFILE opens the doors to published secrets: it needs UHOK_TEST_PROFILES=1, "
                "which says that this is a test, and it is never for production"
            )
        return self

    def _refuse_weak_secrets(self) -> None:
        jwt, webhook = self.jwt_secret.get_secret_value(), self.payment_webhook_secret
        if jwt == DEVELOPMENT_JWT_SECRET or len(jwt.encode()) < SECRET_LENGTH_MIN:
            raise ValueError(f"production needs a JWT_SECRET of {SECRET_LENGTH_MIN} bytes or more")
        for name in ("realtime_token_secret", "realtime_api_key", "metrics_token"):
            secret = getattr(self, name).get_secret_value()
            if secret and len(secret.encode()) < SECRET_LENGTH_MIN:
                raise ValueError(f"{name.upper()} needs {SECRET_LENGTH_MIN} bytes or more")
        if webhook.get_secret_value() in {"", DEVELOPMENT_WEBHOOK_SECRET}:
            raise ValueError("production needs its own PAYMENT_WEBHOOK_SECRET")

    @property
    def in_production(self) -> bool:
        """Tell whether strangers' money is at stake."""
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        """Tell whether cookies travel over TLS only."""
        return self.in_production if self.cookie_secure is None else self.cookie_secure

    @property
    def limits_rates(self) -> bool:
        """Tell whether anybody may ask too often."""
        return self.environment != "test" if self.rate_limits is None else self.rate_limits

    @property
    def json_logs(self) -> bool:
        """Tell whether log lines are for machines."""
        return self.in_production if self.log_json is None else self.log_json

    @property
    def model_wanted(self) -> str:
        """Return which model turns texts into vectors here: ``bundled``, ``none`` or its name."""
        return self.embedding_model or ("none" if self.environment == "test" else "bundled")

    @property
    def media_dir(self) -> Path:
        """Return where the pictures are kept."""
        return self.data_dir / "media"

    @property
    def service_database(self) -> str:
        """Return the service database's URL; a file in ``data_dir`` unless configured."""
        return self.service_db_url or f"sqlite+aiosqlite:///{self.data_dir / 'service.db'}"

    @property
    def analytics_database(self) -> str:
        """Return the analytics database's URL; a file in ``data_dir`` unless configured."""
        return self.analytics_db_url or f"sqlite+aiosqlite:///{self.data_dir / 'analytics.db'}"

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks whose word about the client's address is believed."""
        return tuple(_network(part) for part in self.trusted_proxies)

    def describe(self) -> dict[str, object]:
        """Return the effective values, secrets and passwords hidden."""
        shown: dict[str, object] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                value = "***" if value.get_secret_value() else ""
            elif isinstance(value, Path):
                value = str(value)
            elif name.endswith("_url"):
                value = without_password(value)
            shown[name] = value
        return shown | {
            "service_database": without_password(self.service_database),
            "analytics_database": without_password(self.analytics_database),
        }


def without_password(url: str) -> str:
    """Return the URL with its password hidden."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}"))


def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)
