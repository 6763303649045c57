"""The REST API described: an OpenAPI 3.1 document, drawn from the contracts of the routes."""

from server.openapi.document import UNDESCRIBED, describe

__all__ = ["UNDESCRIBED", "describe"]
