"""What every kind of site offers: where its repository is, and what protects it."""

from collections.abc import Iterable
from typing import Protocol

from agent.restic.environment import Repository
from wire.verdicts import Cause, HeldBy, Protection


class SiteDoor(Protocol):
    """One place where a repository lives. All kinds pass one conformance suite."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def place(self) -> str:
        """What the configuration says of where it is; changed, it is another place."""
        ...

    @property
    def held_by(self) -> HeldBy: ...

    @property
    def protection(self) -> Protection:
        """Against a stolen credential of this agent: claimed until an attack has proved it."""
        ...

    @property
    def repository(self) -> Repository: ...

    def obstacle(self) -> Cause | None:
        """Why the repository cannot even be asked, seen without restic; None: try it."""
        ...


def places_of(sites: Iterable[SiteDoor]) -> str:
    """Equal exactly while the configuration names the same sites at the same places."""
    return "\n\n".join(sorted(f"{site.name}\n{site.place}" for site in sites))
