"""What can happen to a recipe."""

from typing import ClassVar

from domain.kernel import Event


class RecipeChanged(Event):
    """A recipe came into the book, or reads differently now."""

    kind: ClassVar[str] = "recipe.changed"
    heard: ClassVar[bool] = True

    recipe_id: int

    @property
    def subject(self) -> str:
        return f"recipe/{self.recipe_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()
