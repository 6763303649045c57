"""Why a recipe operation was refused."""

from domain.kernel import NotFound


class RecipeNotFound(NotFound):
    code = "recipe_not_found"
    text = "레시피가 존재하지 않습니다."
