"""The door to the machine: run a program, read a file, list a folder, look at an inode.

Everything that cannot be had raises `UnreadableFactError` with a reason code; nothing becomes an
empty answer. `LocalHost(root)` looks at a restored machine's files; programs are then refused,
because they would speak about the machine that runs them, and so is what only a running system
says (/proc, /sys, /run).
"""

from agent.host.door import (
    FileStatus,
    Host,
    list_if_present,
    present,
    read_if_present,
    status_of,
)
from agent.host.files import FILE_LIMIT_BYTES, PIECE_BYTES
from agent.host.local import USUAL_HOME, LocalHost
from agent.host.places import LINK_LIMIT
from agent.host.programs import PROGRAM_FOLDERS, reason_of_failure
from agent.host.streams import Program, Said, stream_of

__all__ = [
    "FILE_LIMIT_BYTES",
    "LINK_LIMIT",
    "PIECE_BYTES",
    "PROGRAM_FOLDERS",
    "USUAL_HOME",
    "FileStatus",
    "Host",
    "LocalHost",
    "Program",
    "Said",
    "list_if_present",
    "present",
    "read_if_present",
    "reason_of_failure",
    "status_of",
    "stream_of",
]
