"""What was committed of one dataset, in the order of a log: drills are judged against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from wire.recovery_messages import Backup, Manifest


@dataclass(frozen=True, slots=True)
class Commitment:
    """A manifest, when its host sealed it, and the sites that were said later to hold it."""

    made_at: datetime
    manifest: Manifest
    sites: frozenset[str] = frozenset()


@dataclass(slots=True)
class Commitments:
    """One agent's commitments to one dataset; statements are added in the log's order."""

    _made: list[Commitment] = field(default_factory=list)
    _place_of: dict[str, int] = field(default_factory=dict)  # by the snapshot's pseudonym

    @property
    def made(self) -> Sequence[Commitment]:
        return self._made

    def add(self, made_at: datetime, body: Manifest | Backup) -> None:
        if isinstance(body, Manifest):
            self._place_of[body.snapshot] = len(self._made)
            self._made.append(Commitment(made_at, body))
            return
        for copy in body.copies:
            place = self._place_of.get(copy.snapshot or "")
            if place is not None and copy.read_back_at is not None:
                known = self._made[place]
                self._made[place] = replace(known, sites=known.sites | {copy.site})
