"""What dpkg and apt say of themselves, as far as changes that wait need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PackageChange:
    """One package of a transaction. `old` is empty where it is new, `new` where it went."""

    name: str  # with its architecture: libc6:amd64
    old: str
    new: str
    # When its files and its sums were all there. None: it was only configured, or removed.
    unpacked_at: datetime | None = None
    configured_at: datetime | None = None  # when its own scripts had run, too

    @property
    def is_again(self) -> bool:
        """The same version was unpacked once more: none of its contents may be others."""
        return self.unpacked_at is not None and self.old == self.new


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one run of apt did, or one of dpkg alone."""

    began_at: datetime
    ended_at: datetime
    changes: Mapping[str, PackageChange]  # by name, in the order of the log
    by_apt: bool


@dataclass(frozen=True, slots=True)
class Owned:
    """A path of an installed package. Without `md5` dpkg knows no sum: a folder or a link."""

    package: str
    md5: str = ""


@dataclass(frozen=True, slots=True)
class Packages:
    """`owned` and `former` hold the paths of packages in `transactions`, and no others.

    `running` is None where the lock of dpkg cannot be asked. `recorded_ns` is the kernel's time of
    dpkg's newest record: all that it did lies before; 0, as long as that is not known.
    """

    running: bool | None = False
    transactions: tuple[Transaction, ...] = ()  # oldest first
    owned: Mapping[bytes, Owned] = field(default_factory=dict)
    former: Mapping[bytes, str] = field(default_factory=dict)  # owned before: path -> package
    recorded_ns: int = 0
    root: bytes = b""  # where the system's own folders begin; empty: at /
    uid: int = 0  # whom dpkg's own records belong to, and so what a package brings
    gid: int = 0


NO_PACKAGES = Packages()
