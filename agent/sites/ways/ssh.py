"""The way to a site over SSH: one configuration a site, and a program that finds it.

restic has one `sftp.command` and one `rclone.program` for all repositories of a command line. So
sites are told apart by a name: each has an ssh configuration of that name, and a program called
`ssh`, which restic finds first, takes the one that it was called for. `copy` between two remote
sites works, with a key and a known host of its own for each.

Source: ssh_config(5); restic manual, "SFTP"; reference "restic", A.1.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = "bin"  # below the folder of the configurations; no site's name is a folder's
_PROGRAM = """#!/bin/sh
# Made by the agent. restic calls `ssh SITE -s sftp`; every site has its own configuration.
here=${0%/*}
PATH=${PATH#"$here:"}
case ${1-} in
  -* | '') exec ssh "$@" ;;
esac
exec ssh -E "${here%/*}/$1.log" -F "${here%/*}/$1" "$@"
"""


@dataclass(frozen=True, slots=True)
class Login:
    """How to enter the site's host."""

    user: str
    host: str
    port: int
    key_file: Path
    known_hosts_file: Path


def write_ssh_config(folder: Path, site: str, login: Login) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(folder / site, ssh_config(site, login), 0o600)


def write_program(folder: Path) -> None:
    """Put the program `ssh` where restic looks first."""
    programs = folder / PROGRAMS
    programs.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(programs / "ssh", _PROGRAM, 0o700)


def ssh_config(name: str, login: Login) -> str:
    """The only ssh configuration that counts: the user's and the system's are not read. Pure."""
    settings = {
        "HostName": login.host,
        "Port": str(login.port),
        "User": login.user,
        "IdentityFile": _quoted(login.key_file),
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": _quoted(login.known_hosts_file),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "BatchMode": "yes",
        "ConnectTimeout": "20",
        "ServerAliveInterval": "6",
        "ServerAliveCountMax": "3",  # a dead link is found within 24 s
        "ForwardAgent": "no",
        "ClearAllForwardings": "yes",
        "Compression": "no",  # packs are compressed and encrypted already
    }
    lines = [f"Host {name}", *(f"    {key} {value}" for key, value in settings.items())]
    return "\n".join(lines) + "\n"


def _put(target: Path, text: str, mode: int) -> None:
    if target.exists() and target.read_text() == text:
        return
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    new.touch(mode=mode)
    new.write_text(text)
    new.replace(target)


def _quoted(path: Path) -> str:
    """ssh_config(5) takes arguments in double quotes and expands % in file names."""
    return '"' + str(path).replace("%", "%%") + '"'
