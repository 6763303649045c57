"""What can be found and recommended: recipes and the products of both shops."""

from typing import Final, Literal, NamedTuple

Kind = Literal["recipe", "kok", "homeshopping"]
KINDS: Final[tuple[Kind, ...]] = ("recipe", "kok", "homeshopping")


class Item(NamedTuple):
    """One of them: a recipe's id, a kok product's or a product's of the broadcasts."""

    kind: Kind
    item_id: int
