"""The people, what they like, look for, think, put into their carts, and are told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from benchmarks.filling.size import Rows, Size
from demo.catalogue import load_catalogue
from domain.homeshopping.models import Like, Search
from domain.kok.models import CartItem, KokLike, KokSearch
from domain.log.models import LogRow
from domain.notification.models import Inbox, Notification
from domain.recipe.models import Rating
from domain.user import Role
from domain.user.models import User, UserSession, UserSettings

SESSION_LASTS: Final = timedelta(days=7)
# Primes, so that neighbours in one table are no neighbours in another.
SPREAD: Final = (7_919, 104_729, 1_299_709)
WORDS: Final = ("사과", "김치", "두부", "돼지고기", "감자", "고등어", "한우", "만두", "양파", "쌀")


def email_of(user_id: int) -> str:
    """Return a user's address."""
    return f"shopper{user_id}@example.com"


def session_of(user_id: int) -> str:
    """Return the id of the user's one session."""
    return f"00000000-0000-4000-8000-{user_id:012d}"


def accounts(size: Size, now: datetime, *, password_hash: str) -> Iterator[Rows]:
    """Return the users, one of them an admin, with their settings and an open session each."""
    since = now - timedelta(days=400)
    yield (
        User,
        [
            {
                "user_id": each,
                "email": email_of(each),
                "email_key": email_of(each),
                "password_hash": password_hash,
                "username": f"손님{each}",
                "role": (Role.ADMIN if each == size.admin else Role.USER).value,
                "created_at": since,
            }
            for each in size.user_ids
        ],
    )
    yield UserSettings, [{"user_id": u, "receive_notification": True} for u in size.user_ids]
    yield (
        UserSession,
        [
            {
                "session_id": session_of(each),
                "user_id": each,
                "created_at": now,
                "last_seen_at": now,
                "expires_at": now + SESSION_LASTS,
                "revoked_at": None,
                "user_agent": "bench",
                "address": "127.0.0.1",
            }
            for each in size.user_ids
        ],
    )


def belongings(size: Size, now: datetime) -> Iterator[Rows]:
    """Return each user's likes, searches, cart and ratings."""
    own = [(u, n, now - timedelta(minutes=n + 1)) for u in size.user_ids for n in range(size.own)]
    lives, koks, dishes = size.live_ids, size.kok_ids, size.recipe_ids
    likes = [
        {"user_id": u, "live_id": lives[_draw(u, n, lives)], "created_at": at, "reminded_at": at}
        for u, n, at in own
    ]
    yield Like, likes
    kok_likes = [
        {"user_id": u, "kok_product_id": koks[_draw(u, n, koks)], "created_at": at}
        for u, n, at in own
    ]
    yield KokLike, kok_likes
    looked = [
        {"user_id": u, "keyword": WORDS[(u + n) % len(WORDS)], "searched_at": at}
        for u, n, at in reversed(own)
    ]
    yield Search, looked
    yield KokSearch, looked
    yield CartItem, [_in_cart(size, u, n, at=at) for u, n, at in own]
    ratings = [
        {"user_id": u, "recipe_id": dishes[_draw(u, n, dishes)], "rating": n % 6, "rated_at": at}
        for u, n, at in own
    ]
    yield Rating, ratings


def _in_cart(size: Size, u: int, n: int, *, at: datetime) -> dict[str, Any]:
    koks, dishes = size.kok_ids, size.recipe_ids
    return {
        "user_id": u,
        "kok_product_id": koks[_draw(u + 1, n, koks)],
        "price_id": _newest_price(_draw(u + 1, n, koks)),
        "recipe_id": dishes[_draw(u, n, dishes)] if n % 2 else None,
        "quantity": 1 + n % 3,
        "created_at": at,
    }


def inboxes(size: Size, now: datetime) -> Iterator[Rows]:
    """Return each user's messages, every third unread."""
    told = [(n, u) for n in range(size.messages) for u in size.user_ids]
    names = [each.name for each in load_catalogue().kok_products]
    yield (
        Notification,
        [
            {
                "user_id": u,
                "notification_type": "broadcast_start" if n % 2 else "order_status",
                "related_entity_type": "live" if n % 2 else "order",
                "related_entity_id": 1 + n,
                "status_code": None if n % 2 else "SHIPPING",
                "title": "방송 시작 알림" if n % 2 else "배송 시작",
                "message": "방송이 시작됩니다." if n % 2 else "상품이 배송을 시작합니다.",
                "product_name": names[(u + n) % len(names)],
                "is_read": bool(n % 3),
                "created_at": now - timedelta(hours=size.messages - n),
                "read_at": now if n % 3 else None,
            }
            for n, u in told
        ],
    )
    unread = sum(1 for n in range(size.messages) if not n % 3)
    yield Inbox, [{"user_id": u, "unread": unread, "version": 1} for u in size.user_ids]


def log_lines(size: Size, now: datetime) -> Iterator[Rows]:
    """Return what the event log holds of everybody."""
    noted = [(n, u) for n in range(5 * size.own) for u in size.user_ids]
    yield (
        LogRow,
        [
            {
                "event_id": f"filled-{u}-{n}",
                "user_id": u,
                "event_type": "kok_product_info_view",
                "event_data": {"kok_product_id": size.kok_ids[n % size.kok_products]},
                "created_at": now - timedelta(minutes=5 * size.own - n),
                "http_method": "GET",
                "api_url": "/api/kok/product",
                "request_time": now,
                "response_time": now,
                "response_code": 200,
                "client_ip": "127.0.0.1",
            }
            for n, u in noted
        ],
    )


def _draw(user_id: int, n: int, among: range) -> int:
    # Different for each n of a user: a prime that does not divide their number is a generator.
    step = next(prime for prime in SPREAD if len(among) % prime)
    return (user_id * 31 + n * step) % len(among)


def _newest_price(index: int) -> int:
    # Products at even places have two prices, those at odd ones have one.
    pairs, odd = divmod(index, 2)
    return 3 * pairs + (3 if odd else 2)
