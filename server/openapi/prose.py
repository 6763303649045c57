"""What is said once for the whole API."""

from typing import Final

DESCRIPTION: Final = """\
Broadcasts to watch and buy from, the always-open KOK shop, orders and payments, recipes, messages.
Whatever changes while you watch is pushed over `/connection/websocket` or `/connection/uni_sse`;
nothing here needs to be polled.

**Signing in.** `POST /api/user/login` answers an access token; send it as
`Authorization: Bearer ...`. What belongs to somebody else does not exist: it is answered 404.

**Errors** have one shape, `Problem`. Depend on `code`; show `detail`. They are Korean, or English
with `Accept-Language: en`. 405, 429, 500 and 503 may come from anywhere.

**Once, however often it is sent.** Operations that create something take an `Idempotency-Key`.
The same request with the same key is answered again what it was answered first, with
`Idempotent-Replayed: true`; another request with that key is refused.

**Lists** take `page` and `size`, or the `cursor` that the last answer gave as `next_cursor`. A
cursor skips and repeats nothing while rows come and go.

**Public reads** have an `ETag`: with `If-None-Match` an unchanged answer is a short 304.

**Limits.** Answers say in `RateLimit` what is left of the allowance; past it they are 429 with
`Retry-After`.

**Every answer** has an `X-Request-Id`, yours if you sent a good one. Times with a zone are
RFC 3339; those that the earlier API told without one are Seoul wall time. Money is whole won.
"""

TAGS: Final = {
    "user": "Accounts, logins, sessions and settings.",
    "homeshopping": "The schedule, live streams, products of broadcasts, searches and likes.",
    "notification": "The inbox: what was told to somebody, and what they have read.",
    "kok": "The always-open shop: product lists, product pages, reviews, searches, likes.",
    "cart": "The KOK shop's cart.",
    "order": "From the promise to buy to the parcel at the door.",
    "payment": "Money moved, or not, exactly once; the provider's word decides.",
    "recipe": "Dishes: found by name or ingredients, rated, and with what to buy for them.",
    "search": "Recipes and products of both shops in one list, and what to look for.",
    "recommendation": "What goes with what.",
    "realtime": "Tokens and tickets for live connections.",
    "log": "What people did, for themselves and for admins to read.",
    "system": "Is it alive, can it work.",
}

HEADERS: Final = {
    "X-Request-Id": ("The name of this request, for your log and ours.", "string"),
    "ETag": ("Names this state of the answer; send it back in `If-None-Match`.", "string"),
    "Cache-Control": ("Who may keep the answer, and for how long.", "string"),
    "Idempotent-Replayed": ("`true` when this was answered before to the same key.", "string"),
    "Retry-After": ("Seconds until the next try is worth making.", "integer"),
    "WWW-Authenticate": ("`Bearer`.", "string"),
    "Allow": ("The methods that this path has.", "string"),
    "RateLimit": ('`"policy";r=left;t=seconds until it is whole again`.', "string"),
    "RateLimit-Policy": ('`"policy";q=allowance;w=window in seconds`.', "string"),
}
HEADER_EXAMPLES: Final = {
    "X-Request-Id": "0198a3d58c1e7b609d0f3a6f2d0c9e11",
    "ETag": 'W/"5f2b0c9e11d0"',
    "Cache-Control": "no-store",
    "Idempotent-Replayed": "true",
    "Retry-After": 2,
    "WWW-Authenticate": "Bearer",
    "Allow": "GET, POST",
    "RateLimit": '"read";r=599;t=42',
    "RateLimit-Policy": '"read";q=600;w=60',
}

PARAMETERS: Final = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Yours to choose, once per intention; a UUID is a good one.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        },
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the answer you have.",
        "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    },
    "PaymentEvent": {
        "name": "X-Payment-Event",
        "in": "header",
        "required": True,
        "description": "What happened.",
        "schema": {"enum": ["payment.completed", "payment.failed", "payment.cancelled"]},
        "example": "payment.completed",
    },
}

SECURITY: Final = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Payment-Signature",
        "description": "Base64 of HMAC-SHA256 over the raw body, with the secret we share.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a login.",
    },
    "password": {
        "type": "oauth2",
        "description": "The same token, fetched with e-mail address and password.",
        "flows": {"password": {"tokenUrl": "/api/user/login", "scopes": {}}},
    },
}
