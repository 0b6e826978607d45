"""Changes that are no alarm any more: an event, said once, whoever wrote that into agent.yaml."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent.cli.integrity.events_words import explained, how_known, is_unexplained, what
from agent.config.model import Alert
from agent.daemon.app import App, open_app
from agent.daemon.status.all_items import status_items
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.no_alarm import no_alarm_items
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.live_configured import note_configured
from agent.daemon.work.integrity.live_job import mark_file
from agent.daemon.work.integrity.unapproved import unapproved
from agent.integrity.events.event import EVERYTHING, Event, EventKind
from agent.integrity.events.sums import Sums
from tests.agent.integrity.conftest import CONFIGURATION
from tests.agent.integrity.live.test_process import stored, until, until_it_watches, watcher
from tests.agent.integrity.said import said
from texts.catalogue import use
from wire.integrity_messages import FileEvents
from wire.verdicts import CheckVerdict

Begin = Callable[[Alert | None], tuple[Event, ...]]


@contextmanager
def configured(app: App, share: Path, alert: Alert | None) -> Iterator[App]:
    """The agent as the next start finds it; None: the path is named no more."""
    path = share.parent if alert is None else share
    text = CONFIGURATION.format(path=path, names="full")
    if alert is Alert.ATTACKS:
        text = text.replace("folder_depth", "alert: attacks, folder_depth")
    app.home.agent_yaml.write_text(text)
    with closing(open_app(app.home)) as again:
        yield again


@pytest.fixture
def begin(app: App, share: Path) -> Begin:
    """What a start of the watching stores of the configuration."""

    def begun(alert: Alert | None) -> tuple[Event, ...]:
        with configured(app, share, alert) as again, events_of(again) as store:
            return note_configured(again, store, mark_file(again).read())

    return begun


def test_a_path_that_begins_its_life_so_is_no_event(begin: Begin) -> None:
    assert begin(Alert.ATTACKS) == ()
    assert begin(Alert.ATTACKS) == ()


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [
        (Alert.CHANGES, Alert.ATTACKS, "alert_attacks"),
        (Alert.ATTACKS, Alert.CHANGES, "alert_changes"),
    ],
)
def test_a_switch_is_one_event_of_the_path(
    app: App, share: Path, begin: Begin, first: Alert, then: Alert, code: str
) -> None:
    begin(first)
    (event,) = begin(then)
    assert (event.kind, event.path, event.watched) == (
        EventKind.CONFIGURED,
        bytes(share),
        bytes(share),
    )
    assert event.what == (code,)
    assert event.explained_by == "configured"
    assert begin(then) == ()  # said once
    assert unapproved(app).files == 0  # it is no changed file
    sums = Sums(lambda one: one.kind.value, EVERYTHING)
    sums.add(event, ())
    assert sums.most_first() == []
    use("en")
    assert "alarm here" in what(event)
    assert not is_unexplained(event)
    assert "agent.yaml" in how_known(event)
    assert "by whom is not known" in explained(event)


@pytest.mark.parametrize("left_out", ['ignore: ["*"]', 'ignore: ["~$*", "*.tmp"], only: ["*.xml"]'])
def test_other_names_that_are_left_out_are_one_event_of_the_path(
    app: App, share: Path, begin: Begin, left_out: str
) -> None:
    begin(Alert.CHANGES)
    text = app.home.agent_yaml.read_text()
    app.home.agent_yaml.write_text(text.replace('ignore: ["~$*", "*.tmp"]', left_out))
    with closing(open_app(app.home)) as again, events_of(again) as store:
        (event,) = note_configured(again, store, mark_file(again).read())
        assert (event.kind, event.what) == (EventKind.CONFIGURED, ("patterns",))
        assert event.path == bytes(share)
        assert note_configured(again, store, mark_file(again).read()) == ()
    use("en")
    assert "left out" in what(event)
    assert begin(Alert.CHANGES)[0].what == ("patterns",)  # and back


def test_an_end_and_a_switch_are_told_apart(begin: Begin) -> None:
    begin(Alert.CHANGES)
    (event,) = begin(None)
    assert (event.kind, event.explanation) == (EventKind.GAP, "unwatched")
    assert begin(Alert.ATTACKS)[0].kind is EventKind.GAP  # the other path's


def test_what_was_never_stored_is_not_guessed(app: App, share: Path) -> None:
    """Someone took the events away: the province compares with what it knows itself."""
    with configured(app, share, Alert.ATTACKS) as again:
        with watcher(again, "--nudge") as process:
            until_it_watches(again, process)
        for file in app.home.state_dir.glob("events.sqlite*"):
            file.unlink()
        with events_of(again) as store:
            assert store.watched() is None
            assert not [
                one
                for one in note_configured(again, store, mark_file(again).read())
                if one.kind is EventKind.CONFIGURED
            ]


def test_the_province_hears_of_it_with_the_next_start(app: App, share: Path) -> None:
    with watcher(app, "--nudge") as process:
        until_it_watches(app, process)
    with configured(app, share, Alert.ATTACKS) as again:
        with watcher(again, "--nudge"):
            until(lambda: any(one.at_work for one in said(again, FileEvents)), "its statement")
        told = [one for one in said(again, FileEvents) if one.events and one.at_work]
        (event,) = [event for one in told for event in one.events if event.kind == "configured"]
        assert (event.what, event.explained_by) == (("alert_attacks",), "configured")
        assert event.path == str(share)
        assert [one.kind for one in stored(again)].count(EventKind.CONFIGURED) == 1


def test_status_and_doctor_say_since_when(app: App, share: Path, begin: Begin) -> None:
    use("en")
    with configured(app, share, Alert.ATTACKS) as again:
        (unknown,) = no_alarm_items(again)
        assert "since" not in unknown.says
        begin(Alert.ATTACKS)
        (known,) = no_alarm_items(again)
        assert "since" in known.says
        assert str(share) in known.says
        assert known.verdict is CheckVerdict.PASS
        assert known.id in {item.id for item in status_items(again)}
        assert known.id in {item.id for item in doctor_items(again.home, again.clock)}
        again.home.database("events").write_bytes(b"no database at all")
        (damaged,) = no_alarm_items(again)
        assert damaged.says == unknown.says  # it is so all the same
    with configured(app, share, Alert.CHANGES) as again:
        assert list(no_alarm_items(again)) == []
