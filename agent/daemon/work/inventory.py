"""States what this host is, and which checkpoint of the log it holds as a witness."""

import os
from pathlib import Path

from agent.daemon.app import App
from agent.daemon.reporting import agent_version
from agent.daemon.tell import tell
from agent.errors import UnreadableFactError
from agent.restic.capabilities import parse
from agent.uplink.witness import held_note
from wire.messages import Inventory

_OS_RELEASE = "/etc/os-release"
_RESTIC_S = 10.0


def tell_inventory(app: App) -> None:
    """Seal one inventory statement.

    Raises:
        UnreadableFactError: the host does not say which system it runs.
    """
    names = os_names(app.host.read(_OS_RELEASE))
    system = os.uname()
    body = Inventory(
        os_id=names["ID"],
        os_version=names.get("VERSION_ID", "rolling"),
        kernel=f"{system.sysname} {system.release}",
        agent_version=agent_version(),
        restic_version=restic_version(app) or "",
        processors=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        checkpoint=held_note(app.memory),
    )
    tell(app, body)


def os_names(text: str) -> dict[str, str]:
    """The `NAME=value` lines of os-release(5), unquoted.

    Raises:
        UnreadableFactError: there is no ID among them.
    """
    names: dict[str, str] = {}
    for line in text.splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and not name.startswith("#"):
            names[name] = value.strip("\"'")
    if not names.get("ID"):
        raise UnreadableFactError(str(Path(_OS_RELEASE)), "unparsable")
    return names


def restic_version(app: App) -> str | None:
    """The installed restic's version; None when there is none that we can use."""
    try:
        output = app.host.run(["restic", "version"], _RESTIC_S)
    except UnreadableFactError:
        return None
    found = parse(output)
    return found.version if found else None
