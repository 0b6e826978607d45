"""The kernel's proc connector: hears every process begin, change and end.

Nothing is filtered in the kernel, so that the numbers that it gives to messages have no gap unless
something was lost.

Source: linux/connector.h, linux/cn_proc.h, netlink(7).
"""

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

_NETLINK_CONNECTOR = 11
_GROUP = _IDX_PROC = _VAL_PROC = 1
_LISTEN = 1
_DONE = 3  # NLMSG_DONE, the type that connector messages bear
_SO_RCVBUFFORCE = 33
_BUFFER_BYTES = 16 * 2**20  # of the kernel's memory, used only while happenings wait
_ACK_WITHIN_S = 1.0

_REQUEST = struct.Struct("=IHHIIIIIIHHI")
# nlmsghdr, cn_msg, then of proc_event: what, cpu, time, and four numbers of its data
_MESSAGE = struct.Struct("=IHHIIIIIIHHIIQIIII")
_LARGEST = 4096
_MASK = 0xFFFFFFFF

ACK, FORK, EXEC, UID, EXIT = 0, 1, 2, 4, 0x80000000


class Happening(NamedTuple):
    """Something that the kernel said of a whole process; single threads are left out."""

    what: int  # FORK | EXEC | UID | EXIT
    at_ns: int  # CLOCK_MONOTONIC
    pid: int
    first: int = 0  # FORK: parent. UID: real user
    second: int = 0  # UID: effective user


class NoConnectorError(Exception):
    """The kernel does not tell us of processes; the text is a code.

    denied: without CAP_NET_ADMIN, before Linux 6.6. silent: in a container, where the kernel tells
    nobody. missing: a kernel that was built without it.
    """


class ProcConnector:
    """Guards the socket and the numbers that messages bore."""

    def __init__(self) -> None:
        """Begin to listen.

        Raises:
            NoConnectorError: the kernel does not let us, or has no such thing.
        """
        self._numbers: dict[int, int] = {}  # processor -> number of its newest message
        self._lost = False
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK,
                socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK,
                _NETLINK_CONNECTOR,
            )
        except OSError as error:
            raise NoConnectorError(_reason(error)) from error
        try:
            self._listen()
        except OSError as error:
            self._socket.close()
            raise NoConnectorError(_reason(error)) from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, most: int) -> list[Happening]:
        """Up to `most` of the happenings that wait, in the order in which they were."""
        found: list[Happening] = []
        receive = self._socket.recvfrom
        while len(found) < most:
            try:
                message, sender = receive(_LARGEST)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._lost = True
                continue
            if sender[0] == 0:  # the kernel; any user may send to our port
                happening = self._understood(message)
                if happening is not None:
                    found.append(happening)
        return found

    def lost(self) -> bool:
        """Whether messages were lost since this was asked last."""
        lost, self._lost = self._lost, False
        return lost

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        self._socket.bind((0, _GROUP))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        except PermissionError:  # as much as the system gives everybody
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        port = self._socket.getsockname()[0]  # nobody else has it: it names our request, too
        request = _REQUEST.pack(
            _REQUEST.size, _DONE, 0, 0, port, _IDX_PROC, _VAL_PROC, 0, port, 4, 0, _LISTEN
        )
        self._socket.sendto(request, (0, 0))
        self._wait_for_acknowledgement((port + 1) & _MASK)

    def _wait_for_acknowledgement(self, ours: int) -> None:
        """In another namespace of users or processes the kernel takes the request and is silent.

        What it tells listeners of the host is heard there, too: with numbers that mean others.
        """
        end_s = time.monotonic() + _ACK_WITHIN_S
        while time.monotonic() < end_s and select.select([self._socket], [], [], _ACK_WITHIN_S)[0]:
            message, sender = self._socket.recvfrom(_LARGEST)
            if sender[0] != 0 or len(message) < _MESSAGE.size:
                continue
            fields = _MESSAGE.unpack_from(message)
            self._numbers[fields[12]] = fields[7]
            if fields[11] == ACK and fields[8] == ours:
                if fields[14]:
                    raise OSError(fields[14], os.strerror(fields[14]))
                return
        raise TimeoutError

    def _understood(self, message: bytes) -> Happening | None:
        if len(message) < _MESSAGE.size:
            return None
        fields = _MESSAGE.unpack_from(message)
        what, processor, number = fields[11], fields[12], fields[7]
        before = self._numbers.get(processor)
        self._numbers[processor] = number
        if before is not None and number != (before + 1) & _MASK:
            self._lost = True
        return _MEANINGS[what](fields) if what in _MEANINGS else None


def _begun(fields: tuple[int, ...]) -> Happening | None:
    parent, child_thread, child = fields[15:18]
    return Happening(FORK, fields[13], child, parent) if child == child_thread else None


def _of_whole(fields: tuple[int, ...]) -> Happening | None:
    what, at_ns, thread, pid = fields[11], fields[13], fields[14], fields[15]
    return Happening(what, at_ns, pid, fields[16], fields[17]) if pid == thread else None


_MEANINGS: dict[int, Callable[[tuple[int, ...]], Happening | None]] = {
    FORK: _begun,
    EXEC: _of_whole,
    UID: _of_whole,
    EXIT: _of_whole,
}


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "denied"
    return "silent" if isinstance(error, TimeoutError | ConnectionError) else "missing"
