"""A host's chain of file events, as agents tell of it; tests change it with `replace`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec.structs import replace

from wire.messages import FileEvent, FileEvents, Suspicion
from wire.verdicts import Names

WATCHED = "p" + "a" * 32
OTHER = "p" + "b" * 32
LAN = "p" + "c" * 32
ROOT = "/srv/hồ sơ"


def pseudonym(of: str) -> str:
    return "p" + sha256(of.encode()).hexdigest()[:32]


@dataclass
class EventChain:
    """Numbers and links go on from statement to statement."""

    last: int = 0
    head: str = ""
    names: Names = Names.FULL
    watched: str = WATCHED

    def event(self, at: datetime, path: str = "a.txt", kind: str = "modified") -> FileEvent:
        self.last += 1
        whole = f"{ROOT}/{path}"
        return FileEvent(
            number=self.last,
            at=at,
            kind=kind,
            file=pseudonym(whole),
            folder=pseudonym(whole.rpartition("/")[0]),
            path=whole if self.names is Names.FULL else "",
        )

    def events(self, at: datetime, number: int) -> tuple[FileEvent, ...]:
        return tuple(self.event(at, f"{n}.txt") for n in range(number))

    def say(self, *events: FileEvent) -> FileEvents:
        """The stretch of these events, which were just made; without any, only that it watches."""
        first, previous = self.last - len(events) + 1, self.head
        if events:
            self.head = sha256(f"{previous}{self.last}".encode()).hexdigest()
        return FileEvents(
            watched=self.watched,
            names=self.names,
            events=events,
            first=first,
            last=self.last,
            head=self.head,
            previous=previous,
            path=ROOT if self.names is not Names.NONE else "",
            watching="fanotify",
        )


def everything(at: datetime) -> FileEvents:
    """What a page of watched files can show: named and nameless, explained and not, a gap."""
    chain, hour = EventChain(), timedelta(hours=1)
    package = replace(
        chain.event(at, "ssh"),
        count=9,
        counts={"modified": 6, "added": 3},
        explained_by="package",
        explanation="openssh-server 1:9.2p1-2+deb12u7",
    )
    grown = replace(chain.event(at, "nhật ký.log"), explained_by="growth")
    named = replace(
        chain.event(at - hour, "thư mục/b.docx", "renamed"),
        old_file=pseudonym("old"),
        old_path=f"{ROOT}/a.docx",
        user=LAN,
        user_name="lan",
        program="/usr/sbin/smbd",
        client="lan@192.0.2.7",
        who_known=True,
    )
    found = replace(chain.event(at, "c", "metadata"), since=at - hour, what=("mode", "acl"))
    gap = replace(chain.event(at - hour, "", "gap"), since=at - 2 * hour, what=("overflow",))
    nameless = replace(chain.event(at - 3 * hour, "d", "removed"), path="")
    return replace(
        chain.say(package, grown, named, found, gap, nameless),
        omitted=2,
        omitted_counts={"removed": 5, "added": 2},
        omitted_unexplained=4,
        watched_from=at - 5 * hour,
        watched_to=at,
    )


def suspicion(at: datetime) -> Suspicion:
    return Suspicion(
        id="suspicion-1",
        watched=WATCHED,
        names=Names.FULL,
        path=ROOT,
        at=at,
        since=at,
        reasons=("canary", "magic_lost"),
        files=120,
        who_known=True,
        user=LAN,
        user_name="lan",
        program="/usr/bin/python3.11",
        paths=(f"{ROOT}/a.txt",),
    )
