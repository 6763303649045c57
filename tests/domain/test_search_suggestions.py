"""Whatever is typed so far finds what begins so, on both engines."""

import pytest

from domain import recommendation
from domain.recommendation.index.models import Suggestion
from domain.recommendation.text import initials, keystrokes
from tests.library import SOURCES, file

WEIGHTS = {"떡볶이": 9, "떡국": 5, "김치찌개": 7, "김치": 20, "김밥": 7}
WEIGHTS |= {"고추장": 3, "LA갈비": 2, "깍두기": 1}


@pytest.fixture
async def known(analytics):
    """Eight words, each with how much it leads to."""
    async with analytics.sessions.begin() as session:
        session.add_all(
            Suggestion(
                text=text, keystrokes=keystrokes(text), initials=initials(text), weight=weight
            )
            for text, weight in WEIGHTS.items()
        )
    return analytics


async def suggested(analytics, typed, limit=9):
    async with analytics.reads() as session:
        return list(await recommendation.suggest(session, typed, limit=limit))


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("김", ["김치", "김밥", "김치찌개"]),
        ("기", ["김치", "김밥", "김치찌개"]),
        ("떡", ["떡볶이", "떡국"]),
        ("떡보", ["떡볶이"]),
        ("떡볶ㅇ", ["떡볶이"]),
        ("ㄱㅊ", ["김치", "김치찌개", "고추장"]),
        ("ㄱ ㅊ ㅉ", ["김치찌개"]),
        ("ㄲ", ["깍두기"]),
        ("rlac", ["김치", "김치찌개"]),
        ("Ejr", ["떡볶이", "떡국"]),
        ("la", ["LA갈비"]),
        ("  김치  ", ["김치", "김치찌개"]),
        ("치", []),
        ("없는말", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("_", []),
        ("\U0010ffff", []),
        ("\ud7ff", []),
    ],
)
async def test_what_begins_so_is_suggested(known, typed, texts):
    """The heaviest first, equals by their text; wildcards mean themselves."""
    assert await suggested(known, typed) == texts


async def test_no_more_than_asked_for(known):
    """The heaviest of them."""
    assert await suggested(known, "ㄱ", limit=1) == ["김치"]


async def test_what_is_filed_can_be_suggested(analytics):
    """The names of dishes and of what they are made of."""
    await file(analytics, SOURCES)
    assert "김치찌개" in await suggested(analytics, "김치")
    assert "두부조림" in await suggested(analytics, "ㄷㅂ")
