"""What a baseline and a scan say to a person at the keyboard."""

from collections.abc import Container, Mapping, Sequence

from agent.cli.integrity.difference import differences
from agent.cli.integrity.documents import shown_path, unexplained
from agent.cli.integrity.events_words import by_whom, explained
from agent.cli.integrity.words import kind_words, reason_words
from agent.daemon.work.integrity.integrity_job import Baselined
from agent.daemon.work.integrity.scan_events import NOTHING, Known
from agent.files.filesystems import is_network
from agent.files.names import path_bytes, shown
from agent.integrity.change import Change
from agent.integrity.look import Scan
from texts.catalogue import tr
from texts.moments import show_bytes, show_count, show_moment
from texts.shell import note, say, table
from wire.text import N_

_SHOWN = 30  # changes listed for a person without --all


def show_baselines(taken: Sequence[Baselined]) -> None:
    for one in taken:
        _show_baseline(one)


def _show_baseline(one: Baselined) -> None:
    stored, path = one.taken.baseline, shown_path(one)
    if stored is None:
        note(tr(N_("{path}: no baseline made: {why}."), path=path, why=reason_words(one.taken.gap)))
        return
    say(
        tr(
            N_("{path}: baseline of {at}, {files} files, {bytes}"),
            path=path,
            at=show_moment(stored.made_at),
            files=show_count(stored.files),
            bytes=show_bytes(stored.bytes),
        )
    )
    if one.kept:
        say(tr(N_("  It was there before and stays; --again replaces it.")))
    if stored.unreadable:
        say(tr(N_("  {n} could not be read: see `integrity scan`."), n=stored.unreadable))


def show_scans(
    scans: Sequence[Scan], known: Mapping[bytes, Known] = NOTHING, *, everything: bool
) -> None:
    for scan in scans:
        if scan.gap:
            path, why = shown_path(scan), reason_words(scan.gap)
            note(tr(N_("{path}: not compared: {why}."), path=path, why=why))
        else:
            _show_scan(scan, known, everything=everything)


def show_attacked(scans: Sequence[Scan], attacked: Container[bytes]) -> None:
    """Whoever approves what an attacker left makes it the baseline."""
    for scan in scans:
        if path_bytes(scan.watched.path) in attacked:
            words = N_("{path} may be under attack. Before you approve anything: {command}")
            command = "lachan-agent integrity suspicions"
            note(tr(words, path=shown_path(scan), command=command))


def _show_scan(scan: Scan, known: Mapping[bytes, Known], *, everything: bool) -> None:
    found = scan.findings
    total = sum(found.counts.values())
    say(
        tr(
            N_("{path}: {files} files, {n} changes since {at}"),
            path=shown_path(scan),
            files=show_count(scan.refresh.files),
            n=show_count(total),
            at=show_moment(scan.from_at),
        )
    )
    if total:
        say("  " + _sums(scan, known))
    listed = found.changes if everything else found.changes[:_SHOWN]
    if listed:
        heads = tuple(map(tr, (N_("What"), N_("File"), N_("Details"), N_("Who"))))
        table(heads, [_line(change, known.get(change.path)) for change in listed])
    if total > len(listed):
        say(tr(N_("… and {n} more (--all lists them)."), n=show_count(total - len(listed))))
    _show_unseen(scan)
    if is_network(scan.refresh.filesystem):
        message = N_("{path} is a network share: what other machines change there only scans see.")
        note(tr(message, path=shown_path(scan)))
    if total:
        message = N_("If all of this is right: lachan-agent integrity accept {code}")
        say(tr(message, code=found.review))
    if total > 1:
        say(tr(N_("A part of it: the same with --only PATH, or with --event NUMBER.")))


def _sums(scan: Scan, known: Mapping[bytes, Known]) -> str:
    """How many of each kind, and how many of all of them nothing explains."""
    counts = [(kind, number) for kind, number in scan.findings.counts.items() if number]
    kinds = [f"{kind_words(kind)} {show_count(number)}" for kind, number in counts]
    left = show_count(unexplained(scan, known))
    return ", ".join([*kinds, tr(N_("unexplained: {n}"), n=left)])


def _show_unseen(scan: Scan) -> None:
    for unseen in scan.findings.unseen[:_SHOWN]:
        path, why = shown(unseen.path), reason_words(unseen.reason)
        note(tr(N_("{path}: not read: {why}."), path=path, why=why))
    if scan.unreadable > _SHOWN:
        note(tr(N_("… and {n} more could not be read."), n=show_count(scan.unreadable - _SHOWN)))


def _line(change: Change, known: Known | None) -> tuple[str, ...]:
    old = change.old_path
    what = differences(change)
    moved = "" if old is None else f"← {shown(old)}"
    who = "" if known is None else by_whom(known.newest)
    reason = explained(known.newest) if known is not None and known.explained else ""
    details = "; ".join(part for part in (moved, what, reason) if part)
    return kind_words(change.kind), shown(change.path), details, who
