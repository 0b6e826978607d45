"""Rows of watched files: exact sums, bounded numbers, the same when the log is read again."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import event, func, select

from controller.fleet import opened_lines
from controller.fleet.province import Province
from controller.store.engine import Database
from controller.store.projections import entry, file_events
from controller.store.queries_alerts import open_alerts
from controller.store.queries_file_events import (
    EventFilter,
    Place,
    StoredEvent,
    bars,
    changed_in_hours,
    changed_since,
    movers,
    stored_events,
)
from controller.store.queries_file_watching import event_breaks, gaps, spans, watched_paths
from controller.store.rebuild import projections_digest, rebuild
from controller.store.tables.files import FILE_EVENT, FILE_HOUR
from controller.web.pages.alert_view import shown
from tests.controller import speaking
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.watched_files import (
    LAN,
    ROOT,
    WATCHED,
    EventChain,
    everything,
    pseudonym,
    suspicion,
)
from wire.messages import Baseline, Body, FileEvents, Gap, Incarnation
from wire.verdicts import Names

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ALL = EventFilter("BV", NOW - DAY, NOW + DAY)


def say(host: SpokenHost, *bodies: Body) -> None:
    opening = () if host.sequence else (host.opening(),)
    answer = host.send(*opening, *map(host.statement, bodies))
    assert not answer.json()["refused"], answer.text


def listed(province: Province, wanted: EventFilter = ALL) -> list[StoredEvent]:
    with province.database.reading() as connection:
        return stored_events(connection, wanted, None, 10_000)


def by_hour(province: Province) -> dict[tuple[bool, str], int]:
    hour = FILE_HOUR.c
    query = select(hour.explained, hour.kind, func.sum(hour.files)).group_by(
        hour.explained, hour.kind
    )
    with province.database.reading() as connection:
        return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def demand_same_when_read_again(province: Province) -> None:
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_every_kind_of_event_gives_the_same_rows_when_the_log_is_read_again(
    host: SpokenHost, province: Province
) -> None:
    baseline = Baseline(WATCHED, Names.FULL, 1, 1, 0, pseudonym("root"))
    dismissed = replace(suspicion(NOW), state="dismissed")
    lost = Gap("integrity", "overflow", NOW - HOUR, NOW, 3)
    say(host, everything(NOW), baseline, suspicion(NOW), dismissed, lost)
    rows = listed(province)
    assert [row.kind for row in rows] == [
        *("omitted", "omitted", "removed", "gap", "metadata", "renamed", "modified", "modified")
    ]
    renamed, metadata = rows[5], rows[4]
    assert (renamed.old_path, renamed.person) == (f"{ROOT}/a.docx", LAN)
    assert (renamed.client, renamed.who_known) == ("lan@192.0.2.7", True)
    assert (metadata.since, metadata.what) == (NOW - HOUR, ("mode", "acl"))
    assert by_hour(province) == {
        (True, "modified"): 6 + 1,
        (True, "added"): 3,
        (True, "removed"): 3,
        (False, "renamed"): 1,
        (False, "metadata"): 1,
        (False, "removed"): 1 + 2,
        (False, "added"): 2,
    }
    with province.database.reading() as connection:
        (path,) = watched_paths(connection)
        (span,) = spans(connection, "BV", NOW - DAY, NOW)
        (gap,) = gaps(connection, "BV", NOW - DAY, NOW + DAY)
    assert (path.path, path.watching, path.has_unexplained) == (ROOT, "fanotify", False)
    assert (span.from_at, span.to_at) == (NOW - 5 * HOUR, NOW)
    assert (gap.reason, gap.from_at) == ("overflow", NOW - HOUR)
    demand_same_when_read_again(province)


def test_one_statement_gives_a_bounded_number_of_rows_and_counts_the_others(
    host: SpokenHost, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_events, "MOST_ROWS", 10)
    chain = EventChain()
    events = chain.events(NOW, 25)
    explained = replace(events[-1], explained_by="growth")
    say(host, replace(chain.say(*events[:-1], explained), omitted_counts={"added": 3}))
    rows = listed(province)
    assert len(rows) == 12
    assert sum(row.files for row in rows) == 25 + 3
    assert sum(row.files for row in rows if not row.explained) == 24
    assert sum(by_hour(province).values()) == 25 + 3


def test_of_one_host_a_bounded_number_is_kept_and_the_sums_stay(
    host: SpokenHost, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_events, "KEPT", 50)
    monkeypatch.setattr(file_events, "_PRUNED_EVERY", 10)
    chain = EventChain()
    for _ in range(12):
        say(host, chain.say(*chain.events(NOW, 20)))
    with province.database.reading() as connection:
        kept = connection.execute(select(func.count()).select_from(FILE_EVENT)).scalar_one()
    assert kept == 50
    assert {row.number for row in listed(province)} == set(range(191, 241))
    assert sum(by_hour(province).values()) == 240
    demand_same_when_read_again(province)


def test_what_is_counted_of_an_open_alert_does_not_shrink_with_the_rows_that_are_kept(
    host: SpokenHost, province: Province, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_events, "KEPT", 50)
    monkeypatch.setattr(file_events, "_PRUNED_EVERY", 10)
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 20)))
    clock.forward(HOUR)
    for _ in range(12):
        say(host, chain.say(*chain.events(clock(), 20)))
    with province.database.reading() as connection:
        place = Place("BV", host.agent, WATCHED)
        assert changed_since(connection, place, 0) == 50
        assert changed_in_hours(connection, place, NOW) == 240
        (view,) = shown(connection, open_alerts(connection), None)
    assert (view.alert.kind, view.files) == ("FILES_CHANGED", 240)


def test_old_hours_go_when_new_ones_come(
    host: SpokenHost, province: Province, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_events, "_PRUNED_EVERY", 1)
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)))
    clock.forward(file_events.HOURS_KEPT + HOUR)
    say(host, chain.say(chain.event(clock())))
    assert sum(by_hour(province).values()) == 1


def test_a_host_whose_clock_was_set_back_a_year_is_not_a_year_late(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.offset_s = (365 * DAY).total_seconds()
    chain = EventChain()
    made_at = clock() - 365 * DAY
    told = replace(chain.say(chain.event(made_at)), watched_from=made_at - HOUR, watched_to=made_at)
    host.send(host.opening())
    assert not host.send(host.statement(told, made_at)).json()["refused"]
    (row,) = listed(province)
    assert row.at == NOW
    with province.database.reading() as connection:
        (span,) = spans(connection, "BV", NOW - DAY, NOW)
    assert span.to_at == NOW


def test_a_moment_in_the_future_is_not_later_than_it_came(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, chain.say(chain.event(datetime(2999, 1, 1, tzinfo=UTC))))
    (row,) = listed(province)
    assert row.at == NOW


@pytest.mark.parametrize(
    ("last", "first", "reason"),
    [(0, 3, "NUMBERS_BACK"), (9, 12, "NUMBERS_MISSING"), (5, 6, "LINK_DIFFERS")],
)
def test_a_chain_that_does_not_go_on_is_kept_as_a_break(
    host: SpokenHost, province: Province, last: int, first: int, reason: str
) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 5)))
    forged = EventChain(last=last, head="another")
    while forged.last < first - 1:
        forged.event(NOW)
    say(host, forged.say(*forged.events(NOW, 2)))
    with province.database.reading() as connection:
        (broken,) = event_breaks(connection, "BV")
    assert (broken.reason, broken.known_last, broken.told_first) == (reason, 5, first)
    assert len(listed(province)) == 7  # what was said is shown all the same
    demand_same_when_read_again(province)


def test_several_watched_paths_tell_one_stretch(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    both = chain.say(*chain.events(NOW, 4))
    say(host, replace(both, events=both.events[:2]))
    say(host, replace(both, events=both.events[2:], watched="p" + "d" * 32))
    with province.database.reading() as connection:
        assert event_breaks(connection, "BV") == []
        assert len(watched_paths(connection)) == 2


def test_what_is_told_once_more_after_a_crash_is_counted_once(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 2)))
    both = chain.say(*chain.events(NOW, 4))
    one, other = (
        replace(both, events=both.events[:1]),
        replace(both, events=both.events[1:], watched="p" + "d" * 32),
    )
    say(host, one)
    say(host, one, other)
    say(host, chain.say())
    say(host, chain.say(*chain.events(NOW, 1)))
    assert sorted(row.number for row in listed(province)) == [1, 2, 3, 4, 5, 6, 7]
    assert sum(by_hour(province).values()) == 7
    with province.database.reading() as connection:
        assert event_breaks(connection, "BV") == []
    demand_same_when_read_again(province)


def ladder(host: SpokenHost) -> EventChain:
    """Ten changes, one an hour back each, by three people and two programs."""
    chain = EventChain()
    events = [
        replace(
            chain.event(NOW - n * HOUR, f"{'xy'[n % 2]}/{n}.txt", "added" if n % 3 else "removed"),
            user=pseudonym(f"u{n % 3}"),
            user_name=f"u{n % 3}",
            program=f"/usr/bin/p{n % 2}",
            who_known=True,
            explained_by="growth" if n == 9 else "",
        )
        for n in range(10)
    ]
    say(host, chain.say(*events))
    return chain


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, {*range(1, 11)}),
        ({"kind": "removed"}, {1, 4, 7, 10}),
        ({"person": pseudonym("u1")}, {2, 5, 8}),
        ({"program": "/usr/bin/p1", "kind": "removed"}, {4, 10}),
        ({"text": "/X/"}, {1, 3, 5, 7, 9}),
        ({"text": "%"}, set()),
        ({"unexplained": True}, {*range(1, 10)}),
        ({"watched": "p" + "e" * 32}, set()),
        ({"agent": "nobody"}, set()),
        ({"facility": "XX"}, set()),
        ({"start": NOW - 2 * HOUR}, {1, 2, 3}),
        ({"end": NOW - 7 * HOUR}, {9, 10}),
    ],
    ids=str,
)
def test_filters_choose_exactly(
    host: SpokenHost, province: Province, wanted: dict[str, str], numbers: set[int]
) -> None:
    ladder(host)
    asked = EventFilter(**{"facility": "BV", "start": NOW - DAY, "end": NOW + DAY, **wanted})  # type: ignore[arg-type]
    assert {row.number for row in listed(province, asked)} == numbers


def test_pages_of_the_list_leave_nothing_out_and_repeat_nothing(
    host: SpokenHost, province: Province
) -> None:
    chain = ladder(host)
    say(host, chain.say(*chain.events(NOW, 3)))
    seen: list[int] = []
    before = None
    with province.database.reading() as connection:
        while rows := stored_events(connection, ALL, before, 4):
            seen += [row.number for row in rows]
            before = (rows[-1].log_index, rows[-1].position)
    assert seen == [13, 12, 11, *range(10, 0, -1)]


@pytest.mark.parametrize("width", [timedelta(minutes=30), HOUR, 3 * HOUR])
def test_sums_over_time_are_those_of_the_events(
    host: SpokenHost, province: Province, width: timedelta
) -> None:
    ladder(host)
    start = NOW - 12 * HOUR
    with province.database.reading() as connection:
        found = bars(connection, EventFilter("BV", start, NOW + HOUR), width)
    drawn = {(bar.number, bar.explained): bar.files for bar in found}
    assert sum(drawn.values()) == 10
    assert sum(files for (_, explained), files in drawn.items() if explained) == 1
    assert drawn[(NOW - start) // width, False] >= 1
    assert drawn[(NOW - 9 * HOUR - start) // width, True] == 1


def test_movers_are_ordered_by_files(host: SpokenHost, province: Province) -> None:
    ladder(host)
    with province.database.reading() as connection:
        folders = movers(connection, ALL, "folder", 9)
        programs = movers(connection, ALL, "program", 9)
        people = movers(connection, ALL, "person", 2)
    assert {(each.name, each.files, each.unexplained) for each in folders} == {
        (f"{ROOT}/x", 5, 5),
        (f"{ROOT}/y", 5, 4),
    }
    assert [(each.key, each.files) for each in programs] == [
        ("/usr/bin/p0", 5),
        ("/usr/bin/p1", 5),
    ]
    assert [each.files for each in people] == [4, 3]
    assert people[0].name == "u0"


def test_undisclosed_names_give_folders_without_names(host: SpokenHost, province: Province) -> None:
    chain = EventChain(names=Names.NONE)
    say(host, chain.say(*chain.events(NOW, 3)))
    with province.database.reading() as connection:
        (folder,) = movers(connection, ALL, "folder", 9)
        assert changed_since(connection, Place("BV", host.agent, WATCHED), 0) == 3
    assert (folder.name, folder.key, folder.files) == ("", pseudonym(ROOT), 3)


def test_what_an_older_program_stored_unread_does_not_stop_the_reading_of_the_log(
    host: SpokenHost, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knew the kind by its header alone, and could not refuse what is no such statement."""
    host.send(host.opening())
    with monkeypatch.context() as older:
        for module in (opened_lines, entry):
            older.setattr(module, "type_of_kind", {"incarnation": Incarnation})
        older.setattr(speaking, "KINDS", {Gap: "file_events"})  # what does not read as such
        assert not host.send(host.statement(Gap("x", "y"))).json()["refused"]
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)))
    with province.database.writing() as connection:
        rebuild(connection)
    assert len(listed(province)) == 1
    demand_same_when_read_again(province)


def test_a_statement_without_a_field_of_today_is_understood(
    host: SpokenHost, province: Province
) -> None:
    bare = FileEvents(watched=WATCHED, names=Names.NONE, events=(), first=1, last=0, head="")
    say(host, bare)
    assert listed(province) == []


def test_an_alert_counts_without_reading_the_rows_of_a_facility(database: Database) -> None:
    """Three hundred of them stand on one page."""
    with database.reading() as connection:
        place, asked = Place("BV", "agent", WATCHED), list[str]()

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(connection.engine, "before_cursor_execute", note)
        assert changed_since(connection, place, 3) == 0
        event.remove(connection.engine, "before_cursor_execute", note)
        statement = asked[-1]
        values = (place.agent, place.watched, 3, 0)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "USING COVERING INDEX ix_file_event_unexplained" in str(plan)
