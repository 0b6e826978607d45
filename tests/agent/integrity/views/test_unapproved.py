"""What nobody has approved yet: counted from the chain, and again from where it was counted to."""

import dataclasses
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.config.home import Home
from agent.config.model import Alert, Watched
from agent.daemon.app import App
from agent.daemon.diary import open_diary
from agent.daemon.metrics import metrics_text
from agent.daemon.status.watching import event_items
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.daemon.work.integrity.unapproved import (
    OfRoot,
    add,
    alarming,
    unapproved,
    unapproved_soon,
)
from agent.daemon.work.notify_integrity import integrity_troubles
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.integrity.seen import LONG_AGO
from agent.notify.trouble import CRITICAL, Kind, Trouble
from agent.notify.words import reason
from tests.agent.integrity.views.conftest import BEGIN, Append, event
from wire.verdicts import CheckVerdict

SHARE, ETC = b"/srv/share", b"/etc"
GAP = event("/srv/share", EventKind.GAP, 5, since=BEGIN, explanation="killed")


def approval(watched: bytes = SHARE, **more: object) -> Event:
    fields: dict[str, object] = {"watched": watched, "explained_by": "accepted", **more}
    return event(watched, EventKind.APPROVED, 6, **fields)


def test_unexplained_files_and_gaps_count_until_they_are_approved(app: App, append: Append) -> None:
    append([event("/srv/share/a"), event("/srv/share/b", explained_by="growth"), GAP])
    append([event("/etc/x", watched=ETC, counts={EventKind.ADDED: 5})])
    found = unapproved(app)
    assert (found.files, found.gaps, found.last) == (6, 1, 4)
    assert (found.since, found.gap_at) == (BEGIN, BEGIN + timedelta(minutes=5))
    append([approval()])
    found = unapproved(app)
    assert (found.files, found.gaps) == (5, 0)
    assert found.roots == (OfRoot(ETC, 5, (), BEGIN),)


def test_an_approval_of_a_part_ends_what_happened_to_its_files_alone(
    app: App, append: Append
) -> None:
    append([event("/srv/share/a"), event("/srv/share/a", minute=1), event("/srv/share/b")])
    folder = event("/srv/share", counts={EventKind.ADDED: 2})
    append([Entry(folder, (event("/srv/share/c"), event("/srv/share/d")))])
    assert unapproved_soon(app).files == 5
    members = tuple(event(f"/srv/share/{name}", explained_by="accepted") for name in "ac")
    append([Entry(approval(what=("part",), counts={EventKind.MODIFIED: 2}), members)])
    append([event("/srv/share/a", minute=9)])
    assert unapproved_soon(app).files == unapproved(app).files == 3


CLOSED = event(
    "/srv/share", EventKind.GAP, 7, since=BEGIN, explanation="killed", explained_by="looked"
)


def test_a_gap_that_a_look_has_closed_stands_no_more(app: App, append: Append) -> None:
    other = event("/srv/share", EventKind.GAP, 8, since=BEGIN, explanation="overflow")
    append([GAP, other])
    assert unapproved_soon(app).gaps == 2
    append([CLOSED])
    assert unapproved_soon(app).gaps == unapproved(app).gaps == 1
    assert unapproved(app).gap_at == BEGIN + timedelta(minutes=8)


def test_counting_on_gives_what_counting_anew_gives(app: App, append: Append) -> None:
    for number in range(6):
        append([event(f"/srv/share/{number}", minute=number), GAP])
        if number == 3:
            append([approval(), event("/srv/share/after", minute=7)])
        assert unapproved_soon(app) == unapproved(app)


def test_a_chain_that_was_begun_anew_is_counted_anew(
    app: App, append: Append, watching_home: Home
) -> None:
    append([event(f"/srv/share/{number}") for number in range(5)])
    assert unapproved_soon(app).files == 5
    for part in watching_home.state_dir.glob("events.sqlite*"):
        part.unlink()
    (watching_home.state_dir / "state.known").unlink(missing_ok=True)
    append([event("/srv/share/only")])
    assert unapproved_soon(app).files == 1


EVENTS = st.builds(
    lambda watched, kind, explained, minute: event(
        watched + b"/x",
        kind,
        minute,
        watched=watched,
        explained_by="growth" if explained else "",
        explanation=str(minute % 3),
    ),
    st.sampled_from([SHARE, ETC]),
    st.sampled_from([EventKind.MODIFIED, EventKind.GAP, EventKind.APPROVED]),
    st.booleans(),
    st.integers(0, 50),
)


@given(st.lists(EVENTS, max_size=12), st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_it_does_not_matter_where_the_counting_stopped(events: list[Event], cut: int) -> None:
    at_once = add((), reversed(events))
    in_parts = add(add((), reversed(events[:cut])), reversed(events[cut:]))
    assert {(one.watched, one.files, one.gaps) for one in in_parts} == {
        (one.watched, one.files, one.gaps) for one in at_once
    }


def told(app: App) -> dict[Kind, Trouble]:
    return {trouble.kind: trouble for trouble in integrity_troubles(app)}


def test_a_mail_may_tell_counts_and_moments(app: App, append: Append) -> None:
    assert set(told(app)) == {Kind.NOT_WATCHED}
    append([event("/srv/share/a"), event("/srv/share/b"), GAP])
    found = told(app)
    changes = found[Kind.UNEXPLAINED_CHANGES]
    assert (changes.number, changes.since) == (2, BEGIN)
    assert found[Kind.WATCH_GAP].number == 1
    append([approval()])
    assert set(told(app)) == {Kind.NOT_WATCHED}


def test_where_people_work_all_day_changes_are_counted_and_are_no_alarm(
    app: App, append: Append
) -> None:
    append([event("/srv/share/a"), GAP, event("/etc/x", watched=ETC)])
    found = unapproved(app)
    share = Watched(Path("/srv/share"), alert=Alert.ATTACKS)
    left = alarming(found, [share, Watched(Path("/etc"))])
    assert (found.files, left.files, left.gaps) == (2, 1, 1)
    assert alarming(found, [Watched(Path("/srv/share"))]) == found


def test_no_mail_tells_of_changes_where_people_work_all_day(app: App, append: Append) -> None:
    append([event("/srv/share/a"), GAP])
    assert Kind.UNEXPLAINED_CHANGES in told(app)
    share = Watched(Path("/srv/share"), alert=Alert.ATTACKS)
    at_work = dataclasses.replace(app, config=replace(app.config, integrity=(share,)))
    assert set(told(at_work)) == {Kind.NOT_WATCHED, Kind.WATCH_GAP}
    items = {item.id: item for item in event_items(at_work)}
    assert items["events.at_work"].parameters == {"count": "1"}
    assert items["events"].verdict is not CheckVerdict.FAIL


def test_a_suspicion_is_told_with_its_reasons_and_without_names(app: App) -> None:
    with suspicions_of(app) as store:
        reasons = (Reason.MAGIC_LOST, Reason.RENAMED)
        store.put(Suspicion("s1", SHARE, BEGIN, LONG_AGO, BEGIN, reasons, 104, None, (b"/x/y",)))
    found = told(app)[Kind.SUSPICION]
    assert (found.number, found.since, found.reasons) == (104, BEGIN, ("magic_lost", "renamed"))
    assert "share" not in repr(found)
    assert found.kind in CRITICAL
    assert "files lost the form of their kind" in reason(found)


def test_a_changed_record_is_a_trouble_and_a_figure(app: App, append: Append) -> None:
    append([event("/srv/share/a")])
    assert b"lachan_agent_events_changed 0.0" in figures(app)
    assert b"lachan_agent_unexplained_files 1.0" in figures(app)
    app.home.database("events").write_bytes(b"nothing of ours" * 300)
    assert set(told(app)) == {Kind.NOT_WATCHED, Kind.EVENTS_CHANGED}
    offered = figures(app)
    assert b"lachan_agent_events_changed 1.0" in offered
    assert b"unexplained_files" not in offered


def test_no_figure_has_a_name(app: App, append: Append) -> None:
    append([event("/srv/share/bệnh án"), event("/etc/x", watched=ETC)])
    offered = figures(app).decode()
    assert not {"share", "etc/", "bệnh"} & set(offered.replace("/", " ").split())


def figures(app: App) -> bytes:
    diary = open_diary(app.home, app.clock)
    try:
        return metrics_text(app, diary)
    finally:
        diary.close()
