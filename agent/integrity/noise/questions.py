"""What must be read before a change can be explained."""

from msgspec import Struct

from agent.files.record import FileRecord


class Question(Struct, frozen=True):
    """About one content: the first `size` bytes of a file, or where a link leads."""

    path: bytes
    size: int
    sha256: bytes  # what was seen; another content answers nothing
    is_link: bool = False
    md5: bool = False
    head: bool = False
    unpack: bool = False
    lengths: frozenset[int] = frozenset()  # of beginnings, each to be summed up


def about(record: FileRecord, sha256: bytes) -> Question:
    return Question(record.path, record.size, sha256, is_link=not record.is_file)
