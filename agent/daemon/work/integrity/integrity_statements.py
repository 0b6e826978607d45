"""What a baseline and a scan say to the controller: pseudonyms, counts, and names where allowed."""

from agent.config.model import Watched
from agent.daemon.app import App
from agent.files.names import path_bytes
from agent.integrity.change import Change, Kind
from agent.integrity.disclosure import disclosed_path, disclosed_root
from agent.integrity.look import Scan
from agent.integrity.store import StoredBaseline
from agent.integrity.wishes import Wish
from wire.messages import Acceptance, Baseline, Gap, IntegrityScan
from wire.messages import Change as ToldChange

PERSON = "person"  # purpose of the people's pseudonyms
MOST_TOLD = 1_000
_MOST_PATH_BYTES = 400_000  # an envelope holds 1 MiB, in base64


def watched_name(app: App, watched: Watched) -> str:
    return app.pseudonyms.of("watched", path_bytes(watched.path))


def baseline_statement(app: App, watched: Watched, baseline: StoredBaseline) -> Baseline:
    facts = baseline.facts
    people = tuple(app.pseudonyms.of(PERSON, one) for one in facts.people) if facts else ()
    return Baseline(
        watched=watched_name(app, watched),
        names=watched.names,
        files=baseline.files,
        bytes=baseline.bytes,
        unreadable=baseline.unreadable,
        root=baseline.root,
        path=disclosed_root(watched),
        number=facts.number if facts else 0,
        previous=facts.previous or None if facts else None,
        people=people,
        review=facts.review if facts else "",
        part=bool(facts and facts.part),
    )


def acceptance_statement(app: App, watched: Watched, wish: Wish) -> Acceptance:
    """That one person wants it; a second one is needed."""
    return Acceptance(
        watched=watched_name(app, watched),
        names=watched.names,
        at=wish.wished_at,
        until=wish.until,
        person=app.pseudonyms.of(PERSON, wish.person),
        review=wish.review,
        part=bool(wish.part),
        path=disclosed_root(watched),
    )


def scan_statement(app: App, scan: Scan) -> IntegrityScan:
    found = scan.findings
    told = _told(app, scan)
    return IntegrityScan(
        watched=watched_name(app, scan.watched),
        names=scan.watched.names,
        from_at=scan.from_at,
        to_at=scan.at,
        files=scan.refresh.files,
        bytes=scan.refresh.bytes,
        unreadable=scan.unreadable,
        gaps=1 if scan.gap else 0,
        added=found.counts[Kind.ADDED],
        modified=found.counts[Kind.MODIFIED],
        removed=found.counts[Kind.REMOVED],
        metadata=found.counts[Kind.METADATA],
        renamed=found.counts[Kind.RENAMED],
        changes=told,
        omitted=sum(found.counts.values()) - len(told),
        path=disclosed_root(scan.watched),
        baseline=scan.baseline.root if scan.baseline else None,
    )


def gap_statement(scan: Scan) -> Gap:
    return Gap(subject="integrity", reason=scan.gap, from_at=scan.from_at, to_at=scan.at)


def _told(app: App, scan: Scan) -> tuple[ToldChange, ...]:
    """As many changes as fit; the others are counted all the same."""
    told: list[ToldChange] = []
    room = _MOST_PATH_BYTES
    for change in scan.findings.changes[:MOST_TOLD]:
        one = _tell(app, scan, change)
        room -= len(one.path.encode())
        if room < 0:
            break
        told.append(one)
    return tuple(told)


def _tell(app: App, scan: Scan, change: Change) -> ToldChange:
    return ToldChange(
        kind=change.kind.value,
        at=scan.at,
        file=app.pseudonyms.of("file", change.path),
        path=disclosed_path(scan.watched, change.path),
    )
