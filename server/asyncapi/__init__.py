"""The live channels described: an AsyncAPI 3.1 document, drawn from topics, events and doors."""

from server.asyncapi.document import describe

__all__ = ["describe"]
