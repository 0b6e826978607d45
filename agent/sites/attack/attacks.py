"""What a thief of the agent's own credential would try, on an object of ours that nothing needs.

An attack counts as refused only when the server answered with a refusal and the object was read
back whole afterwards. An attack that did not get its answer proves nothing.

The sacrifice is one small object in `data/`, named as its content's SHA-256: restic's `check` calls
it superfluous, `prune` may take it away, and it is made once and used again. What is tried on keys,
snapshots and the index is removing objects that do not exist: a server that refuses does so before
it looks, and one that looks would have removed.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from wire.verdicts import Protection

Entropy = Callable[[int], bytes]
FLOOD = 12  # locks: enough to see that nobody stops them, few enough to take away at once
_SIZE_BYTES = 96


class Attack(StrEnum):
    """The codes that evidence names."""

    DELETE = "delete"
    OVERWRITE = "overwrite"
    TRUNCATE = "truncate"
    RENAME = "rename"
    REMOVE_KEY = "remove_key"
    REMOVE_SNAPSHOT = "remove_snapshot"
    REMOVE_INDEX = "remove_index"
    FLOOD_LOCKS = "flood_locks"
    SHELL = "shell"
    COMMAND = "command"
    SFTP = "sftp"
    FORWARD = "forward"
    LISTEN = "listen"
    STOP_VERSIONS = "stop_versions"


class NotTriedError(Exception):
    """The attack got no answer that decides anything; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Store(Protocol):
    """A repository's objects with the agent's own credential, kind/name as in restic's design.

    Every method raises NotTriedError when the site does not answer what it was asked.
    """

    @property
    def checks_names(self) -> bool:
        """Whether it takes only objects that are named as their content's SHA-256."""
        ...

    def holds_repository(self) -> bool: ...

    def read(self, kind: str, name: str) -> bytes | None: ...

    def shown(self, kind: str, name: str) -> bytes | None:
        """What everybody else reads: at a bucket with versions the newest of them."""
        ...

    def add(self, kind: str, name: str, content: bytes) -> bool: ...

    def remove(self, kind: str, name: str) -> bool:
        """True: it is gone, or would be if it had been there."""
        ...

    def overwrite(self, kind: str, name: str, content: bytes) -> bool: ...

    def rename(self, kind: str, name: str, to: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What came of all attacks: codes, and why some could not be tried."""

    succeeded: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    untried: Mapping[str, str] = field(default_factory=dict)  # code -> reason

    @property
    def protection(self) -> Protection:
        if self.succeeded:
            return Protection.NONE
        return Protection.CLAIMED if self.untried or not self.refused else Protection.PROVED

    @property
    def reason(self) -> str:
        return next(iter(self.untried.values()), "")


def outcome_of(attempts: Iterable[tuple[Attack, Callable[[], bool]]]) -> AttackResult:
    """Run each attempt; it says whether it succeeded."""
    succeeded: list[str] = []
    refused: list[str] = []
    untried: dict[str, str] = {}
    for code, attempt in attempts:
        try:
            (succeeded if attempt() else refused).append(code.value)
        except NotTriedError as error:
            untried[code.value] = error.reason
    return AttackResult(tuple(succeeded), tuple(refused), untried)


def joined(one: AttackResult, other: AttackResult) -> AttackResult:
    return AttackResult(
        one.succeeded + other.succeeded,
        one.refused + other.refused,
        {**one.untried, **other.untried},
    )


def on_objects(store: Store, site: str, entropy: Entropy) -> AttackResult:
    """Everything that can be tried on a repository's objects.

    Raises:
        NotTriedError: there is no sacrifice, and none could be laid down.
    """
    victim = _Victim(store, *_sacrifice(site))
    victim.lay()
    other = entropy(_SIZE_BYTES)
    nowhere = sha256(entropy(_SIZE_BYTES)).hexdigest()
    found = outcome_of(
        (
            (Attack.DELETE, lambda: victim.hurt(lambda: store.remove("data", victim.name))),
            (
                Attack.OVERWRITE,
                lambda: victim.hurt(lambda: store.overwrite("data", victim.name, other)),
            ),
            (
                Attack.TRUNCATE,
                lambda: victim.hurt(lambda: store.overwrite("data", victim.name, b"")),
            ),
            (Attack.RENAME, lambda: victim.moved(nowhere)),
            (Attack.REMOVE_KEY, lambda: store.remove("keys", nowhere)),
            (Attack.REMOVE_SNAPSHOT, lambda: store.remove("snapshots", nowhere)),
            (Attack.REMOVE_INDEX, lambda: store.remove("index", nowhere)),
            (Attack.FLOOD_LOCKS, lambda: _flood(store, site)),
        )
    )
    victim.leave()
    return found


@dataclass(frozen=True, slots=True)
class _Victim:
    """The sacrifice at a site."""

    store: Store
    name: str
    content: bytes

    def lay(self) -> None:
        """Have it there, whole; a site that cannot show it lets nothing be proved.

        Nothing is laid where no repository is: a disk may not be mounted.
        """
        if not self.store.holds_repository():
            raise NotTriedError("NO_REPOSITORY")
        if self.is_whole():
            return
        self.store.add("data", self.name, self.content)
        if not self.is_whole():
            raise NotTriedError("NO_SACRIFICE")

    def leave(self) -> None:
        """As it was found: for whoever reads all packs it must be no damage."""
        with suppress(NotTriedError):  # the next attack lays it again
            if self.store.shown("data", self.name) != self.content:
                self._put_back()

    def is_whole(self) -> bool:
        return self.store.read("data", self.name) == self.content

    def hurt(self, attempt: Callable[[], bool]) -> bool:
        """Whatever the server says: an object that is not whole afterwards was hurt."""
        said_done = attempt()
        whole = self.is_whole()
        if not whole:
            self._put_back()
        return said_done or not whole

    def moved(self, to: str) -> bool:
        succeeded = self.hurt(lambda: self.store.rename("data", self.name, to))
        if succeeded:
            self.store.remove("data", to)
        return succeeded

    def _put_back(self) -> None:
        if not self.store.add("data", self.name, self.content):
            self.store.overwrite("data", self.name, self.content)


def _flood(store: Store, site: str) -> bool:
    """Locks may be added, or no backup could run. The attack succeeds where they would stay.

    It shows, too, that the site takes writes at all: one that refuses everything, as a disk that
    is mounted read-only, would else look like the best protected. The names are the same every
    time, so that what an end in the middle left behind goes with the next attack.
    """
    names, added = [], 0
    for number in range(FLOOD):
        name, content = _named(f"lock {number} of a flood at {site}")
        # As of a file that is still being written: every restic that works there at this moment
        # overlooks such a name, and the site's janitor waits.
        names.append(name if store.checks_names else f"{name}-restic-temp-lachan{number}")
        added += store.add("locks", names[-1], content)
    stayed = [name for name in names if not store.remove("locks", name)]
    if not added:
        raise NotTriedError("NO_WRITING")
    return any(store.read("locks", name) is not None for name in stayed)


def _sacrifice(site: str) -> tuple[str, bytes]:
    """Its name and content: the same every time."""
    return _named(f"nothing needs this object of site {site}")


def _named(words: str) -> tuple[str, bytes]:
    """An object by restic's rule: called by its SHA-256, and not too small for one."""
    content = f"lachan: {words}. ".encode().ljust(_SIZE_BYTES, b".")
    return sha256(content).hexdigest(), content
