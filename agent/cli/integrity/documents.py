"""Baselines and scans as documents, with their exit codes; the paths stay on this host."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.cli.documents import document, moment_text
from agent.cli.integrity.difference import values
from agent.cli.integrity.who_document import who_entry
from agent.daemon.work.integrity.integrity_job import Baselined
from agent.daemon.work.integrity.scan_events import NOTHING, Known
from agent.files.names import path_bytes, shown
from agent.integrity.change import Change
from agent.integrity.look import Scan
from agent.integrity.wishes import Wish
from texts.shell import worst_code
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.verdicts import CheckVerdict

_SCHEMA = "lachan.integrity/1"
_VERDICTS = {WRONG: CheckVerdict.FAIL, UNDECIDED: CheckVerdict.UNKNOWN, GOOD: CheckVerdict.PASS}


def baseline_code(taken: Sequence[Baselined]) -> int:
    return worst_code([_code_of(one) for one in taken])


def scan_code(scans: Sequence[Scan], known: Mapping[bytes, Known] = NOTHING) -> int:
    """0 nothing unexplained, 1 unexplained changes, 2 gaps or unreadable; 1 wins."""
    changed = [WRONG for scan in scans if unexplained(scan, known)]
    unknown = [UNDECIDED for scan in scans if scan.gap or scan.unreadable]
    return worst_code([GOOD, *changed, *unknown])


def unexplained(scan: Scan, known: Mapping[bytes, Known]) -> int:
    """How many changes no event explains; what is not listed one by one is among them."""
    changes = scan.findings.changes
    explained = sum(change.path in known and known[change.path].explained for change in changes)
    return sum(scan.findings.counts.values()) - explained


def baseline_document(taken: Sequence[Baselined], at: datetime) -> dict[str, Any]:
    stored = [one.taken.baseline for one in taken if one.taken.baseline is not None]
    return document(
        _SCHEMA,
        at,
        _VERDICTS[baseline_code(taken)],
        baselines=[_baseline(one) for one in taken],
        files=sum(baseline.files for baseline in stored),
        bytes=sum(baseline.bytes for baseline in stored),
        unreadable=sum(baseline.unreadable for baseline in stored),
        gaps=[{"path": shown_path(one), "reason": one.taken.gap} for one in taken if one.taken.gap],
    )


def scan_document(
    scans: Sequence[Scan],
    at: datetime,
    asked: Sequence[Wish] = (),
    known: Mapping[bytes, Known] = NOTHING,
) -> dict[str, Any]:
    return document(
        _SCHEMA,
        at,
        _VERDICTS[scan_code(scans, known)],
        changes=[
            {**_change(change, scan), **_known(known.get(change.path))}
            for scan in scans
            for change in scan.findings.changes
        ],
        omitted=sum(scan.findings.omitted for scan in scans),
        files=sum(scan.refresh.files for scan in scans),
        bytes=sum(scan.refresh.bytes for scan in scans),
        gaps=[_gap(scan) for scan in scans if scan.gap],
        unreadable=[
            {"path": shown(unseen.path), "reason": unseen.reason}
            for scan in scans
            for unseen in scan.findings.unseen
        ],
        watched=[_watched(scan) for scan in scans],
        asked=[wish_document(wish) for wish in asked],
    )


def wish_document(wish: Wish) -> dict[str, Any]:
    """What one person has approved, and waits for a second one."""
    return {
        "path": shown(wish.watched or b"/"),
        "code": wish.review,
        "only": [shown(path) for path in wish.part.only],
        "events": wish.part.events,
        "by": wish.person,
        "at": wish.wished_at,
        "until": wish.until,
    }


def shown_path(one: Baselined | Scan) -> str:
    return shown(path_bytes(one.watched.path) or b"/")


def _code_of(one: Baselined) -> int:
    stored = one.taken.baseline
    return UNDECIDED if stored is None or stored.unreadable else GOOD


def _baseline(one: Baselined) -> dict[str, Any]:
    stored = one.taken.baseline
    known = (
        {}
        if stored is None
        else {
            "made_at": stored.made_at,
            "files": stored.files,
            "bytes": stored.bytes,
            "unreadable": stored.unreadable,
        }
    )
    return {"path": shown_path(one), "kept": one.kept, **known}


def _change(change: Change, scan: Scan) -> dict[str, Any]:
    old = change.old_path
    origin = {} if old is None else {"old_path": shown(old)}
    what = {"what": change.what} if change.what else {}
    states = {"before": values(change.before), "after": values(change.after)}
    known = {name: state for name, state in states.items() if state is not None}
    told = {"path": shown(change.path), "kind": change.kind, "at": scan.at}
    return {**told, **origin, **what, **known}


def _known(known: Known | None) -> dict[str, Any]:
    """Who did it, and what explains it; nothing where no event tells."""
    if known is None:
        return {}
    event = known.newest
    who = {} if event.who is None else {"who": who_entry(event.who)}
    explained = {"explained_by": event.explained_by} if known.explained else {}
    return {"event_at": moment_text(event.at), **who, **explained}


def _gap(scan: Scan) -> dict[str, Any]:
    return {
        "path": shown_path(scan),
        "reason": scan.gap,
        "from_at": scan.from_at,
        "to_at": scan.at,
    }


def _watched(scan: Scan) -> dict[str, Any]:
    return {
        "path": shown_path(scan),
        "from_at": scan.from_at,
        "filesystem": scan.refresh.filesystem,
        "files": scan.refresh.files,
        "bytes": scan.refresh.bytes,
        "counts": scan.findings.counts,
        "unreadable": scan.unreadable,
        "review": scan.findings.review,
    }
