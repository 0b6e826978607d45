"""The logins at Samba's server, as `smbstatus` prints them. Pure.

Source: smbstatus(1); its JSON is there since Samba 4.17.
"""

import pwd
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

import msgspec

from agent.errors import UnreadableFactError
from agent.files.names import shown

COMMAND = ("smbstatus", "--processes")
PROGRAMS = frozenset({"/usr/sbin/smbd", "/usr/local/samba/sbin/smbd"})
_ROW = re.compile(r"(?:\d+:)?(\d+)\s+(\S+)\s+\S+\s+\S+\s+\((ipv[46]:\S+)\)\s", re.MULTILINE)
_FAMILY_AND_PORT = re.compile(r"^ipv[46]:|:\d+$")
_LONGEST = 256


class Session(NamedTuple):
    """One login over one connection."""

    pid: int
    uid: int
    user: str
    address: str


class _Server(msgspec.Struct):
    pid: str


class _Login(msgspec.Struct):
    server_id: _Server
    uid: int
    username: str
    hostname: str = ""
    remote_machine: str = ""


class _Status(msgspec.Struct):
    sessions: dict[str, _Login] = {}


def only(sessions: Iterable[Session]) -> Session | None:
    """One user at one address, however often logged in; None: nobody, or more than one."""
    found = list(sessions)
    return found[0] if len({(s.user, s.address) for s in found}) == 1 else None


def of_json(text: str) -> list[Session]:
    """The sessions that `smbstatus --json` lists.

    Raises:
        UnreadableFactError: it is something else.
    """
    try:
        status = msgspec.json.decode(text, type=_Status)
    except msgspec.DecodeError as error:
        raise UnreadableFactError(COMMAND[0], "unparsable", str(error)) from error
    return [
        Session(
            int(each.server_id.pid), each.uid, harmless_name(each.username), _address(each.hostname)
        )
        for each in status.sessions.values()
        if each.server_id.pid.isdecimal()
    ]


def of_table(text: str) -> list[Session]:
    """The same of an older Samba; whom this host does not know by name is left out."""
    sessions = []
    for pid, user, address in _ROW.findall(text):
        with suppress(KeyError):
            uid = pwd.getpwnam(user).pw_uid
            sessions.append(Session(int(pid), uid, harmless_name(user), _address(address)))
    return sessions


def harmless_name(text: str) -> str:
    return shown(text.encode("utf-8", "surrogateescape"))[:_LONGEST]


def _address(text: str) -> str:
    """`ipv4:10.0.0.5:49152` without what says nothing about who."""
    return harmless_name(_FAMILY_AND_PORT.sub("", text))
