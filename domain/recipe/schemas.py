"""What a recipe is made from."""

from domain.kernel import View


class NewMaterial(View):
    """One ingredient; the amount is text, because "약간" is an amount."""

    material_name: str
    measure_amount: str | None = None
    measure_unit: str | None = None


class NewRecipe(View):
    """A recipe as it is taken into the book."""

    recipe_id: int
    recipe_title: str
    cooking_name: str
    scrap_count: int
    cooking_case_name: str
    cooking_category_name: str
    cooking_introduction: str
    number_of_serving: str
    thumbnail_url: str
    materials: tuple[NewMaterial, ...]
