"""What the provider is told when it is built; reading the environment is the caller's job."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Secrets stay out of ``repr``; an empty ``service_token`` or ``sim_token`` means "none".

    Raises ValueError when there is no webhook secret: an HMAC under an empty key proves nothing.
    """

    webhook_secret: str = field(repr=False)
    service_token: str = field(default="", repr=False)
    sim_token: str = field(default="", repr=False)
    environment: str = "development"
    public_url: str = "http://localhost:9100"
    approve_after_seconds: float = 2.0
    webhook_attempts_max: int = 8
    webhook_retry_first_seconds: float = 0.5
    webhook_timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not self.webhook_secret:
            raise ValueError("the payment simulator needs a webhook secret")

    @property
    def control_plane_open(self) -> bool:
        """Tell whether ``/_sim`` may be used at all."""
        return bool(self.sim_token) and self.environment != "production"
