"""What the outside may see of what goes with what."""

from typing import Literal

from pydantic import AwareDatetime

from domain.kernel import View

Held = Literal["owned", "cart", "not_owned"]
Source = Literal["order", "entered", "cart"]


class Holding(View):
    """A product somebody bought lately or has in the cart, or an ingredient they said they have.

    What was ``entered`` has an amount, in a unit that may be unknown (""), instead of a quantity.
    """

    source: Source
    product_name: str
    quantity: int = 0
    amount: float | None = None
    unit: str | None = None
    entered_at: AwareDatetime | None = None
    order_id: int | None = None
    order_time: AwareDatetime | None = None
    order_type: Literal["kok", "homeshopping"] | None = None
    cart_id: int | None = None


class IngredientHeld(View):
    """One ingredient of a recipe, and the product that is it, if there is one."""

    material_name: str
    status: Held
    holding: Holding | None


class IngredientStatus(View):
    """What somebody has of a recipe's ingredients, each named once."""

    recipe_id: int
    ingredients: tuple[IngredientHeld, ...]

    def count(self, status: Held) -> int:
        """Return how many ingredients stand so."""
        return sum(each.status == status for each in self.ingredients)


class RecipeNote(View):
    """What is said of a recipe beside a product that was bought for it."""

    recipe_id: int
    title: str
    rating: float
    scrap_count: int
    description: str
    ingredients_owned: int
    total_ingredients: int
