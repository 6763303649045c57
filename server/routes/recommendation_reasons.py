"""Why something is recommended, in the caller's language; and what the rules lack, by meaning."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

from domain import recommendation
from domain.kernel import Session
from domain.recommendation import Item, Kind, ReasonCode
from server.language import Language, translated
from server.state import State

TEXTS: Final[Mapping[ReasonCode, str]] = {
    "same_ingredient": "같은 식재료예요. ({what})",
    "same_kind": "같은 종류의 상품이에요. ({what})",
    "uses_products": "고른 상품 가운데 {count}가지를 쓰는 요리예요. ({what})",
    "similar_meaning": "찾으시는 것과 비슷해요.",
    "is_ingredient": "찾으시는 식재료예요. ({what})",
    "other_spelling": "같은 식재료의 다른 이름이에요. ({what})",
    "like_liked": "찜한 상품과 비슷해요. ({what})",
    "like_in_cart": "장바구니에 담은 상품과 비슷해요. ({what})",
    "like_ordered": "주문한 상품과 비슷해요. ({what})",
    "like_viewed": "최근 본 상품과 비슷해요. ({what})",
    "uses_wanted": "관심 있는 식재료 {count}가지를 쓰는 요리예요. ({what})",
    "like_taste": "그동안 관심을 보인 상품들과 비슷해요.",
    "on_air": "지금 방송 중이에요.",
    "coming_up": "곧 방송해요.",
    "popular": "많은 분들이 찾고 있어요.",
}


class Reason(BaseModel):
    """Why: ``code`` for programs, ``text`` for people."""

    code: ReasonCode
    text: str

    @classmethod
    def of(cls, reason: recommendation.Reason, language: Language) -> "Reason":
        """Return the reason in that language."""
        pattern = translated(TEXTS[reason.code], language)
        return cls(code=reason.code, text=pattern.format(what=reason.what, count=reason.count))


class Fillable(Protocol):
    """A recommendation; ``lacking`` are the items whose neighbours would do, too."""

    @property
    def lacking(self) -> Sequence[Item]: ...


Found = TypeVar("Found", bound=Fillable)
# How something is found: in a session, with the ids of what is near.
Find = Callable[[Session, Sequence[int]], Awaitable[Found]]


async def filled_up(state: State, find: Find[Found], *, kind: Kind) -> Found:
    """Return what the rules find, and where that is too little, what the vectors add to it.

    The databases are asked one after the other, so that none is held while the other is slow.
    """
    async with state["db"].reads() as session:
        found = await find(session, ())
    if not found.lacking:
        return found
    near = await recommendation.near_items(state["analytics"], found.lacking, kind=kind)
    if not near:
        return found
    async with state["db"].reads() as session:
        return await find(session, near)
