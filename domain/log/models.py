"""The event log's one table, in the analytics database."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import AnalyticsBase, BigId


class LogRow(AnalyticsBase):
    """Something that happened; appended, never edited. ``user_id`` is null for a stranger."""

    __tablename__ = "user_log"
    __table_args__ = (
        Index(None, "user_id", "created_at", "log_id"),
        Index(None, "event_type", "created_at"),
        Index(None, "created_at"),
    )

    log_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(BigId)
    event_type: Mapped[str] = mapped_column(String(64))
    event_data: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    created_at: Mapped[datetime]
    http_method: Mapped[str | None] = mapped_column(String(10))
    api_url: Mapped[str | None] = mapped_column(String(500))
    request_time: Mapped[datetime | None]
    response_time: Mapped[datetime | None]
    response_code: Mapped[int | None]
    client_ip: Mapped[str | None] = mapped_column(String(45))
