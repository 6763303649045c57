"""Recipes and their ingredients."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.kernel import Base, BigId, Gram


class Material(Base):
    """One ingredient of a recipe."""

    __tablename__ = "recipe_materials"
    __table_args__ = (Index(None, "recipe_id", "id"), Index(None, "material_name", "recipe_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.recipe_id"))
    material_name: Mapped[str] = mapped_column(String(100))
    measure_amount: Mapped[str | None] = mapped_column(String(100))
    measure_unit: Mapped[str | None] = mapped_column(String(200))


class Recipe(Base):
    """A dish; its id is the one it has where it was published."""

    __tablename__ = "recipes"
    __table_args__ = (Index(None, "scrap_count", "recipe_id"),)

    recipe_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    recipe_title: Mapped[str] = mapped_column(String(200))
    cooking_name: Mapped[str] = mapped_column(String(40))
    scrap_count: Mapped[int]
    cooking_case_name: Mapped[str] = mapped_column(String(200))
    cooking_category_name: Mapped[str] = mapped_column(String(200))
    cooking_introduction: Mapped[str] = mapped_column(String(4000))
    number_of_serving: Mapped[str] = mapped_column(String(200))
    thumbnail_url: Mapped[str] = mapped_column(String(200))

    materials: Mapped[list[Material]] = relationship(lazy="raise", order_by=Material.id)


class RecipeGram(Base):
    """A recipe is filed under each gram of its dish's name and its title."""

    __tablename__ = "recipe_grams"

    gram: Mapped[str] = mapped_column(Gram, primary_key=True)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.recipe_id"), primary_key=True)


class Rating(Base):
    """What one user thinks of a recipe, 0 to 5; they may change their mind."""

    __tablename__ = "recipe_ratings"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 0 AND 5", name="rating_in_stars"),
        Index(None, "recipe_id", "rating"),
    )

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipes.recipe_id"), primary_key=True)
    rating: Mapped[int]
    rated_at: Mapped[datetime]
