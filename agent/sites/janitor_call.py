"""Ask a site over SSH, with the probe-only key, what its janitor says: small and often."""

from collections.abc import Sequence
from pathlib import Path

from agent.config.model import Site
from agent.errors import UnreadableFactError
from agent.host import Host
from agent.sites import append_only_ssh, janitor_answer
from agent.sites.probe.errors import UnreachableError
from agent.sites.ways.ssh import Login, write_ssh_config

_TIMEOUT_S = 25.0
_AT_ONCE = 100  # of them a command line is long


def can_be_asked(site: Site) -> bool:
    """Whether this host has a key for it."""
    return (
        site.kind == append_only_ssh.KIND
        and site.probe_key_file is not None
        and site.known_hosts_file is not None
    )


def call(
    site: Site, folder: Path, host: Host, words: Sequence[str] = ("probe",)
) -> janitor_answer.Says | None:
    """One connection by the system's own ssh; None: there is no janitor at the site.

    Raises:
        UnreachableError: the site did not answer.
        ProbeAnswerError: it answered something else.
    """
    name = f"{site.name}.janitor"
    key_file, known = site.probe_key_file or Path(), site.known_hosts_file or Path()
    write_ssh_config(folder, name, Login(site.user, site.host, site.port, key_file, known))
    try:
        said = host.run(("ssh", "-F", str(folder / name), "-T", name, *words), _TIMEOUT_S)
    except UnreadableFactError as error:
        raise UnreachableError(site=site.name, reason=error.reason) from error
    return janitor_answer.parse(said.encode())


def set_aside(site: Site, folder: Path, host: Host, objects: Sequence[tuple[str, str]]) -> None:
    """Ask the janitor to set these objects aside: folder and id of each.

    Raises:
        UnreachableError: the site did not answer.
    """
    for first in range(0, len(objects), _AT_ONCE):
        some = objects[first : first + _AT_ONCE]
        call(site, folder, host, ("janitor", *(f"aside:{kind}/{name}" for kind, name in some)))
