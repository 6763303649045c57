"""Statements for what is filed under grams, and patterns for what the text has to say then."""

import pytest
from sqlalchemy import select

from domain.kernel import (
    as_grams,
    containing,
    escaped,
    filed_under,
    filed_under_any,
    like,
    rarest,
)
from domain.kok import KokProduct
from domain.kok.models import KokGram
from tests.shelf import a_kok, shelve

NAMES = {1: "꿀사과 2kg", 2: "사과즙 100% kg", 3: "배즙 a_b 1/2"}
INDEX = KokGram.__table__


@pytest.fixture
async def shelf(db):
    """Three products, filed by their names."""
    await shelve(db, *(a_kok(number, name) for number, name in NAMES.items()))
    return db


async def found(db, statement, given):
    async with db.reads() as session:
        return sorted(await session.scalars(statement, given))


def test_pairs_come_before_letters_and_korean_before_latin():
    """What leads to fewest is asked first, and no more than is worth it."""
    assert rarest("kg 사과즙 배", most=9) == ["과즙", "사과", "kg", "배"]
    assert rarest("kg 사과즙 배", most=2) == ["과즙", "사과"]
    assert rarest("  ", most=2) == []


async def test_what_is_filed_under_all_is_found(shelf):
    """Under one gram, and under two at once."""
    assert await found(shelf, filed_under(INDEX, 1), as_grams(["사과"])) == [1, 2]
    assert await found(shelf, filed_under(INDEX, 2), as_grams(["사과", "과즙"])) == [2]
    assert await found(shelf, filed_under(INDEX, 2), as_grams(["사과", "배"])) == []


async def test_what_is_filed_under_any_is_found_once(shelf):
    """However many of them it is filed under."""
    assert await found(shelf, filed_under_any(INDEX), {"grams": ["사과", "과즙"]}) == [1, 2]
    assert await found(shelf, filed_under_any(INDEX), {"grams": []}) == []


@pytest.mark.parametrize(
    ("pattern", "ids"),
    [
        (containing("사과"), [1, 2]),
        (containing("%"), [2]),
        (containing("a_b"), [3]),
        (containing("1/2"), [3]),
        (containing("사_즙"), []),
        (escaped("사과"), []),
        (escaped("사과즙 100% kg"), [2]),
    ],
)
async def test_what_is_looked_for_is_text_and_no_pattern(shelf, pattern, ids):
    """Percent signs, underscores and the sign that escapes them are letters like others."""
    named = select(KokProduct.kok_product_id).where(like(KokProduct.__table__.c.name, "name"))
    assert await found(shelf, named, {"name": pattern}) == ids
