"""What can happen to the always-open shop as a whole."""

from typing import ClassVar

from domain.kernel import Event


class KokListsDoubted(Event):
    """Somebody in charge wants these lists read anew, in every process that keeps them."""

    kind: ClassVar[str] = "kok.doubted"

    name: str

    @property
    def subject(self) -> str:
        return f"kok/{self.name}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()
