"""Why an inbox operation was refused."""

from domain.kernel import NotFound


class NotificationNotFound(NotFound):
    """Also said of another user's notification."""

    code = "notification_not_found"
    text = "알림을 찾을 수 없습니다."
