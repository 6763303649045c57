"""What a client may have done over its connection besides listening: procedures by name."""

from collections.abc import Awaitable, Callable, Mapping

from channels.credentials import Credentials

# Takes the caller and the call's data (JSON, or empty) and returns JSON.
# Raises a DomainError, which the caller is told by its status as the error's code.
Procedure = Callable[[Credentials, bytes], Awaitable[bytes]]
Procedures = Mapping[str, Procedure]
