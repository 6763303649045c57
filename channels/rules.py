"""What clients may do on a kind of channel: declared with each topic, enforced in one place."""

from dataclasses import dataclass, replace
from typing import Final, Self

from channels.credentials import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What those who listen may do besides listening; a topic says what differs from this.

    ``token``: listening takes a subscription token. ``history``: reading what is remembered.
    ``presence``: seeing who listens. ``join_leave``: hearing who comes and goes, for those who ask;
    ``everyone_hears_passages``: for all. ``publish``: saying something to the others.
    Without ``listeners_only`` nobody has to listen to the channel to do any of it.
    """

    token: bool = False
    history: bool = True
    presence: bool = False
    join_leave: bool = False
    everyone_hears_passages: bool = False
    publish: bool = False
    listeners_only: bool = True

    @property
    def counts_members(self) -> bool:
        """Tell whether it must be known who listens."""
        return self.presence or self.join_leave

    def overridden(self, grant: Grant) -> Self:
        """Return the rules for somebody whose token says otherwise."""
        said = {
            "presence": grant.presence,
            "join_leave": grant.join_leave,
            "everyone_hears_passages": grant.everyone_hears_passages,
        }
        return replace(self, **{name: value for name, value in said.items() if value is not None})


LISTEN_ONLY: Final = Rules()
OWN_DEVICES: Final = Rules(presence=True, join_leave=True)
