"""What a read from a fanotify group holds. Pure.

Source: fanotify(7); linux/fanotify.h: struct fanotify_event_metadata, …_info_fid, …_info_pidfd.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

_EVENT = struct.Struct("<IBBHQii")
_INFO = struct.Struct("<BBH")
_SIGNED = struct.Struct("<i")
_HANDLE_LENGTH = struct.Struct("<I")
_FSID, _HANDLE_HEAD = 8, 8
_DFID_NAME, _DFID, _PIDFD, _OLD_DFID_NAME, _NEW_DFID_NAME = 2, 3, 4, 10, 12
VERSION = 3
NO_PIDFD = -1


class UnknownEventError(Exception):
    """The kernel speaks another version of this interface: these bytes are no events to us."""


class RawEvent(NamedTuple):
    """One event: what happened, by which process, in which folder, to which name.

    A folder is named by its key: the filesystem's id, then the folder's handle. `old_folder` and
    `old_name` are of a rename alone. An empty name is the folder itself.
    """

    mask: int
    pid: int
    pidfd: int
    folder: bytes
    name: bytes
    old_folder: bytes
    old_name: bytes


def read_events(buffer: bytes) -> Iterator[RawEvent]:
    """Each event of the buffer. Whoever takes one closes its pidfd.

    Raises:
        UnknownEventError: another version; nothing of the buffer can be understood.
    """
    position, end = 0, len(buffer)
    try:
        while position < end:
            length, version, _, head, mask, _, pid = _EVENT.unpack_from(buffer, position)
            if version != VERSION or not _EVENT.size <= head <= length <= end - position:
                raise UnknownEventError(version)
            yield _event(buffer, position + head, position + length, (mask, pid))
            position += length
    except struct.error as error:
        raise UnknownEventError from error


def _event(buffer: bytes, position: int, end: int, begun: tuple[int, int]) -> RawEvent:
    folder = name = old_folder = old_name = b""
    pidfd = NO_PIDFD
    while position < end:
        kind, _, length = _INFO.unpack_from(buffer, position)
        if not _INFO.size <= length <= end - position:
            raise UnknownEventError
        if kind == _PIDFD:
            (pidfd,) = _SIGNED.unpack_from(buffer, position + _INFO.size)
        elif kind in (_DFID_NAME, _NEW_DFID_NAME, _DFID):
            folder, name = _place(buffer, position, length)
        elif kind == _OLD_DFID_NAME:
            old_folder, old_name = _place(buffer, position, length)
        position += length
    return RawEvent(*begun, pidfd, folder, name, old_folder, old_name)


def _place(buffer: bytes, position: int, length: int) -> tuple[bytes, bytes]:
    begin = position + _INFO.size
    (handle_length,) = _HANDLE_LENGTH.unpack_from(buffer, begin + _FSID)
    cut = begin + _FSID + _HANDLE_HEAD + handle_length
    name = buffer[cut : position + length].partition(b"\0")[0]
    return buffer[begin:cut], b"" if name == b"." else name
