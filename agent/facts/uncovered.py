"""Data that is in no dataset and was not left out: shares, databases, volumes, large folders.

Shares and databases count at any size, folders and volumes from 1 GiB on, as du(1) measures them
without what is saved or left out inside them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from agent.config.datasets import Database
from agent.config.model import AgentConfig
from agent.config.sources import originals
from agent.errors import UnreadableFactError
from agent.facts import mounts, nfs, own, own_databases, samba
from agent.facts.absent import SubjectAbsentError
from agent.facts.own_databases import Served
from agent.facts.slow import SlowFact
from agent.host import USUAL_HOME, Host, list_if_present, present

ROOTS = ("/srv", "/home", "/data", "/var/www", "/opt", "/export", "/storage")
DATABASES = (
    "/var/lib/postgresql", "/var/lib/mysql", "/var/lib/mongodb", "/var/lib/redis",
    "/var/lib/orthanc", "/var/lib/docker/volumes", "/var/lib/influxdb", "/var/lib/elasticsearch",
)  # fmt: skip
SERVED_FOLDERS = ("/var/lib/postgresql", "/var/lib/mysql")
VOLUMES = (
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "ntfs", "ntfs3",
    "fuseblk", "vfat", "exfat", "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs",
    "fuse.glusterfs", "fuse.sshfs", "fuse.mergerfs", "fuse.gocryptfs", "ecryptfs",
)  # fmt: skip
OF_THE_SYSTEM = (
    "/boot", "/usr", "/var/log", "/var/tmp", "/var/cache", "/tmp", "/snap",  # noqa: S108 - looked at
    "/run", "/dev",
    "/proc", "/sys", "/var/lib/docker", "/var/lib/containers", "/var/lib/snapd",
)  # fmt: skip
ABOVE = ("/", "/var", "/var/lib")  # always there; what lies in them is data, or the system's
FOLDERS_OF_THE_SYSTEM = (
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/lost+found", "/var",
    "/var/lib", "/var/run", "/var/lock", "/var/lib/apt", "/var/lib/dpkg",
)  # fmt: skip
_HERE = {"", "localhost", "127.0.0.1", "::1"}
LEAST_KIB = 2**20  # 1 GiB
LIMIT_S = 1800.0
_GENTLY = ("ionice", "-c", "3", "nice", "-n", "19")
KEPT = 50
VANISHED = "No such file or directory"


@dataclass(frozen=True, slots=True)
class UncoveredFacts:
    places: tuple[str, ...]  # each with what it is, large ones with their size
    total: int


def collect(host: Host) -> UncoveredFacts:
    """Everything of value on this host, less what its owner decided about.

    What a silent server serves is not known; what else was found is wrong all the same.

    Raises:
        UnreadableFactError: a server does not tell what it serves and nothing else was found, or a
            folder cannot be read.
    """
    config = own.settings(host)
    served, silent = _served(host)
    covered = _covered(config)
    found = [
        *(f"{one.kind} {one.name!r}" for one in served.databases if not _dumped(one, config)),
        *_shares(host, config, covered),
        *_large(host, (*covered, *served.folders)),
    ]
    if silent is not None and not found:
        raise silent
    return UncoveredFacts(tuple(found[:KEPT]), len(found))


def _served(host: Host) -> tuple[own_databases.ServedFacts, UnreadableFactError | None]:
    """The folders of a server that does not answer say nothing about its databases."""
    try:
        return own_databases.collect(host), None
    except UnreadableFactError as error:
        return own_databases.ServedFacts((), SERVED_FOLDERS), error


def _covered(config: AgentConfig) -> tuple[str, ...]:
    """What is saved, what is left out, and what holds backups or is ours."""
    paths = [path for one in config.datasets for path in originals(one)]
    paths += [one.path for one in config.excluded if one.path is not None]
    paths += [one.path for one in config.sites if one.path is not None]
    paths += [USUAL_HOME.config_dir, USUAL_HOME.state_dir]
    return tuple(str(path) for path in paths)


def _dumped(served: Served, config: AgentConfig) -> bool:
    """A database of the same name on another machine, or another server, is another one."""
    if any(one.database == served.name for one in config.excluded):
        return True
    kinds: list[Database | None] = [
        one.postgresql if served.kind == "postgresql" else one.mariadb for one in config.datasets
    ]
    return any(one is not None and _same(served, one) for one in kinds)


def _same(served: Served, saved: Database) -> bool:
    here = saved.host in _HERE or saved.host.startswith("/")
    port = served.port in {0, saved.port or 5432}
    return here and port and saved.database == served.name


def _shares(host: Host, config: AgentConfig, covered: tuple[str, ...]) -> list[str]:
    """Shares that hold anything; those with a pattern in their path are made for each person."""
    left_out = {one.share.lower() for one in config.excluded if one.share}
    found = []
    for name, path in [*_or_none(_samba, host), *_or_none(_nfs, host)]:
        if name in left_out or not path.startswith("/") or "%" in path or _inside(path, covered):
            continue
        if list_if_present(host, path):
            found.append(f"share {name} {path}" if name else f"share {path}")
    return found


def _or_none(ask: Callable[[Host], list[tuple[str, str]]], host: Host) -> list[tuple[str, str]]:
    """A server that is not here shares nothing."""
    try:
        return ask(host)
    except SubjectAbsentError:
        return []


def _samba(host: Host) -> list[tuple[str, str]]:
    facts = samba.collect(host)
    return [(name, facts.of(name, "path")) for name in facts.file_shares]


def _nfs(host: Host) -> list[tuple[str, str]]:
    return [("", path) for path in dict.fromkeys(one.path for one in nfs.collect(host).exports)]


def _large(host: Host, covered: tuple[str, ...]) -> list[str]:
    candidates = [path for path in _candidates(host) if not _inside(path, covered)]
    loose = _loose(host, covered)
    if not candidates:
        return loose
    inner = [path for path in covered if any(_inside(path, (one,)) for one in candidates)]
    without = [f"--exclude={_literal(path)}" for path in dict.fromkeys(inner)]
    command = (*_GENTLY, "du", "-x", "-s", "-k", *without, "--", *candidates)
    sizes = parse(_measured(host, command))
    large = [f"{path} {kib / LEAST_KIB:.1f} GiB" for path, kib in sizes.items() if kib >= LEAST_KIB]
    return [*large, *loose]


def _candidates(host: Host) -> tuple[str, ...]:
    """Each folder below the usual roots, each database's own, each mounted volume."""
    below = [f"{root}/{name}" for root in ROOTS for name in list_if_present(host, root)]
    folders = [path for path in (*below, *_elsewhere(host)) if host.lstat(path).kind == "folder"]
    databases = [path for path in DATABASES if present(host, path)]
    volumes = [
        one.place
        for one in mounts.collect(host).mounts
        if one.kind in VOLUMES
        and one.place not in {"/", "/var", *ROOTS}
        and not _inside(one.place, OF_THE_SYSTEM)
    ]
    return tuple(dict.fromkeys([*folders, *databases, *volumes]))


def _elsewhere(host: Host) -> list[str]:
    """What lies beside the usual roots: programs are installed, and data is put, anywhere."""
    found = [f"{above.rstrip('/')}/{name}" for above in ABOVE for name in host.listing(above)]
    return [
        path
        for path in found
        if path not in (*ROOTS, *FOLDERS_OF_THE_SYSTEM) and not _inside(path, OF_THE_SYSTEM)
    ]


def _loose(host: Host, covered: tuple[str, ...]) -> list[str]:
    """Files that lie directly in a root, taken together."""
    found = []
    for root in ROOTS:
        if _inside(root, covered):
            continue
        looks = [
            host.lstat(f"{root}/{name}")
            for name in list_if_present(host, root)
            if not _inside(f"{root}/{name}", covered)
        ]
        size = sum(look.size_bytes for look in looks if look.kind == "file") >> 10
        if size >= LEAST_KIB:
            found.append(f"{root}/* {size / LEAST_KIB:.1f} GiB")
    return found


def _measured(host: Host, command: tuple[str, ...]) -> str:
    """A busy server deletes files while they are counted; those weigh nothing any more."""
    try:
        return host.run(command, LIMIT_S)
    except UnreadableFactError as error:
        complaints = error.detail.removeprefix("exit 1: ").splitlines()
        if not complaints or not all(line.endswith(VANISHED) for line in complaints):
            raise
        return host.run(command, LIMIT_S, accept=(0, 1))


def parse(output: str) -> dict[str, int]:
    sizes = {}
    for line in output.splitlines():
        kib, tab, path = line.partition("\t")
        if not tab or not kib.isdecimal():
            raise UnreadableFactError("du", "unparsable")
        sizes[path] = int(kib)
    return sizes


def _literal(path: str) -> str:
    """A path as du's pattern that fits nothing else."""
    return "".join(f"\\{letter}" if letter in "*?[\\" else letter for letter in path)


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in folders)


FACT = SlowFact(
    name="uncovered",
    kind=UncoveredFacts,
    collect=collect,
    pace=timedelta(days=1),
    believed_for=timedelta(days=3),
)
