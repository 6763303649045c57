"""Why somebody was not let in, or not let register."""

from domain.kernel import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class EmailInvalid(Invalid):
    code = "email_invalid"
    text = "이메일 형식이 올바르지 않습니다."


class EmailTaken(Conflict):
    code = "email_taken"
    text = "이미 가입된 이메일입니다."


class UsernameInvalid(Invalid):
    code = "username_invalid"
    text = "이름은 1자 이상 100자 이하로 입력해주세요."


class PasswordTooShort(Invalid):
    code = "password_too_short"
    text = "비밀번호는 8자 이상이어야 합니다."


class PasswordTooLong(Invalid):
    code = "password_too_long"
    text = "비밀번호가 너무 깁니다. 영문 72자, 한글 24자 이하로 입력해주세요."


class UserNotFound(NotFound):
    code = "user_not_found"
    text = "사용자를 찾을 수 없습니다."


class SessionNotFound(NotFound):
    """Also said of a stranger's session, and of one that was ended before."""

    code = "session_not_found"
    text = "세션을 찾을 수 없습니다."


class LoginRefused(Unauthenticated):
    """Unknown e-mail or wrong password: which one is nobody's business."""

    code = "login_refused"
    text = "이메일 또는 비밀번호가 올바르지 않습니다."


class TokenMalformed(Unauthenticated):
    code = "token_invalid"
    text = "인증 토큰이 만료되었습니다. 다시 로그인해주세요."


class TokenExpired(Unauthenticated):
    code = "token_expired"
    text = "인증 토큰이 만료되었습니다. 다시 로그인해주세요."


class TokenWithoutUser(Unauthenticated):
    code = "token_without_user"
    text = "토큰에 사용자 정보가 없습니다."


class TokenUserInvalid(Unauthenticated):
    code = "token_user_invalid"
    text = "토큰의 사용자 ID가 유효하지 않습니다."


class SessionEnded(Unauthenticated):
    code = "session_ended"
    text = "로그아웃된 토큰입니다. 다시 로그인해주세요."


class AccountSuspended(Forbidden):
    """Told only to somebody who has just proved who they are."""

    code = "account_suspended"
    text = "이용이 정지된 계정입니다. 고객센터로 문의해주세요."


class OwnSuspension(Forbidden):
    """Nobody locks themselves out."""

    code = "own_suspension"
    text = "자신의 계정은 정지할 수 없습니다."


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, too old, or was used by somebody else."""

    code = "refresh_refused"
    text = "로그인이 만료되었습니다. 다시 로그인해주세요."
