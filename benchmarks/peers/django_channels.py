"""Django Channels under uvicorn: one group over channels_redis' Pub/Sub layer, its fastest."""

import sys
from importlib import import_module
from typing import Any, Final

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

GROUP: Final = "live"


async def publish(request: HttpRequest) -> HttpResponse:
    """Send every line of the body to the group."""
    for text in request.body.decode().split("\n"):
        await layers.get_channel_layer().group_send(GROUP, {"type": "fan.out", "text": text})
    return HttpResponse(status=204)


urlpatterns: Final = [path("publish", publish)]

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": sys.argv[2:3]},
        }
    },
)
http: Final = get_asgi_application()

# Its package is called as ours is, so a type checker in this folder would read ours.
layers: Final[Any] = import_module("channels.layers")
routing: Final[Any] = import_module("channels.routing")
websocket: Final[Any] = import_module("channels.generic.websocket")


class Listener(websocket.AsyncWebsocketConsumer):  # type: ignore[misc] # see the imports above
    """One listener of the group."""

    async def connect(self) -> None:
        """Join the group."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def fan_out(self, event: dict[str, str]) -> None:
        """Pass one message on."""
        await self.send(text_data=event["text"])


app: Final = routing.ProtocolTypeRouter(
    {"http": http, "websocket": routing.URLRouter([path("listen", Listener.as_asgi())])}
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_ping_interval=None,  # it is spared what the listeners here do not need
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )
