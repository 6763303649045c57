"""Refusals a caller could have expected; they never say HTTP, and a bug is never one.

* DomainError
    * Invalid
    * Unauthenticated
    * Forbidden
    * NotFound
    * Conflict
    * Throttled
    * Busy  (the only one worth retrying unchanged)
"""

from typing import ClassVar


class DomainError(Exception):
    """Base of every refusal: ``code`` is what clients may depend on, the text is for people."""

    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, text: str | None = None) -> None:
        super().__init__(text or self.text)


class Invalid(DomainError):
    code = "invalid"
    text = "입력값이 올바르지 않습니다."


class Unauthenticated(DomainError):
    code = "unauthenticated"
    text = "Not authenticated"


class Forbidden(DomainError):
    code = "forbidden"
    text = "해당 작업을 수행할 권한이 없습니다."


class NotFound(DomainError):
    code = "not_found"
    text = "찾을 수 없습니다."


class Conflict(DomainError):
    code = "conflict"
    text = "현재 상태에서는 처리할 수 없습니다."


class Throttled(DomainError):
    """Too many tries; ``retry_after_seconds`` says when the next one is worth making."""

    code = "too_many_requests"
    text = "요청이 너무 많습니다. 잠시 후 다시 시도해주세요."

    def __init__(self, retry_after_seconds: int, text: str | None = None) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class Busy(DomainError):
    code = "busy"
    text = "잠시 후 다시 시도해주세요."
