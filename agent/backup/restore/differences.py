"""In what a restored file may differ from the point, and how differences are told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_NAMED = 1000


class Kind(StrEnum):
    """What is not as it was. The order is the order of seriousness."""

    MISSING = "missing"
    CONTENT = "content"
    TYPE = "type"  # a folder where a file was
    LINK = "link"  # a symbolic link leads elsewhere
    HARD_LINK = "hard_link"  # names of one file have become files of their own
    OWNER = "owner"
    MODE = "mode"
    ACL = "acl"
    ATTRIBUTE = "attribute"  # an extended attribute, file capabilities among them
    TIME = "time"


OF_CONTENT = frozenset({Kind.MISSING, Kind.CONTENT, Kind.TYPE, Kind.LINK})


@dataclass(frozen=True, slots=True)
class Difference:
    """One file's one difference; the path is the one in the point."""

    path: bytes
    kind: Kind


@dataclass(slots=True)
class Differences:
    """All are counted, the first thousand are named."""

    counts: Counter[Kind] = field(default_factory=Counter)
    named: list[Difference] = field(default_factory=list)

    def add(self, found: Iterable[Difference]) -> None:
        for each in found:
            self.counts[each.kind] += 1
            if len(self.named) < _MOST_NAMED:
                self.named.append(each)

    @property
    def of_content(self) -> int:
        return sum(self.counts[kind] for kind in OF_CONTENT)

    @property
    def total(self) -> int:
        return self.counts.total()
