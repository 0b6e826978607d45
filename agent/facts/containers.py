"""How far the container engine reaches: its socket, its group, its containers."""

from dataclasses import dataclass

import msgspec

from agent.errors import UnreadableFactError
from agent.facts import accounts, presence
from agent.facts.absent import SubjectAbsentError
from agent.host import FileStatus, Host, present

ENGINE = "dockerd"
PLACES = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd")
SOCKETS = ("/run/docker.sock", "/var/run/docker.sock")
GROUP = "docker"
SECURITY = ("docker", "info", "--format", "{{json .SecurityOptions}}")
LIST = ("docker", "ps", "-q", "--no-trunc")
SHAPE = (
    "{{.Name}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.NetworkMode}}|"
    "{{range .HostConfig.CapAdd}}{{.}} {{end}}|{{range .Mounts}}{{.Source}} {{end}}"
)
# Each of them is a known way out of the container: it mounts, loads modules, writes to the
# machine's memory, or opens every file of the host; capabilities(7).
CAPABILITIES = ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH")
OWNERSHIP = (
    "/", "/etc", "/root", "/var/run/docker.sock", "/run/docker.sock", "/boot", "/dev", "/run",
    "/var/run", "/var", "/usr", "/proc", "/sys", "/home", "/var/lib/docker",
)  # fmt: skip
_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    privileged: bool
    sees_processes: bool
    capabilities: tuple[str, ...]  # added to the usual ones, without CAP_
    mounts: tuple[str, ...]

    @property
    def powers(self) -> tuple[str, ...]:
        """What makes it as good as root on the host."""
        said = [path for path in self.mounts if path in OWNERSHIP]
        said += [f"cap-add={name}" for name in self.capabilities if name in CAPABILITIES]
        said += ["privileged"] if self.privileged else []
        return tuple(said + (["pid=host"] if self.sees_processes else []))


def collect_socket(host: Host) -> FileStatus:
    presence.require(host, PLACES, (ENGINE,))
    for path in SOCKETS:
        if present(host, path):
            return host.lstat(path)
    raise SubjectAbsentError("not_used", f"no {SOCKETS[0]}")


def collect_group(host: Host) -> tuple[str, ...]:
    """Its members who are no administrators: the socket makes them root all the same."""
    presence.require(host, PLACES, (ENGINE,))
    names = accounts.collect_names(host)
    number = names.group_ids.get(GROUP)
    members = set(names.groups.get(GROUP, ()))
    members |= {one.name for one in names.accounts if one.gid == number}
    return tuple(sorted(members - names.administrators))


def collect_security(host: Host) -> tuple[str, ...]:
    """The engine's own protections, as it says itself."""
    presence.require(host, PLACES, (ENGINE,))
    presence.require_running(host, ENGINE)
    output = host.run(SECURITY, timeout_s=10)
    try:
        return msgspec.json.decode(output, type=tuple[str, ...])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise UnreadableFactError(" ".join(SECURITY), "unparsable") from error


def collect_containers(host: Host) -> tuple[Container, ...]:
    presence.require(host, PLACES, (ENGINE,))
    presence.require_running(host, ENGINE)
    running = host.run(LIST, timeout_s=10).split()
    if not running:
        return ()
    return parse(host.run(("docker", "inspect", "--format", SHAPE, *running), timeout_s=20))


def parse(output: str) -> tuple[Container, ...]:
    found = []
    for line in output.splitlines():
        fields = line.split("|")
        if len(fields) != _FIELDS or fields[1] not in {"true", "false"}:
            raise UnreadableFactError("docker inspect", "unparsable")
        name, privileged, pid, _network, added, mounts = fields
        capabilities = tuple(word.upper().removeprefix("CAP_") for word in added.split())
        found.append(
            Container(
                name.strip("/"),
                privileged == "true",
                pid == "host",
                capabilities,
                tuple(mounts.split()),
            )
        )
    return tuple(found)
