"""What SFTP shows of a machine: its own files, the file system, and a folder to write into.

Source: sftp-server(8); OpenSSH PROTOCOL, 4.4 statvfs@openssh.com and 4.7 fsync@openssh.com.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.sites.probe import machine as probe_machine
from agent.sites.probe.answer import Self, filesystem_id
from agent.sites.probe.ssh import Session, told
from recovery.places import FileSystem

if TYPE_CHECKING:
    import paramiko

_MOST_BYTES = 1024 * 1024  # of a file of /proc, and of one answer
_WORDS = 11  # of a statvfs answer


@dataclass(frozen=True, slots=True)
class Room:
    """What statvfs answers."""

    filesystem: FileSystem
    free_blocks: int  # f_bfree
    available_blocks: int  # f_bavail

    @property
    def available_bytes(self) -> int:
        return self.available_blocks * self.filesystem.fragment_size


@contextlib.contextmanager
def files_of(session: Session) -> Iterator["paramiko.SFTPClient"]:
    """The site's files.

    Raises:
        UnreachableError: the key does not open SFTP there.
    """
    import paramiko

    class Bounded(paramiko.SFTPClient):
        """A server that announces a huge answer is not waited for."""

        def _read_all(self, n: int) -> bytes:  # paramiko's own door for every answer
            if n > _MOST_BYTES:
                raise OSError("an answer of SFTP that is far too long")
            return bytes(super()._read_all(n))  # type: ignore[misc]

    with told(session.caller):
        client = Bounded.from_transport(session.transport)
        if client is None:
            raise OSError("no SFTP")
    channel = client.get_channel()
    if channel is not None:
        channel.settimeout(session.caller.timeout_s)
    try:
        yield client
    finally:
        client.close()


def look_at_files(session: Session, folder: str) -> Self:
    """Everything about the machine that its SFTP server lets us read.

    Raises:
        UnreachableError: the connection does not allow SFTP, or ended.
    """
    with files_of(session) as files, told(session.caller):
        read = _reader(files)
        known = room(files, folder)
        mount = probe_machine.mount_below(read, _normal(files, folder))
        return Self(
            boot_id=probe_machine.boot_id(read),
            booted_at_s=probe_machine.booted_at(read),
            machine_id=probe_machine.machine_id(read),
            dmi_uuid=probe_machine.board(read),
            filesystem=known.filesystem if known else None,
            free_blocks=known.free_blocks if known else None,
            available_blocks=known.available_blocks if known else None,
            mount_type=mount.type if mount else None,
            mount_source=mount.source if mount else None,
            mount_number=mount.number if mount else None,
            gateway_mac=probe_machine.gateway_station(read),
        )


def room(files: "paramiko.SFTPClient", folder: str) -> Room | None:
    """What statvfs says of a folder; None: the server does not know the question."""
    import paramiko
    from paramiko.sftp import CMD_EXTENDED, CMD_EXTENDED_REPLY

    try:
        kind, answer = files._request(  # type: ignore[attr-defined]  # noqa: SLF001 - the only way
            CMD_EXTENDED, "statvfs@openssh.com", folder
        )
        if kind != CMD_EXTENDED_REPLY:
            return None
        words = [int(answer.get_int64()) for _ in range(_WORDS)]
    except (paramiko.SFTPError, OSError):
        return None
    _, fragment, blocks, free, available, *_, identity, _flags, _longest = words
    found = FileSystem(filesystem_id(identity), blocks, fragment)
    return Room(found, free, available)


def _reader(files: "paramiko.SFTPClient") -> probe_machine.Read:
    seen: dict[str, str | None] = {}

    def read(name: str) -> str | None:
        if name not in seen:
            seen[name] = _text(files, name)
        return seen[name]

    return read


def _text(files: "paramiko.SFTPClient", name: str) -> str | None:
    """A file of /proc has no size: read until it ends, or is too long to be one."""
    try:
        with files.open(name, "rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError, EOFError):
        return None


def _normal(files: "paramiko.SFTPClient", folder: str) -> str:
    try:
        return files.normalize(folder) or folder
    except OSError:
        return folder
