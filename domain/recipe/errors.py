"""Why a recipe operation was refused."""

from domain.kernel import Invalid, NotFound


class RecipeNotFound(NotFound):
    code = "recipe_not_found"
    text = "레시피가 존재하지 않습니다."


class LeftoversUnclear(Invalid):
    """It is not clear how much of what is left."""

    code = "leftovers_unclear"
    text = "amount 또는 unit 중 하나는 반드시 제공해야 합니다."


class AmountsMiscounted(LeftoversUnclear):
    code = "amounts_miscounted"
    text = "amount 파라미터 개수가 ingredient와 일치해야 합니다."


class UnitsMiscounted(LeftoversUnclear):
    code = "units_miscounted"
    text = "unit 파라미터 개수가 ingredient와 일치해야 합니다."
