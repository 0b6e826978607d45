"""Which of the changes a package transaction explains: by content, maker and powers. Pure.

A change is explained when all of this holds: nobody but dpkg can have made it (who it was is
unknown, or was dpkg), a transaction of that time changed the package whose path it is, the content
fits the package's own sum, and what the file may do is what it was, or ordinary. Files of
maintainers' scripts have no sums: they need a known maker and a known kind of path.
"""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from agent.files.record import FileRecord
from agent.integrity.change import Kind
from agent.integrity.noise.context import Context, Reading
from agent.integrity.noise.history import History
from agent.integrity.noise.packages.kinds import is_alternative, is_made_by_scripts
from agent.integrity.noise.packages.makers import Maker, maker_of
from agent.integrity.noise.packages.proof import (
    NEW_CONFFILE,
    OLD_CONFFILE,
    Proof,
    Sums,
)
from agent.integrity.noise.packages.state import PackageChange, Transaction
from agent.integrity.noise.packages.windows import transaction_of
from agent.integrity.noise.passing_names import BESIDE
from agent.integrity.noise.shapes import idle, ordinary, same_powers
from agent.integrity.seen import Seen


class Answer(Enum):
    """What a transaction says of one change."""

    PACKAGE = auto()  # it is a package's own file
    SCRIPT = auto()  # a maintainer's script made it
    UNREAD = auto()  # its content must be read first
    NO = auto()  # it does not explain it


@dataclass(frozen=True, slots=True)
class Judged:
    """`package` is empty where the change is of none in particular."""

    answer: Answer
    transaction: Transaction | None = None
    package: str = ""


_OWN = (b"/var/lib/dpkg/tmp.ci/", b"/var/lib/dpkg/updates/")
_NO = Judged(Answer.NO)
_OF_PROOF = {Proof.FITS: Answer.PACKAGE, Proof.UNREAD: Answer.UNREAD, Proof.UNLIKE: Answer.NO}


class Judge:
    """Judges changes that wait, one by one, knowing all of them."""

    def __init__(self, seens: Sequence[Seen], context: Context) -> None:
        self._history = History(seens)
        self._packages = context.packages
        self.sums = Sums(context.packages, context.readings)

    def judge(self, seen: Seen) -> Judged:
        """What the transactions that dpkg knows of say of this change."""
        maker = maker_of((seen.who, *seen.others))
        if maker is Maker.FOREIGN:
            return _NO
        package = self._package_of(seen)
        transaction = transaction_of(seen, self._packages, package)
        if transaction is None:
            return _NO
        if self._is_own_and_went(seen.change.path):
            return Judged(Answer.SCRIPT, transaction)
        if not self._may_hold(seen, maker, transaction.changes.get(package)):
            return _NO
        removed = seen.change.after is None
        answer = self._removed(seen, maker) if removed else self._present(seen, maker)
        return Judged(answer, transaction, package)

    def _package_of(self, seen: Seen) -> str:
        """Whose path it is; folders belong to many packages."""
        path = _without(seen.change.path, (*BESIDE, NEW_CONFFILE, OLD_CONFFILE))
        after = seen.change.after
        if after is not None and after.is_directory:
            return ""
        owned = self._packages.owned.get(path)
        return owned.package if owned else self._packages.former.get(path, "")

    def _is_own_and_went(self, path: bytes) -> bool:
        """Where dpkg keeps what it reads of a package until it has unpacked it."""
        local = path.removeprefix(self._packages.root)
        return (local + b"/").startswith(_OWN) and self._history.went(path)

    def _may_hold(self, seen: Seen, maker: Maker, change: PackageChange | None) -> bool:
        """Whether the package can have brought another content than was there.

        The same version cannot; and of what was only configured nobody knows, unless dpkg was seen.
        """
        first, after = self._history.first(seen.change.path), seen.change.after
        if change is None or after is None or not after.is_file:
            return True
        if change.is_again and first is not None and first.sha256 != after.sha256:
            return False
        return change.unpacked_at is not None or maker is not Maker.UNKNOWN

    def _removed(self, seen: Seen, maker: Maker) -> Answer:
        """Gone together with its package, or with the version that had it."""
        path = seen.change.path
        if path in self._packages.owned:
            return Answer.NO
        passing = path.endswith(BESIDE) and self._history.came(path)
        if passing or maker is Maker.DPKG or path in self._packages.former:
            return Answer.PACKAGE
        return self._by_script(seen, maker)

    def _present(self, seen: Seen, maker: Maker) -> Answer:
        change = seen.change
        after = change.after
        if after is None or after.trouble or not self._was_named_by_dpkg(seen, maker):
            return Answer.NO
        if change.path in self._packages.owned:
            return self._owned(seen, after, maker)
        if change.path.endswith(BESIDE):
            return Answer.PACKAGE if self._history.went(change.path) else Answer.NO
        if change.path.endswith((NEW_CONFFILE, OLD_CONFFILE)):
            return self._conffile(after)
        return self._by_script(seen, maker)

    def _was_named_by_dpkg(self, seen: Seen, maker: Maker) -> bool:
        """A renamed file had a name that only dpkg gives, or dpkg itself renamed it."""
        change = seen.change
        if change.kind is not Kind.RENAMED or maker is Maker.DPKG:
            return True
        names = [change.path + ending for ending in BESIDE]
        names.append(change.path.removesuffix(OLD_CONFFILE))
        return change.old_path in names

    def _owned(self, seen: Seen, after: FileRecord, maker: Maker) -> Answer:
        passing = maker is Maker.DPKG and not self._history.is_newest(seen)
        if not self._powers_fit(after) or not (passing or self._names_fit(after)):
            return Answer.NO
        if after.is_directory:
            return Answer.PACKAGE
        if stat.S_ISLNK(after.mode):
            return self._link(seen, after, maker)
        proof = self.sums.of_file(after, self._packages.owned[after.path].md5)
        return Answer.PACKAGE if passing else _OF_PROOF[proof]

    def _link(self, seen: Seen, after: FileRecord, maker: Maker) -> Answer:
        """Links have no sums: dpkg itself made it, or it leads to what a package owns."""
        if maker is Maker.DPKG:
            return Answer.PACKAGE
        answer = _OF_PROOF[self.sums.of_link(after)]
        return self._by_script(seen, maker) if answer is Answer.NO else answer

    def _conffile(self, after: FileRecord) -> Answer:
        """What the package brought lies beside, or what an administrator had is kept."""
        place = _without(after.path, (NEW_CONFFILE, OLD_CONFFILE))
        if after.path.endswith(OLD_CONFFILE):
            kept = self._history.was_content_of(place, after.sha256)
            return Answer.PACKAGE if kept and idle(after) else Answer.NO
        owned = self._packages.owned.get(place)
        if owned is None or not ordinary(after, self._packages.uid, self._packages.gid):
            return Answer.NO
        return _OF_PROOF[self.sums.of_file(after, owned.md5)]

    def _powers_fit(self, after: FileRecord) -> bool:
        """What was replaced may be ordinary; what stayed must be as it was."""
        first = self._history.first(after.path)
        is_ordinary = ordinary(after, self._packages.uid, self._packages.gid)
        if first is None:
            return is_ordinary
        may_be_ordinary = first.inode != after.inode and is_ordinary
        return may_be_ordinary or same_powers(first, after)

    def _names_fit(self, after: FileRecord) -> bool:
        """A second name, wherever it is, would outlive the next upgrade."""
        first = self._history.first(after.path)
        had = first.links if first is not None and first.inode == after.inode else 1
        return not after.is_file or after.links <= max(had, self._history.names_of(after))

    def _by_script(self, seen: Seen, maker: Maker) -> Answer:
        if maker not in (Maker.SCRIPT, Maker.DPKG, Maker.APT):
            return Answer.NO
        after = seen.change.after
        if after is not None and stat.S_ISLNK(after.mode):
            reading = self.sums.link(after)
            if reading is Proof.UNREAD:
                return Answer.UNREAD
            if isinstance(reading, Reading) and is_alternative(reading.target):
                return Answer.SCRIPT
        local = seen.change.path.removeprefix(self._packages.root)
        known = is_made_by_scripts(local) and (after is None or self._harmless(after, maker))
        return Answer.SCRIPT if known else Answer.NO

    def _harmless(self, after: FileRecord, maker: Maker) -> bool:
        """Only dpkg itself makes something that can be run: its packages' own scripts."""
        if after.is_file and not (idle(after) or maker is Maker.DPKG):
            return False
        first = self._history.first(after.path)
        is_ordinary = ordinary(after, self._packages.uid, self._packages.gid)
        return is_ordinary or (first is not None and same_powers(first, after))


def _without(path: bytes, endings: Sequence[bytes]) -> bytes:
    for ending in endings:
        path = path.removesuffix(ending)
    return path
