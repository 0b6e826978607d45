"""One walk over the local disks: privileged programs, files open to all, files of nobody."""

from dataclasses import dataclass
from datetime import timedelta

from agent.errors import UnreadableFactError
from agent.facts import mounts
from agent.facts.slow import SlowFact
from agent.host import Host

LOCAL_KINDS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "jfs", "f2fs")
WALK_LIMIT_S = 3600.0
KEPT = 50  # names kept of each kind; all are counted
_PRIVILEGED = ("-type", "f", "-perm", "/6000", "-printf", "S%p\\0")
_WRITABLE_FILE = ("-type", "f", "-perm", "-0002", "-printf", "W%p\\0")
_WRITABLE_FOLDER = ("-type", "d", "-perm", "-0002", "!", "-perm", "-1000", "-printf", "W%p\\0")
_OWNERLESS = ("(", "-nouser", "-o", "-nogroup", ")", "-printf", "N%p\\0")
_GENTLY = ("ionice", "-c", "3", "nice", "-n", "19")  # the ward's files go before our walk
_QUESTIONS = (_PRIVILEGED, _WRITABLE_FILE, _WRITABLE_FOLDER, _OWNERLESS)


@dataclass(frozen=True, slots=True)
class Hits:
    """How many there are, and the first of them."""

    total: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WalkFacts:
    strange_privileged: Hits  # set-id programs that no package brought
    writable: Hits
    ownerless: Hits


def command(places: tuple[str, ...]) -> tuple[str, ...]:
    """One find(1) for all questions; each hit begins with the letter of its question."""
    asked = [word for question in _QUESTIONS for word in ("(", *question, ")", ",")][:-1]
    return (*_GENTLY, "find", *places, "-xdev", "-ignore_readdir_race", "(", *asked, ")")


def collect(host: Host) -> WalkFacts:
    """A walk that could not see everything is no walk: find(1) then ends with 1."""
    found = mounts.collect(host).mounts
    places = tuple(dict.fromkeys(one.place for one in found if one.kind in LOCAL_KINDS))
    if not places:
        raise UnreadableFactError(mounts.PATH, "empty")
    hits = parse(host.run(command(places), WALK_LIMIT_S))
    return WalkFacts(
        strange_privileged=_kept(_without_package(host, hits["S"])),
        writable=_kept(hits["W"]),
        ownerless=_kept(hits["N"]),
    )


def parse(output: str) -> dict[str, tuple[str, ...]]:
    """Names end with NUL; each starts with the letter of the question that it answers."""
    hits: dict[str, list[str]] = {"S": [], "W": [], "N": []}
    for hit in output.split("\0"):
        if hit.strip("\n"):
            if hit[0] not in hits:
                raise UnreadableFactError("find", "unparsable")
            hits[hit[0]].append(hit[1:])
    return {letter: tuple(sorted(set(names))) for letter, names in hits.items()}


def owned(output: str) -> frozenset[str]:
    """Paths that dpkg-query(1), -S, names with their package."""
    lines = (line.partition(": ") for line in output.splitlines())
    return frozenset(path for package, _, path in lines if not package.startswith("diversion"))


def _without_package(host: Host, programs: tuple[str, ...]) -> tuple[str, ...]:
    """A merged /usr has two names for one program, and dpkg knows only one of them."""
    if not programs:
        return ()
    names = [name for path in programs for name in _names(path)]
    known = owned(host.run(("dpkg-query", "-S", *names), 120, accept=(0, 1)))
    return tuple(path for path in programs if not known & set(_names(path)))


def _kept(names: tuple[str, ...]) -> Hits:
    return Hits(len(names), names[:KEPT])


def _names(path: str) -> tuple[str, ...]:
    merged = path.startswith(("/usr/bin/", "/usr/sbin/", "/usr/lib"))
    return (path, path.removeprefix("/usr")) if merged else (path,)


FACT = SlowFact(
    name="walk",
    kind=WalkFacts,
    collect=collect,
    pace=timedelta(days=1),
    believed_for=timedelta(days=3),
)
