"""What is wrong about watched files, as a mail may tell it: counts and moments, no names."""

from collections.abc import Iterator
from datetime import timedelta

from agent.daemon.app import App
from agent.daemon.restarts import ends_file, read_ends, too_often
from agent.daemon.watched_now import living_mark
from agent.daemon.work.integrity.suspicions import lost_at, suspicions_of
from agent.daemon.work.integrity.unapproved import alarming, unapproved_soon
from agent.integrity.errors import EventsChangedError
from agent.integrity.ransom.kept import Kept
from agent.integrity.seen import LONG_AGO
from agent.notify.trouble import Kind, Trouble

_LOSS_IS_NEWS = timedelta(days=1)  # `status` says it longer


def integrity_troubles(app: App) -> Iterator[Trouble]:
    """Of a host that watches files; each part is asked by itself, so that none hides another."""
    if not app.config.integrity:
        return
    with suspicions_of(app) as store:
        yield from map(_suspicion, store.open())
    lost = lost_at(app, _LOSS_IS_NEWS)
    if lost is not None:
        yield Trouble(Kind.SUSPICIONS_LOST, since=lost)
    mark = living_mark(app)
    dies = too_often(read_ends(ends_file(app.home)), app.clock.now())
    if dies or mark is None or mark.trouble:
        yield Trouble(Kind.NOT_WATCHED)
    try:
        found = alarming(unapproved_soon(app), app.config.integrity)
    except EventsChangedError:
        yield Trouble(Kind.EVENTS_CHANGED)
        return
    if found.files:
        yield Trouble(Kind.UNEXPLAINED_CHANGES, since=found.since, number=found.files)
    if found.gaps:
        yield Trouble(Kind.WATCH_GAP, since=found.gap_at, number=found.gaps)


def _suspicion(kept: Kept) -> Trouble:
    found = kept.suspicion
    return Trouble(
        Kind.SUSPICION,
        detail=found.id,
        since=found.at if found.since <= LONG_AGO else found.since,
        number=found.files,
        reasons=tuple(reason.value for reason in found.reasons),
    )
