"""Names that programs give to files of a moment: while they write, or while a document is open."""

import re
from dataclasses import dataclass

BESIDE = (b".dpkg-new", b".dpkg-tmp")  # what dpkg writes, and keeps, while it unpacks a file
_WORDS_COPY = rb"~WR[A-Z]\d{4}\.tmp|~DF[0-9A-F]+\.tmp|[0-9A-F]{8}(?:\.tmp)?|lu[0-9a-z]+\.tmp(?:_)?"


@dataclass(frozen=True, slots=True)
class Passing:
    """One way to name them. What `stays` may lie there as long as its document is open."""

    name: re.Pattern[bytes]
    stays: bool = False
    most_bytes: int = 0  # of what stays
    head: bytes = b""  # what it begins with; empty: anything


def _named(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


KINDS = (
    Passing(_named(rb"~\$.+"), stays=True, most_bytes=1_024),  # Microsoft Office: who has it open
    Passing(_named(rb"\.~lock\..+#"), stays=True, most_bytes=1_024),  # LibreOffice: the same
    Passing(_named(rb"\..*\.s[a-w][a-z]"), stays=True, most_bytes=1 << 30, head=b"b0VIM "),
    Passing(_named(rb"4913|5036|5159|5282")),  # vim: may it write here?
    Passing(_named(_WORDS_COPY)),  # Word, Excel, LibreOffice while they save
    Passing(_named(rb"\..+\.[A-Za-z0-9]{6}")),  # rsync
    Passing(_named(rb"\.goutputstream-[A-Z0-9]{6}|sed[A-Za-z0-9]{6}|\.fuse_hidden[0-9a-f]{16,}")),
    Passing(_named(rb".+~|#.+#|\.#.+|\.nfs[0-9a-f]{16,}")),  # a former version, Emacs, NFS
    Passing(_named(rb".+\.(?:tmp|temp|part|partial|crdownload|filepart|new|kate-swp)")),
    Passing(_named(rb".+\.(?:tmp|temp)[.-]?[A-Za-z0-9_]{1,16}|\.?tmp[A-Za-z0-9._-]{6,}")),
)


def kind_of(path: bytes) -> Passing | None:
    """Which of them the last part of a path is; None: it is an ordinary name."""
    name = path.rpartition(b"/")[2]
    return next((kind for kind in KINDS if kind.name.fullmatch(name)), None)
