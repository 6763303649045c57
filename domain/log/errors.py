"""Why something was not written down."""

from domain.kernel import Invalid


class AuthorInvalid(Invalid):
    code = "log_user_invalid"
    text = "user_id는 0 이상의 정수여야 합니다."


class EventTypeMissing(Invalid):
    code = "log_event_type_missing"
    text = "event_type이 누락되었습니다."
