"""Whether what is there now is what a package brought: by its content, never by its name. Pure."""

import os
import posixpath
from dataclasses import dataclass, field
from enum import Enum, auto

from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.noise.context import Reading, Readings
from agent.integrity.noise.packages.state import Packages
from agent.integrity.noise.questions import Question, about

NEW_CONFFILE = b".dpkg-dist"  # what the package brought, beside what an administrator changed
OLD_CONFFILE = b".dpkg-old"


class Proof(Enum):
    """What can be said of a path's content."""

    FITS = auto()
    UNLIKE = auto()  # or it cannot be known: unreadable, or changed again since it was seen
    UNREAD = auto()  # nobody has looked yet; it is asked for


@dataclass(slots=True)
class Sums:
    """What proofs are made of, and the questions that came up."""

    packages: Packages
    readings: Readings
    _questions: list[Question] = field(default_factory=list)

    def of_file(self, after: FileRecord, md5: str) -> Proof:
        """Both sums come from one reading: the package's is of the very content that was seen."""
        if not after.is_file or after.sha256 is None or not md5:
            return Proof.UNLIKE
        question = replace(about(after, after.sha256), md5=True)
        if self._unread(question):
            return Proof.UNREAD
        reading = self.readings[question]
        return Proof.FITS if reading is not None and reading.md5 == md5 else Proof.UNLIKE

    def of_link(self, after: FileRecord) -> Proof:
        """A link is a package's when it leads to something that one of the packages owns."""
        reading = self.link(after)
        if reading is Proof.UNREAD:
            return Proof.UNREAD
        target = self._resolved(after.path, reading) if isinstance(reading, Reading) else b""
        return Proof.FITS if target in self.packages.owned else Proof.UNLIKE

    def link(self, after: FileRecord) -> Reading | Proof:
        """What is known of a link: where it leads, or that nobody knows."""
        if after.sha256 is None:
            return Proof.UNLIKE
        question = about(after, after.sha256)
        if self._unread(question):
            return Proof.UNREAD
        return self.readings[question] or Proof.UNLIKE

    def take_questions(self) -> list[Question]:
        """What came up since this was asked last."""
        questions, self._questions = self._questions, []
        return questions

    def _unread(self, question: Question) -> bool:
        if question in self.readings:
            return False
        self._questions.append(question)
        return True

    def _resolved(self, path: bytes, reading: Reading) -> bytes:
        """Where the link leads, as a path of this host."""
        if reading.target.startswith(b"/"):
            return self.packages.root + posixpath.normpath(reading.target)
        return posixpath.normpath(os.path.dirname(path) + b"/" + reading.target)  # noqa: PTH120
