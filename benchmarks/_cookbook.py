"""Recipes and products by the ten thousands, named as people name them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import numpy as np

from benchmarks._larder import SEED, mains, pantry
from benchmarks.filling import Rows, Size
from benchmarks.filling.shops import hs_shop, kok_shop
from domain.homeshopping.models import Product, ProductDetail, ProductGram, ProductPicture
from domain.kernel import grams
from domain.kok.models import KokDetail, KokGram, KokPicture, KokReviewRow
from domain.kok.models import KokProduct as KokRow
from domain.recipe.models import Material, Recipe, RecipeGram

Thing = TypeVar("Thing")

# How dishes end, and what they are: the most frequent first.
FORMS: Final = tuple(
    (form, category)
    for category, forms in (
        ("볶음", ("볶음",)),
        ("찌개", ("찌개",)),
        ("국", ("국",)),
        ("반찬", ("무침", "전", "조림", "구이", "찜")),
        ("밥", ("덮밥", "볶음밥", "죽", "비빔밥", "김밥", "주먹밥", "솥밥")),
        ("양식", ("샐러드", "파스타", "카레", "스테이크", "수프", "그라탕", "피자", "리조또")),
        ("탕", ("탕", "전골", "매운탕")),
        ("면", ("국수", "칼국수", "수제비", "만두")),
        ("김치", ("장아찌", "겉절이", "김치")),
        ("간식", ("튀김", "강정", "떡볶이", "잼", "스무디", "케이크", "샌드위치")),
    )
    for form in forms
)
PRAISE: Final = (
    "초간단", "집밥", "매콤한", "얼큰한", "담백한", "고소한", "바삭한", "엄마표", "아이반찬",
    "다이어트", "술안주", "건강한", "달콤한", "10분", "시원한", "든든한", "새콤달콤", "밥도둑",
    "캠핑", "손님상", "제철", "칼칼한", "촉촉한", "자취생", "에어프라이어", "냉장고털이",
)  # fmt: skip
TAILS: Final = ("만들기", "만드는 법", "황금레시피", "레시피", "맛있게 끓이는 법", "")
CASES: Final = (
    "일상",
    "손님접대",
    "초스피드",
    "술안주",
    "다이어트",
    "도시락",
    "야식",
    "해장",
    "명절",
)
SAID: Final = (
    "{} 하나만 있어도 근사한 한 끼가 됩니다.",
    "{}의 향을 살리려면 마지막에 넣어 주세요.",
    "냉장고에 남은 {}(으)로 금방 만들었어요.",
    "아이들도 잘 먹는 {} 요리입니다.",
    "{}부터 볶아야 깊은 맛이 나요.",
)
MEASURES: Final = (
    ("1", "개"),
    ("2", "큰술"),
    ("200", "g"),
    ("0.5", "모"),
    ("1", "대"),
    ("3", "쪽"),
)
TOWNS: Final = (
    "제주", "영주", "나주", "강릉", "통영", "공주", "해남", "평창", "완도", "고흥", "안동",
    "청송", "문경",
)  # fmt: skip
FARMS: Final = ("햇살", "산들", "바다", "푸른", "새벽", "두메", "들녘", "우리", "으뜸", "참좋은")
MAKERS: Final = ("농원", "상회", "수산", "푸드", "마을", "식탁", "부엌", "농장")
GRADES: Final = (
    "국내산", "무농약", "유기농", "햇", "못난이", "프리미엄", "산지직송", "특가", "대용량",
    "냉동", "손질",
)  # fmt: skip
AMOUNTS: Final = ("300g", "500g x 2팩", "1kg", "2kg 내외", "5kg", "10입", "200g 3봉", "1박스")
PREPARED: Final = ("밀키트 2인분", "즉석조리 500g", "간편식 3팩")
UNNEEDED: Final = {KokDetail, KokPicture, KokReviewRow, ProductDetail, ProductPicture}
TITLE_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish's name, what kind it is, and what its name says is in it."""

    name: str
    category: str
    made_of: tuple[str, ...]


def draw_dish(chance: np.random.Generator) -> Dish:
    """Return a dish: one or two ingredients, and what is done to them."""
    named = mains().draw(chance, 1 + int(chance.random() < 0.35))
    form, category = FORMS[min(int(chance.exponential(9)), len(FORMS) - 1)]
    return Dish(f"{' '.join(named)}{form}", category, tuple(named))


def draw_product(chance: np.random.Generator) -> str:
    """Return a product's name: a quarter of them is prepared food."""
    town, grade, amount = pick(chance, TOWNS), pick(chance, GRADES), pick(chance, AMOUNTS)
    brand = f"[{pick(chance, FARMS)}{pick(chance, MAKERS)}]"
    if chance.random() < 0.25:
        return f"{brand} {draw_dish(chance).name} {pick(chance, PREPARED)}"
    food = mains().draw(chance, 1)[0]
    orders = (f"{brand} {town} {grade} {food} {amount}", f"{grade} {town} {food} {amount}")
    return pick(chance, orders)


def cookbook(size: Size) -> Iterator[Rows]:
    """Return the recipes, of 5 to 12 ingredients each; few of them are kept by many."""
    chance = np.random.default_rng(SEED)
    rows, materials = [], []
    for recipe_id in size.recipe_ids:
        dish = draw_dish(chance)
        rows.append(_recipe(recipe_id, dish, chance))
        count = 5 + min(7, int(chance.exponential(3)))
        names = dict.fromkeys((*dish.made_of, *pantry().draw(chance, count)))
        for name in [*names][:count]:
            amount, unit = pick(chance, MEASURES)
            material = {"material_name": name, "measure_amount": amount, "measure_unit": unit}
            materials.append({"recipe_id": recipe_id, **material})
    yield Recipe, rows
    yield Material, materials
    filed = ((r["recipe_id"], grams(r["cooking_name"], r["recipe_title"])) for r in rows)
    yield RecipeGram, [{"gram": gram, "recipe_id": i} for i, found in filed for gram in found]


def shops(size: Size, now: datetime) -> Iterator[Rows]:
    """Return both shops: prices and broadcasts as in others' benchmarks, names of their own."""
    chance = np.random.default_rng(SEED + 1)
    names = {i: draw_product(chance) for i in (*size.kok_ids, *size.hs_ids)}
    for model, rows in (*kok_shop(size, now), *hs_shop(size, now)):
        if model is KokRow:
            yield model, [row | {"name": names[row["kok_product_id"]]} for row in rows]
        elif model is Product:
            yield model, [row | {"name": names[row["product_id"]]} for row in rows]
        elif model is KokGram:
            yield model, _filed("kok_product_id", size.kok_ids, names)
        elif model is ProductGram:
            yield model, _filed("product_id", size.hs_ids, names)
        elif model not in UNNEEDED:
            yield model, rows


def pick(chance: np.random.Generator, among: Sequence[Thing]) -> Thing:
    """Return one of these."""
    return among[int(chance.integers(len(among)))]


def _recipe(recipe_id: int, dish: Dish, chance: np.random.Generator) -> dict[str, Any]:
    title = f"{pick(chance, PRAISE)} {dish.name} {pick(chance, TAILS)}".strip()
    said = (pick(chance, SAID).format(pick(chance, dish.made_of)) for _ in range(2))
    return {
        "recipe_id": recipe_id,
        "recipe_title": title[:TITLE_LENGTH_MAX],
        "cooking_name": dish.name[:40],
        "scrap_count": min(500_000, int(20 * chance.pareto(1.1))),
        "cooking_case_name": pick(chance, CASES),
        "cooking_category_name": dish.category,
        "cooking_introduction": " ".join(said),
        "number_of_serving": f"{1 + recipe_id % 5}인분",
        "thumbnail_url": f"/api/media/recipe-{recipe_id}",
    }


def _filed(key: str, ids: range, names: dict[int, str]) -> list[dict[str, Any]]:
    return [{"gram": gram, key: i} for i in ids for gram in grams(names[i])]
