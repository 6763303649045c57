"""Somebody watches their channel, and hears when what they like has its match on air."""

from tests.follower import following
from tests.kitchen import kok_grocery
from tests.street import open_street

READY = "recommendation.ready.v1"
APPLES = 5101


def told(follower):
    """Return what was recommended to them by push."""
    return [each["data"] for each in follower.events if each["type"] == READY]


async def test_a_liked_products_match_on_air_is_pushed_to_whoever_likes_it(settings):
    """Over a real WebSocket, through outbox, relay and broker; to nobody else, and once."""
    async with open_street(settings) as street:
        async with street.db.sessions.begin() as session:
            await kok_grocery(session, APPLES, "부사 사과 3kg", now=street.clock())
        fan, other = await street.shopper(), await street.shopper("other")
        liked = await fan.post("/api/kok/likes/toggle", {"kok_product_id": APPLES})
        assert liked.status_code == 200, liked.text
        mine, theirs = (f"user:{each.user_id}" for each in (fan, other))
        async with (
            following(street.url, mine, token=fan.token) as follower,
            following(street.url, theirs, token=other.token) as bystander,
        ):
            street.clock.forward(minutes=31)
            await follower.until(told)
        news = told(follower)
        assert {each["live_id"] for each in news} <= {
            street.stall.on_air,
            street.stall.to_come,
        }
        assert len(news) == len({each["live_id"] for each in news})
        assert news[0]["goes_with"] == {"kok_product_id": APPLES, "name": "부사 사과 3kg"}
        assert news[0]["reason"]["code"] == "like_liked"
        assert [each["version"] for each in news] == list(range(1, len(news) + 1))
        assert told(bystander) == []
