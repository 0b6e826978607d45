"""A home with a past: baselines approved one after the other, events, suspicions, a queue.

Earlier moments of it are kept, as somebody could have kept them who had no key.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from agent.config.home import Home, home_at
from agent.config.model import Watched
from agent.daemon.app import App, open_app
from agent.daemon.people import Person
from agent.daemon.tell import tell
from agent.daemon.work.integrity import accept_job, heads_job, integrity_job
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.integrity_statements import watched_name
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.files.names import path_bytes
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.events.event import Entry, Event, EventKind, Head
from agent.integrity.events.store import EventStore
from agent.integrity.seen import Seen
from agent.integrity.store import open_store
from agent.integrity.who.record import Who
from agent.integrity.wishes import Part
from bench.tampering_suspicions import suspect
from wire.heads import PaperHead
from wire.messages import FileEvents, Gap

DATABASES = ("baseline", "events", "outbox", "suspicion")
CONFIGURATION = """
facility: GL-BVDK
systems: [{{code: FS-01, regime: ND331, level: 3}}]
integrity:
  - {{path: {share}/khoa-noi, names: full}}
  - {{path: {share}/khoa-ngoai, names: none, accept: two}}
"""
HOA, MINH = Person(1001), Person(1002)


@dataclass(frozen=True, slots=True)
class Scene:
    """`moments`: copies of the home, oldest first; the last one is the present."""

    moments: tuple[Path, ...]
    heads: tuple[PaperHead, ...]  # as printed at the end
    queue: tuple[str, int, str]  # incarnation, sequence and digest that the controller holds

    @property
    def present(self) -> Path:
        return self.moments[-1]


def build(folder: Path, steps: int) -> Scene:
    """Make the home step by step, with a copy after each step."""
    share, home = folder / "share", home_at(folder / "home")
    for name in ("khoa-noi", "khoa-ngoai"):
        (share / name / "bệnh án").mkdir(parents=True)
        for number in range(12):
            (share / name / "bệnh án" / f"{number}.txt").write_text(f"{name} {number}\n")
    home.config_dir.mkdir()
    home.agent_yaml.write_text(CONFIGURATION.format(share=share))
    moments = tuple(_step(folder, home, share, number) for number in range(steps))
    app = open_app(home)
    heads = tuple(state.head for state in heads_job.states(app) if state.head)
    queue = app.outbox.head()
    app.close()
    return Scene(moments, heads, (queue.incarnation, queue.sequence, queue.digest))


def _step(folder: Path, home: Home, share: Path, number: int) -> Path:
    """A day: something changes, is seen, stored, told, sent, and in part approved."""
    app = open_app(home)
    if number == 0:
        integrity_job.baseline(app, person=HOA)
    else:
        (share / "khoa-noi" / "bệnh án" / f"{number}.txt").write_text(f"sửa lần {number}\n")
        (share / "khoa-ngoai" / f"mới {number}.txt").write_text(f"{number}\n")
        approve(app, number)
    copy = folder / f"moment-{number}"
    with (
        events_of(app) as store,
        open_store(home, app.keys.k_f, app.clock) as baselines,
        suspicions_of(app) as suspicions,
    ):
        baselines.history()
        store_events(app, store, number)
        suspect(app, suspicions, number)
        acknowledge(app)
        for place in range(4):  # these wait to be sent
            tell(app, Gap("journal", "bench", count=place))
        shutil.copytree(home.state_dir, copy)  # with the write-ahead logs, as a thief takes them
    app.close()
    return copy


def approve(app: App, number: int) -> None:
    """One path by one person; of the other one the first of two people has asked."""
    by_one, by_two = integrity_job.scan(app)
    part = Part((path_bytes(by_one.watched.path) + "/bệnh án".encode(),)) if number % 2 else Part()
    accept_job.accept(app, by_one.findings.review, part, person=HOA)
    accept_job.accept(app, by_two.findings.review, person=HOA)
    if number % 2:
        accept_job.accept(app, by_two.findings.review, person=MINH)


def store_events(app: App, store: EventStore, step: int) -> None:
    """Single ones, a folded one, some that wait; told, and the oldest pruned."""
    now = app.clock.now()
    for watched in app.config.integrity:
        entries = [_entry(watched, now, number) for number in range(12)]
        waiting = [_seen(watched, now, number) for number in range(3)]
        store.append(entries, store.journal_number + 12, waiting)
    head = store.reader.head()
    told = store.told()
    for watched in app.config.integrity:
        tell(app, _statement(app, watched, told, head))
    store.note_told(head)
    if step > 1:
        store.prune(now - timedelta(days=1), 60)


def acknowledge(app: App) -> None:
    """The controller has everything that waited until now."""
    waiting = app.outbox.waiting(256, 10**7)
    places = {row.sequence: row.sequence for row in waiting}
    app.outbox.acknowledge(app.outbox.head().incarnation, places)


def _entry(watched: Watched, now: datetime, number: int) -> Entry:
    """Every sixth one stands for several files."""
    event = _event(watched, now, number)
    if number % 6:
        return Entry(event)
    members = tuple(_event(watched, now, 100 * number + place) for place in range(8))
    return Entry(
        replace(
            event,
            explained_by="package",
            explanation="openssh-server 1:9.2p1-2+deb12u7",
            counts={EventKind.MODIFIED: len(members)},
        ),
        members,
    )


def _event(watched: Watched, now: datetime, number: int) -> Event:
    root = path_bytes(watched.path)
    who = Who(uid=1001, login_uid=1001, pid=4711, exe="/usr/bin/vim", command=f"vim {number}.txt")
    return Event(
        number=0,
        at=now + timedelta(seconds=number),
        since=None,
        watched=root,
        kind=EventKind.MODIFIED,
        path=b"%b/%d.txt" % (root, number),
        what=("content",),
        size=number,
        who=who,
    )


def _seen(watched: Watched, now: datetime, number: int) -> Seen:
    path = b"%b/%d.txt" % (path_bytes(watched.path), number)
    before = FileRecord(path, 0o100644, 0, 0, 5, 1, 1, 7, 1, 1, b"\1" * 32, 0, "")
    change = Change(Kind.MODIFIED, before, replace(before, sha256=b"\2" * 32), ("content",))
    return Seen(change, watched, now, None, None, (number,))


def _statement(app: App, watched: Watched, told: Head, head: Head) -> FileEvents:
    return FileEvents(
        watched=watched_name(app, watched),
        names=watched.names,
        events=(),
        first=told.number + 1,
        last=head.number,
        head=head.link,
        previous=told.link,
    )
