"""Data that no dataset contains: shares, databases and large folders, measured by du(1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from agent.config.sources import originals
from agent.errors import UnreadableFactError
from agent.facts import nfs, own, samba
from agent.facts.absent import SubjectAbsentError
from agent.facts.slow import SlowFact
from agent.host import Host, list_if_present, present

ROOTS = ("/srv", "/home", "/data", "/var/www", "/opt", "/export", "/storage")
DATABASES = (
    "/var/lib/postgresql", "/var/lib/mysql", "/var/lib/mongodb", "/var/lib/redis",
    "/var/lib/orthanc", "/var/lib/docker/volumes", "/var/lib/influxdb", "/var/lib/elasticsearch",
)  # fmt: skip
LEAST_KIB = 2**20  # 1 GiB
LIMIT_S = 1800.0
_GENTLY = ("ionice", "-c", "3", "nice", "-n", "19")
KEPT = 50
VANISHED = "No such file or directory"


@dataclass(frozen=True, slots=True)
class UncoveredFacts:
    places: tuple[str, ...]  # each with its size
    total: int


def collect(host: Host) -> UncoveredFacts:
    covered = tuple(str(path) for one in own.settings(host).datasets for path in originals(one))
    candidates = [path for path in _candidates(host) if not _inside(path, covered)]
    if not candidates:
        return UncoveredFacts((), 0)
    sizes = parse(_measured(host, (*_GENTLY, "du", "-x", "-s", "-k", "--", *candidates)))
    large = [f"{path} {kib / LEAST_KIB:.1f} GiB" for path, kib in sizes.items() if kib >= LEAST_KIB]
    return UncoveredFacts(tuple(large[:KEPT]), len(large))


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


def _candidates(host: Host) -> tuple[str, ...]:
    """Each folder below the usual roots, each database's own, each share."""
    below = [f"{root}/{name}" for root in ROOTS for name in list_if_present(host, root)]
    folders = [path for path in below if host.lstat(path).kind == "folder"]
    databases = [path for path in DATABASES if present(host, path)]
    shares = [path for path in _shares(host) if present(host, path)]
    return tuple(dict.fromkeys([*folders, *databases, *shares]))


def _shares(host: Host) -> list[str]:
    found = [*_or_none(_samba, host), *_or_none(_nfs, host)]
    return [path for path in found if path.startswith("/") and "%" not in path]


def _or_none(ask: Callable[[Host], list[str]], host: Host) -> list[str]:
    """A server that is not here shares nothing."""
    try:
        return ask(host)
    except SubjectAbsentError:
        return []


def _samba(host: Host) -> list[str]:
    facts = samba.collect(host)
    return [facts.of(name, "path") for name in facts.file_shares]


def _nfs(host: Host) -> list[str]:
    return [export.path for export in nfs.collect(host).exports]


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in folders)


FACT = SlowFact(
    name="uncovered",
    kind=UncoveredFacts,
    collect=collect,
    pace=timedelta(days=1),
    believed_for=timedelta(days=3),
)
