"""What was done last, what waits, what is wrong: from this host's own state, without network."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from agent.daemon.app import App
from agent.daemon.diary import JobRecord, open_diary
from agent.daemon.jobs import HEARTBEAT_EVERY, jobs_of
from agent.daemon.last_words import last_words
from agent.daemon.status.alarms import alarm_items
from agent.daemon.status.items import Item
from agent.daemon.status.keeping import keeping_items
from agent.daemon.status.looking import looked
from agent.daemon.status.looks import look_items
from agent.daemon.status.losses import loss_items
from agent.daemon.status.no_alarm import no_alarm_items
from agent.daemon.status.notify import notify_items
from agent.daemon.status.offline import offline_items
from agent.daemon.status.packs import pack_items
from agent.daemon.status.reading import reading_items
from agent.daemon.status.watching import event_items, suspicion_items, watching_items
from agent.daemon.work.backup.unprotected import data_items
from agent.daemon.work.policy_pack import pack_standings
from agent.state.lock import holder
from agent.uplink.secrets import DATASET
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
NOT_APPLICABLE = CheckVerdict.NOT_APPLICABLE
_SILENT_AFTER = 5 * HEARTBEAT_EVERY
_OLDEST_WAITING = timedelta(hours=1)


def status_items(app: App) -> list[Item]:
    """Each part by itself: what cannot be looked at now must not hide the rest."""
    return [item for name, look in _looks(app) for item in looked(name, look)]


def _looks(app: App) -> tuple[tuple[str, Callable[[], Iterable[Item]]], ...]:
    return (
        ("daemon", lambda: [_daemon_item(app)]),
        ("controller", lambda: _uplink_items(app)),
        ("outbox", lambda: [_outbox_item(app)]),
        ("alarm", lambda: alarm_items(app.memory.alarms())),
        ("state", lambda: loss_items(app)),
        ("job", lambda: _job_items(app)),
        ("suspicion", lambda: suspicion_items(app)),
        ("watching", lambda: watching_items(app)),
        ("watching.alert", lambda: no_alarm_items(app)),
        ("events", lambda: event_items(app)),
        ("checks", lambda: look_items(last_words(app), _datasets(app))),
        ("offline", lambda: offline_items(app)),
        ("retention", lambda: keeping_items(app)),
        ("reading", lambda: reading_items(app)),
        ("unprotected", lambda: data_items(app)),
        ("policy", lambda: pack_items(pack_standings(app))),
        ("notify", lambda: notify_items(app)),
    )


def _datasets(app: App) -> dict[str, str]:
    """Names by the pseudonyms that statements hold: this host's own screen may show them."""
    return {app.pseudonyms.of(DATASET, one.name): one.name for one in app.config.datasets}


def _daemon_item(app: App) -> Item:
    held = holder(app.home, "daemon")
    if held is None:
        remedy = N_("Start it, best as a service of this host: lachan-agent run")
        return Item("daemon", FAIL, N_("The daemon does not run."), {}, remedy)
    parameters: dict[str, object] = {"pid": held[0], "since": show_moment(held[1])}
    return Item("daemon", PASS, N_("The daemon runs (process {pid}, since {since})."), parameters)


def _uplink_items(app: App) -> Iterator[Item]:
    member = app.identity.membership
    if not app.joined or member is None:
        yield Item("controller", NOT_APPLICABLE, N_("This agent works alone."))
        return
    named: dict[str, object] = {"url": member.url, "agent": member.agent}
    yield Item("controller", PASS, N_("Joined {url} as {agent}."), named)
    text = app.memory.fact("last_heartbeat_at")
    last = datetime.fromisoformat(text) if text else None
    fresh = last is not None and app.clock.now() - last <= _SILENT_AFTER
    yield Item(
        "heartbeat",
        PASS if fresh else FAIL,
        N_("Last heartbeat: {at}."),
        {"at": show_moment(last)},
        N_("Look with `lachan-agent doctor` whether the controller can be reached."),
    )


def _outbox_item(app: App) -> Item:
    backlog = app.outbox.backlog()
    parameters: dict[str, object] = {
        "count": backlog.count,
        "at": show_moment(backlog.oldest_at),
    }
    if not app.joined:
        return Item("outbox", PASS, N_("{count} statements are kept here."), parameters)
    waits_long = (
        backlog.oldest_at is not None and app.clock.now() - backlog.oldest_at > _OLDEST_WAITING
    )
    return Item(
        "outbox",
        FAIL if waits_long else PASS,
        N_("{count} statements wait, the oldest since {at}."),
        parameters,
        N_("Run: lachan-agent outbox send"),
    )


def _job_items(app: App) -> Iterator[Item]:
    diary = open_diary(app.home, app.clock)
    try:
        records = {record.name: record for record in diary.records()}
    finally:
        diary.close()
    for job in jobs_of(app):
        if job.words:
            yield _job_item(job.name, records.get(job.name))


def _job_item(name: str, record: JobRecord | None) -> Item:
    remedy = N_("Look at its messages: journalctl -u lachan-agent")
    if record is None:
        return Item(
            f"job.{name}",
            UNKNOWN,
            N_("The daemon has not done this yet: {job}."),
            {"job": name},
            "",
        )
    parameters: dict[str, object] = {
        "job": name,
        "at": show_moment(record.succeeded_at),
        "result": record.result or "…",
    }
    if record.succeeded_at is None and not record.result:
        message = N_("Job {job} is at work for the first time: nothing is known of it yet.")
        return Item(f"job.{name}", UNKNOWN, message, {"job": name}, "")
    bad = record.ended_at is not None and record.result != "ok"
    message = N_("Job {job}: last success {at}, last result {result}.")
    return Item(f"job.{name}", UNKNOWN if bad else PASS, message, parameters, remedy)
