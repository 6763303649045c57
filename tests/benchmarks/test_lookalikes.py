"""What search is measured with looks like what shops and cooks write."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from benchmarks._cookbook import cookbook, shops
from benchmarks._larder import STAPLES
from benchmarks._lookups import cupboards, lookups
from benchmarks._standin import learn, words_of
from benchmarks.filling import Size
from domain.homeshopping.models import Product
from domain.kok.models import KokProduct
from domain.recipe.models import Material, Recipe
from tests.embedders import HashEmbedder

SIZE = Size(recipes=400, kok_products=60, hs_products=60, broadcasts=10, reviews_each=0, users=0)


def test_recipes_are_the_same_each_time():
    """Two runs measure the same shop."""
    assert list(cookbook(SIZE)) == list(cookbook(SIZE))
    assert lookups(50) == lookups(50)


def test_recipes_take_five_to_twelve_ingredients_and_staples_most_often():
    """No ingredient twice; the most frequent is in many times as many as the hundredth."""
    rows = dict(cookbook(SIZE))
    taken = Counter((row["recipe_id"], row["material_name"]) for row in rows[Material])
    each = Counter(recipe_id for recipe_id, _ in taken)
    used = Counter(name for _, name in taken).most_common()

    assert set(taken.values()) == {1}
    assert len(each) == len(rows[Recipe]) == SIZE.recipes
    assert 5 <= min(each.values()) < max(each.values()) <= 12
    assert used[0][0] in STAPLES[:3]
    assert used[0][1] > 10 * used[99][1]


def test_both_shops_have_names_of_their_own():
    """As many products as were asked for, hardly one named as another."""
    rows = dict(shops(SIZE, datetime(2026, 11, 21, tzinfo=UTC)))
    names = [row["name"] for model in (KokProduct, Product) for row in rows[model]]

    assert len(names) == 120
    assert len(set(names)) > 110


def test_nobody_looks_for_the_same_twice():
    """So that no cache answers; and nobody has the same thing twice."""
    asked = lookups(300)

    assert len(set(asked)) == 300
    assert all(1 <= len(each) <= 100 for each in asked)
    assert all(len(set(have)) == len(have) >= 1 for have in cupboards(100))


async def test_a_stand_in_lies_near_the_vector_it_stands_for():
    """Nearer than those of other texts; the same each time, and of unit length."""
    texts = [row["recipe_title"] for row in dict(cookbook(SIZE))[Recipe]]
    real = HashEmbedder()

    stand_in, rate = await learn(texts, real)
    rows = await stand_in.passages(texts)

    assert rate > 0
    assert await stand_in.model() == await real.model()
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert (rows == await stand_in.passages(texts)).all()
    own = np.einsum("ij,ij->i", rows, await real.passages(texts)).mean()
    others = np.einsum("ij,ij->i", rows, np.roll(await real.passages(texts), 1, axis=0)).mean()
    assert own > others + 0.2


def test_a_text_consists_of_words_and_pairs():
    """Punctuation is none."""
    assert words_of("두부조림: 두부, 무") == {"두부조림", "두부", "부조", "조림", "무"}
