"""A few things that can be found, filed in an index, and the library that looks for them."""

from collections.abc import Mapping

from domain import recommendation
from domain.kernel import Database, Window
from domain.recommendation import Indexed, Item, Kind, Library, Question, Source
from server.cache import Cache
from tests.embedders import HashEmbedder
from tests.shop import NOON

# By their ids: recipes with what they are made of, and products.
DISHES = {
    1: ("돼지고기 김치찌개", "김치", "돼지고기", "두부"),
    2: ("참치 김치찌개", "김치", "참치"),
    3: ("두부조림", "두부", "대파"),
    4: ("계란말이", "달걀", "당근"),
    5: ("해물파전", "대파", "오징어", "부침가루"),
    6: ("소고기 미역국", "미역", "소고기"),
}
KOK = {11: "국산콩 두부 300g", 12: "깐양파 1kg", 13: "한돈 삼겹살 구이용 500g"}
SHOWN = {21: "초당 순두부 10봉", 22: "무안 햇양파 15kg"}
SOURCES: Mapping[Kind, Mapping[int, Source]] = {
    "recipe": {
        number: Source(title, (title.split()[-1], *names), (), quality=number)
        for number, (title, *names) in DISHES.items()
    },
    "kok": {number: Source(title, (), ("콩마을",), 0) for number, title in KOK.items()},
    "homeshopping": {number: Source(title, (), (), 0) for number, title in SHOWN.items()},
}


async def file(analytics: Database, sources: Mapping[Kind, Mapping[int, Source]]) -> None:
    """File these items by their words."""
    docs = [
        Indexed(Item(kind, number), source)
        for kind, own in sources.items()
        for number, source in own.items()
    ]
    async with analytics.sessions.begin() as session:
        await recommendation.index_documents(session, docs, now=NOON)


async def embed(analytics: Database, embedder: HashEmbedder) -> None:
    """Give everything that is filed its vector."""
    while await recommendation.embed_pending(analytics, embedder, limit=500):
        pass


def library(db: Database, analytics: Database, embedder: object) -> Library:
    """Return a library that keeps what it read as a process does."""
    return Library(db=db, analytics=analytics, embedder=embedder, kept=Cache())  # type: ignore[arg-type]  # a toy


async def found(books: Library, text: str, *kinds: Kind, **window: object):
    """Look for the text, and return the first rows."""
    part = Window(**({"size": 20} | window))
    shown = {"shown": kinds} if kinds else {}
    return await recommendation.find(books, Question(text=text, window=part, **shown))
