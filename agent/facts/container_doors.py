"""Where a container engine takes orders from the network without asking who gives them.

An engine listens by its own settings, or systemd listens for it (`docker.socket`,
`podman.socket`) and hands the connection over.

Source: dockerd(8), --host; podman-system-service(1); systemctl(1), show; systemd.socket(5).
"""

import re

import msgspec

from agent.errors import UnreadableFactError
from agent.facts import presence
from agent.facts.absent import SubjectAbsentError
from agent.facts.containers import ENGINE, PLACES
from agent.host import Host, read_if_present

CONFIGURATION = "/etc/docker/daemon.json"
ARGUMENTS = ("ps", "-C", ENGINE, "-o", "args=")
PODMAN, PODMAN_PLACES = "podman", ("/usr/bin/podman", "/usr/local/bin/podman")
PODMAN_ARGUMENTS = ("ps", "-C", PODMAN, "-o", "args=")
NONE_RUNS = 1  # what ps(1) ends with then
# An address without a scheme is one of the network too; dockerd(8), --host.
_HOST_OPTION = re.compile(r"(?<!\S)(?:-H|--host)[= ]*((?![= ]|unix:|fd:)\S+)")
_VERIFIED = re.compile(r"(?<!\S)--tlsverify(?:=true)?(?!\S)")
_HANDED_OVER = re.compile(r"(?<!\S)(?:-H|--host)[= ]*fd:")
_SERVICE = re.compile(r"\bsystem\s+service\b.*?\s(tcp:\S+)")
_CLIENTS_PROVEN = "--tls-client-ca"
_LISTENS = re.compile(r"^Listen\w*=(?![/@%])(\S+)", re.MULTILINE)  # a path is of this host alone


class _Daemon(msgspec.Struct, frozen=True):
    """The settings of daemon.json that matter here."""

    hosts: tuple[str, ...] = ()
    tlsverify: bool = False


def collect(host: Host) -> tuple[str, ...]:
    """The addresses of all engines.

    Raises:
        SubjectAbsentError: no engine is here, or none that takes orders runs.
    """
    found: list[str] = []
    absent: list[SubjectAbsentError] = []
    for addresses_of in (_docker, _podman):
        try:
            found += addresses_of(host)
        except SubjectAbsentError as error:
            absent.append(error)
    if len(absent) > 1:
        raise absent[0]
    return tuple(found)


def _docker(host: Host) -> tuple[str, ...]:
    presence.require(host, PLACES, (ENGINE,))
    presence.require_running(host, ENGINE)
    words = host.run(ARGUMENTS, timeout_s=5)
    daemon = _configuration(host)
    if daemon.tlsverify or _VERIFIED.search(words):
        return ()
    listed = [address for address in daemon.hosts if not address.startswith(("unix:", "fd:"))]
    found = (*listed, *_HOST_OPTION.findall(words))
    handed_over = _HANDED_OVER.search(words) or any(one[:3] == "fd:" for one in daemon.hosts)
    return found or (_by_systemd(host, "docker.socket") if handed_over else ())


def _podman(host: Host) -> tuple[str, ...]:
    """It may rest until somebody calls: then only systemd listens."""
    presence.require(host, PODMAN_PLACES, (PODMAN,))
    words = host.run(PODMAN_ARGUMENTS, timeout_s=5, accept=(0, NONE_RUNS))
    lines = (line for line in words.splitlines() if _CLIENTS_PROVEN not in line)
    found = tuple(address for line in lines for address in _SERVICE.findall(line))
    return found or _by_systemd(host, "podman.socket")


def _by_systemd(host: Host, unit: str) -> tuple[str, ...]:
    """The network addresses of a socket unit that listens now."""
    command = ("systemctl", "show", "--property=ActiveState,Listen", unit)
    output = host.run(command, timeout_s=10)
    if "ActiveState=" not in output:
        raise UnreadableFactError(" ".join(command), "unparsable" if output.strip() else "empty")
    return tuple(_LISTENS.findall(output)) if "ActiveState=active" in output else ()


def _configuration(host: Host) -> _Daemon:
    text = read_if_present(host, CONFIGURATION)
    try:
        return msgspec.json.decode(text or "{}", type=_Daemon)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableFactError(CONFIGURATION, "unparsable") from error
