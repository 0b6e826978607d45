"""One difference between what was approved and what is so now."""

from dataclasses import dataclass
from enum import StrEnum

from agent.files.record import FileRecord


class Kind(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"
    METADATA = "metadata"  # the same content with another mode, owner, time or inode


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None for what was added, `after` for what was removed."""

    kind: Kind
    before: FileRecord | None
    after: FileRecord | None
    what: tuple[str, ...] = ()  # agent.files.differing: content | size | mode | acl | …

    @property
    def path(self) -> bytes:
        """Where it is now; for what was removed, where it was."""
        record = self.after or self.before
        assert record is not None  # noqa: S101 - one of both is always there
        return record.path

    @property
    def old_path(self) -> bytes | None:
        return self.before.path if self.kind is Kind.RENAMED and self.before else None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be looked at, and so is neither changed nor unchanged."""

    path: bytes
    reason: str  # agent.files.record.Trouble
